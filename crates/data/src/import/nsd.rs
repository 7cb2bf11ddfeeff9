//! The Natural Scenes Dataset: betas of one subject in its own volume, session by session.
//!
//! Trial `t` of the subject (counted over its sessions of 750) shows image
//! `subjectim[subject][masterordering[t] - 1] - 1` of the brick; the 1000 images with `masterordering <= 1000` were
//! shown to all subjects and are the test part.

mod betas;
mod design;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use afterimage_formats::hdf5::{self, Dataset};
use afterimage_formats::picture;
use ndarray::{Array3, Axis, Ix3};

use betas::Session;
use design::Design;

use super::files::source_files;
use super::importer::importer;
use super::matrix::{Matrix, blocks};
use super::shown::Repeats;
use super::volumes::{Found, Mask};
use super::{Block, Images, Source, subject};
use crate::assign::random_split;
use crate::header::{FittedOn, LeftOut, Provenance, Split, Step, StimulusInfo, TrialInfo, VoxelColumn, Voxels};
use crate::{Error, Result};

const SUBJECTS: usize = 8;
/// Trials of a session.
const TRIALS: usize = 750;

importer! {
    name: "nsd",
    about: "The Natural Scenes Dataset: one subject's betas, mask, design and images",
    example: "nsd --subject 1 --betas betas_fithrf_GLMdenoise_RR --mask nsdgeneral.nii.gz --design \
              nsd_expdesign.mat --stimuli nsd_stimuli.hdf5 --out nsd_s1.afterimage",
    import: import_nsd = open_nsd,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NsdOptions {
        /// The subject.
        pub subject: usize => [range = (1, 8)],
        /// Folder with betas_sessionNN.hdf5 or .nii.gz, all of which are imported; or MindEye's
        /// betas_all_subj0X_fp32_renorm.hdf5, which needs no mask.
        pub betas: PathBuf => [value = "PATH"],
        /// Volume of the voxels to keep, such as nsdgeneral.nii.gz: those above zero.
        pub mask: Option<PathBuf> => [value = "FILE"],
        /// Volumes with regions, such as prf-visualrois.nii.gz, their label tables (.ctab) next to them.
        pub regions: Vec<PathBuf> => [value = "FILE"],
        /// The value from which a voxel is in the region, for volumes with fractions, such as 0.5.
        pub region_threshold: Option<f32> => [value = "VALUE", requires = "regions"],
        /// The value from which a voxel is kept, for masks with fractions, such as 0.5.
        pub mask_threshold: Option<f32> => [value = "VALUE", requires = "mask"],
        /// The volume ncsnr.nii.gz, kept as a column of the voxels.
        pub ncsnr: Option<PathBuf> => [value = "FILE"],
        /// The experiment's design, nsd_expdesign.mat.
        pub design: PathBuf => [value = "FILE"],
        /// The images, nsd_stimuli.hdf5.
        pub stimuli: PathBuf => [value = "FILE"],
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files; betas are read session by session and images one by one when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when no image is left for training.
pub fn open_nsd(options: &NsdOptions) -> Result<Source<'static>> {
    let files = [Some(&options.betas), options.mask.as_ref(), options.ncsnr.as_ref()].into_iter().flatten();
    let files = files.chain(&options.regions).map(PathBuf::as_path);
    subject::refuse_other(files, (options.subject, SUBJECTS))?;
    let design = Design::read(&options.design, options.subject)?;
    let brick = open_brick(&options.stimuli)?;
    let available = brick.shape()[0];
    let (shown, found, files, blocks) = match betas::table(&options.betas)? {
        Some(table) => {
            let shown = Shown::of(&[(0, table.rows())], &design, available, options)?;
            let (voxels, blocks) = of_table(table, shown.trials[0].clone(), options)?;
            let found = Found { voxels, steps: Vec::new(), left_out: Vec::new() };
            (shown, found, vec![options.betas.clone()], blocks)
        }
        None => {
            let (sessions, left_out) = betas::find(&options.betas)?;
            let parts = sessions.iter().map(part).collect::<Result<Vec<_>>>()?;
            let shown = Shown::of(&parts, &design, available, options)?;
            let files = sessions.iter().map(|session| session.path.clone()).collect();
            let (mut found, blocks) = of_sessions(sessions, shown.trials.clone(), options)?;
            found.left_out.extend(left_out);
            let short = parts.iter().map(|&(_, count)| TRIALS - count).sum();
            found.left_out.extend(LeftOut::counted("trial", "that the files of their sessions lack", short));
            (shown, found, files, blocks)
        }
    };
    let mut provenance = provenance(options, &files)?;
    provenance.steps.extend(found.steps);
    provenance.left_out.extend(found.left_out);
    let stimuli = shown.stimuli(options)?;
    let (pictures, path) = (shown.pictures, options.stimuli.clone());
    let images: Images<'static> = Box::new(move |row, side| {
        let picture = read_picture(&brick, pictures[row], &path)?;
        Ok(picture::crop_resize(picture.view(), side, &path)?)
    });
    Ok(Source { stimuli, voxels: found.voxels, provenance, images: Some(images), blocks })
}

