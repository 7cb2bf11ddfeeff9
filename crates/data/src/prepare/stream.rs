//! The trials of a data set with what was fitted so far applied, a block at a time.

use ndarray::{Array2, ArrayViewMut1, Axis};

use super::drift::Drift;
use super::groups::Groups;
use super::standardise::Standardise;
use crate::Result;
use crate::header::{Header, Split, StimulusInfo, TrialInfo, Voxels};
use crate::import::Block;
use crate::store::DataSet;

/// Trials read at a time.
const ROWS: usize = 256;

/// Something fitted.
#[derive(Debug)]
pub(super) enum Stage {
    Drift(Drift),
    Standardise(Standardise),
}

impl Stage {
    pub(super) fn groups(&self) -> &Groups {
        match self {
            Self::Drift(drift) => &drift.groups,
            Self::Standardise(score) => &score.groups,
        }
    }

    fn apply(&self, at: usize, row: ArrayViewMut1<'_, f32>) {
        match self {
            Self::Drift(drift) => drift.apply(at, row),
            Self::Standardise(score) => score.apply(at, row),
        }
    }
}

pub(super) struct Stream<'a> {
    pub(super) data: &'a DataSet,
    /// Rows of the data set.
    pub(super) kept: Vec<usize>,
    pub(super) trials: Vec<TrialInfo>,
    pub(super) stimuli: Vec<StimulusInfo>,
    all_voxels: Voxels,
    /// `[voxels of the data set]`
    mask: Vec<bool>,
    /// Each with the mask in force when it was fitted.
    stages: Vec<(Stage, Vec<bool>)>,
}

impl<'a> Stream<'a> {
    pub(super) fn new(data: &'a DataSet, header: &Header, kept: &[usize]) -> Self {
        Self {
            data,
            kept: kept.to_vec(),
            trials: kept.iter().map(|&trial| header.trials[trial]).collect(),
            stimuli: header.stimuli.clone(),
            all_voxels: header.voxels.clone(),
            mask: vec![true; header.voxels.count],
            stages: Vec::new(),
        }
    }

    /// Keeps some of the voxels that are left.
    pub(super) fn keep_voxels(&mut self, mask: &[bool]) {
        let mut within = mask.iter();
        self.mask.iter_mut().filter(|inside| **inside).for_each(|inside| *inside = within.next() == Some(&true));
    }

    pub(super) fn push(&mut self, stage: Stage) {
        self.stages.push((stage, self.mask.clone()));
    }

    /// The voxels that are left.
    pub(super) fn voxels(&self) -> Voxels {
        self.all_voxels.keep(&self.mask)
    }

    /// Whether a kept trial is of the training or the validation part.
    pub(super) fn is_seen(&self, at: usize) -> bool {
        self.stimuli[self.trials[at].stimulus as usize].split != Split::Test
    }

    /// Whether a kept trial is of the training part.
    pub(super) fn is_training(&self, at: usize) -> bool {
        self.stimuli[self.trials[at].stimulus as usize].split == Split::Train
    }

    /// The kept trials `first..first + count`: `[count, voxels left]`.
    pub(super) fn read(&self, first: usize, count: usize) -> Result<Array2<f32>> {
        let rows = &self.kept[first..first + count];
        let (start, end) = (rows[0], rows[count - 1] + 1);
        let wanted: Vec<usize> = rows.iter().map(|row| row - start).collect();
        let mut block = self.data.responses(start, end - start)?.select(Axis(0), &wanted);
        let mut mask = vec![true; self.mask.len()];
        for (stage, fitted_with) in &self.stages {
            block = narrow(block, &mask, fitted_with);
            mask.clone_from(fitted_with);
            block.outer_iter_mut().enumerate().for_each(|(offset, row)| stage.apply(first + offset, row));
        }
        Ok(narrow(block, &mask, &self.mask))
    }

    /// Blocks of kept trials `(first, count)`; those of a block lie close together in the data set.
    pub(super) fn ranges(&self) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        let mut first = 0;
        while first < self.kept.len() {
            let count = self.kept[first..].partition_point(|&row| row < self.kept[first] + ROWS);
            ranges.push((first, count));
            first += count;
        }
        ranges
    }

    /// Calls `visit` with the place of each kept trial and its responses.
    pub(super) fn for_each(&self, mut visit: impl FnMut(usize, ndarray::ArrayView1<'_, f32>)) -> Result<()> {
        for (first, count) in self.ranges() {
            let block = self.read(first, count)?;
            block.outer_iter().enumerate().for_each(|(offset, row)| visit(first + offset, row));
        }
        Ok(())
    }

    pub(super) fn into_blocks(self) -> impl Iterator<Item = Result<Block>> + 'a {
        self.ranges().into_iter().map(move |(first, count)| {
            Ok(Block { responses: self.read(first, count)?, trials: self.trials[first..first + count].to_vec() })
        })
    }
}

/// Columns that are inside `to`, of those inside `from`.
fn narrow(block: Array2<f32>, from: &[bool], to: &[bool]) -> Array2<f32> {
    let inside = from.iter().zip(to).filter(|&(&from, _)| from).map(|(_, &to)| to);
    let columns: Vec<usize> = inside.enumerate().filter(|&(_, to)| to).map(|(column, _)| column).collect();
    if columns.len() == block.ncols() { block } else { block.select(Axis(1), &columns) }
}
