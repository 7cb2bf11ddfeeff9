//! The generic import: a manifest, a table of responses and images become a data set.

mod order;
mod regions;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use afterimage_formats::digest;
use afterimage_formats::images::ImageSource;
use ndarray::{Array4, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::assign::random_split;
use crate::classes::{ClassTable, folder_class};
use crate::header::{Header, Provenance, SourceFile, Split, StimulusInfo};
use crate::inspect::Summary;
use crate::manifest::Manifest;
use crate::store::DataSetWriter;
use crate::{Error, Result};

/// Images decoded at a time.
const BLOCK: usize = 64;

/// Progress of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Images done.
    pub done: usize,
    /// Images in all.
    pub total: usize,
}

/// Joins what the manifest names and writes the data set at `out`.
///
/// # Errors
/// [`Error::Exists`] when something lies at `out` and `overwrite` is false; [`Error::Mismatch`] naming the file and
/// the mend when responses and images do not fit; [`Error::Manifest`] and [`Error::Format`] for unusable files.
/// Nothing is left at `out` after an error.
pub fn import_generic(
    manifest: &Manifest,
    out: &Path,
    overwrite: bool,
    mut progress: impl FnMut(Progress),
) -> Result<Summary> {
    if out.exists() && !overwrite {
        return Err(Error::Exists { path: out.to_owned() });
    }
    let source = ImageSource::open(&manifest.resolve(&manifest.images.source))?;
    let order = order::read(manifest, &source)?;
    let table = table::read(manifest, &order)?;
    let stimuli = stimuli(manifest, &source, &order.stimuli)?;
    let voxels = regions::read(manifest, table.voxels())?;
    let header = Header::new(stimuli, voxels, manifest.image_side, provenance(manifest, &table)?);
    let mut writer = if overwrite { DataSetWriter::replace(out, header)? } else { DataSetWriter::create(out, header)? };
    let total = order.stimuli.len();
    for (block, indices) in order.stimuli.chunks(BLOCK).enumerate() {
        writer.append_stimuli(read_block(&source, indices, manifest.image_side)?.view())?;
        progress(Progress { done: (block * BLOCK + indices.len()).min(total), total });
    }
    writer.append_responses(table.responses.view(), &table.trials)?;
    Ok(Summary::of(&writer.finish()?))
}

fn read_block(source: &ImageSource, indices: &[usize], side: usize) -> Result<Array4<u8>> {
    let mut images = Array4::zeros((indices.len(), side, side, 3));
    let slots: Vec<_> = images.axis_iter_mut(Axis(0)).zip(indices).collect();
    slots.into_par_iter().try_for_each(|(mut slot, &index)| {
        slot.assign(&source.read_square(index, side)?);
        Ok::<_, Error>(())
    })?;
    Ok(images)
}

fn stimuli(manifest: &Manifest, source: &ImageSource, indices: &[usize]) -> Result<Vec<StimulusInfo>> {
    let table = manifest.images.labels.as_ref().map(|path| ClassTable::read(&manifest.resolve(path))).transpose()?;
    let names: Vec<&str> = indices.iter().map(|&index| source.names()[index].as_str()).collect();
    let splits = splits(manifest, &names)?;
    let class = |name: &str| match &table {
        Some(table) => table.class(name).map(str::to_owned),
        None => folder_class(name).map(str::to_owned),
    };
    let info = |(name, split): (&&str, Split)| StimulusInfo { name: (*name).to_owned(), class: class(name), split };
    Ok(names.iter().zip(splits).map(info).collect())
}

fn splits(manifest: &Manifest, names: &[&str]) -> Result<Vec<Split>> {
    let keys = &manifest.split;
    let fixed = match &keys.test_list {
        Some(list) => Some(order::listed(&manifest.resolve(list), None, names)?),
        None => None,
    };
    random_split(names.len(), keys.test, keys.validation, keys.seed, fixed.as_deref()).ok_or_else(|| {
        let test = fixed.as_ref().map_or(keys.test, Vec::len);
        let reason = format!(
            "split.test = {test} and split.validation = {} leave nothing of {} stimuli for training: make them smaller",
            keys.validation,
            names.len()
        );
        Error::manifest(&manifest.path, reason)
    })
}

fn provenance(manifest: &Manifest, table: &table::Table) -> Result<Provenance> {
    let named = [Some(&manifest.responses.file), Some(&manifest.images.source), manifest.images.labels.as_ref()];
    let rest = [manifest.voxels.regions.as_ref(), manifest.split.test_list.as_ref()];
    let mut source_files = Vec::new();
    for path in named.into_iter().chain(rest).flatten() {
        let sha256 = digest::sha256(&manifest.resolve(path))?;
        source_files.push(SourceFile { path: path.to_string_lossy().into_owned(), sha256 });
    }
    let keys = &manifest.split;
    let test =
        keys.test_list.as_ref().map_or(format!("{} at random", keys.test), |list| format!("from {}", list.display()));
    Ok(Provenance {
        title: manifest.name.clone(),
        kind: "generic".into(),
        source_files,
        licence: manifest.licence.clone(),
        citation: manifest.citation.clone(),
        units: manifest.units.clone(),
        fov_deg: manifest.fov_deg,
        steps: vec![
            table.description.clone(),
            format!("images cropped to the centred square, resized to {0} x {0}", manifest.image_side),
            format!("split by stimulus: test {test}, validation {} at random, seed {}", keys.validation, keys.seed),
            "responses stored as they were: no normalisation, no selection of voxels".into(),
        ],
        software: format!("afterimage {}", env!("CARGO_PKG_VERSION")),
    })
}
