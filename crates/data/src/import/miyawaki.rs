//! Miyawaki et al. 2008: responses of early visual cortex to figures and letters of 28 x 28 pixels.
//!
//! The file is a MAT of version 5 with `fmriTrn`, `fmriTest` `[trials, voxels]`, `stimTrn`, `stimTest` `[trials, 784]`,
//! `labelTrn`, `labelTest` (the run of each trial) and `train_indices`, `test_indices` (its place in the recording).
//! The file's own split puts the same figures on both sides: it is ignored, and whole figures are held out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use afterimage_formats::mat::MatFile;
use afterimage_formats::picture;
use ndarray::{Array2, Array3, ArrayView1, Axis, concatenate};

use super::files::source_files;
use super::importer::importer;
use super::shown::Repeats;
use super::{Block, Images, Source};
use crate::assign::random_split;
use crate::header::{FittedOn, Provenance, Split, Step, StimulusInfo, TrialInfo, Voxels};
use crate::{Error, Result};

/// Pixels along a side of a figure.
const SIDE: usize = 28;
/// Repeats of one pixel along each axis before the figure is resized, so that its edges stay sharp.
const ENLARGED: usize = 8;

importer! {
    name: "miyawaki",
    about: "The figures and letters of Miyawaki et al. 2008, from one MAT file",
    example: "miyawaki miyawaki_structured_28x28.mat --out figures.afterimage",
    import: import_miyawaki = open_miyawaki,
    /// Which file, and how many figures are held out.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MiyawakiOptions {
        /// The MAT file with fmriTrn, stimTrn, labelTrn and their Test counterparts.
        pub file: PathBuf => [place = 1],
        /// Figures held out for the test, drawn by the seed.
        pub test: usize => [default = "5"],
        /// The figures to hold out by number, such as 0,5,10,15, instead of drawn ones.
        pub test_figures: Option<Vec<usize>> => [conflicts = "test"],
        /// Figures held out for early stopping.
        pub validation: usize => [default = "2"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

impl MiyawakiOptions {
    /// Holds out 5 of the 20 figures for the test and 2 for early stopping.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), test: 5, validation: 2, test_figures: None, seed: 0 }
    }
}

/// Opens the file; trials are put into the order of the recording.
///
/// # Errors
/// [`Error::Format`] for an unreadable file; [`Error::Mismatch`] naming the array that does not fit;
/// [`Error::Manifest`] when no figure is left for training.
pub fn open_miyawaki(options: &MiyawakiOptions) -> Result<Source<'static>> {
    let recording = Recording::read(&options.file)?;
    let splits = random_split(
        recording.figures.len(),
        options.test,
        options.validation,
        options.seed,
        options.test_figures.as_deref(),
    );
    let splits = splits.ok_or_else(|| {
        let reason = format!(
            "of its {} figures, those held out leave none for training, or one of them is not there: hold out fewer",
            recording.figures.len()
        );
        Error::manifest(&options.file, reason)
    })?;
    let stimulus = |(index, split): (usize, Split)| {
        let origin = format!("stimTrn and stimTest, distinct picture {index}");
        StimulusInfo { origin: Some(origin), ..StimulusInfo::new(format!("figure-{index:02}"), split) }
    };
    let voxels = Voxels::new(recording.responses.ncols());
    let block = Block { responses: recording.responses, trials: recording.trials };
    let (figures, file) = (recording.figures, options.file.clone());
    let images: Images<'static> = Box::new(move |row, side| draw(figures[row].view(), side, &file));
    Ok(Source {
        stimuli: splits.into_iter().enumerate().map(stimulus).collect(),
        voxels,
        provenance: provenance(options)?,
        images: Some(images),
        blocks: Box::new(std::iter::once(Ok(block))),
    })
}

fn provenance(options: &MiyawakiOptions) -> Result<Provenance> {
    let held = match &options.test_figures {
        Some(figures) => format!("figures {figures:?}"),
        None => format!("{} figures at random, seed {}", options.test, options.seed),
    };
    Ok(Provenance {
        title: "Miyawaki 2008, figures and letters".into(),
        kind: "miyawaki".into(),
        source_files: source_files([options.file.as_path()])?,
        citation: Some(
            "Miyawaki et al. (2008), Visual image reconstruction from human brain activity using a combination of \
             multiscale local image decoders, Neuron 60, 915-929"
                .into(),
        ),
        units: Some("standardised BOLD signal".into()),
        steps: vec![
            Step::new("standardised for each voxel by whoever wrote the file", FittedOn::Unknown),
            Step::split(format!(
                "re-split by figure, because the file's own split repeats its figures: test {held}, validation {}; \
                 a letter of another size is another figure",
                options.validation
            )),
        ],
        ..Provenance::of_voxels()
    })
}

