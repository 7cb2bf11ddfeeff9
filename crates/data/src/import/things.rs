//! THINGS-fMRI: single-trial betas of one subject as a pandas frame of voxels by trials, with tables of both.

mod frame;
mod tables;

use std::path::PathBuf;

use frame::Responses;
use tables::{shown, voxels};

use super::files::source_files;
use super::importer::importer;
use super::matrix::blocks;
use super::{Block, Source, subject};
use crate::Result;
use crate::header::{FittedOn, Provenance, Step};

importer! {
    name: "things",
    about: "THINGS-fMRI: a subject's responses, voxel table and stimulus table",
    example: "things sub-01_ResponseData.h5 --voxels sub-01_VoxelMetadata.csv --stimuli \
              sub-01_StimulusMetadata.csv --images object_images --out sub-01.afterimage",
    import: import_things = open_things,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ThingsOptions {
        /// The responses, sub-XX_ResponseData.h5.
        pub responses: PathBuf => [place = 1],
        /// The table of voxels, sub-XX_VoxelMetadata.csv.
        pub voxels: PathBuf => [value = "FILE"],
        /// The table of trials, sub-XX_StimulusMetadata.csv.
        pub stimuli: PathBuf => [value = "FILE"],
        /// Folder or archive of the images.
        pub images: PathBuf,
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files and joins them by voxel and trial; responses are read in blocks of trials when they are written.
///
/// # Errors
/// [`crate::Error::Format`] for unreadable files; [`crate::Error::Mismatch`] naming the file that does not fit;
/// [`crate::Error::Region`]; [`crate::Error::Manifest`] when no image is left for training.
pub fn open_things(options: &ThingsOptions) -> Result<Source<'static>> {
    let mut responses = Responses::open(&options.responses)?;
    let (mut voxels, unused_voxels) = voxels(&options.voxels, responses.voxel_ids())?;
    if let Some(roi) = &options.roi {
        let mask = voxels.mask(roi)?;
        voxels = voxels.keep(&mask);
        responses.keep(&mask);
    }
    let (mut shown, by_order) = shown(&options.stimuli, responses.trial_names())?;
    shown.hold_out(&options.stimuli, options.validation, options.seed)?;
    let files = [&options.responses, &options.voxels, &options.stimuli];
    subject::refuse_several(files.map(PathBuf::as_path))?;
    tables::refuse_other_subject(&options.voxels, &options.stimuli)?;
    let (images, mut left_out) = shown.images(&options.images, str::to_owned)?;
    left_out.extend(unused_voxels);
    let mut provenance = Provenance { left_out, ..provenance(options)? };
    if by_order {
        provenance.steps.push(Step::plain("trials and rows of their table paired by order, without a column trial_id"));
    }
    let (trials, count) = (shown.trials, voxels.count);
    let blocks = blocks(trials.len(), count).map(move |(first, count)| {
        let trials = trials[first..first + count].to_vec();
        Ok(Block { responses: responses.read(first, count)?, trials })
    });
    Ok(Source { stimuli: shown.stimuli, voxels, provenance, images: Some(images), blocks: Box::new(blocks) })
}

fn provenance(options: &ThingsOptions) -> Result<Provenance> {
    let files = [&options.responses, &options.voxels, &options.stimuli, &options.images];
    Ok(Provenance {
        title: options.responses.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        kind: "things".into(),
        source_files: source_files(files.into_iter().filter(|path| path.is_file()).map(PathBuf::as_path))?,
        citation: Some(
            "Hebart et al. (2023), THINGS-data, a multimodal collection of large-scale datasets for investigating \
             object representations in human brain and behavior, eLife 12, e82580"
                .into(),
        ),
        units: Some("single-trial betas of the source".into()),
        steps: vec![
            Step::new("single-trial betas of the source", FittedOn::Unknown),
            Step::split("test: the trials that the source calls test"),
            Step::split(format!("{} training images drawn for validation, seed {}", options.validation, options.seed)),
            Step::plain(format!("voxels: {}", options.roi.as_deref().unwrap_or("all"))),
        ],
        ..Provenance::of_voxels()
    })
}
