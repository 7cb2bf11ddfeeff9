//! vim-1 (Kay et al. 2008): estimated responses to grey photographs, one value for each voxel and photograph.

use std::path::{Path, PathBuf};

use afterimage_formats::mat::MatFile;
use afterimage_formats::picture;
use ndarray::{Array3, Axis, Ix3, concatenate};

use super::files::source_files;
use super::importer::importer;
use super::matrix::{Matrix, blocks};
use super::shown::{Shown, Trial};
use super::{Block, Images, Source};
use crate::header::{FittedOn, LeftOut, Provenance, Step, VolumeGeometry, Voxels};
use crate::{Error, Result};

/// Codes of `roiS1` and `roiS2`.
const REGIONS: [(i64, &str); 7] = [(1, "V1"), (2, "V2"), (3, "V3"), (4, "V3A"), (5, "V3B"), (6, "V4"), (7, "LatOcc")];
/// Voxels of the scanned volume along each axis.
const VOLUME: [usize; 3] = [64, 64, 18];
/// Presentations behind each value of the training and of the validation part of the source.
const AVERAGED: [u16; 2] = [2, 13];

importer! {
    name: "vim1",
    about: "vim-1 (Kay et al. 2008): estimated responses and grey photographs",
    example: "vim1 EstimatedResponses.mat --stimuli Stimuli.mat --subject 1 --out vim1_s1.afterimage",
    import: import_vim1 = open_vim1,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Vim1Options {
        /// EstimatedResponses.mat
        pub responses: PathBuf => [place = 1],
        /// Stimuli.mat
        pub stimuli: PathBuf => [value = "FILE"],
        /// The subject.
        pub subject: usize => [range = (1, 2)],
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files; voxels that are not finite in either part are left out, the others read when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the array that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when no image is left for training.
pub fn open_vim1(options: &Vim1Options) -> Result<Source<'static>> {
    let pictures = read_pictures(&options.stimuli)?;
    let parts = [("dataTrn", &pictures[0]), ("dataVal", &pictures[1])].map(|(name, pictures)| {
        let name = format!("{name}S{}", options.subject);
        Matrix::open_variable(&options.responses, &name)?.with_trials(pictures.len_of(Axis(0)), "Stimuli.mat")
    });
    let [train, test] = parts;
    let parts = [train?, test?];
    let all = voxels(options, parts[0].columns())?;
    if parts[1].columns() != all.count {
        let reason = format!("the parts have {} and {} voxels", all.count, parts[1].columns());
        return Err(Error::mismatch(&options.responses, reason));
    }
    let finite = finite(&parts)?;
    let roi = options.roi.as_deref().map(|roi| all.mask(roi)).transpose()?;
    let kept: Vec<usize> = (0..all.count).filter(|&at| finite[at] && roi.as_ref().is_none_or(|roi| roi[at])).collect();
    let mut mask = vec![false; all.count];
    kept.iter().for_each(|&at| mask[at] = true);
    let voxels = all.keep(&mask);
    let shown = shown(options, &pictures)?;
    let dropped = finite.iter().filter(|finite| !**finite).count();
    let provenance = provenance(options, dropped)?;
    let pictures = grey(&pictures);
    let path = options.stimuli.clone();
    let images: Images<'static> = Box::new(move |row, side| {
        let plane = pictures.index_axis(Axis(0), row);
        let (height, width) = plane.dim();
        let colours = plane.insert_axis(Axis(2));
        let colours = colours.broadcast((height, width, 3)).map(|view| view.to_owned()).unwrap_or_default();
        Ok(picture::crop_resize(colours.view(), side, &path)?)
    });
    let mut trials = shown.trials;
    let of_test = trials.split_off(parts[0].rows());
    let blocks = parts.into_iter().zip([trials, of_test]).flat_map(move |(part, trials)| {
        let kept = kept.clone();
        blocks(part.rows(), part.columns()).map(move |(first, count)| {
            let responses = part.read_raw(first, count)?.select(Axis(1), &kept);
            Ok(Block { responses, trials: trials[first..first + count].to_vec() })
        })
    });
    Ok(Source { stimuli: shown.stimuli, voxels, provenance, images: Some(images), blocks: Box::new(blocks) })
}

/// Images of both parts, `[n, height, width]`.
fn read_pictures(path: &Path) -> Result<[Array3<f32>; 2]> {
    let file = MatFile::open(path)?;
    let read = |name: &str| {
        let array = file.numbers(name)?.to_f32();
        let shape = array.shape().to_vec();
        array
            .into_dimensionality::<Ix3>()
            .map_err(|_| Error::mismatch(path, format!("{name} has shape {shape:?}, expected [n, height, width]")))
    };
    Ok([read("stimTrn")?, read("stimVal")?])
}

