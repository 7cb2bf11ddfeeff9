//! Columns in another order, or of another subject.
//!
//! Where the means, or the standard deviations, of voxels differ in training, those of given responses go with them (Spearman's
//! r over voxels), whatever factor or offset the values have. Means and standard deviations that differ as much, and do not go with those of
//! training, are of other voxels. Those that do not differ are of another preparation, and tell nothing. How voxels go together,
//! their correlations with each other over responses, depends on no unit at all (see [`super::pairs`]).

use afterimage_statistics::{median, quartiles, spearman};

use super::pairs::Together;
use super::seen::{MEDIAN, Seen, upper};

/// Rows from which moments tell the order, and voxels from which it is judged.
const FEWEST: (usize, usize) = (20, 30);
/// Correlation of profiles below which the order is another.
const CORRELATION: f64 = 0.15;
/// Correlation from which, below zero, profiles run against each other.
const AGAINST: f64 = -0.3;
/// Sampling errors from which means, and standard deviations, differ between voxels; and the least differences, in training
/// standard deviations and in the logarithm.
const ERRORS: (f64, f64) = (4.0, 1.5);
const LEAST: (f64, f64) = (0.5, 0.1);

/// Columns in another order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    /// Whether voxels do not go together as in training, which no unit changes.
    pub(super) is_by_structure: bool,
    /// Misfit to the run's voxels in the best order.
    pub(super) misfit: f64,
    noun: String,
    voxels: usize,
    /// What differs between voxels, and its correlation with that of training.
    profiles: Vec<(&'static str, f64)>,
}

/// The finding, if the columns are in another order; by recorded moments, as standardised ones are alike in all voxels.
pub(super) fn of(seen: &Seen<'_>) -> Option<Order> {
    if seen.given.len() < FEWEST.1 || seen.are_alike() {
        return None;
    }
    let [given, training] = [&seen.given, &seen.training].map(|of| of.iter().map(|of| of.0).collect::<Vec<_>>());
    let [own, typical] = [&seen.given, &seen.training].map(|of| median(&mut of.iter().map(|of| of.1).collect()));
    let [of_given, of_training] = [&seen.given, &seen.training]
        .map(|of| of.iter().map(|of| of.1.max(f64::MIN_POSITIVE).ln()).collect::<Vec<_>>());
    let mut profiles: Vec<(&'static str, f64)> = Vec::new();
    if seen.rows >= FEWEST.0 {
        let rows = seen.rows as f64;
        let errors = (ERRORS.0 * (1.0 / rows).sqrt(), ERRORS.1 * (0.5 / (rows - 1.0)).sqrt());
        if spread(&training) > errors.0.max(LEAST.0) * typical && spread(&given) > errors.0 * own {
            profiles.push(("means", spearman(&given, &training)));
        }
        if spread(&of_training) > errors.1.max(LEAST.1) && spread(&of_given) > errors.1 {
            profiles.push(("standard deviations", spearman(&of_given, &of_training)));
        }
    }
    if profiles.iter().any(|(_, r)| *r >= CORRELATION) {
        return None;
    }
    let is_by_structure = match seen.together {
        Together::AsInTraining | Together::Against(_) => return None,
        Together::Otherwise(r) => {
            profiles.push(("correlations with each other", r));
            true
        }
        Together::Unknown => false,
    };
    if profiles.is_empty() {
        return None;
    }
    let (means, sds) = (apart(given, training), apart(of_given, of_training));
    Some(Order {
        is_by_structure,
        misfit: means / typical + sds,
        noun: seen.noun.to_owned(),
        voxels: seen.given.len(),
        profiles,
    })
}

/// Robust standard deviation.
fn spread(values: &[f64]) -> f64 {
    let (low, high) = quartiles(values);
    (high - low) / (2.0 * MEDIAN)
}

/// The upper quartile of distances of both in ascending order.
fn apart(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    upper(a.iter().zip(&b).map(|(a, b)| (a - b).abs()).collect())
}

impl Order {
    /// What the responses look like, in words that follow "the responses".
    pub(super) fn in_words(&self) -> String {
        let said: Vec<String> = self.profiles.iter().map(|(what, r)| format!("{r:.2} for their {what}")).collect();
        let is_against = self.profiles.iter().any(|(_, r)| *r < AGAINST);
        let against = if is_against { "; below 0, the order may be reversed, or the sign opposite" } else { "" };
        format!(
            "look like those of {} in another order, or of another subject: over {} {0}, r with training is {}, and well above \
             0 in the right order{against}",
            self.noun,
            self.voxels,
            said.join(" and ")
        )
    }
}
