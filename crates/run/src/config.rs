//! The experiment file: every hyper-parameter, its presets, its validation.
//!
//! One documented file, `presets/gaziv2022.toml`, holds every key with its default. The other presets
//! and the user's file are overlays on it, so that a key is valid exactly where that file has it.

mod check;
mod metrics;
mod overlay;
mod schema;
pub mod settings;

use std::path::Path;

use crate::{Result, RunError, RunFolder, atomic};

pub use metrics::{METRICS, NSD};
pub use overlay::nearest_name;
pub use schema::*;

const BASE: &str = include_str!("../presets/gaziv2022.toml");

/// Names of the presets with the overlay that makes each.
const PRESETS: [(&str, &str); 4] = [
    ("gaziv2022", ""),
    ("gaziv2022-keras", include_str!("../presets/gaziv2022-keras.toml")),
    ("demo", include_str!("../presets/demo.toml")),
    ("v4", include_str!("../presets/v4.toml")),
];

impl Experiment {
    /// A preset, whole.
    ///
    /// # Errors
    /// [`RunError::UnknownName`] for a name that is no preset.
    pub fn preset(name: &str) -> Result<Self> {
        Self::parse(&preset_text(name)?, Path::new(name))
    }

    /// Reads an experiment file: the preset it names, overlaid with its keys. Relative paths of data
    /// start at the folder of the file.
    ///
    /// # Errors
    /// [`RunError::Io`], [`RunError::Toml`], [`RunError::UnknownKey`], [`RunError::BadValue`]; [`RunError::NotText`] for
    /// a relative path in a folder whose name is no text.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| RunError::Io {
            action: "read",
            path: path.to_path_buf(),
            source,
        })?;
        let mut experiment = Self::from_text(&text, path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in experiment.paths_mut().filter(|path| !path.is_empty()) {
            let whole = folder.join(path.as_str());
            *path = whole.into_os_string().into_string().map_err(|path| RunError::NotText { path: path.into() })?;
        }
        Ok(experiment)
    }

    /// As [`Experiment::read`], from text; `path` is for messages only.
    ///
    /// # Errors
    /// As [`Experiment::read`].
    pub fn from_text(text: &str, path: &Path) -> Result<Self> {
        let preset = overlay::preset_of(text, path)?;
        let base = preset_text(preset.as_deref().unwrap_or("gaziv2022"))?;
        Self::parse(&overlay::apply(&base, text, path)?, path)
    }

    /// Applies `key=value` settings, the value in TOML (a bare word counts as a string).
    ///
    /// # Errors
    /// As [`Experiment::read`].
    pub fn with_settings(&self, settings: &[String]) -> Result<Self> {
        let mut text = self.to_toml()?;
        for setting in settings {
            let overlay_text = overlay::setting(setting)?;
            text = overlay::apply(&text, &overlay_text, Path::new("--set"))?;
        }
        Self::parse(&text, Path::new("--set"))
    }

    /// The whole configuration as TOML with every key's comment.
    ///
    /// # Errors
    /// [`RunError::Toml`] where a value can't be written.
    pub fn to_toml(&self) -> Result<String> {
        let path = Path::new("experiment.toml");
        let values = toml::to_string(self).map_err(|e| RunError::Toml { path: path.into(), message: e.to_string() })?;
        overlay::apply(BASE, &values, path)
    }

    /// Writes `experiment.toml` of `run`.
    ///
    /// # Errors
    /// As [`atomic::write`].
    pub fn write(&self, run: &RunFolder) -> Result<()> {
        atomic::write(&run.experiment_file(), self.to_toml()?.as_bytes())
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let toml = |e: toml::de::Error| RunError::Toml { path: path.into(), message: e.to_string() };
        // First, since the parser names neither the key nor the range of -1 or 1e11 where a count belongs.
        check::check_numbers(&toml::from_str(text).map_err(toml)?)?;
        let experiment: Self = toml::from_str(text).map_err(toml)?;
        experiment.check()?;
        Ok(experiment)
    }
}

/// Names of all presets.
pub fn preset_names() -> Vec<String> {
    PRESETS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The full text of a preset, comments included.
///
/// # Errors
/// [`RunError::UnknownName`] for a name that is no preset.
pub fn preset_text(name: &str) -> Result<String> {
    let (_, text) = PRESETS.iter().find(|(n, _)| *n == name).ok_or_else(|| RunError::UnknownName {
        what: "preset",
        got: name.to_owned(),
        nearest: nearest_name(name, PRESETS.iter().map(|(n, _)| *n)),
        known: preset_names(),
    })?;
    overlay::apply(BASE, text, Path::new(name))
}
