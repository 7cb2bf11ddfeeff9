//! Any table of responses and any images, joined by a manifest.

pub(super) mod places;
mod said;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use afterimage_formats::images::ImageSource;

use super::columns::{Column, Role};
use super::files::unused;
use super::importer::{Argument, Importer};
use super::order::{self, Order};
use super::table::{self, Opened};
use super::{Block, Images, Source, Watch, WriteOptions, regions, source};
use crate::assign::random_split;
use crate::classes::{ClassTable, Classes};
use crate::header::{FittedOn, LeftOut, Provenance, Split, Step, StimulusInfo, VoxelColumn, Voxels};
use crate::inspect::Summary;
use crate::manifest::{Manifest, SplitBy, TEMPLATE};
use crate::responses::VOXEL_NUMBER;
use crate::{Error, Result};

/// The declaration of `generic`.
pub(super) const IMPORTER: Importer = Importer {
    name: "generic",
    about: "A table of responses and a folder, archive or array of images, joined by a manifest",
    example: "generic v4.toml --out v4.afterimage",
    template: Some(TEMPLATE),
    arguments: &[&[Argument {
        place: Some(1),
        ..Argument::new::<PathBuf>("manifest", "The manifest, TOML: which responses, which images, in which order.")
    }]],
    run: |values, out, write, watch| {
        let manifest = Manifest::read(&values.get::<PathBuf>("manifest")?)?;
        import_generic(&manifest, out, write.overwrite, watch)
    },
};

/// Joins what the manifest names and writes the data set at `out`.
///
/// # Errors
/// [`Error::Exists`] when something lies at `out` and `overwrite` is false; [`Error::Mismatch`] naming the file and
/// the fix when responses and images do not fit; [`Error::Manifest`] and [`Error::Format`] for unusable files.
/// Nothing is left at `out` after an error.
pub fn import_generic(manifest: &Manifest, out: &Path, overwrite: bool, progress: impl Watch) -> Result<Summary> {
    let options = WriteOptions { image_side: manifest.image_side, overwrite };
    source::refuse_existing(out, options)?;
    open_generic(manifest)?.write(out, options, progress)
}

fn open_generic(manifest: &Manifest) -> Result<Source<'static>> {
    manifest.refuse_missing_files()?;
    let source = ImageSource::open_by_name(&manifest.resolve(&manifest.images.source))?;
    let opened = table::open(manifest)?;
    let images = opened.images(source.names());
    let order = order::read(manifest, &source, &images.iter().collect::<Vec<_>>())?;
    source.require(order.stimuli.iter().copied())?;
    let names: Vec<&str> = order.stimuli.iter().map(|&index| source.names()[index].as_str()).collect();
    let mut left_out = unused(&source, order.stimuli.iter().copied());
    let classes = classes(manifest, &names)?;
    left_out.extend(classes.left_out());
    let (sorted, parts) = (opened.sorted.clone(), parts(manifest, &opened, &order)?.cloned());
    let table = table::join(opened, manifest, &order)?;
    let splits = splits(manifest, &names, &source, &order, parts.as_ref(), &mut left_out)?;
    left_out.extend(table.left_out.iter().cloned());
    let stimuli = names.iter().zip(splits).zip(classes.of);
    let stimuli =
        stimuli.map(|((name, split), class)| StimulusInfo { class, ..StimulusInfo::new(*name, split) }).collect();
    let (mut voxels, empty) = regions::read(manifest, table.voxels(), &sorted)?;
    left_out.extend(empty);
    if let Some(numbers) = &sorted.numbers {
        number(&mut voxels, numbers);
    }
    let mut provenance = Provenance { left_out, ..said::provenance(manifest, &table, &order)? };
    provenance.steps.extend(source.rearranged().map(|how| Step::plain(format!("the array of images {how}"))));
    let images: Images<'static> =
        Box::new(move |stimulus, side| Ok(source.read_square(order.stimuli[stimulus], side)?));
    let block = Block { responses: table.responses, trials: table.trials };
    Ok(Source { stimuli, voxels, provenance, images: Some(images), blocks: Box::new(std::iter::once(Ok(block))) })
}

/// Keeps the numbers in `voxel_12`, where they are others than the places of the voxels.
fn number(voxels: &mut Voxels, numbers: &[usize]) {
    let column = VoxelColumn {
        meaning: "number of the voxel in the names of the table of responses".into(),
        fitted_on: FittedOn::Nothing,
        values: numbers.iter().map(|&number| number as f32).collect(),
    };
    voxels.columns.insert(VOXEL_NUMBER.into(), column);
}

fn classes(manifest: &Manifest, names: &[&str]) -> Result<Classes> {
    match &manifest.images.labels {
        Some(path) => ClassTable::read(&manifest.resolve(path))?.classes(names),
        None => Ok(Classes::of_folders(names)),
    }
}

