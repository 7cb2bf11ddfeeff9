//! A whole simulated experiment: scenes, a brain, presentations, and the files they are written to.

mod config;
mod npy;
mod pictures;
mod plan;
mod provenance;

pub use config::SimConfig;
pub use pictures::generate_classes;
pub use plan::Part;

use crate::brain::{Brain, BrainConfig};
use crate::category::Category;
use crate::draws::mix;
use crate::error::SimError;
use crate::scene::SceneGenerator;
use afterimage_data::{DataSetWriter, Header, Split, Step, StimulusInfo, TrialInfo};
use ndarray::{Array2, Array4, Axis, concatenate};
use npy::failed;
use plan::Plan;
pub(crate) use provenance::provenance;
use std::path::{Path, PathBuf};

/// Name of the file with the truth.
pub(crate) const TRUTH_FILE: &str = "truth.json";

/// Trials in a run.
pub(crate) const RUN: usize = 50;

/// Progress of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The current part.
    pub part: Part,
    /// Scenes made so far.
    pub done: usize,
    /// Scenes wanted.
    pub total: usize,
}

/// Where a simulation was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The data set, for `afterimage_data::DataSet::open`.
    pub data_set: PathBuf,
    /// The truth about the brain, JSON of [`crate::Truth`].
    pub truth: PathBuf,
    /// The unpaired images, `.npy` of `[n, side, side, 3]` bytes with `images.csv` (index, class and name) beside it,
    /// for `afterimage_data::UnpairedPool::open`.
    pub unpaired: PathBuf,
    /// The external images, wrong candidates of identification, likewise.
    pub external: PathBuf,
    /// Images of the classes of a classification, likewise, with `superclasses.csv` (class, superclass) beside it;
    /// only if classes were requested.
    pub classes: PathBuf,
}

impl Written {
    /// The files of a simulation in `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            data_set: folder.join("subject.afterimage"),
            truth: folder.join(TRUTH_FILE),
            unpaired: folder.join("unpaired/unpaired.npy"),
            external: folder.join("external/external.npy"),
            classes: folder.join("classes/classes.npy"),
        }
    }
}

/// A simulated experiment, in memory or written to a folder.
pub struct Simulation {
    config: SimConfig,
    plan: Plan,
    generator: SceneGenerator,
    brain: Brain,
}

impl Simulation {
    /// Draws the brain and decides on the categories; scenes are created later.
    ///
    /// # Errors
    /// An impossible configuration.
    pub fn new(config: SimConfig) -> Result<Self, SimError> {
        config.check()?;
        let make_up = BrainConfig { side: config.side, voxels: config.voxels, ..config.brain.clone() };
        Ok(Self {
            plan: Plan::new(config.seed),
            generator: SceneGenerator::new(config.seed, config.side)?,
            brain: Brain::new(config.seed, make_up)?,
            config,
        })
    }

    /// Draws, makes and writes a whole experiment: [`Simulation::new`], then [`Simulation::write`].
    ///
    /// # Errors
    /// An impossible configuration, or a folder that cannot be written to.
    pub fn generate(config: SimConfig, folder: &Path, progress: impl FnMut(Progress)) -> Result<Written, SimError> {
        Self::new(config)?.write(folder, progress)
    }

    /// The subject's brain.
    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// Index and category of each scene of a part.
    pub fn scenes(&self, part: Part) -> Vec<(u64, Category)> {
        self.plan.scenes(part, &self.config)
    }

    /// The images of a part, `[scenes, side, side, 3]`.
    pub fn images(&self, part: Part) -> Array4<u8> {
        self.generator.images(&self.scenes(part))
    }

    /// Single-trial responses to images of a part, `[scenes, voxels]`, at one of their presentations.
    ///
    /// # Errors
    /// Images that are not square RGB, or none.
    pub fn responses(&self, part: Part, images: &Array4<u8>, repeat: u16) -> Result<Array2<f32>, SimError> {
        self.brain.responses(images.view(), trial_seed(part, repeat))
    }

