//! Which of the run's two units all given responses fit better.
//!
//! With `z = (y - m_v) / s_v` in recorded units and `z = y` in standardised ones, and `q_v` the mean of `z²` over rows, the
//! responses of a unit have the log likelihood `-(q_v / 2c² + ln c + ln s_v)` per value under a normal distribution, up to a
//! constant; `c² = median_v q_v`, at most 9, is the common factor of their spread. The other unit is better if
//! the mean ratio is above 0.5 nats per value (1.5 with fewer than five rows). Responses more than six training standard
//! deviations from the training mean (`sqrt(median_v q_v)`) are of no unit of the run.

use afterimage_statistics::median;

use super::seen::{ROWS, Seen, three};
use super::{Doubt, Units};

/// Factors by which responses of one unit may be spread otherwise than in training: means of repeats and predictions any less, so
/// that a small spread tells nothing; single trials more, where training has means.
const FACTOR: (f64, f64) = (1e-6, 3.0);
/// Root mean square distance from the training mean, in training standard deviations, that no responses have.
const FAR: f64 = 6.0;
/// Mean log likelihood ratio per value, in nats, from which the other unit is the better one: for few rows, for many, and to be
/// warned of.
const RATIOS: (f64, f64, f64) = (1.5, 0.5, 0.1);
/// Largest log likelihood ratio that one voxel adds: a damaged voxel decides nothing.
const MOST: f64 = 5.0;
/// How near to mean 0 and standard deviation 1 voxels are that were standardised over these rows.
const NEAR: f64 = 0.02;

/// How responses fit a unit.
struct Fit {
    /// Root of the median of `q_v`.
    size: f64,
    /// `[voxels]` negative log likelihood per value, up to a constant.
    loss: Vec<f64>,
}

/// Judges all rows together: the doubt, and why the unit cannot be told if it can't.
pub(super) fn of_all(seen: &Seen<'_>) -> (Option<Doubt>, Option<String>) {
    let stated = seen.stated;
    let [fit, other] = [stated, stated.other()].map(|units| fit(seen, units));
    let ratio = ratio(&fit, &other);
    let is_few = seen.rows < ROWS;
    let fits_other = other.size <= FAR && (ratio > if is_few { RATIOS.0 } else { RATIOS.1 } || is_standardised(seen));
    if fits_other || fit.size > FAR {
        let evidence = if fit.size > FAR {
            format!("they lie {} standard deviations of the training responses from their mean, ", three(fit.size))
        } else {
            String::new()
        };
        let evidence = format!("{evidence}{}", seen.numbers());
        return (Some(Doubt { is_impossible: true, evidence, fits_other }), None);
    }
    let taken = format!("it is taken to be {}", stated.in_words());
    if is_few && ratio > -RATIOS.0 {
        let rows = match seen.rows {
            1 => "one response is too few to tell its unit".to_owned(),
            rows => format!("{rows} responses are too few to tell their unit"),
        };
        return (None, Some(format!("{rows}: {taken}")));
    }
    if seen.are_alike() {
        return (None, Some(format!("all responses are alike, so their unit cannot be told: {taken}")));
    }
    let unclear = || Doubt { is_impossible: false, evidence: seen.numbers(), fits_other: true };
    ((ratio > RATIOS.2).then(unclear), None)
}

/// Whether the responses fit the other unit far better than the stated one.
pub(super) fn fits_other(seen: &Seen<'_>) -> bool {
    let [fit, other] = [seen.stated, seen.stated.other()].map(|units| fit(seen, units));
    other.size <= FAR && ratio(&fit, &other) > RATIOS.1
}

fn fit(seen: &Seen<'_>, units: Units) -> Fit {
    let of_unit = seen.training_in(units);
    let square = |((given, spread), (mean, sd)): (&(f64, f64), &(f64, f64))| {
        (((given - mean) / sd).powi(2) + (spread / sd).powi(2)).max(f64::MIN_POSITIVE)
    };
    let squares: Vec<f64> = seen.given.iter().zip(&of_unit).map(square).collect();
    let size = median(&mut squares.clone()).sqrt();
    let factor = size.clamp(FACTOR.0, FACTOR.1);
    let loss = squares.iter().zip(&of_unit).map(|(q, (_, sd))| q / (2.0 * factor * factor) + factor.ln() + sd.ln());
    Fit { size, loss: loss.collect() }
}

/// Mean log likelihood ratio per value of `other` to `fit`.
fn ratio(fit: &Fit, other: &Fit) -> f64 {
    let ratios = fit.loss.iter().zip(&other.loss).map(|(fit, other)| (fit - other).clamp(-MOST, MOST));
    ratios.sum::<f64>() / fit.loss.len() as f64
}

/// True if the voxels have mean 0 and standard deviation 1 over these very rows, and the training responses have not.
fn is_standardised(seen: &Seen<'_>) -> bool {
    if seen.stated == Units::Standardised || seen.rows < ROWS {
        return false;
    }
    let rows = seen.rows as f64;
    let is_one = |sd: f64| (sd - 1.0).abs() < NEAR || (sd * (rows / (rows - 1.0)).sqrt() - 1.0).abs() < NEAR;
    let are = seen.given.iter().filter(|(mean, sd)| mean.abs() < NEAR && is_one(*sd)).count();
    let median_of = |of: &dyn Fn(&(f64, f64)) -> f64| median(&mut seen.training.iter().map(of).collect());
    let differs = median_of(&|(mean, sd)| (mean / sd).abs()) > 0.1 || median_of(&|(_, sd)| sd.ln().abs()) > 0.1;
    are * 10 >= seen.given.len() * 9 && differs
}
