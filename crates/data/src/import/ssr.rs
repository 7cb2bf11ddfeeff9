//! The recordings that accompany Gaziv et al. 2022: `sbj_X.npz` with responses and `images_112.npz` with images.
//!
//! | array | shape | content |
//! |---|---|---|
//! | `arr_0`, `arr_3` | `[n, voxels]`, `[n]` | training responses, and the row of `train_images` of each |
//! | `arr_1`, `arr_4` | `[trials, voxels]`, `[trials]` | test trials, and the row of `test_images` of each |
//! | `arr_2` | `[test images, voxels]` | means of the test trials, compared with `arr_1` and not stored |
//! | `arr_5`, `arr_6` | `[voxels]` | noise ceiling and SNR |
//! | `V1` ... `VC` | `[voxels]` | masks of regions |

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use afterimage_formats::{npz, picture};
use ndarray::{Array1, Array2, Array3, Array4, ArrayD, Axis, Ix1, Ix2, Ix4, s};

use super::files::source_files;
use super::importer::importer;
use super::shown::Repeats;
use super::{Block, Images, Source};
use crate::assign::random_split;
use crate::header::{FittedOn, LeftOut, Provenance, Step, StimulusInfo, TrialInfo, VoxelColumn, Voxels};
use crate::{Error, Result};

/// Largest difference of a mean that is put down to rounding, in the responses' unit.
const ROUNDING: f32 = 1e-3;
/// Rows handed on at a time.
const ROWS: usize = 256;

importer! {
    name: "ssr",
    about: "The recordings that accompany Gaziv et al. 2022: sbj_X.npz and images_112.npz",
    example: "ssr sbj_3.npz --images images_112.npz --out s3.afterimage",
    import: import_ssr = open_ssr,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SsrOptions {
        /// The responses, sbj_X.npz.
        pub file: PathBuf => [place = 1],
        /// The images, images_112.npz.
        pub images: PathBuf,
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files; they are small enough to be held in memory.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the array that does not fit; [`Error::Region`];
/// [`Error::Manifest`] when no image is left for training.
pub fn open_ssr(options: &SsrOptions) -> Result<Source<'static>> {
    let subject = Subject { path: &options.file };
    let (train, test) = (subject.matrix("arr_0")?, subject.matrix("arr_1")?);
    let pictures = [read_pictures(&options.images, "train_images")?, read_pictures(&options.images, "test_images")?];
    let counts = [pictures[0].len_of(Axis(0)), pictures[1].len_of(Axis(0))];
    let labels =
        [subject.labels("arr_3", train.nrows(), counts[0])?, subject.labels("arr_4", test.nrows(), counts[1])?];
    subject.check_means(&test, &labels[1], counts[1])?;
    let voxels = subject.voxels(train.ncols())?;
    if test.ncols() != train.ncols() {
        let reason = format!("arr_0 has {} voxels and arr_1 {}", train.ncols(), test.ncols());
        return Err(Error::mismatch(&options.file, reason));
    }
    let mask = options.roi.as_deref().map(|roi| voxels.mask(roi)).transpose()?;
    let kept: Vec<usize> = (0..voxels.count).filter(|&at| mask.as_ref().is_none_or(|mask| mask[at])).collect();
    let voxels = mask.as_ref().map_or_else(|| voxels.clone(), |mask| voxels.keep(mask));
    let left_out = unshown(&labels, counts);
    let trials = trials(&labels, counts[0]);
    let responses = [train.select(Axis(1), &kept), test.select(Axis(1), &kept)];
    let images_path = options.images.clone();
    let images: Images<'static> = Box::new(move |row, side| {
        let (part, row) = if row < counts[0] { (0, row) } else { (1, row - counts[0]) };
        let picture: Array3<u8> = pictures[part].index_axis(Axis(0), row).to_owned();
        Ok(picture::crop_resize(picture.view(), side, &images_path)?)
    });
    let blocks = responses.into_iter().zip(trials).flat_map(|(responses, trials)| {
        let n = responses.nrows();
        (0..n).step_by(ROWS).map(move |first| {
            let end = (first + ROWS).min(n);
            Ok(Block { responses: responses.slice(s![first..end, ..]).to_owned(), trials: trials[first..end].to_vec() })
        })
    });
    Ok(Source {
        stimuli: stimuli(options, counts)?,
        voxels,
        provenance: Provenance { left_out, ..provenance(options)? },
        images: Some(images),
        blocks: Box::new(blocks),
    })
}

