//! What a data set says about itself: stimuli, trials, voxels and where all of it came from.

use afterimage_schema::in_order;
use afterimage_statistics::RecordedUnit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Error, region};

mod left_out;
mod run_level;
mod step;
mod time_order;
mod voxels;

pub use left_out::LeftOut;
pub(crate) use run_level::{RunLevel, Runs};
pub use step::{FittedOn, Step, StepKind};
pub(crate) use time_order::BY_STIMULUS;
pub use voxels::{SurfaceGeometry, VolumeGeometry, VoxelColumn, Voxels};

/// Version of the layout written by this release; a reader refuses newer ones.
///
/// | version | what it added |
/// |---|---|
/// | 1 | stimuli, trials, voxels with regions and coordinates, provenance in words |
/// | 2 | columns and geometry of voxels, origin of stimuli, what each step was fitted on, data sets without images |
/// | 3 | vertices of voxels that lie on a surface |
pub const LAYOUT_VERSION: u32 = 3;

/// Which part of the work a stimulus, with all its trials, belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Networks and statistics are fitted on it.
    Train,
    /// Early stopping and hyper-parameters are chosen on it.
    Validation,
    /// Scores are computed on it, and nothing else.
    Test,
    /// Not used: what [`crate::DataSet::leave_out`] left out.
    Excluded,
}

impl Split {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::Excluded => "excluded",
        }
    }
}

/// One stimulus; its index is its row in the array `stimuli`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<StimulusInfo>)]
pub struct StimulusInfo {
    /// The image's name in its source.
    pub name: String,
    /// The class of what it shows, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The part it belongs to.
    pub split: Split,
    /// Where its image was read from, such as `nsd_stimuli.hdf5:/imgBrick[46002]`, when the name does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl StimulusInfo {
    /// A stimulus of unknown class, whose name says where its image is from.
    pub fn new(name: impl Into<String>, split: Split) -> Self {
        Self { name: name.into(), class: None, split, origin: None }
    }
}

/// One row of the array `responses`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<TrialInfo>)]
pub struct TrialInfo {
    /// Row of the stimulus shown.
    pub stimulus: u32,
    /// Which presentation of the stimulus, from 0.
    pub repeat: u16,
    /// Session: the number that the source gives it, as in `ses-02`, or its place from 0.
    pub session: u16,
    /// Run within the session: the number that the source gives it, or its place. One number in two sessions is two runs.
    pub run: u16,
    /// Number of repeats already averaged in this row; 1 is a single trial.
    pub averaged: u16,
}

/// A file the data came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<SourceFile>)]
pub struct SourceFile {
    /// Its path as it was given.
    pub path: String,
    /// Its SHA-256.
    pub sha256: String,
}

/// Where the data came from and what was done to them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(transform = in_order::<Provenance>)]
pub struct Provenance {
    /// What a reader should call the data set.
    pub title: String,
    /// The importer that made it, such as `generic` or `simulation`.
    pub kind: String,
    /// The files it was made from.
    pub source_files: Vec<SourceFile>,
    /// Licence of the recordings, as far as known.
    pub licence: Option<String>,
    /// What to cite.
    pub citation: Option<String>,
    /// Unit of the responses.
    pub units: Option<String>,
    /// What was recorded: what a column of the responses is. Like all of the provenance it is not in the fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<RecordedUnit>,
    /// Width of the image in degrees of visual angle.
    pub fov_deg: Option<f32>,
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// How the responses were standardised before they were stored, such as `in each run`; `None` if they were not, or if
    /// the source does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standardised: Option<String>,
    /// By what the trials are ordered if not by time, such as `by stimulus`; `None` if by time, or if the source does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untimed: Option<String>,
    /// What whole numbers of 16 bits in a volume of the source, without a scale in its header, were divided by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_number_scale: Option<f32>,
    /// What to know before training on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What of the source is not in the data set, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Version of this software.
    pub software: String,
}

impl Provenance {
    /// Of voxels, all else unknown.
    pub fn of_voxels() -> Self {
        Self { unit: Some(RecordedUnit::Voxel), ..Self::default() }
    }

    /// Returns the recorded unit, for messages; voxel if it is unknown.
    pub fn unit(&self) -> RecordedUnit {
        self.unit.unwrap_or_default()
    }
}

/// Everything about a data set but its two arrays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<Header>)]
pub struct Header {
    /// One entry per row of `stimuli`.
    pub stimuli: Vec<StimulusInfo>,
    /// One entry per row of `responses`. A writer fills it.
    #[serde(default)]
    pub trials: Vec<TrialInfo>,
    /// The columns of `responses`.
    pub voxels: Voxels,
    /// Origin.
    pub provenance: Provenance,
    /// Height and width of the stored images, pixels; 0 if the data set has no images (stimuli are names and classes then).
    pub size: usize,
}

impl Header {
    /// Whether the data set holds the images of its stimuli.
    pub fn has_images(&self) -> bool {
        self.size > 0
    }

    /// A header for a writer, without trials.
    pub fn new(stimuli: Vec<StimulusInfo>, voxels: Voxels, size: usize, provenance: Provenance) -> Self {
        Self { stimuli, trials: Vec::new(), voxels, provenance, size }
    }

    /// The first contradiction within the header, in words.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let voxels = self.voxels.count;
        if self.stimuli.is_empty() || voxels == 0 {
            return Some(format!("it needs stimuli and voxels, but has {} and {voxels}", self.stimuli.len()));
        }
        if let Some(reason) = self.voxels.contradiction() {
            return Some(reason);
        }
        let stimuli = self.stimuli.len();
        let stray = self.trials.iter().position(|trial| trial.stimulus as usize >= stimuli || trial.averaged == 0);
        stray.map(|row| {
            format!("trial {row} names stimulus {} of {stimuli}, or averages none", self.trials[row].stimulus)
        })
    }
}

impl Error {
    pub(crate) fn region(voxels: &Voxels, expression: &str, reason: String) -> Self {
        Self::Region { expression: expression.to_owned(), reason, available: region::list(voxels) }
    }
}
