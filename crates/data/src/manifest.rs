//! The manifest of a generic import: a TOML file that says which responses belong to which images.
//!
//! Every path is relative to the manifest's own folder.
//!
//! ```
//! # use afterimage_data::Manifest;
//! let manifest = Manifest::parse(r#"
//! name = "v4-pe"                       # title of the data set
//! image_side = 112                     # stored images are cropped to the centred square and resized, pixels
//! licence = "CC BY 4.0"                # optional, as are citation, units and fov_deg
//! unit = "neuron"                      # what was recorded: voxel (the default), neuron or channel
//!
//! [responses]
//! file = "responses.npy"               # .npy, .npz, .mat, .h5, .csv or .tsv
//! ## array = "arr_0"                    # which one, where the file holds several
//! orientation = "voxels_by_trials"     # trials_by_voxels, voxels_by_trials or voxels_by_stimuli_by_repeats
//! averaged = 12                        # repeats already averaged in each value
//! ## columns = "unit*"                  # of a .csv or .tsv: the columns that are voxels, by pattern or list
//! ## ignore = ["age"]                   # columns that are none; of a table without names by number, from "1"
//! ## header = true                      # whether its first line holds names, where that is not clear
//!
//! [images]
//! source = "images.zip"                # folder, .zip or .npy
//! order = "natural"                    # or "bytes", or a file: one name a line, or a .csv (then `column`)
//! ## labels = "classes.csv"             # columns image and class
//!
//! [voxels]
//! ## regions = "regions.npz"            # named masks, or a .csv with one 0/1 column a region
//!
//! [split]
//! test = 100                           # number of stimuli held out for scores
//! validation = 100                     # number of stimuli for early stopping
//! seed = 0
//! ## test_list = "test.txt"             # names of the test stimuli, instead of a number
//! ## by = "column"                      # use the table's column "split", instead of "random"
//! "#, std::path::Path::new("v4.toml"))?;
//! assert_eq!(manifest.split.test, 100);
//! # Ok::<_, afterimage_data::Error>(())
//! ```

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use afterimage_formats::text;
use afterimage_statistics::RecordedUnit;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A parsed manifest; see the [module](self) for an example with every key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Title of the data set.
    pub name: String,
    /// Height and width of the stored images, pixels.
    #[serde(default = "default_side")]
    pub image_side: usize,
    /// Licence of the recordings.
    pub licence: Option<String>,
    /// What to cite.
    pub citation: Option<String>,
    /// Unit of the responses.
    pub units: Option<String>,
    /// What was recorded.
    #[serde(default)]
    pub unit: RecordedUnit,
    /// Width of the image in degrees of visual angle.
    pub fov_deg: Option<f32>,
    /// The table of responses.
    pub responses: ResponsesKeys,
    /// The images and their order.
    pub images: ImagesKeys,
    /// The voxels.
    #[serde(default)]
    pub voxels: VoxelsKeys,
    /// What is held out.
    #[serde(default)]
    pub split: SplitKeys,
    /// Where the manifest lies; set when it is read.
    #[serde(skip)]
    pub path: PathBuf,
}

/// Which axis of the table is which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// `[trials, voxels]`, trial i shows image i of the order.
    TrialsByVoxels,
    /// `[voxels, trials]`
    VoxelsByTrials,
    /// `[voxels, stimuli, repeats]`, NaN where a repeat is absent.
    VoxelsByStimuliByRepeats,
}

/// Table `[responses]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponsesKeys {
    /// `.npy`, `.npz`, `.mat`, `.h5`, `.csv` or `.tsv`.
    pub file: PathBuf,
    /// Which array of an `.npz`, `.mat` or `.h5`; not needed when it holds one.
    pub array: Option<String>,
    /// Which axis is which.
    pub orientation: Orientation,
    /// Repeats already averaged in each value; 1 for single trials.
    #[serde(default = "one")]
    pub averaged: u16,
    /// Of a table of text: whether its first line holds names, where that is not clear.
    pub header: Option<bool>,
    /// Of a table of text: the columns that are voxels.
    pub columns: Option<VoxelNames>,
    /// Of a table of text: columns to leave out, by name, or by number from `1` if the table has no names.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// Names of columns: a pattern such as `unit*`, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VoxelNames {
    /// A beginning followed by `*`, `*` for every column that is no index, trial, session, run or image, or one name.
    Pattern(String),
    /// The names.
    List(Vec<String>),
}

