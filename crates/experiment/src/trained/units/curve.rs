//! Responses that are a root or a logarithm of the recorded ones, or bent otherwise against them.
//!
//! A function bends the means of voxels against those of training, which no factor and no offset does. What a named one makes
//! of mean `m_v` and standard deviation `s_v` is found under a log-normal distribution, by quadrature at the three points 0 and ±√3.

use super::seen::Seen;

/// Least rows and voxels from which a bend is looked for.
const FEWEST: (usize, usize) = (20, 30);
/// Share of the variance of means over voxels that a parabola explains, and the most that a line leaves of it.
const EXPLAINED: f64 = 0.8;
const LEFT: f64 = 0.5;

/// A function of recorded responses above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    Root,
    Logarithm,
    LogarithmOfOneMore,
    Decimal,
    DecimalOfOneMore,
}

impl Curve {
    pub(super) const ALL: [Self; 5] =
        [Self::Root, Self::Logarithm, Self::LogarithmOfOneMore, Self::Decimal, Self::DecimalOfOneMore];

    fn at(self, y: f64) -> f64 {
        match self {
            Self::Root => y.sqrt(),
            Self::Logarithm => y.ln(),
            Self::LogarithmOfOneMore => y.ln_1p(),
            Self::Decimal => y.log10(),
            Self::DecimalOfOneMore => (1.0 + y).log10(),
        }
    }

    /// `[voxels]` mean and standard deviation that it makes of these; `None` if a mean is not above 0.
    pub(super) fn of(self, profile: &[(f64, f64)]) -> Option<Vec<(f64, f64)>> {
        let moments = |&(mean, sd): &(f64, f64)| {
            let variance = (sd / mean).powi(2).ln_1p();
            let middle = mean.ln() - 0.5 * variance;
            let values = [-1.0, 0.0, 1.0].map(|side| self.at((middle + side * (3.0 * variance).sqrt()).exp()));
            let of = |of: &dyn Fn(f64) -> f64| (of(values[0]) + 4.0 * of(values[1]) + of(values[2])) / 6.0;
            let mean = of(&|value| value);
            (mean, of(&|value| (value - mean).powi(2)).sqrt().max(f64::MIN_POSITIVE))
        };
        profile.iter().all(|(mean, _)| *mean > 0.0).then(|| profile.iter().map(moments).collect())
    }

    /// What it is, in words.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Root => "the square root",
            Self::Logarithm => "the logarithm",
            Self::LogarithmOfOneMore => "the logarithm (of 1 more)",
            Self::Decimal => "the decimal logarithm",
            Self::DecimalOfOneMore => "the decimal logarithm (of 1 more)",
        }
    }

    /// What undoes it.
    pub(super) fn inverse(self) -> &'static str {
        match self {
            Self::Root => "square each value",
            Self::Logarithm => "replace each value x by exp(x)",
            Self::LogarithmOfOneMore => "replace each value x by exp(x) - 1",
            Self::Decimal => "replace each value x by 10^x",
            Self::DecimalOfOneMore => "replace each value x by 10^x - 1",
        }
    }
}

/// Whether means of voxels follow those of training in a bent line: `Some(true)` if it is concave, as of a root or logarithm.
pub(super) fn bend(seen: &Seen<'_>) -> Option<bool> {
    if seen.rows < FEWEST.0 || seen.given.len() < FEWEST.1 || seen.are_alike() {
        return None;
    }
    let pairs = || seen.training.iter().zip(&seen.given).map(|(training, given)| (training.0, given.0));
    let n = seen.given.len() as f64;
    let mean = pairs().map(|(x, _)| x).sum::<f64>() / n;
    let sd = (pairs().map(|(x, _)| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    if sd.is_nan() || sd <= 0.0 {
        return None;
    }
    let x: Vec<f64> = pairs().map(|(x, _)| (x - mean) / sd).collect();
    let y: Vec<f64> = pairs().map(|(_, y)| y).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
    let without = |values: &[f64], part: &[f64]| -> Vec<f64> {
        let by = dot(values, part) / dot(part, part);
        values.iter().zip(part).map(|(value, part)| value - by * part).collect()
    };
    // The square, without its mean and its line.
    let one = vec![1.0; x.len()];
    let square = without(&without(&x.iter().map(|x| x * x).collect::<Vec<_>>(), &one), &x);
    let centred = without(&y, &one);
    let rest = without(&centred, &x);
    let by_square = dot(&rest, &square) / dot(&square, &square);
    let last = without(&rest, &square);
    let [all, line, parabola] = [&centred, &rest, &last].map(|of| dot(of, of));
    // Against the slope: a bend upwards of what falls is that of the opposite sign.
    let is_concave = by_square * dot(&y, &x) < 0.0;
    (parabola < (1.0 - EXPLAINED) * all && parabola < LEFT * line).then_some(is_concave)
}
