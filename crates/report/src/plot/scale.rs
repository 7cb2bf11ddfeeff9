//! From values to places on the page, linear or logarithmic, with round ticks.

/// A mapping of a range of values onto a range of coordinates.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    /// A linear scale; an empty range is widened so that it has a length.
    pub(crate) fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let (low, high) = widen(low, high);
        Self { low, high, from, to, log: false }
    }

    /// A logarithmic scale; linear where a bound is not positive.
    pub(crate) fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        if low <= 0.0 {
            return Self::linear((low, high), (from, to));
        }
        let high = if high > low { high } else { low * 2.0 };
        Self { low, high, from, to, log: true }
    }

    /// A linear scale whose ends are round numbers around the range.
    pub(crate) fn round((low, high): (f64, f64), ends: (f64, f64)) -> Self {
        let (low, high) = widen(low, high);
        let step = step(high - low, 4);
        Self::linear(((low / step).floor() * step, (high / step).ceil() * step), ends)
    }

    /// The coordinate of a value; values outside the range are drawn at its end.
    pub(crate) fn at(&self, v: f64) -> f64 {
        let v = v.clamp(self.low, self.high);
        let share = if self.log {
            (v / self.low).ln() / (self.high / self.low).ln()
        } else {
            (v - self.low) / (self.high - self.low)
        };
        self.from + share * (self.to - self.from)
    }

    /// The range of values.
    pub(crate) fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// About `count` round values inside the range.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        if self.log { self.log_ticks(count) } else { self.linear_ticks(count) }
    }

    fn linear_ticks(&self, count: usize) -> Vec<f64> {
        let step = step(self.high - self.low, count);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }

    fn log_ticks(&self, count: usize) -> Vec<f64> {
        for mantissas in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let ticks = self.decades(mantissas);
            if ticks.len() >= 2 && ticks.len() <= count + 2 {
                return ticks;
            }
        }
        let decades = self.decades(&[1.0]);
        if decades.len() < 2 {
            return self.linear_ticks(count);
        }
        let skip = decades.len().div_ceil(count).max(1);
        decades.into_iter().step_by(skip).collect()
    }

    fn decades(&self, mantissas: &[f64]) -> Vec<f64> {
        let (first, last) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        (first..=last)
            .flat_map(|e| mantissas.iter().map(move |m| m * 10f64.powi(e)))
            .filter(|v| *v >= self.low * 0.999 && *v <= self.high * 1.001)
            .collect()
    }
}

/// The round step that divides `span` into about `count` parts.
fn step(span: f64, count: usize) -> f64 {
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough * 0.999).unwrap_or(10.0);
    nice * power
}

fn widen(low: f64, high: f64) -> (f64, f64) {
    match (low, high) {
        (l, h) if !(l.is_finite() && h.is_finite()) => (0.0, 1.0),
        (l, h) if h - l > f64::EPSILON * (l.abs() + h.abs() + 1.0) => (l, h),
        (l, _) => (l - 0.5 * l.abs().max(1e-6), l + 0.5 * l.abs().max(1e-6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_map_to_ends_and_ticks_are_round() {
        let scale = Scale::linear((0.0, 1.0), (10.0, 110.0));
        assert_eq!((scale.at(0.0), scale.at(1.0), scale.at(0.5)), (10.0, 110.0, 60.0));
        assert_eq!(scale.ticks(4), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn an_empty_range_has_a_length() {
        for v in [0.0, 3.0, -2.0, f64::NAN, 1e12] {
            let scale = Scale::round((v, v), (0.0, 100.0));
            assert!(scale.at(v.clamp(-1e15, 1e15)).is_finite() || v.is_nan());
            assert!(!scale.ticks(4).is_empty() && scale.ticks(4).len() < 20, "{v}: {:?}", scale.ticks(4));
        }
    }

    #[test]
    fn a_logarithmic_scale_has_decades() {
        let scale = Scale::log((0.001, 10.0), (0.0, 4.0));
        assert!((scale.at(0.1) - 2.0).abs() < 1e-9);
        assert_eq!(scale.ticks(4).len(), 5);
    }
}
