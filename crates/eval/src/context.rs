//! The held-out items, and the settings of the uncertainty estimates.

use afterimage_data::HeldOutPairs;
use afterimage_run::pictures::Pictures;
use afterimage_statistics::RecordedUnit;
use ndarray::{Array3, ArrayView4, Axis};

/// The held-out items of a run, in the order of its arrays.
///
/// Every score takes one through [`Context`]. [`HeldOut::of`] is the way from a data set, [`HeldOut::from_pictures`]
/// the one from an experiment folder, whose images exist for test items only.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    names: Vec<String>,
    repeats: Vec<u32>,
}

impl HeldOut {
    /// The items of held-out pairs.
    ///
    /// ```compile_fail,E0308
    /// # use afterimage_data::TrainingPairs;
    /// # fn leak(training: &TrainingPairs) {
    /// afterimage_eval::HeldOut::of(training); // expected `&HeldOutPairs`, found `&TrainingPairs`
    /// # }
    /// ```
    /// ```no_run
    /// # use afterimage_data::HeldOutPairs;
    /// # fn no_leak(test: &HeldOutPairs) {
    /// afterimage_eval::HeldOut::of(test);
    /// # }
    /// ```
    pub fn of(pairs: &HeldOutPairs) -> Self {
        Self { names: pairs.names().to_vec(), repeats: pairs.repeats().iter().map(|&r| u32::from(r)).collect() }
    }

    /// The test items of an experiment folder, as its `pictures.json` lists them.
    pub fn from_pictures(pictures: &[Pictures]) -> Self {
        Self {
            names: pictures.iter().map(|p| p.name.clone()).collect(),
            repeats: pictures.iter().map(|p| u32::from(p.repeats)).collect(),
        }
    }

    /// Held-out items of another program by name, a single trial each. The caller asserts that nothing was fitted on
    /// them.
    pub fn from_names(names: Vec<String>) -> Self {
        Self { repeats: vec![1; names.len()], names }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there is no item.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Names of the stimuli.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Smallest and largest number of repeats averaged per item.
    pub fn repeats(&self) -> Option<(u32, u32)> {
        Some((*self.repeats.iter().min()?, *self.repeats.iter().max()?))
    }
}

/// Settings that every score needs besides its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The items.
    pub held_out: HeldOut,
    /// Seed of the bootstrap and of the permutations.
    pub seed: u64,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Permutations.
    pub permutations: usize,
    /// What was recorded, for titles and definitions.
    pub unit: RecordedUnit,
    /// The mean training image `[3, height, width]` in 0..1. If it is given, scores of images state what it reaches as
    /// every item's reconstruction: [`afterimage_run::scores::Score::mean_image`].
    pub mean_image: Option<Array3<f32>>,
}

impl Context {
    /// 10 000 resamples and 10 000 permutations.
    pub fn new(held_out: HeldOut, seed: u64) -> Self {
        Self {
            held_out,
            seed,
            resamples: 10_000,
            permutations: 10_000,
            unit: RecordedUnit::default(),
            mean_image: None,
        }
    }

    /// The mean training image as a batch of one, `[1, 3, height, width]`.
    pub(crate) fn mean_batch(&self) -> Option<ArrayView4<'_, f32>> {
        self.mean_image.as_ref().map(|image| image.view().insert_axis(Axis(0)))
    }

    /// Number of items.
    pub(crate) fn len(&self) -> usize {
        self.held_out.len()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A context of `n` items, with few draws.
    pub(crate) fn context(n: usize) -> Context {
        let names = (0..n).map(|i| format!("item {i}")).collect();
        Context { resamples: 500, permutations: 999, ..Context::new(HeldOut { names, repeats: vec![1; n] }, 4) }
    }
}
