//! Voxels that respond to nothing: they have the same response in all trials.

use afterimage_statistics::{RecordedUnit, counted};
use ndarray::{Array1, ArrayView2};

/// How a warning about them ends.
const ADVICE: &str = "they carry nothing: look at the table or mask they are from, and leave them out";

/// What the responses seen so far say.
#[derive(Debug, Default)]
pub(super) struct Silent {
    /// `[voxels]` of the first trial.
    first: Option<Array1<f32>>,
    /// `[voxels]` whether all trials have that value.
    same: Vec<bool>,
    trials: usize,
}

impl Silent {
    /// Looks at responses `[trials, voxels]`.
    pub(super) fn see(&mut self, responses: ArrayView2<'_, f32>) {
        for row in responses.outer_iter() {
            let first = self.first.get_or_insert_with(|| row.to_owned());
            self.same.resize(row.len(), true);
            for ((same, value), first) in self.same.iter_mut().zip(row).zip(first.iter()) {
                *same &= value == first;
            }
            self.trials += 1;
        }
    }

    /// A warning if there are such voxels.
    pub(super) fn warning(&self, unit: RecordedUnit) -> Option<String> {
        let silent = self.same.iter().filter(|&&same| same).count();
        let zeros =
            self.first.iter().flatten().zip(&self.same).filter(|(value, same)| **same && **value == 0.0).count();
        (self.trials > 1 && silent > 0).then(|| {
            let of = counted(self.same.len(), unit.singular());
            format!("{silent} of {of} have the same response in all trials ({zeros} of them 0); {ADVICE}")
        })
    }
}

/// Whether a warning is about such voxels.
pub(super) fn is_one(warning: &str) -> bool {
    warning.ends_with(ADVICE)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn voxels_that_never_change_are_counted() {
        let mut silent = Silent::default();
        silent.see(array![[0.0_f32, 1.0, 5.0]].view());
        assert_eq!(silent.warning(RecordedUnit::Voxel), None);
        silent.see(array![[0.0_f32, 2.0, 5.0], [0.0, 1.0, 5.0]].view());
        let warning = silent.warning(RecordedUnit::Neuron).unwrap();
        assert!(warning.starts_with("2 of 3 neurons have the same response in all trials (1 of them 0)"), "{warning}");
        assert!(is_one(&warning) && !is_one("another"));
    }
}
