//! Files and folders that commands take: opened, or refused with what they are instead.

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use afterimage_config::{Experiment, top_level_keys};
use afterimage_data::DataSet;

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
        let marks = [
            ("zarr.json", Self::DataSet),
            ("run.json", Self::Run),
            ("study.toml", Self::Study),
            ("synthesis.json", Self::Synthesis),
        ];
        if path.is_dir() {
            let found = marks.into_iter().find(|(mark, _)| path.join(mark).is_file());
            return Some(found.map_or(Self::OtherFolder, |(_, kind)| kind));
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
    let instead = match Found::at(path) {
        None | Some(Found::Experiment) => return Ok(Experiment::read(path)?),
        Some(Found::DataSet) => format!(
            "write a file with the lines `preset = \"v4\"`, `[data]` and `dataset = \"{shown}\"`, and give that file"
        ),
        Some(Found::Run) => format!("its own experiment file is {}", path.join("experiment.toml").display()),
        Some(Found::Manifest) => {
            format!(
                "import it with `afterimage import generic {shown} --out NAME.afterimage`, and name that data set in an experiment file"
            )
        }
        Some(Found::Study | Found::Synthesis | Found::OtherFolder) => {
            "`afterimage config --preset v4` prints an experiment file to begin with".to_owned()
        }
    };
    bail!("\"{shown}\" is {}, not an experiment file: {instead}", Found::at(path).unwrap_or(Found::OtherFolder))
}

/// Opens a data set.
pub(super) fn data_set(path: &Path) -> Result<DataSet> {
    let shown = path.display();
    let instead = match Found::at(path) {
        Some(Found::Experiment) => "give the data set that its key data.dataset names".to_owned(),
        Some(Found::Run) => {
            format!("the data set of the run is data.dataset in {}", path.join("experiment.toml").display())
        }
        Some(Found::Manifest) => format!("make one with `afterimage import generic {shown} --out NAME.afterimage`"),
        _ => return Ok(DataSet::open(path)?),
    };
    bail!("\"{shown}\" is {}, not a data set: {instead}", Found::at(path).unwrap_or(Found::OtherFolder))
}

/// Refuses what is known to be something else than an experiment folder.
pub(super) fn refuse_no_run(path: &Path) -> Result<()> {
    let shown = path.display();
    let instead = match Found::at(path) {
        Some(Found::DataSet) => {
            format!("make one with `afterimage run EXPERIMENT.toml --out RUN`, where data.dataset = \"{shown}\"")
        }
        Some(Found::Experiment) => format!("make one with `afterimage run {shown} --out RUN`"),
        _ => return Ok(()),
    };
    bail!("\"{shown}\" is {}, not an experiment folder: {instead}", Found::at(path).unwrap_or(Found::OtherFolder))
}

/// Refuses an experiment in the place of a manifest.
pub(super) fn refuse_no_manifest(path: &Path) -> Result<()> {
    let shown = path.display();
    let instead = match Found::at(path) {
        Some(Found::Experiment) => format!(
            "it goes to `afterimage run {shown} --out RUN`; a manifest names responses and images (`[responses]`, `[images]`)"
        ),
        Some(Found::DataSet) => format!("it is imported already: look at it with `afterimage inspect {shown}`"),
        Some(Found::Run | Found::OtherFolder) => "give the file that names responses and images".to_owned(),
        _ => return Ok(()),
    };
    bail!("\"{shown}\" is {}, not a manifest: {instead}", Found::at(path).unwrap_or(Found::OtherFolder))
}
