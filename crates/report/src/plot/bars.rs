//! Bars with intervals, one row each: names stay readable however many there are.

use maud::{Markup, html};

use super::{Scale, range, tick};
use crate::number::px;

/// One bar.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// What stands at the end of the row.
    pub(crate) note: String,
}

const ROW: f64 = 26.0;

/// Draws the bars from zero; none without bars.
pub(crate) fn bars(bars: &[Bar], title: &str, label: &str) -> Option<Markup> {
    let ends =
        bars.iter().flat_map(|b| [b.value].into_iter().chain(b.interval.map(|i| i.0)).chain(b.interval.map(|i| i.1)));
    let (low, high) = range(ends.chain([0.0]))?;
    let names = bars.iter().map(|b| b.name.chars().count()).max()?.min(16);
    let left = 18.0 + 6.6 * names as f64;
    let x = Scale::round((low, high), (left, 330.0));
    let bottom = 8.0 + ROW * bars.len() as f64;
    let zero = x.at(0.0);
    Some(html! {
        svg.plot viewBox={ "0 0 420 " (px(bottom + 38.0)) } role="img" aria-label=(label) {
            g.grid { @for t in x.ticks(4) { line x1=(px(x.at(t))) x2=(px(x.at(t))) y1="4" y2=(px(bottom)) {} } }
            g.ticks {
                @for t in x.ticks(4) { text x=(px(x.at(t))) y=(px(bottom + 15.0)) text-anchor="middle" { (tick(t)) } }
                text x=(px((left + 330.0) / 2.0)) y=(px(bottom + 32.0)) text-anchor="middle" { (title) }
            }
            @for (i, bar) in bars.iter().enumerate() {
                @let middle = 8.0 + ROW * (i as f64 + 0.5);
                @let end = x.at(bar.value);
                g.bar {
                    text x=(px(left - 8.0)) y=(px(middle + 4.0)) text-anchor="end" { (short(&bar.name)) title { (bar.name) } }
                    rect x=(px(zero.min(end))) width=(px((end - zero).abs())) y=(px(middle - 8.0)) height="16" rx="2" {}
                    @if let Some((low, high)) = bar.interval {
                        line.whisker x1=(px(x.at(low))) x2=(px(x.at(high))) y1=(px(middle)) y2=(px(middle)) {}
                    }
                    text.note x="338" y=(px(middle + 4.0)) { (bar.note) }
                }
            }
            line.axis x1=(px(zero)) x2=(px(zero)) y1="4" y2=(px(bottom)) {}
        }
    })
}

fn short(name: &str) -> String {
    if name.chars().count() <= 16 { name.into() } else { name.chars().take(15).chain(['…']).collect() }
}
