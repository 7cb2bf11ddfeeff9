//! A value, its interval and the chance level on one short line.

use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::{Scale, range};
use crate::number::px;

/// The mark of a score between 0 and 1 (from below 0 where its interval goes there).
///
/// None for units without a natural range, such as distances.
pub(crate) fn mark(score: &Score) -> Option<Markup> {
    if !matches!(score.unit.as_str(), "fraction" | "correlation" | "similarity" | "ratio") || !score.value.is_finite() {
        return None;
    }
    let ends = score.interval.as_ref().map_or((score.value, score.value), |i| (i.low, i.high));
    let levels = [score.chance, score.mean_image].into_iter().flatten().filter(|level| level.is_finite());
    let (low, high) = range([0.0, 1.0, ends.0, ends.1, score.value].into_iter().chain(levels))?;
    let x = Scale::linear((low, high), (4.0, 196.0));
    Some(html! {
        svg.mark viewBox="0 0 200 16" aria-hidden="true" {
            line.track x1="4" x2="196" y1="8" y2="8" {}
            @if let Some(c) = score.chance.filter(|c| c.is_finite()) {
                line.chance x1=(px(x.at(c))) x2=(px(x.at(c))) y1="1" y2="15" {}
            }
            @if let Some(c) = score.mean_image.filter(|c| c.is_finite()) {
                line.mean x1=(px(x.at(c))) x2=(px(x.at(c))) y1="4" y2="12" {}
            }
            line.interval x1=(px(x.at(ends.0))) x2=(px(x.at(ends.1))) y1="8" y2="8" {}
            circle.dot cx=(px(x.at(score.value))) cy="8" r="4.5" {}
        }
    })
}
