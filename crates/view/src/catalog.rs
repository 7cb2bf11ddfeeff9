//! What run folders hold, in the form that the page shows it.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Serialize;

use afterimage_run::RunFolder;
use afterimage_run::biology::Biology;
use afterimage_run::layout::{Phase, labels};
use afterimage_run::manifest::Manifest;
use afterimage_run::pictures::{self, Pictures};
use afterimage_run::scores::ScoreFile;
use afterimage_run::voxels::Voxels as Recorded;

use crate::{Result, ViewError};

/// Several runs.
#[derive(Debug, Clone, Serialize)]
pub struct Catalog {
    /// In the order given.
    pub runs: Vec<Run>,
}

/// One run.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// Short name, unique among the runs; the API knows the run by it.
    pub label: String,
    /// Name of its experiment.
    pub experiment: String,
    /// Title of its data set.
    pub data: String,
    /// What was recorded: `voxel`, `neuron` or `channel`; `voxel` where the run does not say.
    pub unit: &'static str,
    /// When it was made.
    pub created: String,
    /// Side of its images, pixels.
    pub side_px: usize,
    /// The held-out items.
    pub items: Vec<Item>,
    /// Scores with a value for each item.
    pub scores: Vec<ItemScores>,
    /// Voxels with their receptive fields, where the run has looked for them.
    pub voxels: Vec<Voxel>,
    /// True where it has networks to ask; a baseline has none, nor has a copy without its weights.
    pub networks: bool,
    /// The folder.
    #[serde(skip)]
    pub folder: RunFolder,
    /// Picture files of the items: shown, reconstruction, rival.
    #[serde(skip)]
    pub(crate) files: Vec<[Option<PathBuf>; 3]>,
}

/// A held-out item.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// Its class, where known.
    pub class: Option<String>,
    /// Repeats averaged into the decoded response.
    pub repeats: u16,
    /// Name of the wrong candidate that looks most like the reconstruction.
    pub rival: Option<String>,
}

/// A score of every item.
#[derive(Debug, Clone, Serialize)]
pub struct ItemScores {
    /// Its name, as in `scores.json`.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// Its unit.
    pub unit: String,
    /// True where larger is better.
    pub higher_is_better: bool,
    /// Over all items.
    pub value: f64,
    /// Of each item; null where there is none.
    pub values: Vec<Option<f64>>,
}

/// A voxel's receptive field, pixels of the image from its upper left corner.
#[derive(Debug, Clone, Serialize)]
pub struct Voxel {
    /// Column in the data set's responses.
    pub column: usize,
    /// The regions that hold it.
    pub regions: Vec<String>,
    /// Middle, from the left.
    pub x_px: f64,
    /// Middle, from the top.
    pub y_px: f64,
    /// Standard deviation.
    pub sigma_px: f64,
    /// Correlation of predicted and measured responses to held-out images.
    pub r: Option<f64>,
}

impl Catalog {
    /// Reads runs.
    ///
    /// # Errors
    /// [`ViewError::Run`]; [`ViewError::File`] where a run has no reconstructions, or names pictures outside itself.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let folders = paths.iter().map(RunFolder::open).collect::<std::result::Result<Vec<_>, _>>()?;
        let names = labels(&folders);
        let runs = folders.into_iter().zip(names).map(|(folder, label)| Run::open(folder, label));
        Ok(Self { runs: runs.collect::<Result<_>>()? })
    }

    /// The place of a run by its label; the first one where none is named.
    pub(crate) fn find(&self, label: Option<&str>) -> Option<usize> {
        match label {
            None => (!self.runs.is_empty()).then_some(0),
            Some(label) => self.runs.iter().position(|run| run.label == label),
        }
    }
}

impl Run {
    fn open(folder: RunFolder, label: String) -> Result<Self> {
        let manifest = Manifest::read(&folder)?;
        let networks = has_networks(&folder, &manifest);
        if !folder.pictures_file().is_file() {
            let message = "holds no reconstructions yet: make them with `afterimage reconstruct RUN`";
            return Err(ViewError::File { path: folder.root().into(), message: message.into() });
        }
        let list = pictures::read(&folder)?;
        let scores = match folder.scores_file().is_file() {
            true => of_items(&ScoreFile::read(&folder)?, &list),
            false => Vec::new(),
        };
        let voxels = match folder.biology_file().is_file() {
            true => voxels(&Biology::read(&folder)?),
            false => Vec::new(),
        };
        let recorded = folder.voxels_file().is_file().then(|| Recorded::read(&folder)).transpose()?;
        let files = list.iter().map(|item| files(&folder, item)).collect::<Result<_>>()?;
        let item = |picture: Pictures| Item {
            name: picture.name,
            class: picture.class,
            repeats: picture.repeats,
            rival: picture.rival_name,
        };
        Ok(Self {
            label,
            experiment: manifest.name,
            data: manifest.data.title,
            unit: recorded.as_ref().map(Recorded::unit).unwrap_or_default().singular(),
            created: manifest.created,
            side_px: folder.experiment()?.image.side,
            items: list.into_iter().map(item).collect(),
            scores,
            voxels,
            networks,
            folder,
            files,
        })
    }
}

/// Whether there is something to ask: a copy of a run may leave its weights behind.
fn has_networks(folder: &RunFolder, manifest: &Manifest) -> bool {
    let weights = [Phase::Encoder, Phase::Decoder].map(|phase| folder.weights_file(phase));
    manifest.baseline.is_none() && weights.into_iter().chain([folder.statistics_file()]).all(|file| file.is_file())
}

/// Scores of images, in the order of the items.
fn of_items(file: &ScoreFile, list: &[Pictures]) -> Vec<ItemScores> {
    let scores = file.of_images().map(|score| {
        let by_name: HashMap<&str, f64> = (score.items.iter().zip(&score.per_item))
            .filter_map(|(name, value)| Some((name.as_str(), value.filter(|value| value.is_finite())?)))
            .collect();
        ItemScores {
            name: score.name.clone(),
            title: score.title.clone(),
            unit: score.unit.clone(),
            higher_is_better: score.higher_is_better,
            value: score.value,
            values: list.iter().map(|item| by_name.get(item.name.as_str()).copied()).collect(),
        }
    });
    scores.filter(|score| score.values.iter().any(Option::is_some)).collect()
}

/// Voxels with a receptive field: by stimulation, else from the weights.
fn voxels(biology: &Biology) -> Vec<Voxel> {
    let found = biology.voxels.iter().filter_map(|voxel| {
        let field = voxel.stimulation.or(voxel.weights)?;
        Some(Voxel {
            column: voxel.column,
            regions: voxel.regions.clone(),
            x_px: field.x_px,
            y_px: field.y_px,
            sigma_px: field.sigma_px,
            r: voxel.r,
        })
    });
    found.collect()
}

/// The picture files of an item, which must lie inside its run.
fn files(folder: &RunFolder, item: &Pictures) -> Result<[Option<PathBuf>; 3]> {
    let rival = item.rival.as_deref().map(|path| folder.inside(path)).transpose()?;
    Ok([Some(folder.inside(&item.shown)?), Some(folder.inside(&item.reconstruction)?), rival])
}
