//! `run.json`: what was run, on which data, with which software.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Result, RunFolder, atomic, baseline::Baseline};

/// The content of `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the run layout.
    pub layout: u32,
    /// Name of the experiment.
    pub name: String,
    /// Software name and version.
    pub software: String,
    /// Git commit the software was built from, if known; ends in `-dirty` with uncommitted changes.
    pub git_commit: Option<String>,
    /// The command line that made the run.
    pub command: Vec<String>,
    /// When the run was created, RFC 3339, UTC.
    pub created: String,
    /// Device and threads, such as "cpu (flex), 2 threads".
    pub device: String,
    /// Operating system and processor.
    pub machine: String,
    /// Every seed by its purpose.
    pub seeds: BTreeMap<String, u64>,
    /// Inputs with their hashes: data set, unpaired and external images, backbones.
    pub inputs: Vec<Input>,
    /// Facts about the data, for the report.
    pub data: DataFacts,
    /// Wall-clock seconds by stage.
    pub timing_secs: BTreeMap<String, f64>,
    /// Largest resident memory of the process so far, MiB.
    pub peak_memory_mib: Option<u64>,
    /// Stages finished so far: `encoder`, `decoder` (of a baseline: `fit`), `reconstruct`, `evaluate`, `report`.
    pub finished: Vec<String>,
    /// Remarks that a reader must see next to every score.
    pub warnings: Vec<String>,
    /// Keys of the experiment that were changed after the run was begun, oldest first; none of them decides weights that had
    /// been trained by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// How a baseline was made; absent where networks were trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// The run whose networks are scored here on another data set than its own; absent in all other runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored_run: Option<ScoredRun>,
    /// SHA-256 of the files that the run wrote, by relative path; [`Manifest::write`] fills it with what was written
    /// through the [`RunFolder`]. Empty in runs of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
}

/// The run that was scored on another data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredRun {
    /// Its name.
    pub run: String,
    /// SHA-256 of its decoder; `None` of a baseline.
    pub decoder: Option<String>,
    /// The data set that it was trained on.
    pub trained_on: Input,
    /// How its voxels were found in the data set that it is scored on, in words.
    pub voxels: String,
    /// What the images of the data set share with those that it was trained on, a sentence each.
    pub overlap: Vec<String>,
}

/// A change of the configuration of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When, RFC 3339, UTC.
    pub at: String,
    /// The command line that changed it.
    pub command: Vec<String>,
    /// The keys, with their values before and after.
    pub keys: Vec<ChangedKey>,
}

/// A key of the experiment with two values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedKey {
    /// The dotted key.
    pub key: String,
    /// Its value before, as JSON.
    pub was: serde_json::Value,
    /// Its value after, as JSON.
    pub is: serde_json::Value,
}

/// An input of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Role: `data set`, `unpaired images`, `external images`, `backbone squeezenet1_1` ...
    pub role: String,
    /// Path as the user gave it.
    pub path: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
    /// Number of images or trials, if it has one.
    pub count: Option<usize>,
}

/// Facts about the data set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// Title of the data set.
    pub title: String,
    /// Licence of the source.
    pub licence: Option<String>,
    /// How to cite the source.
    pub citation: Option<String>,
    /// Number of voxels, neurons or channels used.
    pub voxels: usize,
    /// Number of training items (after averaging, as used).
    pub training_items: usize,
    /// Number of validation items, taken from the training data.
    pub validation_items: usize,
    /// Number of held-out items.
    pub test_items: usize,
    /// Number of unpaired images.
    pub unpaired_images: usize,
    /// Number of external candidates.
    pub external_images: usize,
    /// Smallest and largest number of repeats averaged per test item.
    pub test_repeats: (u32, u32),
    /// Voxels per region.
    pub regions: BTreeMap<String, usize>,
    /// Where the SNR of the decoder's regulariser comes from.
    pub snr_source: String,
    /// Preprocessing, one sentence per step, with the part it was fitted on.
    pub preprocessing: Vec<String>,
}

impl Manifest {
    /// Returns false for a baseline that predicts no responses.
    pub fn predicts_responses(&self) -> bool {
        self.baseline.as_ref().is_none_or(|baseline| baseline.encoder.is_some())
    }

    /// Writes `run.json`, with the hashes of all files written through `run`.
    ///
    /// # Errors
    /// See [`atomic::write`].
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        let whole = Self { outputs: run.recorded()?, ..self.clone() };
        atomic::write_json(&run.manifest_file(), &whole)?;
        run.close_journal()
    }

    /// Reads `run.json`.
    ///
    /// # Errors
    /// See [`atomic::read_json`].
    pub fn read(run: &RunFolder) -> Result<Self> {
        atomic::read_json(&run.manifest_file())
    }
}
