//! Importers: each turns the files of one source into a [`Source`], which one function writes as a data set.

mod algonauts;
mod bdata;
mod bold5000;
mod brain_diffuser;
mod files;
mod god;
pub(crate) mod matrix;
mod miyawaki;
mod nifti;
mod nsd;
mod order;
mod regions;
mod shown;
mod source;
mod ssr;
mod table;
#[cfg(test)]
mod tests;
mod things;
mod vim1;
mod volumes;

use std::path::Path;

use crate::assign::random_split;
use crate::classes::{ClassTable, folder_class};
use crate::header::{Provenance, SourceFile, Split, Step, StimulusInfo};
use crate::inspect::Summary;
use crate::manifest::Manifest;
use crate::{Error, Result};
use afterimage_formats::digest;
use afterimage_formats::images::ImageSource;

pub use algonauts::{AlgonautsOptions, import_algonauts, open_algonauts};
pub use bold5000::{Bold5000Options, import_bold5000, open_bold5000};
pub use brain_diffuser::{BrainDiffuserOptions, import_brain_diffuser, open_brain_diffuser};
pub use god::{GodOptions, import_god, open_god};
pub use miyawaki::{MiyawakiOptions, import_miyawaki, open_miyawaki};
pub use nifti::{NiftiOptions, RunChoice, import_nifti, open_nifti};
pub use nsd::{NsdOptions, import_nsd, open_nsd};
pub use source::{Block, Images, Progress, Source, Watch, WriteOptions};
pub use ssr::{SsrOptions, import_ssr, open_ssr};
pub use things::{ThingsOptions, import_things, open_things};
pub use vim1::{Vim1Options, import_vim1, open_vim1};

/// Joins what the manifest names and writes the data set at `out`.
///
/// # Errors
/// [`Error::Exists`] when something lies at `out` and `overwrite` is false; [`Error::Mismatch`] naming the file and
/// the mend when responses and images do not fit; [`Error::Manifest`] and [`Error::Format`] for unusable files.
/// Nothing is left at `out` after an error.
pub fn import_generic(manifest: &Manifest, out: &Path, overwrite: bool, progress: impl Watch) -> Result<Summary> {
    let options = WriteOptions { image_side: manifest.image_side, overwrite };
    source::refuse_existing(out, options)?;
    open_generic(manifest)?.write(out, options, progress)
}

fn open_generic(manifest: &Manifest) -> Result<Source<'static>> {
    let source = ImageSource::open(&manifest.resolve(&manifest.images.source))?;
    let order = order::read(manifest, &source)?;
    let table = table::read(manifest, &order)?;
    let stimuli = stimuli(manifest, &source, &order.stimuli)?;
    let voxels = regions::read(manifest, table.voxels())?;
    let provenance = provenance(manifest, &table)?;
    let images: Images<'static> =
        Box::new(move |stimulus, side| Ok(source.read_square(order.stimuli[stimulus], side)?));
    let block = Block { responses: table.responses, trials: table.trials };
    Ok(Source { stimuli, voxels, provenance, images: Some(images), blocks: Box::new(std::iter::once(Ok(block))) })
}

fn stimuli(manifest: &Manifest, source: &ImageSource, indices: &[usize]) -> Result<Vec<StimulusInfo>> {
    let table = manifest.images.labels.as_ref().map(|path| ClassTable::read(&manifest.resolve(path))).transpose()?;
    let names: Vec<&str> = indices.iter().map(|&index| source.names()[index].as_str()).collect();
    let splits = splits(manifest, &names)?;
    let class = |name: &str| match &table {
        Some(table) => table.class(name).map(str::to_owned),
        None => folder_class(name).map(str::to_owned),
    };
    let info = |(name, split): (&&str, Split)| StimulusInfo { class: class(name), ..StimulusInfo::new(*name, split) };
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
            Step::plain(table.description.clone()),
            Step::plain(format!(
                "split by stimulus: test {test}, validation {} at random, seed {}",
                keys.validation, keys.seed
            )),
            Step::plain("responses stored as they were: no normalisation, no selection of voxels"),
        ],
        ..Provenance::default()
    })
}
