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
    /// Samples of neither part (imagery), and samples without a label (rest).
    pub(super) left_out: [usize; 2],
    /// Sessions of the files before.
    sessions: u16,
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
        refuse_rounded(table.path(), &labels)?;
        let counted = |keys: &[&str]| -> Result<Vec<u16>> {
            Ok(table.label(keys)?.map_or_else(|| vec![0; labels.len()], |numbers| from_zero(&numbers)))
        };
        let runs = counted(&["Run", "run"])?;
        let mut sessions = counted(&["Session", "session"])?;
        // The files count their sessions each from 1.
        sessions.iter_mut().for_each(|session| *session = session.saturating_add(self.sessions));
        self.sessions = sessions.iter().max().map_or(0, |last| last.saturating_add(1));
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
            if trial.is_none() {
                self.left_out[usize::from(split.is_some())] += 1;
            }
            rows.push(trial);
        }
        self.rows.push(rows);
        Ok(())
    }

    fn trial(&mut self, path: &Path, label: Label, split: Split, place: [u16; 2]) -> Result<TrialInfo> {
        let stimulus = *self.known.entry(label).or_insert_with(|| {
            self.stimuli.push((label, split));
            self.stimuli.len() - 1
        });
        if self.stimuli[stimulus].1 != split {
            let reason = format!("{} is a training and a test picture: leave one out", label.name());
            return Err(Error::mismatch(path, reason));
        }
        let repeat = self.repeats.next(stimulus);
        let [session, run] = place;
        Ok(TrialInfo { stimulus: stimulus as u32, repeat, session, run, averaged: 1 })
    }
}

/// Numbers counted from the smallest of them; a sample without a number belongs to the first.
fn from_zero(numbers: &[f64]) -> Vec<u16> {
    let first = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    numbers.iter().map(|number| if number.is_nan() { 0 } else { (number - first) as u16 }).collect()
}

/// The six decimals of a label are its image; a 32-bit float loses them.
fn refuse_rounded(path: &Path, labels: &[f64]) -> Result<()> {
    let mut known = labels.iter().copied().filter(|label| *label >= 1e6).peekable();
    let Some(first) = known.peek().copied() else { return Ok(()) };
    if known.all(|label| f64::from(label as f32) == label) {
        let reason = format!(
            "its labels, such as {first}, went through 32-bit floats, which lose the number of the image: save the file \
             with 64-bit floats"
        );
        return Err(Error::mismatch(path, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_went_through_32_bits_are_refused() {
        let labels = [1_518_878.010_042, 1_846_331.017_038, f64::NAN];
        assert!(refuse_rounded(Path::new("s.h5"), &labels).is_ok());
        let message = refuse_rounded(Path::new("s.h5"), &labels.map(|label| f64::from(label as f32))).unwrap_err();
        assert!(message.to_string().contains("1518878, went through 32-bit floats"), "{message}");
    }

    #[test]
    fn runs_are_counted_from_the_first() {
        assert_eq!(from_zero(&[0.0, 1.0, 2.0]), [0, 1, 2]);
        assert_eq!(from_zero(&[2.0, 1.0, f64::NAN]), [1, 0, 0]);
    }
}
