//! False discovery rate.

/// Benjamini-Hochberg adjusted p-values, in the order of `p`.
///
/// With m finite p-values sorted ascending, `q_(k) = min over j >= k of p_(j) * m / j`, at most 1.
/// Rejecting where `q <= 0.05` keeps the expected share of false discoveries at 0.05
/// for independent or positively dependent tests. NaN stays NaN and does not count in m.
///
/// Source: Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995, p. 293.
///
/// ```
/// let q = afterimage_statistics::benjamini_hochberg(&[0.01, 0.04, 0.03]);
/// assert!((q[0] - 0.03).abs() < 1e-12 && (q[1] - 0.04).abs() < 1e-12 && (q[2] - 0.04).abs() < 1e-12);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| p[i].is_finite()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]));
    let m = order.len() as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut smallest = 1.0_f64;
    for (k, &i) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[i] * m / (k + 1) as f64);
        q[i] = smallest;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_values_follow_the_step_up_rule() {
        let q = benjamini_hochberg(&[0.5, 0.001, f64::NAN, 0.02]);
        assert!((q[1] - 0.003).abs() < 1e-12);
        assert!((q[3] - 0.03).abs() < 1e-12);
        assert!((q[0] - 0.5).abs() < 1e-12);
        assert!(q[2].is_nan());
    }

    #[test]
    fn adjusted_values_keep_the_order_of_p() {
        let p: Vec<f64> = (0..50).map(|i| f64::from((i * 37) % 50 + 1) / 51.0).collect();
        let q = benjamini_hochberg(&p);
        for a in 0..50 {
            for b in 0..50 {
                assert!(p[a] > p[b] || q[a] <= q[b]);
            }
        }
    }
}
