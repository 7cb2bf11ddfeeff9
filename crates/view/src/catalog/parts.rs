//! Items, scores and voxels of a run, from its files.

use std::path::PathBuf;

use afterimage_run::RunFolder;
use afterimage_run::biology::Biology;
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{Group, ScoreFile};
use serde::Serialize;

use crate::Result;

/// A held-out item.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// Its class, if known.
    pub class: Option<String>,
    /// Repeats averaged into the decoded response.
    pub repeats: u16,
    /// Name of the wrong candidate that is most similar to the reconstruction.
    pub candidate: Option<String>,
    /// Name of the photograph that the reconstruction took fine structure from, if it took any.
    pub photograph: Option<String>,
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
    /// True if larger is better.
    pub higher_is_better: bool,
    /// What it belongs to, such as "Similarity to the shown image".
    pub group: &'static str,
    /// True for one of the scores that the table of runs shows.
    pub main: bool,
    /// Over all items.
    pub value: f64,
    /// Interval of the value, its ends.
    pub interval: Option<[f64; 2]>,
    /// What reconstructions without information score.
    pub chance: Option<f64>,
    /// Value per item; null if missing.
    pub values: Vec<Option<f64>>,
}

/// A voxel's receptive field, pixels of the image from its upper left corner.
#[derive(Debug, Clone, Serialize)]
pub struct Voxel {
    /// Column in the data set's responses.
    pub column: usize,
    /// The regions that contain it.
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

/// Returns the scores of images, in the order of the items.
pub(super) fn item_scores(file: &ScoreFile, list: &[Pictures]) -> Vec<ItemScores> {
    let scores = file.of_images().map(|score| {
        let by_name = score.by_item();
        ItemScores {
            name: score.name.clone(),
            title: score.title.clone(),
            unit: score.unit.clone(),
            higher_is_better: score.higher_is_better,
            group: Group::of_protocol(&score.protocol).title(),
            main: false,
            value: score.value,
            interval: score.interval.as_ref().map(|interval| [interval.low, interval.high]),
            chance: score.chance,
            values: list.iter().map(|item| by_name.get(item.name.as_str()).copied()).collect(),
        }
    });
    scores.filter(|score| score.values.iter().any(Option::is_some)).collect()
}

/// Returns the voxels with a receptive field: from stimulation, else from the weights.
pub(super) fn voxels(biology: &Biology) -> Vec<Voxel> {
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

/// Returns the image files of an item, which must lie in its run folder.
pub(super) fn files(folder: &RunFolder, item: &Pictures) -> Result<[Option<PathBuf>; 3]> {
    let rival = item.rival.as_deref().map(|path| folder.inside(path)).transpose()?;
    Ok([Some(folder.inside(&item.shown)?), Some(folder.inside(&item.reconstruction)?), rival])
}
