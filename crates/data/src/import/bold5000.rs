//! BOLD5000: betas of regions by trials, and lists of what was shown.
//!
//! Release 1 has one HDF5 with an array for each region, release 2 an `.npy` for each; an `.npz` with `betas` and
//! `imgnames` brings its own list. Images shown repeatedly are the test part.

mod lists;

use std::path::{Path, PathBuf};

use afterimage_formats::{hdf5, npz};
use lists::Presented;
use ndarray::{Axis, concatenate};

use super::files::source_files;
use super::importer::importer;
use super::matrix::{Matrix, blocks};
use super::order::NameOrder;
use super::shown::{Shown, Trial};
use super::{Block, Source, subject};
use crate::header::{FittedOn, Provenance, Split, Step, Voxels};
use crate::{Error, Result};

/// What the name of a repeated image may begin with.
const REPEATED: &str = "rep_";

importer! {
    name: "bold5000",
    about: "BOLD5000, both releases: responses by region and the presentation lists",
    example: "bold5000 CSI1_ROIs_TR34.h5 --lists Stimuli_Presentation_Lists/CSI1 --images Presented_Stimuli --out \
              csi1.afterimage",
    import: import_bold5000 = open_bold5000,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Bold5000Options {
        /// One .h5 of release 1, the .npy files of release 2, or an .npz with betas and imgnames.
        pub responses: Vec<PathBuf> => [place = 1],
        /// Presentation lists in the order of the trials, or their folder.
        pub lists: Vec<PathBuf> => [value = "PATH"],
        /// Order of the lists' names, where numbers in them are not padded.
        pub order: Option<NameOrder>,
        /// The list of repeated images, which are the test; without it, those called rep_ or shown more than once.
        pub repeated: Option<PathBuf> => [value = "FILE"],
        /// Folder or archive of the images.
        pub images: Option<PathBuf>,
        /// Images held out for the test where none was repeated, drawn by the seed.
        pub test: usize => [value = "IMAGES", default = "0"],
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files and joins trials with names; responses are read block by block when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when no image is left for the test or for training.
pub fn open_bold5000(options: &Bold5000Options) -> Result<Source<'static>> {
    let presented = lists::read(options)?;
    let files = options.responses.iter().chain(&presented.files);
    subject::refuse_several_by(files.map(PathBuf::as_path), subject::of_csi)?;
    let arrays = arrays(options, presented.len())?;
    let all = voxels(&arrays);
    let mask = options.roi.as_deref().map_or_else(|| Ok(vec![true; all.count]), |roi| all.mask(roi))?;
    let kept: Vec<usize> = (0..all.count).filter(|&at| mask[at]).collect();
    let voxels = all.keep(&mask);
    let shown = shown(options, &presented)?;
    let images = options.images.as_deref().map(|path| shown.images(path, |name| format!("{REPEATED}{name}")));
    let (images, mut left_out) = images.transpose()?.unzip();
    let left_out = left_out.get_or_insert_default();
    left_out.extend(presented.left_out.iter().cloned());
    let provenance = Provenance { left_out: std::mem::take(left_out), ..provenance(options, &presented)? };
    let trials = shown.trials;
    let blocks = blocks(presented.len(), all.count).map(move |(first, count)| {
        let parts = arrays.iter().map(|(_, array)| array.read(first, count)).collect::<Result<Vec<_>>>()?;
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        let whole = concatenate(Axis(1), &views).map_err(|error| Error::mismatch(arrays[0].1.path(), error))?;
        Ok(Block { responses: whole.select(Axis(1), &kept), trials: trials[first..first + count].to_vec() })
    });
    Ok(Source { stimuli: shown.stimuli, voxels, provenance, images, blocks: Box::new(blocks) })
}

/// The arrays with the regions they are of.
fn arrays(options: &Bold5000Options, trials: usize) -> Result<Vec<(String, Matrix)>> {
    let mut arrays = Vec::new();
    for path in &options.responses {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "h5" | "hdf5" => {
                for name in hdf5::File::open(path)?.names()? {
                    arrays.push((name.trim_start_matches('/').to_owned(), Matrix::open(path, Some(&name))?));
                }
            }
            "npz" => arrays.push((String::new(), Matrix::open(path, Some("betas"))?)),
            _ => arrays.push((region(path), Matrix::open(path, None)?)),
        }
    }
    if arrays.is_empty() {
        return Err(Error::mismatch(Path::new(""), "name at least one file of responses"));
    }
    refuse_twice(&options.responses, &arrays)?;
    let fit = |(name, array): (String, Matrix)| Ok((name, array.with_trials(trials, "the presentation list")?));
    arrays.into_iter().map(fit).collect()
}

