//! Labels of an axis: one format for all its ticks, with as many decimals as they need.

use crate::number::{minus, plain, raised};

/// Values of ticks are round; what differs from a round value by less than this share of the axis is rounding noise.
const NOISE: f64 = 1e-7;
/// Most decimals of a label.
const MOST: usize = 9;

/// The format of the labels of one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Labels {
    noise: f64,
    /// Decimals of every label; on a logarithmic axis each label has those that it needs.
    decimals: Option<usize>,
    /// Power of ten by which the labels are divided and which each of them states.
    power: i32,
}

impl Labels {
    /// The format for ticks at regular distances.
    pub(crate) fn linear(ticks: &[f64]) -> Self {
        let largest = ticks.iter().map(|v| v.abs()).fold(0.0, f64::max);
        let noise = largest * NOISE;
        let power = if largest > 0.0 && !(1e-3..1e7).contains(&largest) { largest.log10().floor() as i32 } else { 0 };
        let scale = 10f64.powi(-power);
        let needed = ticks.iter().map(|v| decimals(v * scale, noise * scale)).max();
        Self { noise, decimals: Some(needed.unwrap_or(0)), power }
    }

    /// The format for ticks that are powers of ten and their multiples.
    pub(crate) fn logarithmic() -> Self {
        Self { noise: 0.0, decimals: None, power: 0 }
    }

    /// The label of a tick.
    pub(crate) fn label(&self, v: f64) -> String {
        let v = if v.abs() <= self.noise { 0.0 } else { v };
        match self.decimals {
            None => short(v),
            Some(decimals) if self.power == 0 && v.abs() >= 1e4 && decimals == 0 => plain(v),
            Some(decimals) => {
                let mantissa = minus(format!("{:.decimals$}", v * 10f64.powi(-self.power)));
                if self.power == 0 || v == 0.0 {
                    mantissa
                } else {
                    format!("{mantissa}\u{202f}×\u{202f}{}", raised(self.power))
                }
            }
        }
    }
}

/// The fewest decimals that give `v` up to `noise`.
fn decimals(v: f64, noise: f64) -> usize {
    (0..MOST)
        .find(|&d| {
            let power = 10f64.powi(d as i32);
            ((v * power).round() / power - v).abs() <= noise
        })
        .unwrap_or(MOST)
}

/// A round number without trailing zeros.
fn short(v: f64) -> String {
    if v != 0.0 && !(1e-4..1e7).contains(&v.abs()) {
        return plain(v).replace(".0\u{202f}", "\u{202f}");
    }
    minus(format!("{v:.0$}", decimals(v, v.abs() * NOISE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[f64]) -> Vec<String> {
        let labels = Labels::linear(ticks);
        ticks.iter().map(|v| labels.label(*v)).collect()
    }

    #[test]
    fn rounding_noise_is_zero_and_zero_has_no_sign() {
        assert_eq!(labels(&[-0.2, -0.1, -5.6e-17, 0.1]), ["\u{2212}0.2", "\u{2212}0.1", "0.0", "0.1"]);
        assert_eq!(labels(&[-1.0, -0.0, 1.0]), ["\u{2212}1", "0", "1"]);
        assert_eq!(labels(&[0.1 + 0.2, 0.4]), ["0.3", "0.4"]);
    }

    #[test]
    fn distinct_ticks_have_distinct_labels() {
        assert_eq!(labels(&[0.0280, 0.0285, 0.0290]), ["0.0280", "0.0285", "0.0290"]);
        assert_eq!(labels(&[1000.0, 1000.5]), ["1000.0", "1000.5"]);
    }

    #[test]
    fn very_small_and_large_ticks_share_one_power_of_ten() {
        assert_eq!(labels(&[0.0, 5e-5, 1e-4]), ["0.0", "0.5\u{202f}×\u{202f}10⁻⁴", "1.0\u{202f}×\u{202f}10⁻⁴"]);
        assert_eq!(labels(&[0.0, 20_000.0]), ["0", "20\u{202f}000"]);
    }

    #[test]
    fn decades_have_the_decimals_that_each_needs() {
        let log = Labels::logarithmic();
        assert_eq!([0.05, 1.0, 200.0].map(|v| log.label(v)), ["0.05", "1", "200"]);
        assert_eq!(log.label(1e-6), "1\u{202f}×\u{202f}10⁻⁶");
    }
}
