//! Responses that are moved against those of training: an offset, a factor, another order of voxels.
//!
//! With mean `g_v` and standard deviation `h_v` of the given responses, `d_v = (g_v - m_v) / s_v` and `r_v = h_v / s_v`. At n
//! rows the sampling error of `d_v` is `r_v / √n`, and `|d_v|` has the median 0.674 of that; voxels may vary together, so the
//! median over voxels is judged as one draw is.

use afterimage_statistics::{median, quartiles, spearman};

use super::seen::{ROWS, Seen};
use super::{UnitVerdict, Units};

/// Median of the size of a standard normal variable.
const MEDIAN: f64 = 0.6745;
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
/// Voxels from which their order is judged, and correlation of profiles below which it is another.
const ORDER: (usize, f64) = (30, 0.15);

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
        let ordinary = seen.ordinary.map_or(0.0, |ordinary| 2.0 * ordinary.shift);
        self.shift > floor.max(ordinary).max(ERRORS * self.by_chance.0)
    }

    fn is_scaled(&self, seen: &Seen<'_>) -> bool {
        let error = self.by_chance.1;
        let ordinary = seen.ordinary.map_or(1.0, |ordinary| ordinary.factor.max(1.0));
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
    let of = |what: fn(&super::Ordinary) -> f64| {
        seen.ordinary.as_ref().map(|ordinary| format!(", {:.2} in the run's validation responses", what(ordinary)))
    };
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

/// An offset or a factor far beyond sampling error and beyond what the run's own validation responses show.
pub(super) fn from_training(seen: &Seen<'_>) -> Option<UnitVerdict> {
    if seen.are_alike() {
        return None;
    }
    let moved = Moved::of(seen, seen.stated);
    let said = if moved.is_shifted(seen) {
        let as_if = as_if(seen, moved.shift).unwrap_or_default();
        let errors = moved.shift / moved.by_chance.0;
        format!(
            "the responses lie {:.2} training sd from the training mean, {errors:.0} times their sampling error{as_if}",
            moved.shift
        )
    } else if moved.is_scaled(seen) {
        let why = if moved.factor > 1.0 {
            "single responses do so where training has means of repeats"
        } else {
            "predictions and means of repeats vary less"
        };
        let (factor, error) = (moved.factor, 100.0 * moved.by_chance.1);
        format!(
            "the responses vary {factor:.2} times as much as those of training (sampling error {error:.0} %; {why})"
        )
    } else {
        return None;
    };
    let other = Moved::of(seen, seen.stated.other());
    let advice = if other.is_shifted(seen) || other.is_scaled(seen) {
        "bring them to the unit and the preparation of the run's data set".to_owned()
    } else {
        format!("{} responses lie so: state that unit if it is theirs", seen.stated.other().name())
    };
    let expected = match seen.stated {
        Units::Recorded => String::new(),
        Units::Standardised => ", while standardised responses have mean 0 and standard deviation 1".to_owned(),
    };
    Some(UnitVerdict::Unclear(format!("{said}: {}{expected}; {advice}", seen.numbers())))
}

/// The offset or factor that explains most of a shift, in words.
fn as_if(seen: &Seen<'_>, shift: f64) -> Option<String> {
    let training = seen.training_in(seen.stated);
    let pairs = || seen.given.iter().map(|given| given.0).zip(&training);
    let offset = median(&mut pairs().map(|(given, (mean, _))| given - mean).collect());
    let (mut products, mut squares) = (0.0, 0.0);
    pairs().for_each(|(given, (mean, sd))| {
        products += given * mean / (sd * sd);
        squares += mean * mean / (sd * sd);
    });
    let factor = products / squares;
    let left = |of: &dyn Fn(f64) -> f64| {
        median(&mut pairs().map(|(given, (mean, sd))| ((given - of(*mean)) / sd).abs()).collect())
    };
    let (by_offset, by_factor) = (left(&|mean| mean + offset), left(&|mean| factor * mean));
    let best = if by_factor < by_offset { by_factor } else { by_offset };
    if !best.is_finite() || best > shift / 3.0 {
        return None;
    }
    Some(if by_factor < by_offset {
        format!(", as if multiplied by {factor:.3}")
    } else {
        format!(", as if {offset:.3} were added to each value")
    })
}

/// Voxels in another order: neither their means nor their standard deviations go with those of training, where these differ
/// between voxels.
pub(super) fn order(seen: &Seen<'_>) -> Option<UnitVerdict> {
    if seen.stated != Units::Recorded || seen.rows < MANY.0 || seen.given.len() < ORDER.0 || seen.are_alike() {
        return None;
    }
    let column = |of: &dyn Fn(&(f64, f64)) -> f64, from: &[(f64, f64)]| from.iter().map(of).collect::<Vec<f64>>();
    let spread = |values: &[f64]| {
        let (low, high) = quartiles(values);
        (high - low) / (2.0 * MEDIAN)
    };
    let typical = median(&mut column(&|of| of.1, &seen.training));
    let errors = ((1.0 / seen.rows as f64).sqrt(), (0.5 / (seen.rows as f64 - 1.0)).sqrt());
    let mut profiles = Vec::new();
    let means = [&seen.given, &seen.training].map(|from| column(&|of| of.0, from));
    if spread(&means[1]) > (ERRORS * errors.0).max(0.5) * typical {
        profiles.push(("means", spearman(&means[0], &means[1])));
    }
    let sds = [&seen.given, &seen.training].map(|from| column(&|of| of.1.max(f64::MIN_POSITIVE).ln(), from));
    if spread(&sds[1]) > (1.5 * errors.1).max(0.1) {
        profiles.push(("standard deviations", spearman(&sds[0], &sds[1])));
    }
    if profiles.is_empty() || !profiles.iter().all(|(_, r)| *r < ORDER.1) {
        return None;
    }
    let said: Vec<String> = profiles.iter().map(|(what, r)| format!("the {what} with r = {r:.2}")).collect();
    Some(UnitVerdict::Unclear(format!(
        "the {} look like those of another order or another subject: over {} {0}, they correlate with those of training only weakly, \
         {} (Spearman). Check the order of the columns",
        seen.noun,
        seen.given.len(),
        said.join(" and ")
    )))
}
