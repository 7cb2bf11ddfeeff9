//! Size of a simulated experiment.

use super::Part;
use crate::brain::BrainConfig;
use crate::category::MOST_CLASSES;
use crate::error::SimError;
use serde::{Deserialize, Serialize};

/// Numbers of items to simulate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimConfig {
    /// Seed of the scenes, the brain and the noise.
    pub seed: u64,
    /// Image side in pixels; it replaces `brain.side`.
    pub side: usize,
    /// Number of voxels; it replaces `brain.voxels`.
    pub voxels: usize,
    /// Number of training scenes.
    pub train: usize,
    /// Number of validation scenes.
    pub validation: usize,
    /// Number of test scenes.
    pub test: usize,
    /// Presentations of each training and validation scene.
    pub train_repeats: u16,
    /// Presentations of each test scene.
    pub test_repeats: u16,
    /// Number of unpaired images.
    pub unpaired: usize,
    /// Number of external images, wrong candidates of identification.
    pub external: usize,
    /// Number of classes for a classification; 0 creates none. The first 120 are the
    /// categories of the experiment, those of the test before the others.
    pub classes: usize,
    /// Number of images of each of these classes.
    pub class_images: usize,
    /// The rest of the brain's make-up.
    pub brain: BrainConfig,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            side: 64,
            voxels: 1000,
            train: 600,
            validation: 60,
            test: 50,
            train_repeats: 2,
            test_repeats: 10,
            unpaired: 4000,
            external: 1000,
            classes: 0,
            class_images: 20,
            brain: BrainConfig::default(),
        }
    }
}

impl SimConfig {
    /// Number of scenes of a part.
    pub fn scenes(&self, part: Part) -> usize {
        match part {
            Part::Train => self.train,
            Part::Validation => self.validation,
            Part::Test => self.test,
            Part::Unpaired => self.unpaired,
            Part::External => self.external,
            Part::Classes => self.classes * self.class_images,
        }
    }

    pub(crate) fn repeats(&self, part: Part) -> u16 {
        if part == Part::Test { self.test_repeats } else { self.train_repeats }
    }

    /// # Errors
    /// A part of the experiment that would be empty.
    pub fn check(&self) -> Result<(), SimError> {
        let counts = [
            ("train", self.train),
            ("test", self.test),
            ("train_repeats", self.train_repeats.into()),
            ("test_repeats", self.test_repeats.into()),
        ];
        if let Some((key, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(SimError::Config { key, value: "0".into(), expected: "1 or more" });
        }
        check_classes(self.classes)
    }
}

/// # Errors
/// More classes than there are combinations of shape, texture and colour.
pub(crate) fn check_classes(classes: usize) -> Result<(), SimError> {
    if classes <= MOST_CLASSES {
        return Ok(());
    }
    Err(SimError::Config { key: "classes", value: classes.to_string(), expected: "at most 1320" })
}