/// The column that states the part of each trial.
fn parts<'a>(manifest: &Manifest, opened: &'a Opened, order: &'a Order) -> Result<Option<&'a Column>> {
    let (of_table, listed) = (opened.split(), order.of_role(Role::Split).into_iter().next());
    match (of_table, listed) {
        (Some(column), Some(other)) if column.texts != other.texts => {
            let reason = format!(
                "column \"{}\" of the responses and column \"{}\" of images.order differ: name the first in \
                 responses.ignore, or take one away",
                column.name, other.name
            );
            Err(Error::manifest(&manifest.path, reason))
        }
        _ => Ok(of_table.or(listed)),
    }
}

fn splits(
    manifest: &Manifest,
    names: &[&str],
    source: &ImageSource,
    order: &Order,
    parts: Option<&Column>,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<Split>> {
    let keys = &manifest.split;
    match (keys.by, parts) {
        (Some(SplitBy::Column), Some(column)) => return of_column(manifest, names, order, column),
        (Some(SplitBy::Column), None) => {
            let reason =
                "split.by is \"column\", but neither the table of responses nor images.order has a column \"split\"";
            return Err(Error::manifest(&manifest.path, reason));
        }
        (None, Some(column)) if keys.test_list.is_none() => {
            let reason = format!(
                "a table has a column \"{}\": set split.by = \"column\" to use it, or \"random\" to draw",
                column.name
            );
            return Err(Error::manifest(&manifest.path, reason));
        }
        _ => (),
    }
    let fixed = match &keys.test_list {
        Some(list) => Some(test_list(&manifest.resolve(list), names, source, left_out)?),
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

/// The stimuli of the test in a list of names.
fn test_list(path: &Path, names: &[&str], source: &ImageSource, left_out: &mut Vec<LeftOut>) -> Result<Vec<usize>> {
    let all: Vec<&str> = source.names().iter().map(String::as_str).collect();
    let entries = order::entries(path, None, "keep the one with image names", &all)?;
    if entries.is_empty() {
        let reason = "split.test_list names no image: list the images of the test, or set split.test to their number";
        return Err(Error::manifest(path, reason));
    }
    // Found among all images first: what no trial shows is another mistake than a wrong name.
    let found = order::find(path, &entries.iter().map(String::as_str).collect::<Vec<_>>(), &all)?;
    let mut rows = Vec::with_capacity(found.len());
    for (entry, index) in entries.iter().zip(found) {
        let row = names.iter().position(|name| *name == all[index]).ok_or_else(|| {
            Error::mismatch(path, format!("\"{entry}\" is an image that no trial shows: take it from the list"))
        })?;
        rows.push(row);
    }
    let mut known = BTreeSet::new();
    let again = entries.iter().zip(&rows).filter(|(_, row)| !known.insert(**row)).map(|(entry, _)| entry);
    left_out.extend(LeftOut::named("name", "that the list of the test has again", again));
    Ok(known.into_iter().collect())
}

/// The part of each stimulus, by the column of the table.
fn of_column(manifest: &Manifest, names: &[&str], order: &Order, column: &Column) -> Result<Vec<Split>> {
    let file = if order.columns.contains(column) { manifest.images.order.as_deref() } else { None };
    let path = manifest.resolve(file.map_or(manifest.responses.file.as_path(), Path::new));
    let wrong = |reason: String| Error::mismatch(&path, reason);
    let mut splits: Vec<Option<Split>> = vec![None; names.len()];
    for (row, (text, &stimulus)) in column.texts.iter().zip(&order.trials).enumerate() {
        let split = match text.to_ascii_lowercase().as_str() {
            "train" | "training" => Split::Train,
            "val" | "valid" | "validation" => Split::Validation,
            "test" | "testing" => Split::Test,
            _ => {
                let reason = format!(
                    "row {}, column \"{}\" holds \"{text}\", expected train, validation or test",
                    row + 1,
                    column.name
                );
                return Err(wrong(reason));
            }
        };
        match splits[stimulus as usize].replace(split) {
            Some(other) if other != split => {
                let name = names[stimulus as usize];
                let reason =
                    format!("\"{name}\" is of two parts in the column \"{}\": leave it out of one", column.name);
                return Err(wrong(reason));
            }
            _ => (),
        }
    }
    let splits: Vec<Split> = splits.into_iter().map(|split| split.unwrap_or(Split::Train)).collect();
    match [Split::Train, Split::Test].iter().find(|part| !splits.contains(part)) {
        Some(part) => {
            let part = if *part == Split::Test { "test" } else { "training" };
            Err(wrong(format!("its column \"{}\" has no row of the {part}", column.name)))
        }
        None => Ok(splits),
    }
}
