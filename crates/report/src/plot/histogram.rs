//! Distribution of the values of single items or voxels.

use afterimage_run::scores::Score;
use maud::Markup;
use plotters::prelude::*;

use super::chart::{A, Axes, B, axes, canvas, dashed, stroke, units};
use super::{range, scale::round};

/// A histogram with the chance level (dashed) and the score itself (solid) drawn in; none without finite values.
pub(crate) fn histogram(values: &[f64], score: &Score, size: (f64, f64), items: &str, label: &str) -> Option<Markup> {
    let chance = score.chance.filter(|c| c.is_finite());
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let (mut low, mut high) = range(finite.iter().copied().chain(chance))?;
    if score.unit == "fraction" {
        (low, high) = (low.min(0.0), high.max(1.0));
    }
    let (low, high) = round((low, high));
    let bins = if finite.len() < 60 { 20 } else { 25 };
    let counts = count(&finite, (low, high), bins);
    // Counts have no fractions: an axis up to four at least has whole ticks only.
    let most = counts.iter().copied().max().unwrap_or(1).max(4) as f64;
    let title = if score.unit == "fraction" { "value, as a fraction" } else { score.unit.as_str() };
    canvas(size, label, |area| {
        let frame = Axes {
            margins: [40.0, 12.0, 10.0, 36.0],
            x_title: title,
            y_title: items,
            y_ticks: 5,
            upright: false,
            log: [false; 2],
        };
        let mut chart = axes(area, &frame, low..high, 0.0..most)?;
        let edge = |bin: usize| low + (high - low) * bin as f64 / bins as f64;
        let columns = counts.iter().enumerate().filter(|(_, n)| **n > 0);
        chart.draw_series(columns.map(|(i, n)| {
            let mut column = Rectangle::new([(edge(i), 0.0), (edge(i + 1), *n as f64)], A.mix(0.55).filled());
            column.set_margin(0, 0, units(0.5) as u32, units(0.5) as u32);
            column
        }))?;
        if let Some(chance) = chance {
            chart.draw_series(dashed((chance, 0.0), (chance, most)))?;
        }
        if score.value.is_finite() {
            let value = score.value.clamp(low, high);
            chart.draw_series([PathElement::new(vec![(value, 0.0), (value, most)], stroke(B, 1.0, 2.0))])?;
        }
        Ok(())
    })
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
