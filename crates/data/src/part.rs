//! The parts of a data set, each with a type of its own that says what it may be used for.
//!
//! What is fitted or trained takes the [`TrainingSplit`] or its [`TrainingPairs`](crate::TrainingPairs), what selects the
//! [`ValidationSplit`], what scores the [`HeldOutSplit`]. Only a [`DataSet`] creates them and none converts into another, so a
//! statistic that is fitted on test data does not compile:
//!
//! ```compile_fail,E0308
//! # use afterimage_data::{Averaging, DataSet, ZScore};
//! # fn leak(data: &DataSet) -> afterimage_data::Result<ZScore> {
//! ZScore::fit(&data.held_out(), Averaging::Stimulus) // expected `&TrainingSplit`, found `&HeldOutSplit`
//! # }
//! ```
//! ```no_run
//! # use afterimage_data::{Averaging, DataSet, ZScore};
//! # fn no_leak(data: &DataSet) -> afterimage_data::Result<ZScore> {
//! ZScore::fit(&data.training(), Averaging::Stimulus)
//! # }
//! ```

use std::marker::PhantomData;

use ndarray::Axis;

use crate::header::Split;
use crate::images::at_side;
use crate::items::{Averaging, Items, collect, stimuli};
use crate::pairs::Pairs;
use crate::store::DataSet;
use crate::{Result, ZScore};

/// Marks what is fitted and trained on.
#[derive(Debug, Clone, Copy)]
pub enum Training {}

/// Marks what settings and epochs are selected by.
#[derive(Debug, Clone, Copy)]
pub enum Validation {}

/// Marks what is scored.
#[derive(Debug, Clone, Copy)]
pub enum HeldOut {}

/// A part of a data set; `P` is what it may be used for.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a, P> {
    data: &'a DataSet,
    splits: &'static [Split],
    purpose: PhantomData<P>,
}

/// The part that is fitted and trained on: of [`DataSet::training`], or with the validation part of
/// [`DataSet::training_and_validation`].
pub type TrainingSplit<'a> = Part<'a, Training>;

/// The part for early stopping and the choice of settings, of [`DataSet::validation`].
pub type ValidationSplit<'a> = Part<'a, Validation>;

/// The test part, for scores only, of [`DataSet::held_out`].
pub type HeldOutSplit<'a> = Part<'a, HeldOut>;

impl<'a, P> Part<'a, P> {
    fn new(data: &'a DataSet, splits: &'static [Split]) -> Self {
        Self { data, splits, purpose: PhantomData }
    }

    /// The data set it is a part of.
    pub fn data_set(&self) -> &'a DataSet {
        self.data
    }

    /// Rows of its stimuli, ascending.
    pub fn stimuli(&self) -> Vec<u32> {
        stimuli(self.data, self.splits)
    }

    /// The responses, held in memory; stimuli in the order of their rows, or trials in the order of theirs.
    ///
    /// # Errors
    /// [`crate::Error::EmptySplit`]; [`crate::Error::Store`] for damaged chunks.
    pub fn items(&self, average: Averaging) -> Result<Items> {
        collect(self.data, average, self.splits)
    }

    /// The items with their images: the columns `voxels` of the responses, standardised by `zscore` (one value for each of
    /// these voxels), and images of `side` pixels. The pairs keep the purpose of the part.
    ///
    /// # Errors
    /// Those of [`Part::items`] and [`DataSet::images`]; [`crate::Error::Shape`] for a `zscore` of other voxels.
    pub fn pairs(
        &self,
        average: Averaging,
        voxels: &[usize],
        zscore: Option<&ZScore>,
        side: usize,
    ) -> Result<Pairs<P>> {
        let items = self.items(average)?;
        let mut responses = items.responses.select(Axis(1), voxels); // [items, used voxels]
        if let Some(zscore) = zscore {
            zscore.apply(&mut responses)?;
        }
        let mut shown = items.stimulus.clone();
        shown.sort_unstable();
        shown.dedup();
        let images = at_side(self.data.images(&shown)?, side)?; // [stimuli, side, side, 3]
        let image_of = items.stimulus.iter().map(|s| shown.partition_point(|other| other < s)).collect();
        Ok(Pairs::new(Items { responses, ..items }, images, image_of))
    }

    pub(crate) fn splits(&self) -> &'static [Split] {
        self.splits
    }
}

impl DataSet {
    /// The part that networks and statistics may be fitted on.
    pub fn training(&self) -> TrainingSplit<'_> {
        Part::new(self, &[Split::Train])
    }

    /// The training part joined by the validation part, for a final fit whose length is already chosen: nothing may be
    /// selected by the validation part then.
    pub fn training_and_validation(&self) -> TrainingSplit<'_> {
        Part::new(self, &[Split::Train, Split::Validation])
    }

    /// The part for early stopping and hyper-parameters.
    pub fn validation(&self) -> ValidationSplit<'_> {
        Part::new(self, &[Split::Validation])
    }

    /// The test part, for scores only.
    pub fn held_out(&self) -> HeldOutSplit<'_> {
        Part::new(self, &[Split::Test])
    }
}