/// As bytes, from the darkest value of all images to the brightest.
fn grey(pictures: &[Array3<f32>; 2]) -> Array3<u8> {
    let values = || pictures.iter().flat_map(|part| part.iter().copied());
    let low = values().fold(f32::INFINITY, f32::min);
    let high = values().fold(f32::NEG_INFINITY, f32::max);
    let scale = 255.0 / (high - low).max(f32::MIN_POSITIVE);
    let bytes = |part: &Array3<f32>| part.mapv(|value| ((value - low) * scale).round() as u8);
    let parts = [bytes(&pictures[0]), bytes(&pictures[1])];
    concatenate(Axis(0), &[parts[0].view(), parts[1].view()]).unwrap_or_default()
}

fn voxels(options: &Vim1Options, count: usize) -> Result<Voxels> {
    let file = MatFile::open(&options.responses)?;
    let read = |name: &str| {
        let name = format!("{name}S{}", options.subject);
        let numbers = file.numbers(&name)?.to_i64();
        let wrong = |reason: &str| Error::mismatch(&options.responses, format!("{name} {reason}"));
        let values: Vec<i64> = numbers.ok_or_else(|| wrong("does not hold whole numbers"))?.iter().copied().collect();
        if values.len() != count {
            return Err(wrong(&format!("has {} entries for {count} voxels", values.len())));
        }
        Ok(values)
    };
    let (places, codes) = (read("voxIdx")?, read("roi")?);
    let size = VOLUME.iter().product::<usize>() as i64;
    if let Some(place) = places.iter().find(|place| !(1..=size).contains(place)) {
        let reason = format!("voxIdxS{} names place {place} of a volume of {size}", options.subject);
        return Err(Error::mismatch(&options.responses, reason));
    }
    // MATLAB counts from 1, the first axis fastest.
    let index = |&place: &i64| {
        let at = (place - 1) as usize;
        [at % VOLUME[0], at / VOLUME[0] % VOLUME[1], at / (VOLUME[0] * VOLUME[1])].map(|axis| axis as u32)
    };
    let mut voxels = Voxels::new(count);
    let affine = std::array::from_fn(|row| std::array::from_fn(|column| f64::from(u8::from(row == column))));
    voxels.volume = Some(VolumeGeometry { shape: VOLUME, affine, indices: places.iter().map(index).collect() });
    for (code, name) in REGIONS {
        voxels.regions.insert(name.to_owned(), codes.iter().map(|&value| value == code).collect());
    }
    Ok(voxels)
}

/// Whether each voxel is finite in all rows of both parts.
fn finite(parts: &[Matrix; 2]) -> Result<Vec<bool>> {
    let mut finite = vec![true; parts[0].columns()];
    for part in parts {
        for (first, count) in blocks(part.rows(), part.columns()) {
            for row in part.read_raw(first, count)?.outer_iter() {
                finite.iter_mut().zip(row).for_each(|(finite, value)| *finite &= value.is_finite());
            }
        }
    }
    Ok(finite)
}

fn shown(options: &Vim1Options, pictures: &[Array3<f32>; 2]) -> Result<Shown> {
    let mut shown = Shown::default();
    for (part, name) in ["stimTrn", "stimVal"].into_iter().enumerate() {
        for row in 0..pictures[part].len_of(Axis(0)) {
            let name = &format!("{name}[{row}]");
            let averaged = AVERAGED[part];
            shown.push(Trial { name, class: None, is_test: part == 1, session: 0, run: 0, averaged });
        }
    }
    shown.hold_out(&options.stimuli, options.validation, options.seed)?;
    Ok(shown)
}

fn provenance(options: &Vim1Options, dropped: usize) -> Result<Provenance> {
    Ok(Provenance {
        title: format!("vim-1, subject {}", options.subject),
        kind: "vim1".into(),
        source_files: source_files([options.responses.as_path(), options.stimuli.as_path()])?,
        licence: Some("CRCNS terms of use".into()),
        citation: Some(
            "Kay, Naselaris, Prenger & Gallant (2008), Identifying natural images from human brain activity, Nature \
             452, 352-355; Kay, Naselaris & Gallant (2011), fMRI of human visual areas in response to natural images, \
             CRCNS.org, doi:10.6080/K0QN64NG"
                .into(),
        ),
        units: Some("estimated response amplitude of the source".into()),
        fov_deg: Some(20.0),
        steps: vec![
            Step::new("response amplitudes estimated by the source", FittedOn::Unknown),
            Step::plain("each training value stands for 2 presentations, each test value for 13"),
            Step::split("test: the validation part of the source"),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
            Step::plain(format!("voxels: {}", options.roi.as_deref().unwrap_or("all"))),
            Step::plain(
                "grey images scaled from their darkest to their brightest value; the files do not tell millimetres",
            ),
        ],
        left_out: LeftOut::counted("voxel", "with values that are not finite", dropped).into_iter().collect(),
        ..Provenance::of_voxels()
    })
}
