//! The experiment file: every key, its presets, its checks.
//!
//! A field of [`Experiment`] declares a key once: its doc comment gives meaning, unit and source, its type and range
//! what is accepted. The comments of the presets, the page `docs/configuration.md` and the schema
//! `docs/experiment.schema.json` are generated from these, and a test compares them.
//!
//! `presets/gaziv2022.toml` contains every key with its default. The other presets and the user's file are overlays on
//! it, so that a key is valid exactly if that file has it.
//!
//! ```
//! use afterimage_config::Experiment;
//!
//! let demo = Experiment::preset("demo")?;
//! let mine = demo.with_settings(&["decoder.epochs=40".to_owned()])?;
//! assert_eq!(mine.differences(&demo)[0].to_string(), "decoder.epochs was 8, is 40");
//! # Ok::<(), afterimage_config::ConfigError>(())
//! ```

mod backbone;
mod check;
mod composition;
mod decoder;
mod encoder;
mod error;
mod evaluation;
mod experiment;
mod metrics;
mod optional;
mod overlay;
mod place;
mod presets;
mod ranges;
mod schedule;
mod schema;
pub mod settings;

use std::path::{Path, PathBuf};

pub use backbone::BackboneKind;
pub use decoder::*;
pub use encoder::*;
pub use error::ConfigError;
pub use evaluation::*;
pub use experiment::*;
pub use metrics::{METRICS, NSD};
pub use overlay::{nearest_name, top_level_keys};
pub use presets::{preset_names, preset_text};
pub use schedule::*;
pub use schema::schema;

/// Result alias of this crate.
pub type Result<T, E = ConfigError> = std::result::Result<T, E>;

impl Experiment {
    /// Returns a complete preset.
    ///
    /// # Errors
    /// [`ConfigError::UnknownName`] for a name that is not a preset.
    pub fn preset(name: &str) -> Result<Self> {
        Self::parse(&preset_text(name)?, Path::new(name))
    }

    /// Reads an experiment file: the preset it names, overlaid with its keys. Relative paths of data
    /// start at the folder of the file.
    ///
    /// # Errors
    /// [`ConfigError::Io`], [`ConfigError::Toml`], [`ConfigError::UnknownKey`], [`ConfigError::BadValue`];
    /// [`ConfigError::NotText`] for a relative path in a folder whose name is not valid UTF-8.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_path_buf(), source })?;
        let mut experiment = Self::from_text(&text, path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        experiment.place_paths(|path| Ok::<PathBuf, ConfigError>(folder.join(path)))?;
        Ok(experiment)
    }

    /// Parses an experiment from text, see [`Experiment::read`]; `path` is used in messages.
    ///
    /// # Errors
    /// See [`Experiment::read`].
    pub fn from_text(text: &str, path: &Path) -> Result<Self> {
        let preset = overlay::preset_of(text, path)?;
        let read = || {
            let base = preset_text(preset.as_deref().unwrap_or(presets::BASE_NAME))?;
            Self::parse(&overlay::apply(&base, text, path)?, path)
        };
        read().map_err(|error: ConfigError| error.placed(&path.display().to_string(), text))
    }

    /// Applies `key=value` settings, the value in TOML (a bare word counts as a string).
    ///
    /// # Errors
    /// See [`Experiment::read`].
    pub fn with_settings(&self, settings: &[String]) -> Result<Self> {
        let option = Path::new("--set");
        let overlays = settings.iter().map(|setting| overlay::setting(setting)).collect::<Result<Vec<_>>>()?;
        let read = || {
            let apply = |text: String, overlay: &String| overlay::apply(&text, overlay, option);
            Self::parse(&overlays.iter().try_fold(self.to_toml()?, apply)?, option)
        };
        // The last setting of a key is the one that holds.
        read().map_err(|error: ConfigError| {
            overlays.iter().rev().fold(error, |error, overlay| match error {
                ConfigError::Placed { .. } => error,
                error => error.placed("--set", overlay),
            })
        })
    }

    /// The whole configuration as TOML with every key's comment.
    ///
    /// # Errors
    /// [`ConfigError::Toml`] if a value cannot be written.
    pub fn to_toml(&self) -> Result<String> {
        let path = Path::new("experiment.toml");
        let values =
            toml::to_string(self).map_err(|e| ConfigError::Toml { path: path.into(), message: e.to_string() })?;
        overlay::apply(&presets::headed(presets::BASE, &self.preset), &values, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let toml = |e: toml::de::Error| ConfigError::Toml { path: path.into(), message: e.to_string() };
        check::check_document(&toml::from_str(text).map_err(toml)?)?;
        let experiment: Self = toml::from_str(text).map_err(|error| check::wrong_type(text, &error, path))?;
        experiment.check()?;
        Ok(experiment)
    }
}
