//! Normal distribution and Student's t, as needed for BCa intervals and power.

use std::f64::consts::{LN_2, SQRT_2};

/// Intervals of Simpson's rule over the scale of t; the error is below 1e-7 from one degree of freedom on.
const STEPS: usize = 512;

/// Distribution function of the standard normal distribution.
pub(crate) fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// Quantile of the standard normal distribution; infinite for 0 and 1.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    match p {
        p if p <= 0.0 => f64::NEG_INFINITY,
        p if p >= 1.0 => f64::INFINITY,
        _ => invert(normal, p, (-40.0, 40.0)),
    }
}

/// Distribution function of the noncentral t with `df` degrees of freedom and noncentrality `delta`; `delta = 0` is
/// Student's t.
///
/// `P(T <= t) = integral over s > 0 of Phi(t s - delta) f(s)`, with s the root of chi-squared over its degrees of
/// freedom. Source: Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* 2, 1995, chapter 31.
pub(crate) fn noncentral_t(t: f64, df: f64, delta: f64) -> f64 {
    let constant = LN_2 + df / 2.0 * (df / 2.0).ln() - libm::lgamma(df / 2.0);
    let density = |s: f64| match s {
        s if s > 0.0 => (constant + (df - 1.0) * s.ln() - df * s * s / 2.0).exp(),
        _ if df == 1.0 => constant.exp(),
        _ => 0.0,
    };
    // Ten standard deviations of s on either side of 1 cover double precision.
    let reach = 10.0 / (2.0 * df).sqrt();
    let (low, high) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let step = (high - low) / STEPS as f64;
    let term = |i: usize| {
        let s = low + step * i as f64;
        let weight = if i == 0 || i == STEPS { 1.0 } else { 2.0 * (1 + i % 2) as f64 };
        weight * density(s) * normal(t * s - delta)
    };
    (0..=STEPS).map(term).sum::<f64>() * step / 3.0
}

/// Quantile of Student's t.
pub(crate) fn t_quantile(p: f64, df: f64) -> f64 {
    invert(|t| noncentral_t(t, df, 0.0), p, (-1e3, 1e3))
}

/// Inverts an increasing function by bisection.
fn invert(function: impl Fn(f64) -> f64, value: f64, (mut low, mut high): (f64, f64)) -> f64 {
    loop {
        let middle = (low + high) / 2.0;
        if middle <= low || middle >= high || high - low < 1e-13 * high.abs().max(1.0) {
            return middle;
        }
        if function(middle) < value { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantiles_are_the_tabled_ones() {
        for (p, z) in [(0.975, 1.959_963_984_540_054), (0.8, 0.841_621_233_572_914_4), (0.5, 0.0)] {
            assert!((normal_quantile(p) - z).abs() < 1e-11, "{p}");
        }
        assert!(normal_quantile(0.0).is_infinite() && normal(9.0) == 1.0);
    }

    #[test]
    fn students_t_has_its_closed_forms() {
        // One degree of freedom is the Cauchy distribution; two have an algebraic form.
        for t in [-2.0, -0.3, 0.0, 1.0, 4.0_f64] {
            let cauchy = 0.5 + t.atan() / std::f64::consts::PI;
            assert!((noncentral_t(t, 1.0, 0.0) - cauchy).abs() < 1e-7, "{t}");
            let two = 0.5 + t / (2.0 * (2.0 + t * t).sqrt());
            assert!((noncentral_t(t, 2.0, 0.0) - two).abs() < 1e-7, "{t}");
        }
        assert!((t_quantile(0.975, 10.0) - 2.228_138_851_964_939).abs() < 1e-6);
        assert!((t_quantile(0.975, 1e6) - 1.959_966).abs() < 1e-5);
    }
}
