//! Responses that look like a mistake in the table: voxels that never change, trials without a response, and copies of trials
//! or of voxels.
//!
//! Values are compared to the bit: of recorded fractions no two rows and no two columns are the same by chance. Few voxels or few
//! trials can be, so that copies are looked for from [`LEAST`] values on.

use std::collections::HashMap;

use afterimage_statistics::{RecordedUnit, counted};
use ndarray::ArrayView2;

/// Fewest values of a trial or voxel that are compared with those of another.
const LEAST: usize = 4;
/// How warnings end.
const ADVICE: [&str; 4] = [
    "they carry nothing: look at the table or mask they are from; afterimage prepare --select \"sd > 0\" leaves them out",
    "no response was recorded there, unless they are counts of few spikes: leave such trials out of the source",
    "copies of one recording, unless they are counts of few spikes: leave out what was put together twice",
    "copies of one column under two numbers: leave out all but one",
];

/// What the responses seen so far say.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    /// `[voxels]` of the first trial.
    first: Vec<f32>,
    /// `[voxels]` whether all trials have that value.
    same: Vec<bool>,
    /// `[voxels]` a number of all values.
    columns: Vec<u64>,
    /// The first trial with some values.
    rows: HashMap<u64, usize>,
    zeros: Vec<usize>,
    repeated: Vec<[usize; 2]>,
    trials: usize,
}

impl Oddities {
    /// Looks at the next responses `[trials, voxels]`.
    pub(crate) fn see(&mut self, responses: ArrayView2<'_, f32>) {
        for row in responses.outer_iter() {
            if self.trials == 0 {
                self.first = row.to_vec();
                self.same = vec![true; row.len()];
                self.columns = vec![0; row.len()];
            }
            let mut of_row = 0;
            let known = self.first.iter().zip(&mut self.same).zip(&mut self.columns);
            for (value, ((first, same), of_column)) in row.iter().zip(known) {
                *same &= value == first;
                *of_column = mixed(*of_column, value.to_bits());
                of_row = mixed(of_row, value.to_bits());
            }
            if row.len() >= LEAST && row.iter().all(|value| *value == 0.0) {
                self.zeros.push(self.trials);
            } else if row.len() >= LEAST {
                let first = *self.rows.entry(of_row).or_insert(self.trials);
                if first != self.trials {
                    self.repeated.push([first, self.trials]);
                }
            }
            self.trials += 1;
        }
    }

    /// Voxels with the same response in all trials.
    pub(crate) fn silent(&self) -> Vec<usize> {
        if self.trials < 2 {
            return Vec::new();
        }
        (0..self.same.len()).filter(|&voxel| self.same[voxel]).collect()
    }

    /// Trials in which all voxels are 0.
    pub(crate) fn zeros(&self) -> &[usize] {
        &self.zeros
    }

    /// Trials that repeat the responses of an earlier one: `[earlier, later]`.
    pub(crate) fn repeated_trials(&self) -> &[[usize; 2]] {
        &self.repeated
    }

    /// Voxels that repeat an earlier one, and change: `[earlier, later]`.
    pub(crate) fn repeated_voxels(&self) -> Vec<[usize; 2]> {
        if self.trials < LEAST {
            return Vec::new();
        }
        let mut known = HashMap::new();
        let changing = (0..self.columns.len()).filter(|&voxel| !self.same[voxel]);
        let pairs = changing.map(|voxel| [*known.entry(self.columns[voxel]).or_insert(voxel), voxel]);
        pairs.filter(|[first, voxel]| first != voxel).collect()
    }

