//! Responses that are moved against those of training, in their means or in their standard deviations.
//!
//! With mean `g_v` and standard deviation `h_v` of the given responses, `d_v = (g_v - m_v) / s_v` and `r_v = h_v / s_v`. At n
//! rows the sampling error of `d_v` is `r_v / √n`, and `|d_v|` has the median 0.674 of that; voxels may vary together, so the
//! median over voxels is judged as one draw is.

use afterimage_statistics::{median, quartiles};

use super::ordinary::Lie;
use super::seen::{MEDIAN, ROWS, Seen, three};
use super::{Doubt, Units};

/// Sampling errors from which a distance is more than chance.
const ERRORS: f64 = 4.0;
/// Distances, in training standard deviations, that are of no matter: most voxels in one direction, and in both. Responses to a few
/// images lie around the training mean in both.
const SHIFT: (f64, f64) = (0.25, 1.0);
/// Ratio of standard deviations up to which responses vary more than in training without a doubt, and down to which less.
const FACTOR: (f64, f64) = (1.25, 0.1);
/// Rows from which a factor is looked for, and from which one below 1.
const MANY: (usize, usize) = (20, 50);
/// Spread of log ratios over voxels up to which all voxels have one factor: as a multiple of its sampling error, and besides. Means
/// of repeats take more from noisy voxels than from others.
const EVEN: (f64, f64) = (1.5, 0.05);

/// Medians over voxels.
struct Moved {
    shift: f64,
    /// The part of the shift in which most voxels agree.
    common: f64,
    factor: f64,
    /// Spread of log ratios over voxels.
    uneven: f64,
    /// Expected shift and spread by sampling.
    by_chance: (f64, f64),
}

impl Moved {
    fn of(seen: &Seen<'_>, units: Units) -> Self {
        let distances = seen.distances_in(units);
        let median_of = |of: &dyn Fn(&(f64, f64)) -> f64| median(&mut distances.iter().map(of).collect());
        let factor = median_of(&|(_, ratio)| *ratio);
        let logs: Vec<f64> = distances.iter().map(|(_, ratio)| ratio.ln()).collect();
        let (low, high) = quartiles(&logs);
        let rows = seen.rows as f64;
        let spread = if seen.rows < ROWS { 1.0 } else { factor };
        Self {
            shift: median_of(&|(distance, _)| distance.abs()),
            common: median_of(&|(distance, _)| *distance).abs(),
            factor,
            uneven: (high - low) / (2.0 * MEDIAN),
            by_chance: (MEDIAN * spread / rows.sqrt(), (0.5 / (rows - 1.0).max(1.0)).sqrt()),
        }
    }

    fn is_shifted(&self, seen: &Seen<'_>) -> bool {
        let floor = if self.common > 0.5 * self.shift { SHIFT.0 } else { SHIFT.1 };
        let ordinary = seen.lie().map_or(0.0, |ordinary| 2.0 * ordinary.shift);
        self.shift > floor.max(ordinary).max(ERRORS * self.by_chance.0)
    }

    fn is_scaled(&self, seen: &Seen<'_>) -> bool {
        let error = self.by_chance.1;
        let ordinary = seen.lie().map_or(1.0, |ordinary| ordinary.factor.max(1.0));
        let log = self.factor.ln();
        let is_larger = log > ordinary.ln() + FACTOR.0.ln().max(3.0 * error);
        let is_smaller = self.factor < FACTOR.1
            || seen.rows >= MANY.1
                && -log > FACTOR.0.ln().max(3.0 * error)
                && self.uneven < (EVEN.0 * error).hypot(EVEN.1);
        seen.rows >= MANY.0 && (is_larger || is_smaller)
    }
}

/// Mean and standard deviation against training, in one line.
pub(super) fn line(seen: &Seen<'_>) -> String {
    let Moved { shift, factor, by_chance, .. } = Moved::of(seen, seen.stated);
    let of =
        |what: fn(Lie) -> f64| seen.lie().map(|lie| format!(", {:.2} in the run's validation responses", what(lie)));
    let [shifts, factors] =
        [of(|ordinary| ordinary.shift), of(|ordinary| ordinary.factor)].map(Option::unwrap_or_default);
    let sds = if seen.rows < ROWS {
        format!("sds are not compared below {ROWS} responses")
    } else {
        format!("sds {factor:.2} times as large{factors}")
    };
    format!(
        "means {shift:.2} sd apart ({:.2} by sampling error at n = {}{shifts}); {sds} (medians over {} {})",
        by_chance.0,
        seen.rows,
        seen.given.len(),
        seen.noun
    )
}

/// A distance or a spread far beyond sampling error and beyond what the run's own validation responses show.
pub(super) fn from_training(seen: &Seen<'_>) -> Option<Doubt> {
    if seen.are_alike() {
        return None;
    }
    let moved = Moved::of(seen, seen.stated);
    let said = if moved.is_shifted(seen) {
        let errors = moved.shift / moved.by_chance.0;
        format!(
            "they lie {:.2} training sd from the training mean, {errors:.0} times their sampling error",
            moved.shift
        )
    } else if moved.is_scaled(seen) {
        let why = if moved.factor > 1.0 {
            "single responses do so where training has means of repeats"
        } else {
            "predictions and means of repeats vary less"
        };
        let (factor, error) = (three(moved.factor), 100.0 * moved.by_chance.1);
        format!("they vary {factor} times as much as those of training (sampling error {error:.0} %; {why})")
    } else {
        return None;
    };
    let expected = match seen.stated {
        Units::Recorded => "",
        Units::Standardised => ", while standardised responses have mean 0 and standard deviation 1",
    };
    let evidence = format!("{said}, {}{expected}", seen.numbers());
    Some(Doubt { is_impossible: false, evidence, fits_other: is_of(seen, seen.stated.other()) })
}

/// Whether responses lie as those in `units` do.
pub(super) fn is_of(seen: &Seen<'_>, units: Units) -> bool {
    let moved = Moved::of(seen, units);
    !moved.is_shifted(seen) && !moved.is_scaled(seen)
}
