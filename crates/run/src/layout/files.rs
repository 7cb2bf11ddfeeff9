//! The files of a run whose hashes are recorded: later stages and readers use them.

use crate::{
    biology::BIOLOGY_VERSION, classification::CLASSIFICATION_VERSION, comparison::COMPARISON_VERSION,
    front::FRONT_VERSION, provenance::PROVENANCE_VERSION, regions::REGIONS_VERSION, scores::SCORES_VERSION,
    study::ANALYSIS_VERSION, validity::NULL_VERSION, validity::VALIDITY_VERSION, voxels::VOXELS_VERSION,
};

/// Version of `images.json`, which the experiment crate writes.
pub const IMAGES_VERSION: u32 = 1;

/// Name of the manifest.
pub const MANIFEST: &str = "run.json";
/// Name of the resolved configuration.
pub const EXPERIMENT: &str = "experiment.toml";
/// Name of the lock.
pub const LOCK: &str = "run.lock";
/// Name of the hashes of what was written after the manifest.
pub(super) const JOURNAL: &str = "run.outputs.jsonl";
/// Name of the log of training.
pub(super) const LOG: &str = "metrics.jsonl";
/// Folder of TensorBoard's event files.
pub(super) const TENSORBOARD: &str = "tensorboard";
/// Folder of maps over voxels.
pub(super) const MAPS: &str = "maps";
/// Folder of reconstructions as images.
pub(super) const RECONSTRUCTIONS_DIR: &str = "reconstructions";
/// Folder of shown images.
pub(super) const SHOWN: &str = "shown";
/// Folder of the images that a reconstruction is mistaken for.
pub(super) const RIVALS_DIR: &str = "rivals";
/// Folder of the training images nearest to reconstructions.
pub(super) const NEAREST_DIR: &str = "nearest";
/// Folder of runs on permuted pairings.
pub(super) const NULL_DIR: &str = "null";
/// Folder of runs of the recipe on other splits and pairings.
pub(super) const RETRAINED_DIR: &str = "retrained";
/// Folder of tables and halves of the biology.
pub(super) const BIOLOGY_DIR: &str = "biology";
/// Folder of figures.
pub(super) const FIGURES: &str = "figures";
/// Name of the table of regions.
pub(super) const REGION_TABLE: &str = "regions.csv";
/// Name of the table of single voxels.
pub(super) const VOXEL_TABLE: &str = "regions-voxels.csv";
/// Folder of scores on other data sets.
pub(super) const ON: &str = "on";
/// Name of the report.
pub(super) const REPORT: &str = "report.html";
/// Folder of the simulated subject in the folder of a demonstration.
pub const SIMULATION: &str = "simulation";

/// Entries of a run folder besides the recorded files and the folders of the phases.
pub const UNRECORDED: &[&str] = &[
    MANIFEST,
    LOCK,
    JOURNAL,
    EXPERIMENT,
    LOG,
    TENSORBOARD,
    MAPS,
    RECONSTRUCTIONS_DIR,
    SHOWN,
    RIVALS_DIR,
    NEAREST_DIR,
    NULL_DIR,
    RETRAINED_DIR,
    BIOLOGY_DIR,
    FIGURES,
    REGION_TABLE,
    VOXEL_TABLE,
    ON,
    REPORT,
];

/// A recorded file of the run folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunFile {
    /// Path in the folder, with forward slashes.
    pub path: &'static str,
    /// Version of its schema; `None` for a file that states none.
    pub version: Option<u32>,
    /// How to make it again, as an instruction; `RUN` stands for the folder.
    pub remedy: &'static str,
    /// What it contains, as `docs/run-folder.md` states it.
    pub content: &'static str,
}

const TRAIN_ENCODER: &str = "make it again with `afterimage train encoder RUN/experiment.toml --out RUN --resume`";
const TRAIN_DECODER: &str = "make it again with `afterimage train decoder RUN/experiment.toml --out RUN --resume`";
const RESUME: &str =
    "restore it, or delete it and make it again with `afterimage run RUN/experiment.toml --out RUN --resume`";
const CHOOSE: &str = "restore it, or delete it, and the images are chosen again";
pub(super) const RECONSTRUCT: &str = "make it again with `afterimage reconstruct RUN`";
pub(super) const RIVALS: &str = "make it again with `afterimage reconstruct RUN` and `afterimage evaluate RUN`";
const EVALUATE: &str = "make it again with `afterimage evaluate RUN`";
const LOOK: &str = "make it again with `afterimage biology RUN`";
const COMPARE: &str = "make it again with `afterimage regions RUN`";
const PERMUTE: &str = "make it again with `afterimage validity RUN --null N`";
const STRENGTHS: &str = "make it again with `afterimage front RUN`";
pub(super) const VALIDATE: &str = "make it again with `afterimage validity RUN`";
const AGAINST: &str = "make it again with `afterimage report RUN --baselines OTHER...`";
const ASK: &str = "make it again with `afterimage study analyze STUDY --into RUN`";

