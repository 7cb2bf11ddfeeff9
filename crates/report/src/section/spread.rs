//! How single pictures did: a mean hides whether all did a little or a few did everything.

use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::{scores::legend, section};
use crate::{number, plot, source::Source};

/// Most histograms that are drawn.
const MOST: usize = 9;

/// Histograms of the values per picture.
pub(crate) fn spread(source: &Source) -> Markup {
    let drawn: Vec<(&Score, Markup)> = source
        .scores
        .iter()
        .flat_map(|s| &s.scores)
        .filter(|s| s.item_kind != "voxel")
        .filter_map(|s| histogram(s).map(|plot| (s, plot)))
        .take(MOST)
        .collect();
    let content = html! {
        @if drawn.is_empty() { p.missing { span.badge.none { "missing" } " No score has values per picture yet." } }
        @else {
            p { "One value per picture. A wide spread means that the mean speaks for few of them." }
            div.plots.small { @for (score, plot) in &drawn { figure { figcaption { (score.title) } (plot) } } }
            (legend(&[("value", "the score"), ("chance", "chance")]))
        }
    };
    section("spread", "Single items", &content)
}

/// The values of a score as a histogram; none where it has no finite ones.
pub(crate) fn histogram(score: &Score) -> Option<Markup> {
    let values: Vec<f64> = score.per_item.iter().copied().flatten().collect();
    let label = format!(
        "Histogram of {} over {} {}s; score {}",
        score.title,
        values.len(),
        score.item_kind,
        number::score(score)
    );
    plot::histogram(&values, &score.unit, score.chance, score.value, &format!("{}s", score.item_kind), &label)
}
