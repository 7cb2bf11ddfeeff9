//! The Algonauts 2023 challenge: NSD on the cortical surface, both hemispheres, and the images in the order of rows.
//!
//! The test part of the challenge has images and no responses, so the test is drawn from the training part.

use std::collections::BTreeMap;
use std::path::PathBuf;

use afterimage_formats::images::ImageSource;
use afterimage_formats::npy;
use ndarray::{Axis, concatenate};

use super::files::{source_files, unused};
use super::importer::importer;
use super::matrix::{Matrix, blocks};
use super::order::{NameOrder, pairs, sequence};
use super::shown::{Shown, Trial};
use super::{Block, Images, Source};
use crate::header::{FittedOn, LeftOut, Provenance, Step, SurfaceGeometry, Voxels};
use crate::{Error, Result};

/// Presentations behind most rows.
const AVERAGED: u16 = 3;
/// How the order is stated.
const OPTION: &str = "--order natural or --order bytes";
/// Names of the codes in `roi_masks/{lh,rh}.NAME_challenge_space.npy`, from 1; the challenge pickles them.
const REGIONS: [(&str, &[&str]); 6] = [
    ("prf-visualrois", &["V1v", "V1d", "V2v", "V2d", "V3v", "V3d", "hV4"]),
    ("floc-bodies", &["EBA", "FBA-1", "FBA-2", "mTL-bodies"]),
    ("floc-faces", &["OFA", "FFA-1", "FFA-2", "mTL-faces", "aTL-faces"]),
    ("floc-places", &["OPA", "PPA", "RSC"]),
    ("floc-words", &["OWFA", "VWFA-1", "VWFA-2", "mfs-words", "mTL-words"]),
    ("streams", &["early", "midventral", "midlateral", "midparietal", "ventral", "lateral", "parietal"]),
];

