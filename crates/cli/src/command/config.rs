//! `afterimage config`.

use std::path::Path;

use anyhow::Result;

use afterimage_config::{Experiment, preset_text};

use super::inputs;
use crate::{args, say};

/// Prints a preset, or an experiment with every default filled in.
pub(super) fn print(args: &args::Config) -> Result<()> {
    let experiment = |path: &Path| inputs::experiment(path);
    match (&args.experiment, args.json) {
        (Some(path), true) => say::json(&experiment(path)?),
        (Some(path), false) => say::line(experiment(path)?.to_toml()?.trim_end()),
        (None, true) => say::json(&Experiment::preset(&args.preset)?),
        (None, false) => say::line(preset_text(&args.preset)?.trim_end()),
    }
}
