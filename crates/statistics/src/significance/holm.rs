//! Familywise error over several comparisons.

/// Holm adjusted p-values, in the order of `p`.
///
/// With m finite p-values sorted ascending, `p'_(k) = max over j <= k of (m - j + 1) p_(j)`, at most 1. Rejecting where
/// `p' <= 0.05` keeps the chance of any false rejection at 0.05, whatever the dependence between the tests. NaN stays
/// NaN and does not count in m.
///
/// Source: Holm, Scand. J. Stat. 6, 1979.
///
/// ```
/// let p = afterimage_statistics::holm(&[0.01, 0.04, 0.03]);
/// assert!((p[0] - 0.03).abs() < 1e-12 && (p[1] - 0.06).abs() < 1e-12 && (p[2] - 0.06).abs() < 1e-12);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| p[i].is_finite()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut largest = 0.0_f64;
    for (k, &i) in order.iter().enumerate() {
        largest = largest.max((order.len() - k) as f64 * p[i]).min(1.0);
        adjusted[i] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_test_is_not_corrected_and_undefined_ones_do_not_count() {
        let adjusted = holm(&[f64::NAN, 0.02]);
        assert!(adjusted[0].is_nan());
        assert_eq!(adjusted[1], 0.02);
    }

    #[test]
    fn adjusted_values_lie_between_p_and_bonferroni_and_keep_the_order() {
        let p: Vec<f64> = (0..40).map(|i| f64::from((i * 23) % 40 + 1) / 200.0).collect();
        let adjusted = holm(&p);
        for a in 0..40 {
            assert!(adjusted[a] >= p[a] && adjusted[a] <= (40.0 * p[a]).min(1.0) + 1e-12);
            for b in 0..40 {
                assert!(p[a] > p[b] || adjusted[a] <= adjusted[b]);
            }
        }
    }
}
