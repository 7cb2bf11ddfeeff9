//! The presets: complete experiments under a name.

use std::path::Path;

use crate::{ConfigError, Result, overlay};

/// Name of the preset that has every key; the others are overlays on it.
pub(crate) const BASE_NAME: &str = "gaziv2022";
/// Its text.
pub(crate) const BASE: &str = include_str!("../presets/gaziv2022.toml");

/// A preset.
struct Preset {
    name: &'static str,
    /// What it is for, after its name.
    about: &'static str,
    overlay: &'static str,
}

const PRESETS: [Preset; 5] = [
    Preset { name: BASE_NAME, about: "", overlay: "" },
    Preset {
        name: "gaziv2022-keras",
        about: "the recipe of Gaziv et al., NeuroImage 2022, with the hyper-parameters of their Keras code; it needs the weights of VGG16",
        overlay: include_str!("../presets/gaziv2022-keras.toml"),
    },
    Preset {
        name: "demo",
        about: "the demonstration on a simulated subject, with the built-in network",
        overlay: include_str!("../presets/demo.toml"),
    },
    Preset {
        name: "v4",
        about: "for a few hundred recorded images, with the built-in network",
        overlay: include_str!("../presets/v4.toml"),
    },
    Preset {
        name: "best",
        about: "the method with what makes it better: encoder and decoder stand on ridge regressions, and fine structure comes from photographs too; with the built-in network",
        overlay: include_str!("../presets/best.toml"),
    },
];

/// Names of all presets.
pub fn preset_names() -> Vec<String> {
    PRESETS.iter().map(|preset| preset.name.to_owned()).collect()
}

/// The full text of a preset, comments included.
///
/// # Errors
/// [`ConfigError::UnknownName`] for a name that is not a preset.
pub fn preset_text(name: &str) -> Result<String> {
    let preset = (PRESETS.iter().find(|preset| preset.name == name))
        .ok_or_else(|| ConfigError::unknown_name("preset", name, &PRESETS.each_ref().map(|preset| preset.name)))?;
    overlay::apply(&headed(BASE, name), preset.overlay, Path::new(name))
}

/// A complete text with the heading of a preset: that of the text is the heading of [`BASE_NAME`].
pub(crate) fn headed(text: &str, name: &str) -> String {
    let about = PRESETS.iter().find(|preset| preset.name == name && name != BASE_NAME).map(|preset| preset.about);
    let (Some(about), Some((_, rest))) = (about, text.split_once("\n\n")) else { return text.to_owned() };
    format!(
        "# An Afterimage experiment on the preset \"{name}\": {about}.\n\
         # Every key is here with its value; a file of yours needs `preset = \"{name}\"` and only the keys that it changes.\n\n{rest}"
    )
}
