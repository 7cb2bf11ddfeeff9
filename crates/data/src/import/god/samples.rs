//! Samples and what they show.

use std::collections::HashMap;
use std::path::Path;

use super::Label;
use crate::header::{Split, TrialInfo};
use crate::import::bdata::BData;
use crate::import::shown::Repeats;
use crate::{Error, Result};

const LABELS: [&str; 4] = ["stimulus_id", "Label", "label", "image_id"];

/// Which samples are kept, and what they show.
#[derive(Default)]
pub(super) struct Samples {
    pub(super) stimuli: Vec<(Label, Split)>,
    known: HashMap<Label, usize>,
    repeats: Repeats,
    /// One list for each file, an entry for each row.
    pub(super) rows: Vec<Vec<Option<TrialInfo>>>,
    pub(super) left_out: usize,
}

impl Samples {
    pub(super) fn add(&mut self, table: &BData, is_test: bool, two_files: bool) -> Result<()> {
        let missing = |what: String| Error::mismatch(table.path(), what);
        let labels = table.label(&LABELS)?;
        let labels =
            labels.ok_or_else(|| missing(format!("it has no column of labels: one of {}", LABELS.join(", "))))?;
        let kinds = match (table.label(&["DataType"])?, two_files) {
            (Some(kinds), false) => kinds,
            (_, true) => vec![if is_test { 2.0 } else { 1.0 }; labels.len()],
            (None, false) => {
                return Err(missing("it has no column DataType: give the file of test samples as well".into()));
            }
        };
        let runs = table.label(&["Run", "run"])?.unwrap_or_else(|| vec![1.0; labels.len()]);
        let sessions = table.label(&["Session", "session"])?.unwrap_or_else(|| vec![1.0; labels.len()]);
        let mut rows = Vec::with_capacity(labels.len());
        for row in 0..labels.len() {
            let split = match kinds[row] {
                1.0 => Some(Split::Train),
                2.0 => Some(Split::Test),
                _ => None,
            };
            let trial = match (Label::of(labels[row]), split) {
                (Some(label), Some(split)) => {
                    Some(self.trial(table.path(), label, split, [sessions[row], runs[row]])?)
                }
                _ => None,
            };
            self.left_out += usize::from(trial.is_none());
            rows.push(trial);
        }
        self.rows.push(rows);
        Ok(())
    }

    fn trial(&mut self, path: &Path, label: Label, split: Split, place: [f64; 2]) -> Result<TrialInfo> {
        let stimulus = *self.known.entry(label).or_insert_with(|| {
            self.stimuli.push((label, split));
            self.stimuli.len() - 1
        });
        if self.stimuli[stimulus].1 != split {
            let reason = format!("{} is a training and a test picture: leave one out", label.name());
            return Err(Error::mismatch(path, reason));
        }
        let repeat = self.repeats.next(stimulus);
        let [session, run] = place.map(|number| (number - 1.0).max(0.0) as u16); // counted from 1 in the file
        Ok(TrialInfo { stimulus: stimulus as u32, repeat, session, run, averaged: 1 })
    }
}
