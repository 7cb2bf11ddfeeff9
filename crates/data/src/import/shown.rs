//! What trials show, if they name their images.

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::images::ImageSource;

use super::Images;
use super::files::unused;
use super::order::Lookup;
use crate::assign::random_split;
use crate::header::{LeftOut, Split, StimulusInfo, TrialInfo};
use crate::{Error, Result};

/// Trials in their order, and the stimuli in the order in which they first occur.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) stimuli: Vec<StimulusInfo>,
    pub(super) trials: Vec<TrialInfo>,
    by_name: HashMap<String, u32>,
    repeats: Repeats,
}

/// How often each stimulus was shown so far.
#[derive(Debug, Default)]
pub(super) struct Repeats(Vec<u16>);

impl Repeats {
    /// The number of this showing of a stimulus, from zero.
    pub(super) fn next(&mut self, stimulus: usize) -> u16 {
        if self.0.len() <= stimulus {
            self.0.resize(stimulus + 1, 0);
        }
        let repeat = self.0[stimulus];
        self.0[stimulus] = repeat.saturating_add(1);
        repeat
    }
}

/// One trial.
pub(super) struct Trial<'a> {
    pub(super) name: &'a str,
    pub(super) class: Option<&'a str>,
    /// Whether its stimulus is of the test; one trial that says so is enough.
    pub(super) is_test: bool,
    pub(super) session: u16,
    pub(super) run: u16,
    pub(super) averaged: u16,
}

impl Shown {
    pub(super) fn push(&mut self, trial: Trial<'_>) {
        let stimulus = *self.by_name.entry(trial.name.to_owned()).or_insert_with(|| {
            let class = trial.class.map(str::to_owned);
            self.stimuli.push(StimulusInfo { class, ..StimulusInfo::new(trial.name, Split::Train) });
            self.stimuli.len() as u32 - 1
        });
        if trial.is_test {
            self.stimuli[stimulus as usize].split = Split::Test;
        }
        let repeat = self.repeats.next(stimulus as usize);
        let Trial { session, run, averaged, .. } = trial;
        self.trials.push(TrialInfo { stimulus, repeat, session, run, averaged });
    }

    /// Draws the stimuli of early stopping among those of the training.
    ///
    /// # Errors
    /// [`Error::Manifest`] naming `path` when nothing is left for training.
    pub(super) fn hold_out(&mut self, path: &Path, validation: usize, seed: u64) -> Result<()> {
        let test: Vec<usize> = (0..self.stimuli.len()).filter(|&row| self.stimuli[row].split == Split::Test).collect();
        self.split(path, 0, validation, seed, Some(&test))
    }

    /// Draws the test too, for sources that give none.
    ///
    /// # Errors
    /// As [`Shown::hold_out`].
    pub(super) fn draw(&mut self, path: &Path, test: usize, validation: usize, seed: u64) -> Result<()> {
        self.split(path, test, validation, seed, None)
    }

    fn split(&mut self, path: &Path, test: usize, validation: usize, seed: u64, fixed: Option<&[usize]>) -> Result<()> {
        let splits = random_split(self.stimuli.len(), test, validation, seed, fixed).ok_or_else(|| {
            let test = fixed.map_or(test, <[usize]>::len);
            let reason = format!(
                "{} images leave none for training with {test} of the test and {validation} of validation: \
                 hold out fewer",
                self.stimuli.len()
            );
            Error::manifest(path, reason)
        })?;
        self.stimuli.iter_mut().zip(splits).for_each(|(stimulus, split)| stimulus.split = split);
        Ok(())
    }

    /// The images of the stimuli in a folder, an archive or an array; `other` is a second name to look under.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::Mismatch`] naming the first stimulus that has no image.
    pub(super) fn images(
        &self,
        path: &Path,
        other: impl Fn(&str) -> String,
    ) -> Result<(Images<'static>, Vec<LeftOut>)> {
        let source = ImageSource::open_by_name(path)?;
        let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
        let wanted: Vec<[String; 2]> =
            self.stimuli.iter().map(|stimulus| [stimulus.name.clone(), other(&stimulus.name)]).collect();
        let found = Lookup::new(&names).find_either(path, &wanted)?;
        source.require(found.iter().copied())?;
        self.refuse_shared(path, &names, &found)?;
        let left_out = unused(&source, found.iter().copied());
        Ok((Box::new(move |row, side| Ok(source.read_square(found[row], side)?)), left_out))
    }

    /// Two names of one image would be two stimuli, one perhaps of the test and one of the training.
    fn refuse_shared(&self, path: &Path, names: &[&str], found: &[usize]) -> Result<()> {
        let mut first = HashMap::new();
        for (row, &index) in found.iter().enumerate() {
            if let Some(other) = first.insert(index, row) {
                let [a, b] = [other, row].map(|row| self.stimuli[row].name.escape_debug());
                let reason = format!(
                    "\"{a}\" and \"{b}\" are both the image \"{}\": call it one name in the lists",
                    names[index]
                );
                return Err(Error::mismatch(path, reason));
            }
        }
        Ok(())
    }
}
