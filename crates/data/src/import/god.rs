//! Generic Object Decoding and Deeprecon (Kamitani lab): responses to photographs of ImageNet, as bdpy's tables.
//!
//! A label such as 1518878.010042 stands for `n01518878_10042`: its integer part is the synset, its six decimals the
//! number of the image. Samples of type 3 (imagery) and without a label (rest) are left out.

mod label;
mod pictures;
mod samples;

use std::path::PathBuf;
use std::sync::Arc;

use label::Label;
use pictures::{Pictures, stem};
use samples::Samples;

use super::bdata::BData;
use super::files::{source_files, unused};
use super::importer::importer;
use super::{Block, Images, Source};
use crate::assign::random_split;
use crate::header::{LeftOut, Provenance, Split, Step, StimulusInfo, TrialInfo, Voxels};
use crate::{Error, Result};

importer! {
    name: "god",
    about: "Generic Object Decoding and Deeprecon: bdpy's HDF5 or MAT, and the images of ImageNet",
    example: "god Subject3.mat --images images.zip --roi VC --out god_s3.afterimage",
    import: import_god = open_god,
    /// Which files, and what of them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct GodOptions {
        /// Responses as bdpy writes them, HDF5 or MAT.
        pub file: PathBuf => [place = 1],
        /// The test samples, where they are in a file of their own, as in Deeprecon.
        pub test_file: Option<PathBuf> => [value = "FILE"],
        /// Folder or archive with the images, called like n01518878_10042.JPEG.
        pub images: PathBuf,
        /// Lists of labels and file names (imageID_training.csv, imageID_test.csv), where images have other names.
        pub image_lists: Vec<PathBuf> => [value = "FILE"],
        /// Keep the voxels of a region expression, such as "V1 + V2 - FFA".
        pub roi: Option<String> => [value = "REGIONS"],
        /// Training images held out for early stopping, drawn by the seed.
        pub validation: usize => [value = "IMAGES", default = "0"],
        /// Seed of the draw.
        pub seed: u64 => [default = "0"],
    }
}

/// Opens the files and joins samples with images; responses are read block by block when they are written.
///
/// # Errors
/// [`Error::Format`] for unreadable files; [`Error::Mismatch`] naming the file when columns, voxels or images are
/// missing; [`Error::Region`]; [`Error::Manifest`] when no image is left for training.
pub fn open_god(options: &GodOptions) -> Result<Source<'static>> {
    let mut tables = vec![BData::open(&options.file)?];
    tables.extend(options.test_file.as_deref().map(BData::open).transpose()?);
    let columns = tables.iter().map(voxel_columns).collect::<Result<Vec<_>>>()?;
    let mut voxels = voxels(&tables[0], &columns[0]);
    refuse_other_voxels(&tables, &columns, &voxels)?;
    let mut columns = columns;
    if let Some(roi) = &options.roi {
        let mask = voxels.mask(&roi.replace("ROI_", ""))?;
        voxels = voxels.keep(&mask);
        for columns in &mut columns {
            *columns = columns.iter().zip(&mask).filter(|&(_, &keep)| keep).map(|(&column, _)| column).collect();
        }
    }
    let mut samples = Samples::default();
    for (index, table) in tables.iter().enumerate() {
        samples.add(table, index == 1, options.test_file.is_some())?;
    }
    let pictures = Pictures::open(options)?;
    let found = pictures.find(samples.stimuli.iter().map(|(label, _)| *label))?;
    pictures.source.require(found.iter().copied())?;
    let stimuli = stimuli(&samples, &found, &pictures, options)?;
    let [others, unlabelled] = samples.left_out;
    let left_out = [
        LeftOut::counted("sample", "of imagery, or of another kind than training and test", others),
        LeftOut::counted("sample", "without a label, such as rest", unlabelled),
    ];
    let left_out = left_out.into_iter().flatten().chain(unused(&pictures.source, found.iter().copied())).collect();
    let provenance = Provenance { left_out, ..provenance(options)? };
    let images: Images<'static> = Box::new(move |row, side| Ok(pictures.source.read_square(found[row], side)?));
    let rows = samples.rows;
    let blocks = tables.into_iter().zip(columns).zip(rows).flat_map(|((table, columns), rows)| {
        let table = Arc::new(table);
        table.blocks().map(move |block| read_block(&table, &columns, &rows, block))
    });
    let blocks = blocks.filter(|block| block.as_ref().map_or(true, |block| !block.trials.is_empty()));
    Ok(Source { stimuli, voxels, provenance, images: Some(images), blocks: Box::new(blocks) })
}