    /// A warning for each kind that there is.
    pub(crate) fn warnings(&self, unit: RecordedUnit) -> Vec<String> {
        let (silent, voxels) = (self.silent(), self.repeated_voxels());
        let of = counted(self.same.len(), unit.singular());
        let zeros = silent.iter().filter(|&&voxel| self.first[voxel] == 0.0).count();
        let trials = counted(self.trials, "trial");
        let first = |pairs: &[[usize; 2]]| pairs.first().map(|[a, b]| format!("{b} and {a}")).unwrap_or_default();
        let found = [
            (
                silent.len(),
                format!("{} of {of} have the same response in all trials ({zeros} of them 0)", silent.len()),
            ),
            (
                self.zeros.len(),
                format!(
                    "{} of {trials} have the response 0 in all {} (first: trial {}, counted from 0)",
                    self.zeros.len(),
                    unit.plural(),
                    self.zeros.first().unwrap_or(&0)
                ),
            ),
            (
                self.repeated.len(),
                format!(
                    "{} of {trials} have exactly the responses of an earlier trial (first: trials {}, counted from 0)",
                    self.repeated.len(),
                    first(&self.repeated)
                ),
            ),
            (
                voxels.len(),
                format!(
                    "{} of {of} have exactly the responses of an earlier one (first: {} {}, counted from 0)",
                    voxels.len(),
                    unit.plural(),
                    first(&voxels)
                ),
            ),
        ];
        let found = found.into_iter().zip(ADVICE).filter(|((count, _), _)| *count > 0);
        found.map(|((_, what), advice)| format!("{what}; {advice}")).collect()
    }
}

/// Whether a warning is one of these.
pub(crate) fn is_one(warning: &str) -> bool {
    ADVICE.iter().any(|advice| warning.ends_with(advice)) || warning.ends_with(EARLIER)
}

/// How the warning of silent voxels ended in data sets of earlier versions.
const EARLIER: &str = "they carry nothing: look at the table or mask they are from, and leave them out";

/// Takes another value into the number of those before it; as good as different for different values.
fn mixed(before: u64, bits: u32) -> u64 {
    let mut mixed = before.rotate_left(29) ^ u64::from(bits).wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn voxels_that_never_change_are_counted() {
        let mut odd = Oddities::default();
        odd.see(array![[0.0_f32, 1.0, 5.0]].view());
        assert!(odd.warnings(RecordedUnit::Voxel).is_empty());
        odd.see(array![[0.0_f32, 2.0, 5.0], [0.0, 1.0, 5.0]].view());
        let warnings = odd.warnings(RecordedUnit::Neuron);
        let wanted = "2 of 3 neurons have the same response in all trials (1 of them 0)";
        assert!(warnings.len() == 1 && warnings[0].starts_with(wanted), "{warnings:?}");
        assert!(warnings[0].contains("--select \"sd > 0\""), "{warnings:?}");
        assert!(is_one(&warnings[0]) && !is_one("another"));
    }

    #[test]
    fn empty_and_repeated_trials_and_repeated_voxels_are_counted() {
        let mut odd = Oddities::default();
        odd.see(array![[0.5_f32, 1.0, 0.5, 2.0], [0.1, 1.5, 0.1, 2.0]].view());
        odd.see(array![[0.0_f32, 0.0, 0.0, -0.0], [0.5, 1.0, 0.5, 2.0], [0.0, 0.0, 0.0, 0.0]].view());
        assert_eq!((odd.zeros(), odd.repeated_trials()), (&[2, 4][..], &[[0, 3]][..]));
        assert_eq!((odd.repeated_voxels(), odd.silent()), (vec![[0, 2]], Vec::new()));
        let warnings = odd.warnings(RecordedUnit::Voxel);
        assert!(
            warnings[0].starts_with("2 of 5 trials have the response 0 in all voxels (first: trial 2"),
            "{warnings:?}"
        );
        assert!(warnings[1].contains("1 of 5 trials have exactly") && warnings[1].contains("trials 3 and 0"));
        assert!(warnings[2].contains("1 of 4 voxels have exactly") && warnings[2].contains("voxels 2 and 0"));
        assert!(warnings.len() == 3 && warnings.iter().all(|warning| is_one(warning)), "{warnings:?}");
    }

    #[test]
    fn few_values_are_alike_by_chance() {
        let mut odd = Oddities::default();
        odd.see(array![[0.0_f32, 1.0, 1.0], [0.0, 1.0, 1.0], [0.0, 2.0, 2.0]].view());
        assert!(odd.zeros().is_empty() && odd.repeated_trials().is_empty() && odd.repeated_voxels().is_empty());
    }
}
