//! The contents of run folders, in the form that the page shows.

mod parts;

use std::path::PathBuf;

use serde::Serialize;

use afterimage_eval::comparison::ScoredRun;
use afterimage_run::biology::Biology;
use afterimage_run::layout::{Phase, STATISTICS, labels};
use afterimage_run::manifest::Manifest;
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{ScoreFile, headlines};
use afterimage_run::voxels::Voxels as Recorded;
use afterimage_run::{Artefact, RunFolder};
use afterimage_statistics::RecordedUnit;

use crate::{Result, ViewError};
pub use parts::{Item, ItemScores, Voxel};
use parts::{files, item_scores, voxels};

/// Several runs.
#[derive(Debug, Clone, Serialize)]
pub struct Catalog {
    /// In the order given.
    pub runs: Vec<Run>,
    /// Names of the scores that the table of runs shows.
    pub main: Vec<String>,
}

/// Columns of the table: more do not fit a desk's window.
const MOST: usize = 6;

/// Scores that the table always shows if a run has them: they tell runs apart where the headlines are saturated.
const ALWAYS: [&str; 4] =
    ["identification.pairwise.perceptual", "identification.external.perceptual.50way", "image.pixcorr", "image.ssim"];

/// One run.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// Short name, unique among the runs; the API uses it.
    pub label: String,
    /// What made its reconstructions: `trained`, or `baseline: ridge-pixels`.
    pub kind: String,
    /// What its reconstructions are made of, if not of a decoder network or the baseline alone.
    pub made_of: Option<String>,
    /// What its reconstructions take from photographs, if anything.
    #[serde(skip)]
    pub(crate) photograph_part: Option<String>,
    /// Name of its experiment.
    pub experiment: String,
    /// Title of its data set.
    pub data: String,
    /// What was recorded: `voxel`, `neuron` or `channel`; `voxel` where the run does not say.
    pub unit: &'static str,
    /// Unit of the recording, if the run states it.
    pub units: Option<String>,
    /// When it was made.
    pub created: String,
    /// Side of its images, pixels.
    pub side_px: usize,
    /// The held-out items.
    pub items: Vec<Item>,
    /// Scores with one value per item.
    pub scores: Vec<ItemScores>,
    /// Voxels with their receptive fields, if the run has them.
    pub voxels: Vec<Voxel>,
    /// True if it has trained networks; a baseline has none, and neither has a copy without its weights.
    pub networks: bool,
    /// The folder.
    #[serde(skip)]
    pub folder: RunFolder,
    /// True if it has a report.
    pub report: bool,
    /// The noun of counts of its voxels.
    #[serde(skip)]
    pub(crate) noun: RecordedUnit,
    /// What a comparison needs, if it was evaluated.
    #[serde(skip)]
    pub(crate) scored: Option<ScoredRun>,
    /// Image files of the items: shown, reconstruction, wrong candidate.
    #[serde(skip)]
    pub(crate) files: Vec<[Option<PathBuf>; 3]>,
}

impl Catalog {
    /// Reads run folders.
    ///
    /// # Errors
    /// [`ViewError::Run`] and [`ViewError::Scores`] for damaged files; [`ViewError::File`] if a run has no reconstructions, or names
    /// images outside its folder.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let folders = paths.iter().map(RunFolder::open).collect::<std::result::Result<Vec<_>, _>>()?;
        let names = labels(&folders);
        let runs = folders.into_iter().zip(names).map(|(folder, label)| Run::open(folder, label));
        let mut runs = runs.collect::<Result<Vec<_>>>()?;
        let main = main_scores(&runs);
        for score in runs.iter_mut().flat_map(|run| &mut run.scores) {
            score.main = main.contains(&score.name);
        }
        Ok(Self { runs, main })
    }

    /// Returns the index of a run by its label; without a label the first.
    pub(crate) fn find(&self, label: Option<&str>) -> Option<usize> {
        match label {
            None => (!self.runs.is_empty()).then_some(0),
            Some(label) => self.runs.iter().position(|run| run.label == label),
        }
    }
}

impl Run {
    /// `scores.json`, if it was evaluated.
    pub(crate) fn score_file(&self) -> Option<&ScoreFile> {
        self.scored.as_ref().map(|scored| &scored.scores)
    }

    fn open(folder: RunFolder, label: String) -> Result<Self> {
        if !Vec::<Pictures>::path(&folder).is_file() {
            let message = "holds no reconstructions yet: make them with `afterimage reconstruct RUN`";
            return Err(ViewError::File { path: folder.root().into(), message: message.into() });
        }
        let mut scored = ScoreFile::path(&folder).is_file().then(|| ScoredRun::of(&folder)).transpose()?;
        let (manifest, list) = match &mut scored {
            Some(scored) => {
                scored.label.clone_from(&label);
                (scored.manifest.clone(), scored.pictures.clone())
            }
            None => (Manifest::read(&folder)?, Vec::<Pictures>::read(&folder)?),
        };
        let networks = has_networks(&folder, &manifest);
        let scores = scored.as_ref().map(|scored| item_scores(&scored.scores, &list)).unwrap_or_default();
        let voxels = Biology::read_if_present(&folder)?.as_ref().map(voxels).unwrap_or_default();
        let recorded = Recorded::read_if_present(&folder)?;
        let noun = recorded.as_ref().map(Recorded::unit).unwrap_or_default();
        let experiment = folder.experiment()?;
        let trained = manifest.baseline.is_none().then_some(&experiment);
        let files = list.iter().map(|item| files(&folder, item)).collect::<Result<_>>()?;
        let item = |picture: Pictures| Item {
            name: picture.name,
            class: picture.class,
            repeats: picture.repeats,
            candidate: picture.rival_name,
            photograph: picture.photograph,
        };
        Ok(Self {
            label,
            made_of: trained.and_then(|experiment| experiment.reconstruction_parts()),
            photograph_part: trained.and_then(|experiment| experiment.photograph_part()),
            kind: manifest.baseline.map_or("trained".into(), |baseline| format!("baseline: {}", baseline.name)),
            experiment: manifest.name,
            data: manifest.data.title,
            unit: noun.singular(),
            noun,
            units: recorded.and_then(|recorded| recorded.units),
            created: manifest.created,
            side_px: experiment.image.side,
            items: list.into_iter().map(item).collect(),
            scores,
            voxels,
            networks,
            report: folder.report_file().is_file(),
            scored,
            folder,
            files,
        })
    }
}

/// Returns whether all files of the networks exist: a copy of a run may lack its weights.
fn has_networks(folder: &RunFolder, manifest: &Manifest) -> bool {
    let weights = [Phase::Encoder, Phase::Decoder].map(|phase| folder.weights_file(phase));
    manifest.baseline.is_none() && weights.into_iter().chain([folder.path(STATISTICS)]).all(|file| file.is_file())
}

/// Returns the names of the main scores: those that always count, then the headlines of the runs.
fn main_scores(runs: &[Run]) -> Vec<String> {
    let files = || runs.iter().filter_map(Run::score_file);
    let always = ALWAYS.into_iter().filter(|name| files().any(|file| file.get(name).is_some()));
    let headlines = files().flat_map(|file| headlines(file).into_iter().map(|score| score.name.as_str()));
    let mut names: Vec<String> = Vec::new();
    for name in always.chain(headlines) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names.truncate(MOST);
    names
}