type Blocks = Box<dyn Iterator<Item = Result<Block>>>;

/// The first trial of a session and their number.
fn part(session: &Session) -> Result<(usize, usize)> {
    match session.trials()? {
        count @ ..=TRIALS => Ok(((session.number - 1) * TRIALS, count)),
        count => Err(Error::mismatch(&session.path, format!("it holds {count} trials, a session has {TRIALS}"))),
    }
}

fn of_sessions(sessions: Vec<Session>, trials: Vec<Vec<TrialInfo>>, options: &NsdOptions) -> Result<(Found, Blocks)> {
    let mask = options.mask.as_ref().ok_or_else(|| {
        Error::mismatch(&options.betas, "give a mask of the voxels to keep with --mask, such as nsdgeneral.nii.gz")
    })?;
    let mut mask = Mask::read(mask, options.mask_threshold)?;
    mask.take_side(sessions.iter().map(|session| session.path.as_path()));
    let mut found = mask.voxels(&options.regions, options.region_threshold)?;
    if let Some(path) = &options.ncsnr {
        let meaning = "noise-ceiling SNR of the source, from all trials: not for selecting voxels".into();
        let values = mask.read_values(path)?;
        let column = VoxelColumn { meaning, fitted_on: FittedOn::Everything, values };
        found.voxels.columns.insert("ncsnr".into(), column);
    }
    let mut unplaced = 0;
    for session in &sessions {
        unplaced += usize::from(!session.compares_affine(&mask)?);
    }
    if unplaced > 0 {
        let what = "betas: places of voxels compared by the shape of the volumes only, without an affine";
        found.steps.push(Step::plain(format!("{what}, in {unplaced} of {} files", sessions.len())));
    }
    if let Some(roi) = &options.roi {
        let inside = found.voxels.mask(roi)?;
        found.voxels = found.voxels.keep(&inside);
        mask.keep(&inside);
    }
    let blocks = sessions.into_iter().zip(trials).map(move |(session, trials)| {
        let responses = session.read(&mask, trials.len())?;
        Ok(Block { responses, trials })
    });
    Ok((found, Box::new(blocks)))
}

/// A table does not tell where its voxels lie.
fn of_table(table: Matrix, trials: Vec<TrialInfo>, options: &NsdOptions) -> Result<(Voxels, Blocks)> {
    let volumes = [options.mask.is_some(), !options.regions.is_empty(), options.ncsnr.is_some(), options.roi.is_some()];
    if volumes.contains(&true) {
        let reason = "it has the voxels of a mask already: leave out --mask, --regions, --ncsnr and --roi";
        return Err(Error::mismatch(&options.betas, reason));
    }
    let voxels = Voxels::new(table.columns());
    let blocks = blocks(table.rows(), table.columns()).map(move |(first, count)| {
        Ok(Block { responses: table.read(first, count)?, trials: trials[first..first + count].to_vec() })
    });
    Ok((voxels, Box::new(blocks)))
}

fn open_brick(path: &Path) -> Result<Dataset> {
    let brick = hdf5::File::open(path)?.dataset("/imgBrick")?;
    match brick.shape()[..] {
        [_, _, _, 3] => Ok(brick),
        ref shape => {
            Err(Error::mismatch(path, format!("imgBrick has shape {shape:?}, expected [n, height, width, 3]")))
        }
    }
}

fn read_picture(brick: &Dataset, picture: usize, path: &Path) -> Result<Array3<u8>> {
    let wrong = || Error::mismatch(path, format!("imgBrick[{picture}] is not of bytes"));
    let numbers = brick.rows(picture, 1)?.into_u8().map_err(|_| wrong())?;
    numbers.index_axis_move(Axis(0), 0).into_dimensionality::<Ix3>().map_err(|_| wrong())
}

