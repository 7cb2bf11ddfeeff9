//! Which scene of which category goes where; no category of a test scene is in training or among the unpaired images.

use super::SimConfig;
use crate::category::{Category, categories, combinations};
use crate::draws::{Draws, Purpose};
use serde::Serialize;

/// A part of a simulation. Every part has its own range of scene indices, so that no scene is in two of them and
/// making one part larger changes no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Shown to the subject; networks are fitted on it.
    Train,
    /// Shown to the subject; categories as in training.
    Validation,
    /// Shown to the subject; categories that occur nowhere else but in `External`.
    Test,
    /// Unpaired images, of the training categories and of others, never of the test categories.
    Unpaired,
    /// Images of any category, wrong candidates for identification.
    External,
    /// Images of the classes that a classification chooses among.
    Classes,
}

/// The categories of each part.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Plan {
    seen: Vec<Category>,
    held_out: Vec<Category>,
    unpaired_only: Vec<Category>,
    /// Combinations that are not category of the experiment, in random order.
    others: Vec<Category>,
}

impl Plan {
    /// A fifth of the categories is held out for the test, another fifth is only among the unpaired images.
    pub(crate) fn new(seed: u64) -> Self {
        let mut all = categories().to_vec();
        Draws::new(seed, Purpose::Split, 0).shuffle(&mut all);
        let fifth = all.len() / 5;
        let held_out = all.split_off(all.len() - fifth);
        let unpaired_only = all.split_off(all.len() - fifth);
        let mut others: Vec<Category> = combinations().filter(|one| !categories().contains(one)).collect();
        Draws::new(seed, Purpose::Split, 1).shuffle(&mut others);
        Self { seen: all, held_out, unpaired_only, others }
    }

    fn categories(&self, part: Part, config: &SimConfig) -> Vec<Category> {
        match part {
            Part::Train | Part::Validation => self.seen.clone(),
            Part::Test => self.held_out.clone(),
            Part::Unpaired => [&self.seen[..], &self.unpaired_only].concat(),
            Part::External => categories().to_vec(),
            Part::Classes => self.classes(config.classes),
        }
    }

    /// The first `count` classes of a classification: the test's, the others of the experiment, then combinations that
    /// occur nowhere.
    pub(crate) fn classes(&self, count: usize) -> Vec<Category> {
        let mut all = [&self.held_out[..], &self.seen, &self.unpaired_only, &self.others].concat();
        all.truncate(count);
        all
    }

    /// Index and category of each scene of a part; categories take turns, so that they are equally frequent.
    pub(crate) fn scenes(&self, part: Part, config: &SimConfig) -> Vec<(u64, Category)> {
        let choices = self.categories(part, config);
        let first = (part as u64) << 32;
        (0..config.scenes(part)).map(|i| (first + i as u64, choices[i % choices.len()])).collect()
    }
}