fn voxel_columns(table: &BData) -> Result<Vec<usize>> {
    let columns = table.columns("VoxelData").filter(|columns| !columns.is_empty());
    columns.ok_or_else(|| {
        let keys = table.keys().join(", ");
        Error::mismatch(table.path(), format!("no column is marked as VoxelData; the keys are {keys}"))
    })
}

fn voxels(table: &BData, columns: &[usize]) -> Voxels {
    let mut voxels = Voxels::new(columns.len());
    for key in table.keys() {
        if let (Some(region), Some(values)) = (key.strip_prefix("ROI_"), table.metadata(key, columns)) {
            voxels.regions.insert(region.to_owned(), values.iter().map(|&value| value == 1.0).collect());
        }
    }
    let axis = |name| table.metadata(name, columns);
    if let (Some(x), Some(y), Some(z)) = (axis("voxel_x"), axis("voxel_y"), axis("voxel_z")) {
        let place = |at: usize| [x[at] as f32, y[at] as f32, z[at] as f32];
        voxels.coordinates = Some((0..columns.len()).map(place).collect());
    }
    voxels
}

fn refuse_other_voxels(tables: &[BData], columns: &[Vec<usize>], first: &Voxels) -> Result<()> {
    for (table, columns) in tables.iter().zip(columns).skip(1) {
        let other = voxels(table, columns);
        if other.count != first.count || other.coordinates != first.coordinates {
            let reason = format!(
                "its {} voxels are not the {} of \"{}\": give two files of the same subject and region",
                other.count,
                first.count,
                tables[0].path().display()
            );
            return Err(Error::mismatch(table.path(), reason));
        }
    }
    Ok(())
}

fn stimuli(samples: &Samples, found: &[usize], pictures: &Pictures, options: &GodOptions) -> Result<Vec<StimulusInfo>> {
    let is_test = |at: &usize| samples.stimuli[*at].1 == Split::Test;
    let test: Vec<usize> = (0..samples.stimuli.len()).filter(is_test).collect();
    let splits = random_split(samples.stimuli.len(), 0, options.validation, options.seed, Some(&test));
    let splits = splits.ok_or_else(|| {
        let n = samples.stimuli.len() - test.len();
        Error::manifest(
            &options.file,
            format!("{n} training images leave none with {} of validation", options.validation),
        )
    })?;
    let info = |((&(label, _), split), &at): ((&(Label, Split), Split), &usize)| StimulusInfo {
        class: Some(label.synset()),
        origin: Some(pictures.source.names()[at].clone()),
        ..StimulusInfo::new(label.name(), split)
    };
    Ok(samples.stimuli.iter().zip(splits).zip(found).map(info).collect())
}

fn provenance(options: &GodOptions) -> Result<Provenance> {
    let files = [Some(&options.file), options.test_file.as_ref(), Some(&options.images)];
    let files = files.into_iter().flatten().chain(&options.image_lists).map(PathBuf::as_path);
    Ok(Provenance {
        title: format!("{} (bdpy)", stem(&options.file.to_string_lossy())),
        kind: "god".into(),
        source_files: source_files(files)?,
        citation: Some(
            "Horikawa & Kamitani (2017), Generic decoding of seen and imagined objects using hierarchical visual \
             features, Nature Communications 8, 15037; for Deeprecon: Shen et al. (2019), PLoS Computational Biology 15, \
             e1006633"
                .into(),
        ),
        steps: vec![
            Step::split("training and test images as the source gives them"),
            Step::split(format!(
                "{} training images drawn for validation, seed {}",
                options.validation, options.seed
            )),
            Step::plain(format!("voxels: {}", options.roi.as_deref().unwrap_or("all"))),
            Step::plain("responses stored as they are in the file: no normalisation"),
        ],
        ..Provenance::of_voxels()
    })
}

fn read_block(table: &BData, columns: &[usize], rows: &[Option<TrialInfo>], block: (usize, usize)) -> Result<Block> {
    let (first, count) = block;
    let kept: Vec<usize> = (0..count).filter(|&row| rows[first + row].is_some()).collect();
    let values = table.read(first, count, columns)?.select(ndarray::Axis(0), &kept);
    if let Some(((row, voxel), value)) = values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        let reason = format!(
            "sample {} has {value} at voxel {voxel}: leave such voxels out with a region expression",
            first + kept[row]
        );
        return Err(Error::mismatch(table.path(), reason));
    }
    let trials = kept.iter().filter_map(|&row| rows[first + row]).collect();
    Ok(Block { responses: values.mapv(|value| value as f32), trials })
}
