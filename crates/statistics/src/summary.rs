//! Mean, variance, median and quantiles.

/// The mean; NaN without values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The finite values: an undefined one is left out, never counted as zero.
pub fn defined(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    values.into_iter().filter(|v| v.is_finite()).collect()
}

/// The mean of the finite values; `None` without any.
pub fn mean_of_defined(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let defined = defined(values);
    (!defined.is_empty()).then(|| mean(&defined))
}

/// Variance with n - 1; NaN for one value.
pub fn variance(values: &[f64]) -> f64 {
    let m = mean(values);
    values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Standard deviation with n - 1; `None` below two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    (values.len() > 1).then(|| variance(values).sqrt())
}

/// Mean, and variance with division by n, of values that are iterated three times; 0 without values.
pub fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|v| (v - mean).powi(2)).sum::<f64>() / n)
}

/// Quantile of sorted values, at least one, linear between order statistics.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = at.ceil() as usize;
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

/// First and third quartile of the finite values, linear between order statistics; NaN if there is none.
pub fn quartiles(values: &[f64]) -> (f64, f64) {
    let mut sorted = defined(values.iter().copied());
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.is_empty() { (f64::NAN, f64::NAN) } else { (quantile(&sorted, 0.25), quantile(&sorted, 0.75)) }
}

/// Median of the finite values (mean of the middle two if their number is even); NaN if there is none.
///
/// The order of `values` is not kept.
pub fn median(values: &mut Vec<f64>) -> f64 {
    values.retain(|v| v.is_finite());
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    let (left, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return upper;
    }
    let lower = left.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (lower + upper) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_computed_by_hand() {
        assert_eq!((mean(&[1.0, 2.0, 6.0]), variance(&[1.0, 2.0, 6.0])), (3.0, 7.0));
        assert_eq!(moments([1.0, 2.0, 6.0].into_iter()), (3.0, 14.0 / 3.0));
        assert!(deviation(&[1.0]).is_none() && mean(&[]).is_nan());
        assert_eq!(moments(std::iter::empty()), (0.0, 0.0));
    }

    #[test]
    fn undefined_values_are_left_out_of_a_mean() {
        assert_eq!(mean_of_defined([1.0, f64::NAN, 3.0, f64::INFINITY]), Some(2.0));
        assert_eq!(mean_of_defined([f64::NAN]), None);
    }

    #[test]
    fn quartiles_lie_between_order_statistics() {
        assert_eq!(quartiles(&[4.0, 1.0, f64::NAN, 3.0, 2.0, 5.0]), (2.0, 4.0));
        assert!(quartiles(&[]).0.is_nan());
    }

    #[test]
    fn median_skips_undefined_values() {
        assert_eq!(median(&mut vec![3.0, f64::NAN, 1.0]), 2.0);
        assert_eq!(median(&mut vec![3.0, 9.0, 1.0]), 3.0);
        assert!(median(&mut vec![f64::NAN]).is_nan());
    }
}