    /// Writes the data set, the truth, the unpaired images and the external images into a folder, which is created if
    /// necessary.
    ///
    /// # Errors
    /// A folder or file that cannot be written, or that exists already.
    pub fn write(&self, folder: &Path, mut progress: impl FnMut(Progress)) -> Result<Written, SimError> {
        make_folder(folder)?;
        let written = Written::in_folder(folder);
        self.write_data_set(&written.data_set, &mut progress)?;
        let truth = serde_json::to_vec(&self.brain.truth()).expect("the truth has only plain values");
        std::fs::write(&written.truth, truth).map_err(|source| failed(&written.truth, source))?;
        let parts = [(Part::Unpaired, &written.unpaired), (Part::External, &written.external)];
        for (part, path) in parts {
            pictures::write(&self.generator, part, &self.scenes(part), path, &mut progress)?;
        }
        if self.config.classes > 0 {
            pictures::write_classes(&self.generator, &self.scenes(Part::Classes), &written.classes, &mut progress)?;
        }
        Ok(written)
    }

    fn write_data_set(&self, path: &Path, progress: &mut impl FnMut(Progress)) -> Result<(), SimError> {
        let mut writer = DataSetWriter::create(path, self.header())?;
        let mut first = 0;
        for part in [Part::Train, Part::Validation, Part::Test] {
            if self.config.scenes(part) == 0 {
                continue;
            }
            let mut signals = Vec::new();
            self.blocks(part, progress, |images| {
                signals.push(self.brain.signal(images.view())?);
                Ok(writer.append_stimuli(images.view())?)
            })?;
            let views: Vec<_> = signals.iter().map(|block| block.view()).collect();
            let signal = concatenate(Axis(0), &views).expect("blocks have one width");
            self.append_trials(&mut writer, part, &signal, first)?;
            first += signal.nrows() as u32;
        }
        writer.finish()?;
        Ok(())
    }

    /// Each repeat is a session in which every scene of the part is shown once, in runs of 50.
    fn append_trials(
        &self,
        writer: &mut DataSetWriter,
        part: Part,
        signal: &Array2<f32>,
        first: u32,
    ) -> Result<(), SimError> {
        for repeat in 0..self.config.repeats(part) {
            let mut responses = signal.clone();
            self.brain.add_noise(&mut responses, trial_seed(part, repeat));
            let trial = |row: usize| TrialInfo {
                stimulus: first + row as u32,
                repeat,
                session: repeat,
                run: (row / RUN) as u16,
                averaged: 1,
            };
            writer.append_responses(responses.view(), &(0..signal.nrows()).map(trial).collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn header(&self) -> Header {
        let parts = [(Part::Train, Split::Train), (Part::Validation, Split::Validation), (Part::Test, Split::Test)];
        let stimuli = parts.into_iter().flat_map(|(part, split)| {
            let info = move |(index, category): (u64, Category)| StimulusInfo {
                name: scene_name(part, index),
                class: Some(category.name()),
                origin: None,
                split,
            };
            self.scenes(part).into_iter().map(info)
        });
        let split = "categories of the test scenes occur neither in training nor among the unpaired images";
        let title = format!("Simulated subject, seed {}", self.config.seed);
        let provenance = provenance(&self.brain, title, [Step::split(split)]);
        Header::new(stimuli.collect(), self.brain.voxels(), self.config.side, provenance)
    }

    /// Makes a part block by block.
    fn blocks(
        &self,
        part: Part,
        progress: &mut impl FnMut(Progress),
        take: impl FnMut(Array4<u8>) -> Result<(), SimError>,
    ) -> Result<(), SimError> {
        pictures::blocks(&self.generator, part, &self.scenes(part), progress, take)
    }
}

fn make_folder(folder: &Path) -> Result<(), SimError> {
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))
}

/// The noise of a presentation depends only on the part and the repeat.
fn trial_seed(part: Part, repeat: u16) -> u64 {
    mix(((part as u64) << 32) | u64::from(repeat))
}

/// A name such as `test-0007.png`, counted within the part.
fn scene_name(part: Part, index: u64) -> String {
    format!("{}-{:05}.png", format!("{part:?}").to_lowercase(), index & 0xffff_ffff)
}
