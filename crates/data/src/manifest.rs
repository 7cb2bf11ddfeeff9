//! The manifest of a generic import: a TOML file that says which responses belong to which images.
//!
//! Every path is relative to the manifest's own folder. [`TEMPLATE`] has every key with its meaning; `docs/manifest.md` is the
//! reference.
//!
//! ```
//! # use afterimage_data::Manifest;
//! let manifest = Manifest::parse(r#"
//! name = "v4-pe"
//! unit = "neuron"
//!
//! [responses]
//! file = "responses.npy"
//! orientation = "voxels_by_trials"
//! averaged = 12
//!
//! [images]
//! source = "images.zip"
//! order = "natural"
//!
//! [trials]
//! run = [600, 600]
//!
//! [split]
//! test = 80
//! "#, std::path::Path::new("v4.toml"))?;
//! assert_eq!((manifest.split.test, manifest.split.validation), (80, 100));
//! # Ok::<_, afterimage_data::Error>(())
//! ```

mod keys;
#[cfg(test)]
mod tests;
mod void;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use afterimage_formats::text;
use afterimage_schema::{Range, about, dotted, find_outside, in_order, properties, ranges, within};
use afterimage_statistics::RecordedUnit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use keys::*;

use crate::{Error, Result};

/// A manifest with every key and its meaning, to be filled in. Generated from the fields of [`Manifest`].
pub const TEMPLATE: &str = include_str!("../assets/manifest.template.toml");

/// Manifest of `afterimage import generic`: which responses belong to which images. Relative paths start at the folder of this
/// file. Replace the values of the required keys; a line that begins with `# key = ` is a key that may stay away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = in_order::<Manifest>)]
pub struct Manifest {
    /// Title of the data set.
    #[schemars(example = "my recording")]
    pub name: String,
    /// Height and width of the stored images, which are cropped to the centred square and resized, in pixels.
    #[serde(default = "default_side")]
    #[schemars(transform = within(Range::Whole(8, 2048)))]
    pub image_side: usize,
    /// Licence of the recordings.
    #[schemars(example = "CC BY 4.0")]
    pub licence: Option<String>,
    /// What to cite.
    #[schemars(example = "Author et al. (2026), Title, Journal")]
    pub citation: Option<String>,
    /// Unit of the responses.
    #[schemars(example = "percent signal change")]
    pub units: Option<String>,
    /// What one column of the responses is.
    #[serde(default)]
    pub unit: RecordedUnit,
    /// How the responses were standardised before, such as `in each session`, `in each run` or `over all runs together`. Leave it
    /// out if they were not.
    #[schemars(example = "in each session")]
    pub standardised: Option<String>,
    /// Width of the image in degrees of visual angle.
    #[schemars(transform = within(Range::Above(0.0, 360.0)), example = 8.4)]
    pub fov_deg: Option<f32>,
    /// The table of responses.
    pub responses: ResponsesKeys,
    /// The images and their order.
    pub images: ImagesKeys,
    /// Sessions and scanner runs of the trials. Without these keys, columns called `session` and `run` (or `ses`, `chunk` ...)
    /// of the table of responses or of the file `images.order` give them; without such columns, all trials are one run.
    #[serde(default, skip_serializing_if = "is_default")]
    pub trials: TrialsKeys,
    /// The voxels (neurons, channels).
    #[serde(default, skip_serializing_if = "is_default")]
    pub voxels: VoxelsKeys,
    /// The stimuli that are held out, with all their trials.
    #[serde(default)]
    pub split: SplitKeys,
    /// What was done to the responses before, in order, with the trials that each step was fitted on: the provenance begins with
    /// it, and the audit judges it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(example = crate::manifest::keys::example_steps())]
    pub steps: Vec<StepKeys>,
    /// Where the manifest lies; set when it is read.
    #[serde(skip)]
    pub path: PathBuf,
}

/// The JSON schema (draft 2020-12) of a manifest, with meaning, default, range and example of every key.
pub fn schema() -> Value {
    SCHEMA.clone()
}