struct Recording {
    /// `[trials, voxels]` in the order of the recording.
    responses: Array2<f32>,
    trials: Vec<TrialInfo>,
    /// Distinct figures `[28, 28]`, brightness 0 to 1, in the order of their first trial.
    figures: Vec<Array2<f32>>,
}

impl Recording {
    fn read(path: &Path) -> Result<Self> {
        let file = MatFile::open(path)?;
        let responses = both(&file, path, ["fmriTrn", "fmriTest"])?;
        let pictures = both(&file, path, ["stimTrn", "stimTest"])?;
        let labels = both(&file, path, ["labelTrn", "labelTest"])?;
        let order = order(&file, path, responses.nrows())?;
        for (what, rows) in [("stimTrn and stimTest", pictures.nrows()), ("labelTrn and labelTest", labels.len())] {
            if rows != responses.nrows() {
                let reason = format!("{what} have {rows} rows, fmriTrn and fmriTest {}", responses.nrows());
                return Err(Error::mismatch(path, reason));
            }
        }
        if pictures.ncols() != SIDE * SIDE {
            let reason = format!("stimTrn has {} columns, expected {SIDE} x {SIDE}", pictures.ncols());
            return Err(Error::mismatch(path, reason));
        }
        let (trials, figures) = trials(&order, &pictures, &labels);
        Ok(Self { responses: responses.select(Axis(0), &order), trials, figures })
    }
}

/// Both parts of the file's own split, one after the other.
fn both(file: &MatFile, path: &Path, names: [&str; 2]) -> Result<Array2<f32>> {
    let read = |name: &str| {
        let array = file.numbers(name)?.to_f32();
        let shape = array.shape().to_vec();
        array
            .into_dimensionality::<ndarray::Ix2>()
            .map_err(|_| Error::mismatch(path, format!("{name} has shape {shape:?}, expected two axes")))
    };
    let parts = [read(names[0])?, read(names[1])?];
    concatenate(Axis(0), &[parts[0].view(), parts[1].view()]).map_err(|_| {
        let reason = format!("{} and {} have different numbers of columns", names[0], names[1]);
        Error::mismatch(path, reason)
    })
}

/// Rows in the order in which they were recorded.
fn order(file: &MatFile, path: &Path, trials: usize) -> Result<Vec<usize>> {
    let mut places = Vec::new();
    for name in ["train_indices", "test_indices"] {
        places.extend(file.numbers(name)?.to_f64());
    }
    if places.len() != trials {
        let reason = format!("train_indices and test_indices name {} trials, there are {trials}", places.len());
        return Err(Error::mismatch(path, reason));
    }
    let mut order: Vec<usize> = (0..trials).collect();
    order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
    match order.windows(2).find(|pair| places[pair[0]] == places[pair[1]]) {
        Some(pair) => {
            let reason = format!("train_indices and test_indices name the place {} twice", places[pair[0]]);
            Err(Error::mismatch(path, reason))
        }
        None => Ok(order),
    }
}

fn trials(order: &[usize], pictures: &Array2<f32>, labels: &Array2<f32>) -> (Vec<TrialInfo>, Vec<Array2<f32>>) {
    let labels: Vec<f32> = labels.iter().copied().collect();
    let first = labels.iter().copied().fold(f32::INFINITY, f32::min);
    let (mut known, mut figures, mut repeats) = (HashMap::new(), Vec::new(), Repeats::default());
    let trial = |&row: &usize| {
        let picture = pictures.row(row);
        let key: Vec<u32> = picture.iter().map(|value| value.to_bits()).collect();
        let stimulus = *known.entry(key).or_insert_with(|| {
            figures.push(upright(picture));
            figures.len() - 1
        });
        let repeat = repeats.next(stimulus);
        TrialInfo { stimulus: stimulus as u32, repeat, session: 0, run: (labels[row] - first) as u16, averaged: 1 }
    };
    let trials = order.iter().map(trial).collect();
    (trials, figures)
}

/// MATLAB unrolls an image column by column.
fn upright(pixels: ArrayView1<'_, f32>) -> Array2<f32> {
    Array2::from_shape_fn((SIDE, SIDE), |(y, x)| pixels[x * SIDE + y])
}

/// Grey `[side, side, 3]`, enlarged without blur first.
fn draw(figure: ndarray::ArrayView2<'_, f32>, side: usize, path: &Path) -> Result<Array3<u8>> {
    let large = Array3::from_shape_fn((SIDE * ENLARGED, SIDE * ENLARGED, 3), |(y, x, _)| {
        picture::byte(figure[[y / ENLARGED, x / ENLARGED]])
    });
    Ok(picture::crop_resize(large.view(), side, path)?)
}
