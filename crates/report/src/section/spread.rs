//! How single images did: a mean hides whether all did a little or a few did everything.

use afterimage_run::scores::{Score, ScoreFile};
use maud::{Markup, html};

use super::{Part, scores::legend};
use crate::{number, pictures::is_flat, plot, source::Source};

/// Most histograms that are drawn.
const MOST: usize = 6;

/// Histograms of the values per picture.
pub(crate) fn spread(source: &Source) -> Part {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut drawn: Vec<(&Score, Markup)> = Vec::new();
    for score in source.scores.iter().flat_map(ScoreFile::of_images) {
        // One of the several numbers of ways is enough to see which images fail.
        let family = (score.protocol.as_str(), score.metric.as_str());
        // What is the same for most images has nothing to show.
        if is_flat(score) || drawn.len() == MOST || (score.ways.is_some() && seen.contains(&family)) {
            continue;
        }
        if let Some(plot) = histogram(source, score, (230.0, 150.0)) {
            seen.push(family);
            drawn.push((score, plot));
        }
    }
    if drawn.is_empty() {
        return match source.scores {
            Some(_) => {
                Part::without("Histograms over single images:", "no score has different values for different images.")
            }
            None => Part::default(),
        };
    }
    Part::shown(html! {
        p { "One value per image. A wide spread means that the mean speaks for few of them." }
        div.plots.small { @for (score, plot) in &drawn { figure { figcaption { (score.title) } (plot) } } }
        (legend(&[("value", "the score"), ("chance", "chance")]))
    })
}

/// The values of a score as a histogram; none if it has no finite ones.
pub(crate) fn histogram(source: &Source, score: &Score, size: (f64, f64)) -> Option<Markup> {
    let values: Vec<f64> = score.per_item.iter().copied().flatten().collect();
    let (_, items) = source.item_words(score);
    let label = format!("Histogram of {} over {} {items}; score {}", score.title, values.len(), number::score(score));
    plot::histogram(&values, score, size, &items, &label)
}