static SCHEMA: LazyLock<Value> = LazyLock::new(afterimage_schema::declared::<Manifest>);

/// Sections of an experiment file, which is often given in place of a manifest.
const OF_EXPERIMENT: [&str; 7] = ["preset", "data", "encoder", "decoder", "image", "device", "evaluation"];

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
        check_keys(&SCHEMA, "", &table, path)?;
        require_keys(&SCHEMA, "", &table, path)?;
        if let Some(wrong) = find_outside(&ranges(&SCHEMA), &table) {
            let reason = format!("{} = {} is impossible: expected {}", wrong.key, wrong.got, wrong.expected);
            return Err(Error::manifest(path, reason));
        }
        let manifest: Self = toml::from_str(text).map_err(|error| Error::manifest(path, error))?;
        let manifest = Self { path: path.to_owned(), ..manifest };
        match void::first(&manifest, &table) {
            Some(reason) => Err(Error::manifest(path, reason)),
            None => Ok(manifest),
        }
    }

    /// Refuses files that are not there, by the keys that name them.
    pub(crate) fn refuse_missing_files(&self) -> Result<()> {
        let named = [
            ("responses.file", Some(&self.responses.file)),
            ("images.source", Some(&self.images.source)),
            ("images.labels", self.images.labels.as_ref()),
            ("voxels.regions", self.voxels.regions.as_ref()),
            ("split.test_list", self.split.test_list.as_ref()),
        ];
        let is_missing = |path: &&PathBuf| !self.resolve(path).exists();
        let missing: Vec<String> = named
            .into_iter()
            .filter_map(|(key, path)| Some(format!("{key} = \"{}\"", path.filter(is_missing)?.display())))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let folder = self.path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let reason = format!(
            "it names what is not there: {} (paths start at the manifest's folder \"{}\")",
            missing.join(", "),
            folder.display()
        );
        Err(Error::manifest(&self.path, reason))
    }

    /// A path of the manifest, seen from where the program runs.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// Refuses a key that the schema does not have.
fn check_keys(schema: &Value, section: &str, table: &toml::Table, path: &Path) -> Result<()> {
    let known = properties(schema);
    let full = |key: &str| dotted(section, key);
    for (key, value) in table {
        match known.iter().find(|(name, _)| *name == key) {
            Some((_, inner)) => {
                if let (Some(table), true) = (value.as_table(), inner["properties"].is_object()) {
                    check_keys(inner, key, table, path)?;
                }
            }
            None if section.is_empty() && OF_EXPERIMENT.contains(&key.as_str()) => {
                let reason = format!(
                    "\"{key}\" is a key of an experiment file, which `afterimage run` takes; `afterimage import generic \
                     --template` prints a manifest"
                );
                return Err(Error::manifest(path, reason));
            }
            None => {
                let names = known.iter().map(|(name, _)| name.as_str());
                let suggestion = nearest(key, names).map(full);
                return Err(Error::UnknownKey { path: path.to_owned(), key: full(key), suggestion });
            }
        }
    }
    Ok(())
}

/// Refuses a table without one of the keys that the schema requires.
fn require_keys(schema: &Value, section: &str, table: &toml::Table, path: &Path) -> Result<()> {
    let empty = toml::Table::new();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    for (key, inner) in required.filter_map(|key| properties(schema).into_iter().find(|(name, _)| *name == key)) {
        if inner["properties"].is_object() {
            let within = table.get(key).and_then(toml::Value::as_table);
            require_keys(inner, key, within.unwrap_or(&empty), path)?;
        } else if !table.contains_key(key) {
            return Err(Error::manifest(
                path,
                format!("the key {} is missing: {}", dotted(section, key), about(inner)),
            ));
        }
    }
    Ok(())
}

fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|known| (strsim::jaro_winkler(key, known), known));
    scored.filter(|(score, _)| *score >= SIMILARITY).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn default_side() -> usize {
    112
}
