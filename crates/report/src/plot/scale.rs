//! Ranges with round ends; and from values to places on the page, for what is drawn without axes.

/// A mapping of a range of values onto a range of coordinates.
#[derive(Debug, Clone)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// A linear scale; an empty range is widened so that it has a length.
    pub(crate) fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let (low, high) = widened((low, high));
        Self { low, high, from, to }
    }

    /// A linear scale whose ends are round numbers around the range.
    pub(crate) fn round(range: (f64, f64), ends: (f64, f64)) -> Self {
        Self::linear(round(range), ends)
    }

    /// The coordinate of a value; values outside the range are drawn at its end.
    pub(crate) fn at(&self, v: f64) -> f64 {
        let v = v.clamp(self.low, self.high);
        let share = (v - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// About `count` round values inside the range.
    pub(crate) fn ticks(&self, count: usize) -> Vec<f64> {
        let step = step(self.high - self.low, count);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|k| k as f64 * step).collect()
    }
}

/// A range that has a length, its ends round numbers around the values.
pub(super) fn round(range: (f64, f64)) -> (f64, f64) {
    let (low, high) = widened(range);
    let step = step(high - low, 4);
    ((low / step).floor() * step, (high / step).ceil() * step)
}

/// A range that has a length.
pub(super) fn widened((low, high): (f64, f64)) -> (f64, f64) {
    match (low, high) {
        (l, h) if !(l.is_finite() && h.is_finite()) => (0.0, 1.0),
        (l, h) if h - l > f64::EPSILON * (l.abs() + h.abs() + 1.0) => (l, h),
        (l, _) => (l - 0.5 * l.abs().max(1e-6), l + 0.5 * l.abs().max(1e-6)),
    }
}

/// The round step that divides `span` into about `count` parts.
fn step(span: f64, count: usize) -> f64 {
    let rough = span / count.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough * 0.999).unwrap_or(10.0);
    nice * power
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
    fn an_empty_range_has_a_length_and_ends_are_round() {
        for v in [0.0, 3.0, -2.0, f64::NAN, 1e12] {
            let (low, high) = round((v, v));
            assert!(high > low, "{v}");
        }
        assert_eq!(round((0.03, 0.97)), (0.0, 1.0));
        assert_eq!(round((-7.0, 31.0)), (-10.0, 40.0));
    }
}