/// A file or a region of a hemisphere that is there twice would give each of its voxels twice.
fn refuse_twice(files: &[PathBuf], arrays: &[(String, Matrix)]) -> Result<()> {
    let whole = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let twice = (1..files.len()).find(|&at| files[..at].iter().any(|other| whole(other) == whole(&files[at])));
    if let Some(at) = twice {
        return Err(Error::mismatch(&files[at], "it is given twice: give each file once"));
    }
    for (at, (name, array)) in arrays.iter().enumerate() {
        let of_side = name.starts_with("LH") || name.starts_with("RH");
        if let Some((_, other)) = arrays[..at].iter().find(|(known, _)| of_side && known == name) {
            let reason = format!("region {name} is in \"{}\" too: give each region once", other.path().display());
            return Err(Error::mismatch(array.path(), reason));
        }
    }
    Ok(())
}

/// The last part of `CSI1_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_LHEarlyVis`.
fn region(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.rsplit('_').next().unwrap_or_default().to_owned()
}

/// A region for each array and, where both are there, for both hemispheres together.
fn voxels(arrays: &[(String, Matrix)]) -> Voxels {
    let count = arrays.iter().map(|(_, array)| array.columns()).sum();
    let mut voxels = Voxels::new(count);
    let mut first = 0;
    for (name, array) in arrays.iter().filter(|(name, _)| !name.is_empty()) {
        let both = name.strip_prefix("LH").or_else(|| name.strip_prefix("RH"));
        for region in [Some(name.as_str()), both].into_iter().flatten() {
            let mask = voxels.regions.entry(region.to_owned()).or_insert_with(|| vec![false; count]);
            mask[first..first + array.columns()].fill(true);
        }
        first += array.columns();
    }
    voxels
}

fn shown(options: &Bold5000Options, presented: &Presented) -> Result<Shown> {
    let mut shown = Shown::default();
    for (name, is_test, session, run) in presented.trials() {
        let class = synset(name);
        shown.push(Trial { name, class, is_test, session, run, averaged: 1 });
    }
    let path = &options.responses[0];
    if shown.stimuli.iter().any(|stimulus| stimulus.split == Split::Test) {
        shown.hold_out(path, options.validation, options.seed)?;
    } else if options.test > 0 {
        shown.draw(path, options.test, options.validation, options.seed)?;
    } else {
        let reason = "no image was shown repeatedly: say with --test how many to draw for the test";
        return Err(Error::manifest(path, reason));
    }
    Ok(shown)
}

/// The synset of an image of ImageNet.
fn synset(name: &str) -> Option<&str> {
    let (synset, _) = name.split_once('_')?;
    let digits = synset.strip_prefix('n')?;
    (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(synset)
}

fn provenance(options: &Bold5000Options, presented: &Presented) -> Result<Provenance> {
    let files = options.responses.iter().chain(&presented.files).chain(&options.repeated);
    let test = match (presented.has_repeats(), &options.repeated) {
        (true, Some(_)) => "test: the images of the list of repeated ones".to_owned(),
        (true, None) => "test: the images shown more than once".to_owned(),
        (false, _) => format!("test: {} images drawn at random, seed {}", options.test, options.seed),
    };
    Ok(Provenance {
        title: options.responses[0].file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        kind: "bold5000".into(),
        source_files: source_files(files.map(PathBuf::as_path).filter(|path| path.is_file()))?,
        licence: Some("CC0 1.0 (recordings); the images have terms of their own".into()),
        citation: Some(
            "Chang et al. (2019), BOLD5000, a public fMRI dataset while viewing 5000 visual images, Scientific Data 6, 49"
                .into(),
        ),
        units: Some("as in the files of the source".into()),
        steps: vec![
            Step::new("responses estimated by the source", FittedOn::Unknown),
            Step::split(test),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
            Step::plain(format!("voxels: {}", options.roi.as_deref().unwrap_or("all"))),
        ],
        ..Provenance::of_voxels()
    })
}

/// The names in an `.npz` that brings its own list.
fn names_within(path: &Path) -> Result<Vec<String>> {
    Ok(npz::read_texts(path, "imgnames")?)
}
