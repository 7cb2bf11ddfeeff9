//! Differences with their intervals about zero, one row each.

use maud::{Markup, html};

use super::{Scale, range, tick};
use crate::number::px;

/// One difference.
pub(crate) struct Effect {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// What stands at the end of the row.
    pub(crate) note: String,
}

const ROW: f64 = 24.0;
const LONGEST: usize = 24;

/// Draws the differences; none without a finite one.
pub(crate) fn forest(effects: &[Effect], title: &str, label: &str) -> Option<Markup> {
    let ends =
        effects.iter().flat_map(|e| [e.value].into_iter().chain(e.interval.into_iter().flat_map(|i| [i.0, i.1])));
    range(ends.clone())?;
    let (low, high) = range(ends.chain([0.0]))?;
    let names = effects.iter().map(|e| e.name.chars().count()).max()?.min(LONGEST);
    let left = 18.0 + 6.4 * names as f64;
    let x = Scale::round((low, high), (left, 345.0));
    let bottom = 8.0 + ROW * effects.len() as f64;
    Some(html! {
        svg.plot viewBox={ "0 0 420 " (px(bottom + 38.0)) } role="img" aria-label=(label) {
            g.grid { @for t in x.ticks(4) { line x1=(px(x.at(t))) x2=(px(x.at(t))) y1="4" y2=(px(bottom)) {} } }
            g.ticks {
                @for t in x.ticks(4) { text x=(px(x.at(t))) y=(px(bottom + 15.0)) text-anchor="middle" { (tick(t)) } }
                text x=(px((left + 345.0) / 2.0)) y=(px(bottom + 32.0)) text-anchor="middle" { (title) }
            }
            line.axis x1=(px(x.at(0.0))) x2=(px(x.at(0.0))) y1="4" y2=(px(bottom)) {}
            @for (i, effect) in effects.iter().enumerate() {
                @let middle = 8.0 + ROW * (i as f64 + 0.5);
                g.line.a {
                    text x=(px(left - 8.0)) y=(px(middle + 4.0)) text-anchor="end" { (short(&effect.name)) title { (effect.name) } }
                    @if let Some((low, high)) = effect.interval {
                        line.whisker x1=(px(x.at(low))) x2=(px(x.at(high))) y1=(px(middle)) y2=(px(middle)) {}
                    }
                    @if effect.value.is_finite() { circle cx=(px(x.at(effect.value))) cy=(px(middle)) r="4" {} }
                    text x="352" y=(px(middle + 4.0)) { (effect.note) }
                }
            }
        }
    })
}

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST { name.into() } else { name.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_has_its_row_and_nothing_is_drawn_without_one() {
        let effect = |value: f64| Effect {
            name: "a".into(),
            value,
            interval: Some((value - 1.0, value + 1.0)),
            note: String::new(),
        };
        let drawn = forest(&[effect(0.5), effect(f64::NAN)], "t", "l").unwrap().into_string();
        assert_eq!((drawn.matches("<circle").count(), drawn.matches("class=\"line a\"").count()), (1, 2));
        assert!(forest(&[effect(f64::NAN)], "t", "l").is_none());
    }
}