impl VoxelNames {
    /// Whether a column is among them.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Pattern(pattern) => match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => name == pattern,
            },
            Self::List(names) => names.iter().any(|known| known == name),
        }
    }
}

/// Table `[images]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesKeys {
    /// Folder, `.zip` or `.npy`.
    pub source: PathBuf,
    /// `natural` or `bytes` order of names, `sorted` if both are the same, or a file with the name of the image of each
    /// trial, one a line or in a column of a `.csv`. Without it, a column of the table of responses that names images,
    /// and otherwise `sorted`.
    pub order: Option<String>,
    /// The column of a `.csv` given as `order`.
    pub column: Option<String>,
    /// A `.csv` with the classes of images.
    pub labels: Option<PathBuf>,
}

/// Table `[voxels]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VoxelsKeys {
    /// `.npz` of masks, or `.csv` with a row per voxel and a 0/1 column per region.
    pub regions: Option<PathBuf>,
}

/// How the held-out stimuli are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitBy {
    /// At random, by the seed.
    #[default]
    Random,
    /// By the column `split` of the table of responses.
    Column,
}

/// Table `[split]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SplitKeys {
    /// Number of test stimuli.
    pub test: usize,
    /// Number of validation stimuli.
    pub validation: usize,
    /// Seed of the draw.
    pub seed: u64,
    /// How; at random unless the table of responses has a column `split`, when it must be stated.
    pub by: Option<SplitBy>,
    /// File with the names of the test stimuli, one a line; then `test` is ignored.
    pub test_list: Option<PathBuf>,
}

impl Default for SplitKeys {
    fn default() -> Self {
        Self { test: 100, validation: 100, seed: 0, by: None, test_list: None }
    }
}

/// Every table with its keys, for the answer to an unknown one.
const KEYS: [(&str, &str); 5] = [
    ("", "name image_side licence citation units unit fov_deg responses images voxels split"),
    ("responses", "file array orientation averaged header columns ignore"),
    ("images", "source order column labels"),
    ("voxels", "regions"),
    ("split", "test validation seed by test_list"),
];

/// Names this unlike are no typing errors.
const SIMILARITY: f64 = 0.6;

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::UnknownKey`] with the nearest valid one; [`Error::Manifest`] for everything else.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&text::read(path)?, path)
    }

    /// Parses a manifest's text; `path` is where it lies, for messages and for the relative paths in it.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let table: toml::Table = text.parse().map_err(|error| Error::manifest(path, error))?;
        check_keys(&table, path)?;
        let manifest: Self = toml::from_str(text).map_err(|error| Error::manifest(path, error))?;
        let manifest = Self { path: path.to_owned(), ..manifest };
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<()> {
        let impossible = |reason: &str| Err(Error::manifest(&self.path, reason));
        match self {
            _ if self.responses.averaged == 0 => impossible("responses.averaged is 0: single trials are 1"),
            _ if !(8..=2048).contains(&self.image_side) => impossible("image_side must lie between 8 and 2048 pixels"),
            _ if self.images.column.is_some() && self.images.order.is_none() => {
                impossible("images.column names a column of the file images.order: set images.order too")
            }
            _ if self.split.by == Some(SplitBy::Column) && self.split.test_list.is_some() => {
                impossible("split.by = \"column\" and split.test_list both say what is tested: leave one out")
            }
            _ if self.fov_deg.is_some_and(|fov| !(fov > 0.0 && fov <= 360.0)) => {
                impossible("fov_deg must lie above 0 and up to 360 degrees")
            }
            _ => Ok(()),
        }
    }

    /// A path of the manifest, seen from where the program runs.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

fn check_keys(table: &toml::Table, path: &Path) -> Result<()> {
    for (name, keys) in KEYS {
        let inner = if name.is_empty() { Some(table) } else { table.get(name).and_then(toml::Value::as_table) };
        let unknown =
            inner.into_iter().flat_map(toml::Table::keys).find(|key| keys.split(' ').all(|known| known != *key));
        if let Some(key) = unknown {
            let full = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
            return Err(Error::UnknownKey {
                path: path.to_owned(),
                key: full(key),
                suggestion: nearest(key, keys).map(full),
            });
        }
    }
    Ok(())
}

fn nearest<'a>(key: &str, keys: &'a str) -> Option<&'a str> {
    let scored = keys.split(' ').map(|known| (strsim::jaro_winkler(key, known), known));
    scored.filter(|(score, _)| *score >= SIMILARITY).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

fn default_side() -> usize {
    112
}

fn one() -> u16 {
    1
}
