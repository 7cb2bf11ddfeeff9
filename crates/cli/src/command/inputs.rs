//! Files and folders that commands take: opened, or refused with what they are instead.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use afterimage_config::{Experiment, preset_names, top_level_keys};
use afterimage_data::DataSet;
use afterimage_run::{RunFolder, synthesis};
use afterimage_study::StudyFolder;

use super::import::quoted;

/// Endings of files that a manifest names.
const DATA_FILES: [&str; 13] =
    ["npy", "npz", "mat", "h5", "hdf5", "csv", "tsv", "txt", "zip", "nii", "gz", "mgh", "mgz"];

/// What lies at a path, if it is one of the program's own kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    DataSet,
    Run,
    Study,
    Synthesis,
    Experiment,
    Manifest,
    OtherFolder,
}

impl Found {
    fn at(path: &Path) -> Option<Self> {
        if path.is_dir() {
            let is_there = [
                (DataSet::is_at(path), Self::DataSet),
                (RunFolder::new(path).manifest_file().is_file(), Self::Run),
                (StudyFolder::new(path).design_file().is_file(), Self::Study),
                (path.join(synthesis::FOLDER.mark).is_file(), Self::Synthesis),
            ];
            return Some(is_there.into_iter().find(|(is, _)| *is).map_or(Self::OtherFolder, |(_, kind)| kind));
        }
        let is_text = path.extension().is_some_and(|ending| ending == "toml");
        let keys =
            is_text.then(|| std::fs::read_to_string(path).ok()).flatten().and_then(|text| top_level_keys(&text))?;
        let any = |names: &[&str]| keys.iter().any(|key| names.contains(&key.as_str()));
        if any(&["responses", "images"]) {
            Some(Self::Manifest)
        } else {
            any(&["preset", "data", "encoder", "decoder", "evaluation"]).then_some(Self::Experiment)
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataSet => "a data set",
            Self::Run => "an experiment folder",
            Self::Study => "a study",
            Self::Synthesis => "a folder of `afterimage synthesize`",
            Self::Experiment => "an experiment file",
            Self::Manifest => "a manifest of `afterimage import generic`",
            Self::OtherFolder => "a folder",
        })
    }
}

/// Reads an experiment file.
pub(super) fn experiment(path: &Path) -> Result<Experiment> {
    let shown = path.display();
    refuse(path, "an experiment file", |found| match found {
        Found::Experiment => None,
        Found::DataSet => Some(format!(
            "write a file with the lines `preset = \"PRESET\"`, `[data]` and `dataset = \"{shown}\"`, and give that file; \
             {}",
            presets()
        )),
        Found::Run => Some(format!("its own experiment file is {}", RunFolder::new(path).experiment_file().display())),
        Found::Manifest => Some(format!(
            "import it with `afterimage import generic {shown} --out NAME.afterimage`, and name that data set in an experiment file"
        )),
        Found::Study | Found::Synthesis | Found::OtherFolder => Some(presets()),
    })?;
    Ok(Experiment::read(path)?)
}

/// Opens the data set that `command` was given.
pub(super) fn data_set(path: &Path, command: &str) -> Result<DataSet> {
    let named = |experiment: Option<Experiment>, otherwise: String| match experiment.and_then(|e| e.data.dataset) {
        Some(data) => format!("give its data set, with the same options: `afterimage {command} {}`", quoted(&data)),
        None => otherwise,
    };
    refuse(path, "a data set", |found| match found {
        Found::Experiment => {
            Some(named(Experiment::read(path).ok(), "give the data set that its key data.dataset names".to_owned()))
        }
        Found::Run => {
            let run = RunFolder::new(path);
            let file = run.experiment_file();
            let own = run.experiment().ok().map(|mut experiment| {
                experiment.data.dataset = experiment.data.dataset.map(|data| inside(path, &data).unwrap_or(data));
                experiment
            });
            Some(named(own, format!("its data set is data.dataset in {}", file.display())))
        }
        Found::Manifest => {
            Some(format!("make one with `afterimage import generic {} --out NAME.afterimage`", quoted(path)))
        }
        Found::DataSet | Found::Study | Found::Synthesis | Found::OtherFolder => None,
    })?;
    Ok(DataSet::open(path)?)
}

/// The data set within a run that was copied or moved, whose experiment names the old place: the longest end of the path that
/// is a data set in the run.
fn inside(run: &Path, data: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = data.components().collect();
    (0..parts.len())
        .map(|first| run.join(parts[first..].iter().collect::<PathBuf>()))
        .find(|path| path.starts_with(run) && DataSet::is_at(path))
}

/// Refuses what is known to be something else than an experiment folder.
pub(super) fn refuse_no_run(path: &Path) -> Result<()> {
    let shown = path.display();
    refuse(path, "an experiment folder", |found| match found {
        Found::DataSet => {
            Some(format!("make one with `afterimage run EXPERIMENT.toml --out RUN`, where data.dataset = \"{shown}\""))
        }
        Found::Experiment => Some(format!("make one with `afterimage run {shown} --out RUN`")),
        Found::Run | Found::Study | Found::Synthesis | Found::Manifest | Found::OtherFolder => None,
    })
}

/// Refuses an experiment, or a file of data, in the place of a manifest.
pub(super) fn refuse_no_manifest(path: &Path) -> Result<()> {
    let shown = path.display();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if path.is_file() && DATA_FILES.contains(&ending.as_str()) {
        bail!(
            "\"{shown}\" is a file of data, not a manifest: `afterimage import generic --template > manifest.toml` prints one; name \
             the file there, the responses as responses.file and the images as images.source"
        );
    }
    refuse(path, "a manifest", |found| match found {
        Found::Experiment => Some(format!(
            "it goes to `afterimage run {shown} --out RUN`; a manifest names responses and images (`[responses]`, `[images]`)"
        )),
        Found::DataSet => Some(format!("it is imported already: look at it with `afterimage inspect {shown}`")),
        Found::Run | Found::OtherFolder => Some("give the file that names responses and images".to_owned()),
        Found::Study | Found::Synthesis | Found::Manifest => None,
    })
}

/// Refuses what lies at a path, if it is something for which there is advice; `wanted` is what it should be.
fn refuse(path: &Path, wanted: &str, advice: impl FnOnce(Found) -> Option<String>) -> Result<()> {
    match Found::at(path).and_then(|found| Some((found, advice(found)?))) {
        Some((found, advice)) => bail!("\"{}\" is {found}, not {wanted}: {advice}", path.display()),
        None => Ok(()),
    }
}

/// How an experiment file is begun.
fn presets() -> String {
    format!(
        "`afterimage config --preset PRESET` prints an experiment file to begin with; presets: {}",
        preset_names().join(", ")
    )
}
