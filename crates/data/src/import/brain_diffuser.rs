//! The tables that brain-diffuser's preparation writes from NSD: means over repeats, a table each for training and test.

use std::path::PathBuf;

use afterimage_formats::images::ImageSource;

use super::files::{source_files, unused};
use super::importer::importer;
use super::matrix::{Matrix, blocks};
use super::order::{NameOrder, numbered_sequence, pairs};
use super::shown::{Shown, Trial};
use super::{Block, Images, Source, subject};
use crate::header::{FittedOn, Provenance, Step, Voxels};
use crate::{Error, Result};

/// Presentations behind most rows; the tables do not say which have fewer.
const AVERAGED: u16 = 3;
/// How the order is stated.
const OPTION: &str = "--order natural or --order bytes";

importer! {
    name: "brain-diffuser",
    about: "NSD as brain-diffuser prepares it: tables of means, training and test apart",
    example: "brain-diffuser nsd_train_fmriavg_nsdgeneral_sub1.npy nsd_test_fmriavg_nsdgeneral_sub1.npy \
              --train-images nsd_train_stim_sub1.npy --test-images nsd_test_stim_sub1.npy --out nsd_s1.afterimage",
    import: import_brain_diffuser = open_brain_diffuser,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BrainDiffuserOptions {
        /// Training responses, images by voxels.
        pub train: PathBuf => [place = 1],
        /// Test responses.
        pub test: PathBuf => [place = 2],
        /// Images of the training in the order of the rows: an .npy, or a folder in the order of its names.
        pub train_images: PathBuf,
        /// Images of the test, likewise.
        pub test_images: PathBuf,
        /// Order of a folder's names, where numbers in them are not padded; 0.png, 1.png, ... need none.
        pub order: Option<NameOrder>,
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files; responses and images are read when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file that does not fit; [`Error::Manifest`]
/// when no image is left for training.
pub fn open_brain_diffuser(options: &BrainDiffuserOptions) -> Result<Source<'static>> {
    let files = [&options.train, &options.test, &options.train_images, &options.test_images];
    subject::refuse_several(files.map(PathBuf::as_path))?;
    let tables = [Matrix::open(&options.train, None)?, Matrix::open(&options.test, None)?];
    let pictures = [ImageSource::open(&options.train_images)?, ImageSource::open(&options.test_images)?];
    if tables[0].columns() != tables[1].columns() {
        let reason = format!("it has {} voxels, the training {}", tables[1].columns(), tables[0].columns());
        return Err(Error::mismatch(&options.test, reason));
    }
    let [train, test] = pictures.each_ref().map(|source| numbered_sequence(source, options.order, OPTION));
    let sequences = [train?, test?];
    let mut shown = Shown::default();
    for (part, (table, pictures)) in tables.iter().zip(&pictures).enumerate() {
        if table.rows() != pictures.len() {
            let reason = format!("it has {} rows for {} pictures", table.rows(), pictures.len());
            return Err(Error::mismatch(table.path(), reason));
        }
        for row in 0..table.rows() {
            let name = &format!("{}[{row}]", ["train", "test"][part]);
            shown.push(Trial { name, class: None, is_test: part == 1, session: 0, run: 0, averaged: AVERAGED });
        }
    }
    shown.hold_out(&options.train, options.validation, options.seed)?;
    let voxels = Voxels::new(tables[0].columns());
    let paired = [0, 1].map(|part| {
        let (positions, how) = &sequences[part];
        format!("{how}: {}", pairs(&pictures[part], positions))
    });
    let provenance = provenance(options, &pictures, paired)?;
    let rows = sequences.map(|(positions, _)| positions);
    let first_test = tables[0].rows();
    let images: Images<'static> = Box::new(move |row, side| match row.checked_sub(first_test) {
        Some(row) => Ok(pictures[1].read_square(rows[1][row], side)?),
        None => Ok(pictures[0].read_square(rows[0][row], side)?),
    });
    let mut trials = shown.trials;
    let of_test = trials.split_off(first_test);
    let blocks = tables.into_iter().zip([trials, of_test]).flat_map(|(table, trials)| {
        blocks(table.rows(), table.columns()).map(move |(first, count)| {
            Ok(Block { responses: table.read(first, count)?, trials: trials[first..first + count].to_vec() })
        })
    });
    Ok(Source { stimuli: shown.stimuli, voxels, provenance, images: Some(images), blocks: Box::new(blocks) })
}

fn provenance(options: &BrainDiffuserOptions, pictures: &[ImageSource; 2], paired: [String; 2]) -> Result<Provenance> {
    let files = [&options.train, &options.test, &options.train_images, &options.test_images];
    Ok(Provenance {
        title: options.train.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        kind: "brain-diffuser".into(),
        source_files: source_files(files.into_iter().filter(|path| path.is_file()).map(PathBuf::as_path))?,
        licence: Some("Natural Scenes Dataset terms and conditions; images from COCO".into()),
        citation: Some(
            "Allen et al. (2022), Nature Neuroscience 25, 116-126; Ozcelik & VanRullen (2023), Natural scene \
             reconstruction from fMRI signals using generative latent diffusion, Scientific Reports 13, 15666"
                .into(),
        ),
        units: Some("as in the tables".into()),
        fov_deg: Some(8.4),
        steps: vec![
            Step::new("prepared by whoever wrote the tables", FittedOn::Unknown),
            Step::plain("means over up to 3 presentations; the tables do not tell sessions and runs"),
            Step::split("test: the table of the test"),
            Step::plain(format!("training rows and images paired {}", paired[0])),
            Step::plain(format!("test rows and images paired {}", paired[1])),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
        ],
        left_out: pictures.iter().flat_map(|source| unused(source, 0..source.len())).collect(),
        ..Provenance::of_voxels()
    })
}
