//! Accuracy against the number of candidates, for each measure that was scored at several.

use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::legend;
use crate::number::capital;
use crate::ways::{curve, families};

/// The curves; nothing where no measure was scored at several numbers of candidates.
pub(super) fn ways(scores: &[Score]) -> Markup {
    let families = families(scores);
    html! {
        @if !families.is_empty() {
            h3 { "Identification against the number of candidates" }
            div.plots.small { @for family in &families {
                @let title = title(family);
                @if let Some(plot) = curve(family, &title, (240.0, 170.0)) { figure { figcaption { (title) } (plot) } }
            } }
            (legend(&[("a", "accuracy and its interval"), ("chance", "chance")]))
        }
    }
}

/// The title of the scores without their number of candidates.
fn title(family: &[&Score]) -> String {
    let title = family.last().map_or("", |s| s.title.as_str());
    let words = title.split(' ').filter(|word| !word.ends_with("-way") && word.parse::<usize>().is_err());
    capital(&words.collect::<Vec<_>>().join(" "))
}
