//! The trials that are shown with their images.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array3, Axis};

use crate::header::{Header, Split};
use crate::store::DataSet;
use crate::{Result, at_side};

/// A trial with its image.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownTrial {
    /// Its row among the responses, from 0.
    pub trial: usize,
    /// Name of the image in its source.
    pub name: String,
    /// Class of what the image shows, where known.
    pub class: Option<String>,
    /// The part that it belongs to.
    pub split: Split,
    /// Session and run, as the source numbers them.
    pub session_run: (u16, u16),
    /// Which presentation of the image, from 0.
    pub repeat: u16,
    /// The image, u8 `[side, side, 3]`; `None` in a data set without images.
    pub image: Option<Array3<u8>>,
}

/// Rows of the trials that are shown, ascending.
pub(super) struct Sample(Vec<usize>);

impl Sample {
    /// At most `most` trials: the first and last of each run, or of each session if there are too many runs, up to half of
    /// them, and an even sample of all.
    pub(super) fn of(header: &Header, most: usize) -> Self {
        let count = header.trials.len();
        let runs = ends(header.trials.iter().map(|trial| (trial.session, trial.run)));
        let sessions = ends(header.trials.iter().map(|trial| (trial.session, 0)));
        let half = most / 2;
        let ends = if runs.len() <= half { runs } else { sessions };
        let mut rows: BTreeSet<usize> = even(ends.len(), half).map(|at| ends[at]).collect();
        rows.extend([0, count.saturating_sub(1)].into_iter().filter(|&row| row < count));
        for row in even(count, most) {
            if rows.len() >= most {
                break;
            }
            rows.insert(row);
        }
        Self(rows.into_iter().collect())
    }

    pub(super) fn read(self, data: &DataSet, side: usize) -> Result<Vec<ShownTrial>> {
        let header = data.header();
        let stimuli: Vec<u32> = self.0.iter().map(|&row| header.trials[row].stimulus).collect();
        let images = if header.has_images() { Some(at_side(data.images(&stimuli)?, side)?) } else { None };
        let shown = self.0.iter().enumerate().map(|(at, &row)| {
            let trial = header.trials[row];
            let info = &header.stimuli[trial.stimulus as usize];
            ShownTrial {
                trial: row,
                name: info.name.clone(),
                class: info.class.clone(),
                split: info.split,
                session_run: (trial.session, trial.run),
                repeat: trial.repeat,
                image: images.as_ref().map(|images| images.index_axis(Axis(0), at).to_owned()),
            }
        });
        Ok(shown.collect())
    }
}

/// First and last row of each group, ascending.
fn ends(groups: impl Iterator<Item = (u16, u16)>) -> Vec<usize> {
    let mut known: BTreeMap<(u16, u16), (usize, usize)> = BTreeMap::new();
    for (row, group) in groups.enumerate() {
        known.entry(group).and_modify(|ends| ends.1 = row).or_insert((row, row));
    }
    let rows: BTreeSet<usize> = known.into_values().flat_map(|(first, last)| [first, last]).collect();
    rows.into_iter().collect()
}

/// At most `most` of `count` positions, the first and the last of them, evenly spaced.
pub(super) fn even(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let taken = count.min(most);
    (0..taken).map(move |at| if taken < 2 { 0 } else { at * (count - 1) / (taken - 1) })
}
