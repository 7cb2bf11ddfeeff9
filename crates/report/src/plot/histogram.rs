//! How the values of single items or voxels are spread.

use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::{Frame, Scale, range};
use crate::number::px;

/// A histogram with the chance level (dashed) and the score itself (solid) drawn in; none without finite values.
pub(crate) fn histogram(values: &[f64], score: &Score, size: (f64, f64), items: &str, label: &str) -> Option<Markup> {
    let chance = score.chance.filter(|c| c.is_finite());
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let (mut low, mut high) = range(finite.iter().copied().chain(chance))?;
    if score.unit == "fraction" {
        (low, high) = (low.min(0.0), high.max(1.0));
    }
    let frame = Frame { left: 38.0, ..Frame::new(size.0, size.1) };
    let x = Scale::round((low, high), (frame.left, frame.right));
    let bins = if finite.len() < 60 { 20 } else { 25 };
    let counts = count(&finite, x.range(), bins);
    // Counts have no fractions: an axis up to four at least has whole ticks only.
    let most = counts.iter().copied().max().unwrap_or(1).max(4);
    let y = Scale::linear((0.0, most as f64), (frame.bottom, frame.top));
    let width = (frame.right - frame.left) / bins as f64;
    let title = if score.unit == "fraction" { "value of an item, as a fraction" } else { score.unit.as_str() };
    Some(frame.svg(
        label,
        &html! {
            (frame.axes(&x, &y, title, items))
            g.columns {
                @for (i, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
                    rect x=(px(frame.left + i as f64 * width + 0.5)) width=(px(width - 1.0))
                        y=(px(y.at(*n as f64))) height=(px(frame.bottom - y.at(*n as f64))) {}
                }
            }
            @if let Some(c) = chance { (frame.upright(x.at(c), "chance")) }
            @if score.value.is_finite() { (frame.upright(x.at(score.value), "value")) }
        },
    ))
}

fn count(values: &[f64], (low, high): (f64, f64), bins: usize) -> Vec<usize> {
    let mut counts = vec![0; bins];
    for v in values {
        let place = ((v - low) / (high - low) * bins as f64) as usize;
        counts[place.min(bins - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bin() {
        let counts = count(&[0.0, 0.5, 1.0, 1.0], (0.0, 1.0), 10);
        assert_eq!((counts.iter().sum::<usize>(), counts[9], counts[0]), (4, 2, 1));
    }
}