struct Subject<'a> {
    path: &'a Path,
}

impl Subject<'_> {
    fn wrong(&self, reason: String) -> Error {
        Error::mismatch(self.path, reason)
    }

    fn read<D: ndarray::Dimension>(&self, name: &str) -> Result<ndarray::Array<f32, D>> {
        let array: ArrayD<f32> = npz::read_f32(self.path, name)?;
        let shape = array.shape().to_vec();
        let axes = D::NDIM.unwrap_or(0);
        let wrong = |_| self.wrong(format!("{name} has shape {shape:?}, expected {axes} axes"));
        array.into_dimensionality().map_err(wrong)
    }

    fn matrix(&self, name: &str) -> Result<Array2<f32>> {
        let matrix: Array2<f32> = self.read::<Ix2>(name)?;
        match matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, voxel), value)) => Err(self.wrong(format!("{name} has {value} in row {row}, voxel {voxel}"))),
            None => Ok(matrix),
        }
    }

    fn labels(&self, name: &str, rows: usize, pictures: usize) -> Result<Vec<usize>> {
        let labels: Array1<f32> = self.read::<Ix1>(name)?;
        let stray =
            labels.iter().find(|&&label| !(label >= 0.0 && label.fract() == 0.0 && (label as usize) < pictures));
        match (labels.len() == rows, stray) {
            (true, None) => Ok(labels.iter().map(|&label| label as usize).collect()),
            (false, _) => Err(self.wrong(format!("{name} has {} labels for {rows} rows", labels.len()))),
            (_, Some(label)) => {
                Err(self
                    .wrong(format!("{name} names image {label} of {pictures}: give the images of these recordings")))
            }
        }
    }

    /// The means that the file brings must be those of its trials: otherwise labels and trials do not belong together.
    fn check_means(&self, test: &Array2<f32>, labels: &[usize], pictures: usize) -> Result<()> {
        let given = self.matrix("arr_2")?;
        if given.dim() != (pictures, test.ncols()) {
            return Err(self.wrong(format!(
                "arr_2 has shape {:?}, expected {pictures} x {}",
                given.dim(),
                test.ncols()
            )));
        }
        for (picture, given) in given.outer_iter().enumerate() {
            let rows: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == picture).collect();
            let Some(mean) = test.select(Axis(0), &rows).mean_axis(Axis(0)) else { continue };
            let largest = (&mean - &given).iter().fold(0.0_f32, |most, difference| most.max(difference.abs()));
            if largest > ROUNDING {
                return Err(self.wrong(format!(
                    "row {picture} of arr_2 differs by {largest} from the mean of the trials that arr_4 gives it: \
                     arr_1, arr_2 and arr_4 do not belong together"
                )));
            }
        }
        Ok(())
    }

    fn voxels(&self, count: usize) -> Result<Voxels> {
        let mut voxels = Voxels::new(count);
        for name in npz::names(self.path)? {
            let (column, meaning) = match name.as_str() {
                "arr_5" => ("noise_ceiling", "noise ceiling of the source, as correlation"),
                "arr_6" => ("snr", "signal-to-noise ratio of the source"),
                name if name.starts_with("arr_") => continue,
                name => {
                    let mask: Array1<f32> = self.read::<Ix1>(name)?;
                    voxels.regions.insert(name.to_owned(), mask.iter().map(|&value| value != 0.0).collect());
                    continue;
                }
            };
            let values: Array1<f32> = self.read::<Ix1>(&name)?;
            let meaning = format!("{meaning}; from test repeats: not for selecting voxels");
            let column_values = VoxelColumn { meaning, fitted_on: FittedOn::Everything, values: values.to_vec() };
            voxels.columns.insert(column.to_owned(), column_values);
        }
        let lengths = voxels.regions.iter().map(|(name, mask)| (name, mask.len()));
        let lengths = lengths.chain(voxels.columns.iter().map(|(name, column)| (name, column.values.len())));
        match lengths.into_iter().find(|(_, length)| *length != count) {
            Some((name, length)) => Err(self.wrong(format!("{name} has {length} entries for {count} voxels"))),
            None => Ok(voxels),
        }
    }
}

