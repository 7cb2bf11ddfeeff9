//! A study from experiment folders.

use std::path::{Path, PathBuf};

use afterimage_run::{Artefact, RunFolder, layout::labels, manifest::Manifest, pictures::Pictures, scores::ScoreFile};
use afterimage_statistics::draws::shuffle;
use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::design::DESIGN_VERSION;
use crate::draws::{Purpose, stream};
use crate::folder::UNSERVED;
use crate::keys::{Keys, code};
use crate::stimuli::Picture;
use crate::{
    Copied, Design, Exclusion, Item, Result, SourceRun, Stimuli, Strings, StudyError, StudyFolder, consent, private,
};

mod copy;
mod partial;

/// Factor by which a practice image is reduced and enlarged again: the coarse layout stays, as in a reconstruction.
const BLUR: u32 = 8;

/// Options of a new study.
#[derive(Debug, Clone)]
pub struct Options {
    /// Title of the page.
    pub title: String,
    /// Language of the page: `en` and `de` are built in, any other starts with the English text.
    pub language: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Number of images to choose from.
    pub ways: usize,
    /// Number of items whose reconstructions are judged, drawn by the seed; all by default.
    pub items: Option<usize>,
    /// Reconstructions that each participant judges; all judged items by default.
    pub trials: Option<usize>,
    /// Practice trials.
    pub practice: usize,
    /// Attention checks; by default one per ten trials, at least two.
    pub attention: Option<usize>,
    /// True if participants are asked for age band and eyesight.
    pub questions: bool,
    /// Code for recruitment platforms; a random one by default.
    pub completion_code: Option<String>,
    /// Exclusion rules.
    pub exclusion: Exclusion,
}

/// A new study.
#[derive(Debug, Clone)]
pub struct Created {
    /// The folder.
    pub study: StudyFolder,
    /// Its design.
    pub design: Design,
    /// Number of test items, and of judged items.
    pub items: (usize, usize),
    /// Labels of the runs.
    pub runs: Vec<String>,
    /// Token of the progress page. It is not stored; the study contains only its hash.
    pub admin_token: String,
}

/// Creates a study of runs on the same test images; with `overwrite`, in the place of one that was never served.
///
/// The folder appears complete or not at all. Only its owner may read it, from the first byte on. A partial study with
/// this name from a killed `create` is removed. Answers are never overwritten, and an earlier study stays until the new one
/// is complete.
///
/// # Errors
/// [`StudyError::File`] if `out` exists, or with `overwrite` if it contains answers or is not a study; [`StudyError::Design`] if runs differ in their test images, a run has no
/// reconstructions, or there are too few images for the options; [`StudyError::Io`] and [`StudyError::Run`] for
/// files.
pub fn create(runs: &[PathBuf], options: &Options, out: &Path, overwrite: bool) -> Result<Created> {
    let refuse = |message: &str| Err(StudyError::File { path: out.to_path_buf(), message: message.to_owned() });
    if !overwrite && out.exists() {
        return refuse(
            "exists already: choose another folder, or use --overwrite to replace a study that was never served",
        );
    }
    if StudyFolder::new(out).database_file().exists() {
        return refuse("has been served, and its answers are never overwritten: choose another folder");
    }
    UNSERVED.refuse_other(out)?;
    let partial = partial::Partial::begin(out)?;
    let created = fill(runs, options, &StudyFolder::new(partial.path()))?;
    if overwrite && out.exists() {
        UNSERVED.remove_entries(out)?;
        // Fails if it has been served meanwhile.
        std::fs::remove_dir(out).map_err(|source| StudyError::Io { action: "replace", path: out.into(), source })?;
    }
    partial.finish(out)?;
    Ok(Created { study: StudyFolder::new(out), ..created })
}

fn fill(runs: &[PathBuf], options: &Options, study: &StudyFolder) -> Result<Created> {
    let dir = study.pictures_dir();
    create_dir(&dir)?;
    let opened = runs.iter().map(RunFolder::open).collect::<std::result::Result<Vec<_>, _>>()?;
    let (mut stimuli, shown) = copy::copy(&opened, options, &dir)?;
    let design = design(options, &stimuli)?;
    copies(&mut stimuli, &shown, &design, &dir)?;
    design.fits(&stimuli).map_err(|message| StudyError::Design { message: format!("the study {message}") })?;
    for (index, run) in opened.iter().enumerate() {
        if let Some(scores) = ScoreFile::read_if_present(run)? {
            create_dir(&study.scores_dir())?;
            private::write_json(&study.scores_file(index), &scores)?;
        }
    }
    let (keys, admin_token) = Keys::new()?;
    keys.write(study)?;
    private::write_json(&study.stimuli_file(), &stimuli)?;
    private::write(&study.strings_file(&options.language), Strings::template(&options.language).as_bytes())?;
    private::write(&study.consent_file(), consent::template(&options.language).as_bytes())?;
    private::write(&study.design_file(), design.document().as_bytes())?;
    Ok(Created {
        study: study.clone(),
        items: (stimuli.items.len(), stimuli.judged.len()),
        runs: stimuli.runs.into_iter().map(|run| run.label).collect(),
        design,
        admin_token,
    })
}

fn create_dir(path: &Path) -> Result<()> {
    private::create_dir(path).map_err(|source| StudyError::Io { action: "create", path: path.into(), source })
}

fn design(options: &Options, stimuli: &Stimuli) -> Result<Design> {
    let trials = options.trials.unwrap_or(stimuli.judged.len());
    let attention = options.attention.unwrap_or((trials / 10).max(2)).min(stimuli.items.len());
    let design = Design {
        version: DESIGN_VERSION,
        title: options.title.clone(),
        language: options.language.clone(),
        seed: options.seed,
        ways: options.ways,
        trials,
        practice: options.practice,
        attention,
        questions: options.questions,
        completion_code: match &options.completion_code {
            Some(code) => code.clone(),
            None => code()?,
        },
        exclusion: options.exclusion.clone(),
    };
    design.check().map_err(|message| StudyError::Design { message: format!("the study {message}") })?;
    Ok(design)
}

/// Practice and attention images, from items that are not judged if there are any.
fn copies(stimuli: &mut Stimuli, shown: &[RgbImage], design: &Design, dir: &Path) -> Result<()> {
    let mut rng = stream(design.seed, Purpose::Practice, 0, 1);
    let mut order: Vec<usize> = (0..stimuli.items.len()).collect();
    shuffle(&mut rng, &mut order);
    order.sort_by_key(|i| stimuli.judged.contains(i));
    let mut turn = order.iter().cycle().copied();
    let mut next = |count: usize| turn.by_ref().take(count).collect::<Vec<_>>();
    let (practice, attention) = (next(design.practice), next(design.attention));
    let copied =
        |item: usize, image: &RgbImage| -> Result<Copied> { Ok(Copied { item, picture: copy::save(image, dir)? }) };
    stimuli.practice = practice.into_iter().map(|i| copied(i, &blur(&shown[i]))).collect::<Result<_>>()?;
    stimuli.attention = attention.into_iter().map(|i| copied(i, &shown[i])).collect::<Result<_>>()?;
    Ok(())
}

fn blur(image: &RgbImage) -> RgbImage {
    let (width, height) = image.dimensions();
    let small = resize(image, (width / BLUR).max(2), (height / BLUR).max(2), FilterType::Triangle);
    resize(&small, width, height, FilterType::Triangle)
}