/// Declares the files, each by what it contains, its path, its version, and how to make it again.
macro_rules! files {
    ($(#[doc = $content:literal] $name:ident = $path:literal, $version:expr, $remedy:expr;)*) => {
        $(#[doc = $content]
        pub const $name: RunFile = RunFile { path: $path, version: $version, remedy: $remedy, content: $content };)*
        /// Every recorded file.
        pub const FILES: &[RunFile] = &[$($name),*];
    };
}

files! {
    /// What was fitted on the training part and is needed to apply the networks: voxels used, z-score, SNR, channel means
    STATISTICS = "statistics.json", None, TRAIN_ENCODER;
    /// Which voxels the networks use and where they lie
    VOXELS = "voxels.json", Some(VOXELS_VERSION), TRAIN_ENCODER;
    /// The audit of the data set against test images and unpaired images
    AUDIT = "audit.json", None, TRAIN_DECODER;
    /// The unpaired and external images, chosen when the run begins: name and SHA-256 of each, what was left out, and the `[data]` keys that decided
    IMAGES = "images.json", Some(IMAGES_VERSION), CHOOSE;
    /// Receptive-field part of the encoder (`encoder.fields`), float32 `[voxels, features + 2]`: place of the field in the pyramid of fields, weights of the summed features, constant
    FIELD_READOUT = "encoder/fields.npy", None, TRAIN_ENCODER;
    /// Final weights of phase 1
    ENCODER_WEIGHTS = "encoder/model.safetensors", None, RESUME;
    /// Ridge regression of the linear path (`decoder.linear`), float32 `[voxels + 1, 3 * pixels * pixels]`, the intercept in the last row
    LINEAR_PATH = "decoder/linear.npy", None, TRAIN_DECODER;
    /// Photographs that reconstructions take fine structure from (`decoder.photographs`), unsigned bytes `[photographs, height, width, 3]`
    PHOTOGRAPHS = "decoder/photographs.npy", None, TRAIN_DECODER;
    /// Names of these photographs
    PHOTOGRAPH_NAMES = "decoder/photographs.json", None, TRAIN_DECODER;
    /// What compares them with responses, float32 `[layers + 1, voxels + 1, photographs]`: of each layer, last of the predicted responses, the constants in the last row
    PHOTOGRAPH_TABLES = "decoder/photograph-tables.npy", None, TRAIN_DECODER;
    /// Final weights of phase 2
    DECODER_WEIGHTS = "decoder/model.safetensors", None, RESUME;
    /// Predicted responses of the held-out items, float32 `[items, voxels]`, in standard deviations of the training responses (`decode --units standardised`; as recorded with `data.normalise = "none"`)
    PREDICTIONS = "encoder/predicted.npy", None, RECONSTRUCT;
    /// All reconstructions, float32 `[items, 3, height, width]` in 0..1
    RECONSTRUCTIONS = "reconstructions.npy", None, RECONSTRUCT;
    /// Which image files belong to which test item
    PICTURES = "pictures.json", None, RECONSTRUCT;
    /// Every score
    SCORES = "scores.json", Some(SCORES_VERSION), EVALUATE;
    /// The classes that reconstructions are nearest to, if the experiment names classes
    CLASSIFICATION = "classification.json", Some(CLASSIFICATION_VERSION), EVALUATE;
    /// Where every input of a reconstruction came from, and whether test items could be in it
    PROVENANCE = "provenance.json", Some(PROVENANCE_VERSION), EVALUATE;
    /// Receptive fields, preferred depth and measures over voxels
    BIOLOGY = "biology.json", Some(BIOLOGY_VERSION), LOOK;
    /// What information regions and single voxels carry, and what the decoder does without them
    REGIONS = "regions.json", Some(REGIONS_VERSION), COMPARE;
    /// Scores of the validation part as the strengths of the parts of reconstructions change, after `front`
    FRONT = "front.json", Some(FRONT_VERSION), STRENGTHS;
    /// Whether reconstructions come from the responses: the checks of `afterimage validity`
    VALIDITY = "validity.json", Some(VALIDITY_VERSION), VALIDATE;
    /// The p-values and intervals of the recipe on permuted pairings, after `validity --null N`
    NULL = "null.json", Some(NULL_VERSION), PERMUTE;
    /// The main scores against those of baselines on the same images, after `report --baselines`
    BASELINES = "baselines.json", Some(COMPARISON_VERSION), AGAINST;
    /// The analysis of a study with this run, after `study analyze --into RUN`
    PEOPLE = "people.json", Some(ANALYSIS_VERSION), ASK;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_of_the_run_folder_has_every_file_with_version_and_content() {
        let page = include_str!("../../../../docs/run-folder.md");
        for RunFile { path, version, content, .. } in FILES {
            let version = version.map_or_else(String::new, |version| format!("{version} "));
            let row = format!("| `{path}` | {version}| {} |\n", content.trim());
            assert!(page.contains(&row), "docs/run-folder.md lacks the row {row}");
        }
    }
}