/// What the sessions showed.
struct Shown {
    /// Place in the brick of each stimulus.
    pictures: Vec<usize>,
    shared: Vec<bool>,
    /// One list for each session.
    trials: Vec<Vec<TrialInfo>>,
}

impl Shown {
    /// `parts` are the first trial of each and their number.
    fn of(parts: &[(usize, usize)], design: &Design, available: usize, options: &NsdOptions) -> Result<Self> {
        let mut shown = Self { pictures: Vec::new(), shared: Vec::new(), trials: Vec::new() };
        let (mut known, mut repeats) = (HashMap::new(), Repeats::default());
        for &(first, count) in parts {
            let mut trials = Vec::with_capacity(count);
            for trial in first..first + count {
                let (picture, shared) = design.picture(trial)?;
                if picture >= available {
                    let reason = format!("it has {available} images, the design names number {picture}");
                    return Err(Error::mismatch(&options.stimuli, reason));
                }
                let stimulus = *known.entry(picture).or_insert_with(|| {
                    shown.pictures.push(picture);
                    shown.shared.push(shared);
                    shown.pictures.len() - 1
                });
                let repeat = repeats.next(stimulus);
                let (stimulus, session) = (stimulus as u32, (trial / TRIALS) as u16);
                trials.push(TrialInfo { stimulus, repeat, session, run: 0, averaged: 1 });
            }
            shown.trials.push(trials);
        }
        Ok(shown)
    }

    fn stimuli(&self, options: &NsdOptions) -> Result<Vec<StimulusInfo>> {
        let test: Vec<usize> = (0..self.shared.len()).filter(|&at| self.shared[at]).collect();
        let splits = random_split(self.pictures.len(), 0, options.validation, options.seed, Some(&test));
        let splits = splits.ok_or_else(|| {
            let n = self.pictures.len() - test.len();
            let reason = format!("{n} training images leave none with {} of validation", options.validation);
            Error::manifest(&options.betas, reason)
        })?;
        let info = |(&picture, split): (&usize, Split)| StimulusInfo {
            origin: Some(format!("nsd_stimuli.hdf5:/imgBrick[{picture}]")),
            ..StimulusInfo::new(format!("nsd-{picture:05}"), split)
        };
        Ok(self.pictures.iter().zip(splits).map(info).collect())
    }
}

fn provenance(options: &NsdOptions, betas: &[PathBuf]) -> Result<Provenance> {
    let small = [options.mask.as_ref(), options.ncsnr.as_ref(), Some(&options.design)];
    let files = small.into_iter().flatten().chain(&options.regions).chain(betas).chain([&options.stimuli]);
    let is_table = options.betas.is_file();
    Ok(Provenance {
        title: format!("NSD, subject {}", options.subject),
        kind: "nsd".into(),
        source_files: source_files(files.map(PathBuf::as_path))?,
        licence: Some("Natural Scenes Dataset terms and conditions; images from COCO".into()),
        citation: Some(
            "Allen et al. (2022), A massive 7T fMRI dataset to bridge cognitive neuroscience and artificial \
             intelligence, Nature Neuroscience 25, 116-126"
                .into(),
        ),
        units: Some(if is_table { "as in the table" } else { "percent signal change" }.into()),
        whole_number_scale: (!is_table).then_some(betas::SCALE),
        fov_deg: Some(8.4),
        steps: vec![
            Step::new("single-trial betas of the source, of each session by itself", FittedOn::Unknown),
            if is_table {
                Step::new("normalised by whoever wrote the table", FittedOn::Unknown)
            } else {
                Step::plain(format!("{} sessions; whole numbers divided by 300", betas.len()))
            },
            Step::split("test: images shown to all subjects (masterordering up to 1000)"),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
            Step::plain(match (is_table, &options.roi) {
                (true, _) => "voxels: those of the table".to_owned(),
                (false, None) => "voxels: above zero in the mask".to_owned(),
                (false, Some(roi)) => format!("voxels: above zero in the mask, {roi}"),
            }),
            Step::plain("runs within a session are not distinguished; responses are not normalised"),
        ],
        ..Provenance::of_voxels()
    })
}