fn read_pictures(path: &Path, name: &str) -> Result<Array4<u8>> {
    let array = npz::read_f32(path, name)?;
    let shape = array.shape().to_vec();
    let wrong = || Error::mismatch(path, format!("{name} has shape {shape:?}, expected [n, height, width, 3]"));
    let array = array.into_dimensionality::<Ix4>().map_err(|_| wrong())?;
    if array.is_empty() || !(3..=4).contains(&array.len_of(Axis(3))) {
        return Err(wrong());
    }
    if let Some(value) = array.iter().find(|value| !(-0.01..=255.5).contains(*value)) {
        return Err(Error::mismatch(path, format!("{name} has the pixel {value}, expected 0 to 1 or 0 to 255")));
    }
    // Bytes are read as floats up to 255, floats go up to 1.
    let scale = if array.iter().any(|&value| value > 1.5) { 1.0 } else { 255.0 };
    Ok(array.slice(s![.., .., .., ..3]).mapv(|value| (value * scale).round().clamp(0.0, 255.0) as u8))
}

/// Images of both parts that no trial shows; they stay among the stimuli.
fn unshown(labels: &[Vec<usize>; 2], counts: [usize; 2]) -> Vec<LeftOut> {
    let parts = ["train_images", "test_images"].into_iter().zip(labels).zip(counts);
    let unshown = parts.flat_map(|((name, labels), count)| {
        let shown: HashSet<usize> = labels.iter().copied().collect();
        (0..count).filter(move |at| !shown.contains(at)).map(move |at| format!("{name}[{at}]"))
    });
    LeftOut::named("image", "that no trial shows", unshown).into_iter().collect()
}

/// Trials of both parts; test images come after those of the training.
fn trials(labels: &[Vec<usize>; 2], training: usize) -> [Vec<TrialInfo>; 2] {
    let numbered = |labels: &Vec<usize>, offset: usize| {
        let mut repeats = Repeats::default();
        let trial = |&label: &usize| {
            let repeat = repeats.next(label);
            TrialInfo { stimulus: (label + offset) as u32, repeat, session: 0, run: 0, averaged: 1 }
        };
        labels.iter().map(trial).collect()
    };
    [numbered(&labels[0], 0), numbered(&labels[1], training)]
}

fn stimuli(options: &SsrOptions, counts: [usize; 2]) -> Result<Vec<StimulusInfo>> {
    let count = counts[0] + counts[1];
    let test: Vec<usize> = (counts[0]..count).collect();
    let splits = random_split(count, 0, options.validation, options.seed, Some(&test)).ok_or_else(|| {
        let reason = format!("{} training images leave none with {} of validation", counts[0], options.validation);
        Error::manifest(&options.file, reason)
    })?;
    let name = |at: usize| match at.checked_sub(counts[0]) {
        None => format!("train_images[{at}]"),
        Some(at) => format!("test_images[{at}]"),
    };
    Ok(splits.into_iter().enumerate().map(|(at, split)| StimulusInfo::new(name(at), split)).collect())
}

fn provenance(options: &SsrOptions) -> Result<Provenance> {
    let title = options.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Provenance {
        title: format!("{title}, fMRI on ImageNet"),
        kind: "ssr".into(),
        source_files: source_files([options.file.as_path(), options.images.as_path()])?,
        citation: Some(
            "Gaziv et al. (2022), Self-supervised natural image reconstruction and large-scale semantic classification \
             from brain activity, NeuroImage 254, 119121; recordings: Horikawa & Kamitani (2017), Nature Communications \
             8, 15037"
                .into(),
        ),
        units: Some("standardised BOLD signal".into()),
        untimed: Some("with those of the test after those of training".into()),
        steps: vec![
            Step::new("preprocessed and standardised by the source", FittedOn::Unknown),
            Step::split("training and test images as the source gives them"),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
            Step::plain(format!("voxels: {}", options.roi.as_deref().unwrap_or("all"))),
            Step::plain("test responses are single trials; the source does not tell sessions and runs"),
        ],
        ..Provenance::of_voxels()
    })
}