importer! {
    name: "algonauts2023",
    about: "NSD as the Algonauts 2023 challenge gives it: a subject's folder",
    example: "algonauts2023 subj01 --test 500 --validation 500 --out subj01.afterimage",
    import: import_algonauts = open_algonauts,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AlgonautsOptions {
        /// A subject's folder, with training_split and roi_masks.
        pub folder: PathBuf => [place = 1],
        /// Images held out for the test, drawn by the seed: the challenge keeps the responses of its own.
        pub test: usize => [value = "IMAGES"],
        /// Order of the images' names, where numbers in them are not padded.
        pub order: Option<NameOrder>,
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files; responses and images are read when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when no image is left for training, or none is drawn for the test.
pub fn open_algonauts(options: &AlgonautsOptions) -> Result<Source<'static>> {
    let training = options.folder.join("training_split");
    let files = ["lh", "rh"].map(|side| training.join(format!("training_fmri/{side}_training_fmri.npy")));
    let tables = [Matrix::open(&files[0], None)?, Matrix::open(&files[1], None)?];
    let folder = training.join("training_images");
    let pictures = ImageSource::open(&folder)?;
    for table in &tables {
        if table.rows() != pictures.len() {
            let reason = format!("it has {} rows for {} pictures in training_images", table.rows(), pictures.len());
            return Err(Error::mismatch(table.path(), reason));
        }
    }
    let (all, masks, absent) = vertices(options, [tables[0].columns(), tables[1].columns()])?;
    let mask = options.roi.as_deref().map_or_else(|| Ok(vec![true; all.count]), |roi| all.mask(roi))?;
    let kept: Vec<usize> = (0..all.count).filter(|&at| mask[at]).collect();
    let voxels = all.keep(&mask);
    let (positions, how) = sequence(&pictures, options.order, OPTION)?;
    let mut shown = Shown::default();
    for &at in &positions {
        let name = &pictures.names()[at];
        shown.push(Trial { name, class: None, is_test: false, session: 0, run: 0, averaged: AVERAGED });
    }
    if options.test == 0 {
        let reason = "the challenge keeps the responses of its test part: say with --test how many to draw";
        return Err(Error::manifest(&options.folder, reason));
    }
    shown.draw(&options.folder, options.test, options.validation, options.seed)?;
    let left_out = unused(&pictures, 0..pictures.len()).into_iter().chain(absent).collect();
    let paired = format!("{how}: {}", pairs(&pictures, &positions));
    let provenance = Provenance { left_out, ..provenance(options, &files, &masks, &paired)? };
    let images: Images<'static> = Box::new(move |row, side| Ok(pictures.read_square(positions[row], side)?));
    let trials = shown.trials;
    let blocks = blocks(trials.len(), all.count).map(move |(first, count)| {
        let parts = [tables[0].read(first, count)?, tables[1].read(first, count)?];
        let whole = concatenate(Axis(1), &[parts[0].view(), parts[1].view()])
            .map_err(|error| Error::mismatch(tables[0].path(), error))?;
        Ok(Block { responses: whole.select(Axis(1), &kept), trials: trials[first..first + count].to_vec() })
    });
    Ok(Source { stimuli: shown.stimuli, voxels, provenance, images: Some(images), blocks: Box::new(blocks) })
}

/// The vertices of both hemispheres, left first, with the regions `lh` and `rh` and those of the masks that are there.
fn vertices(options: &AlgonautsOptions, counts: [usize; 2]) -> Result<(Voxels, Vec<PathBuf>, Option<LeftOut>)> {
    let mut voxels = Voxels::new(counts[0] + counts[1]);
    let (mut files, mut absent) = (Vec::new(), Vec::new());
    let mut regions: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for (side, (name, first)) in [("lh", 0), ("rh", counts[0])].into_iter().enumerate() {
        let mut fill = |region: &str, inside: &mut dyn Iterator<Item = bool>| {
            let mask = regions.entry(region.to_owned()).or_insert_with(|| vec![false; counts[0] + counts[1]]);
            mask[first..].iter_mut().zip(inside).for_each(|(to, inside)| *to = inside);
        };
        fill(name, &mut std::iter::repeat_n(true, counts[side]));
        for (family, members) in REGIONS {
            let path = options.folder.join(format!("roi_masks/{name}.{family}_challenge_space.npy"));
            if !path.is_file() {
                absent.push(format!("{name}.{family}"));
                continue;
            }
            let codes = npy::read_f32(&path)?;
            if let Some(code) =
                codes.iter().find(|code| **code < 0.0 || **code > members.len() as f32 || code.fract() != 0.0)
            {
                let reason =
                    format!("it has the code {code}, expected 0 to {} for {}", members.len(), members.join(", "));
                return Err(Error::mismatch(&path, reason));
            }
            if codes.len() != counts[side] {
                let reason = format!("it has {} entries for {} vertices", codes.len(), counts[side]);
                return Err(Error::mismatch(&path, reason));
            }
            for (code, region) in members.iter().enumerate() {
                fill(region, &mut codes.iter().map(|&value| value == (code + 1) as f32));
            }
            files.push(path);
        }
    }
    voxels.regions = regions.into_iter().filter(|(_, mask)| mask.contains(&true)).collect();
    voxels.surface = surface(options, counts, &mut files)?;
    Ok((voxels, files, LeftOut::named("region map", "that the folder roi_masks lacks", absent)))
}

/// Where the vertices of the challenge lie on fsaverage, where both files that say so are there.
fn surface(
    options: &AlgonautsOptions,
    counts: [usize; 2],
    files: &mut Vec<PathBuf>,
) -> Result<Option<SurfaceGeometry>> {
    let paths =
        ["lh", "rh"].map(|side| options.folder.join(format!("roi_masks/{side}.all-vertices_fsaverage_space.npy")));
    if !paths.iter().all(|path| path.is_file()) {
        return Ok(None);
    }
    let mut surface = SurfaceGeometry { vertices: [0; 2], places: Vec::new() };
    for (side, path) in paths.iter().enumerate() {
        let mask = npy::read_f32(path)?;
        let inside = (0_u32..).zip(&mask).filter(|&(_, &value)| value > 0.0);
        let before = surface.places.len();
        surface.places.extend(inside.map(|(vertex, _)| [side as u32, vertex]));
        surface.vertices[side] = mask.len();
        let marked = surface.places.len() - before;
        if marked != counts[side] {
            let reason = format!("it marks {marked} vertices, there are responses of {}", counts[side]);
            return Err(Error::mismatch(path, reason));
        }
    }
    files.extend(paths);
    Ok(Some(surface))
}

fn provenance(options: &AlgonautsOptions, files: &[PathBuf], masks: &[PathBuf], paired: &str) -> Result<Provenance> {
    let title = options.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Provenance {
        title: format!("Algonauts 2023, {title}"),
        kind: "algonauts2023".into(),
        source_files: source_files(files.iter().chain(masks).map(PathBuf::as_path))?,
        licence: Some("Natural Scenes Dataset terms and conditions; images from COCO".into()),
        citation: Some(
            "Gifford et al. (2023), The Algonauts Project 2023 challenge, arXiv:2301.03198; Allen et al. (2022), \
             Nature Neuroscience 25, 116-126"
                .into(),
        ),
        units: Some("standardised betas of the source".into()),
        standardised: Some("within each session, by the source".into()),
        fov_deg: Some(8.4),
        steps: vec![
            Step::new(
                "betas standardised within each session and averaged over repeats by the source",
                FittedOn::Everything,
            ),
            Step::plain("means over up to 3 presentations; the files do not tell sessions and runs"),
            Step::plain(format!("rows and images paired {paired}")),
            Step::split(format!(
                "{} images drawn for the test, {} for validation, seed {}",
                options.test, options.validation, options.seed
            )),
            Step::plain(format!("vertices: {}", options.roi.as_deref().unwrap_or("all"))),
        ],
        ..Provenance::of_voxels()
    })
}
