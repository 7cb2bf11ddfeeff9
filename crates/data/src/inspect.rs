//! What a person wants to know about a data set at a glance.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::header::{Provenance, Split, VoxelColumn};
use crate::store::DataSet;

/// Counts of one part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSummary {
    /// Stimuli in it.
    pub stimuli: usize,
    /// Rows of responses.
    pub trials: usize,
    /// Fewest repeats of a stimulus, those averaged in a row counted.
    pub fewest_repeats: u32,
    /// Most repeats of a stimulus.
    pub most_repeats: u32,
    /// Classes, where known.
    pub classes: usize,
}

/// A data set in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Where it lies.
    pub path: String,
    /// SHA-256 of its content.
    pub fingerprint: String,
    /// Stimuli.
    pub stimuli: usize,
    /// Rows of responses.
    pub trials: usize,
    /// Voxels.
    pub voxels: usize,
    /// Image side, pixels.
    pub image_side: usize,
    /// Voxels in each region.
    pub regions: BTreeMap<String, usize>,
    /// What is known of each voxel: name and meaning of each column.
    pub columns: BTreeMap<String, String>,
    /// Sessions, and runs in all of them.
    pub sessions: usize,
    /// Runs, counted over all sessions.
    pub runs: usize,
    /// The training part.
    pub train: PartSummary,
    /// The validation part.
    pub validation: PartSummary,
    /// The test part.
    pub test: PartSummary,
    /// Repeats averaged in a row: 1 for single trials, `None` where it varies.
    pub averaged: Option<u16>,
    /// Origin.
    pub provenance: Provenance,
}

impl Summary {
    /// Of an open data set; reads no arrays.
    pub fn of(data: &DataSet) -> Self {
        let header = data.header();
        let averaged: BTreeSet<u16> = header.trials.iter().map(|trial| trial.averaged).collect();
        let sessions: BTreeSet<u16> = header.trials.iter().map(|trial| trial.session).collect();
        let runs: BTreeSet<(u16, u16)> = header.trials.iter().map(|trial| (trial.session, trial.run)).collect();
        let meaning = |(name, column): (&String, &VoxelColumn)| (name.clone(), column.meaning.clone());
        Self {
            columns: header.voxels.columns.iter().map(meaning).collect(),
            sessions: sessions.len(),
            runs: runs.len(),
            path: data.path().to_string_lossy().into_owned(),
            fingerprint: data.fingerprint().to_owned(),
            stimuli: header.stimuli.len(),
            trials: header.trials.len(),
            voxels: header.voxels.count,
            image_side: header.size,
            regions: header.voxels.regions.iter().map(|(name, mask)| (name.clone(), count(mask))).collect(),
            train: part(data, Split::Train),
            validation: part(data, Split::Validation),
            test: part(data, Split::Test),
            averaged: averaged.first().copied().filter(|_| averaged.len() == 1),
            provenance: header.provenance.clone(),
        }
    }
}

fn count(mask: &[bool]) -> usize {
    mask.iter().filter(|&&inside| inside).count()
}

fn part(data: &DataSet, split: Split) -> PartSummary {
    let header = data.header();
    let mut repeats: BTreeMap<u32, u32> = BTreeMap::new();
    let mut trials = 0;
    for trial in &header.trials {
        if header.stimuli[trial.stimulus as usize].split == split {
            trials += 1;
            *repeats.entry(trial.stimulus).or_default() += u32::from(trial.averaged);
        }
    }
    let inside = || header.stimuli.iter().filter(|info| info.split == split);
    PartSummary {
        stimuli: inside().count(),
        trials,
        fewest_repeats: repeats.values().min().copied().unwrap_or(0),
        most_repeats: repeats.values().max().copied().unwrap_or(0),
        classes: inside().filter_map(|info| info.class.as_ref()).collect::<BTreeSet<_>>().len(),
    }
}
