//! Masks of regions: for each a 0 or 1 for every voxel, in the order of the voxels or by their numbers.

use std::collections::BTreeMap;
use std::path::Path;

use afterimage_formats::npz;

use super::columns::{Column, Raw, Reader, Role, Sorted, counts, numbers_rows, row_voxels, whole};
use super::matrix;
use crate::header::{LeftOut, Voxels};
use crate::manifest::Manifest;
use crate::{Error, Result};

/// What to do about a region that is no mask.
const HINT: &str = "give a 0 or 1 for each voxel";

/// Masks as their file has them.
struct Masks {
    masks: Vec<(String, Vec<bool>)>,
    /// The numbers of the voxels, one a row, where the file has them.
    numbers: Option<Vec<usize>>,
}

/// Reads the regions that the manifest names, and what of them has no voxel.
///
/// # Errors
/// [`Error::Mismatch`] naming region, voxel and value for what is no mask of `count` voxels, for two regions of one name,
/// and for masks without numbers of voxels where the order of the numbers is not that of the responses' file.
pub(super) fn read(manifest: &Manifest, count: usize, sorted: &Sorted) -> Result<(Voxels, Option<LeftOut>)> {
    let Some(path) = manifest.voxels.regions.as_ref().map(|path| manifest.resolve(path)) else {
        return Ok((Voxels::new(count), None));
    };
    let Masks { masks, numbers } = if matrix::is_text(&path) { from_text(&path)? } else { from_npz(&path)? };
    if let Some((name, mask)) = masks.iter().find(|(_, mask)| mask.len() != count) {
        let reason = format!("region \"{name}\" has {} entries for {count} voxels: {HINT}", mask.len());
        return Err(Error::mismatch(&path, reason));
    }
    let order = match numbers {
        Some(numbers) => order(&path, &numbers, count, sorted)?,
        None if sorted.moved => {
            let reason = "the responses' file does not have its voxels in the order of their numbers, so the order of this \
                          file is not clear: give it as a .csv with a column voxel of these numbers";
            return Err(Error::mismatch(&path, reason));
        }
        None => (0..count).collect(),
    };
    let mut regions = BTreeMap::new();
    let mut empty = Vec::new();
    for (name, mask) in masks {
        let mask: Vec<bool> = order.iter().map(|&row| mask[row]).collect();
        if !mask.contains(&true) {
            empty.push(name.clone());
        }
        if regions.insert(name.clone(), mask).is_some() {
            return Err(Error::mismatch(&path, format!("it has two regions \"{name}\": give each a name of its own")));
        }
    }
    regions.retain(|_, mask: &mut Vec<bool>| mask.contains(&true));
    let empty = LeftOut::named("region", "without any voxel", empty);
    Ok((Voxels { regions, ..Voxels::new(count) }, empty))
}

/// The row of each voxel of the data set.
fn order(path: &Path, numbers: &[usize], count: usize, sorted: &Sorted) -> Result<Vec<usize>> {
    let wanted: Vec<usize> = sorted.numbers.clone().unwrap_or_else(|| (0..count).collect());
    let rows: BTreeMap<usize, usize> = numbers.iter().enumerate().map(|(row, &number)| (number, row)).collect();
    let find = |number: &usize| {
        rows.get(number).copied().ok_or_else(|| {
            let reason = format!(
                "it has no row of voxel {number}, and {} rows of {} voxels: number them as the table of responses does",
                numbers.len(),
                rows.len()
            );
            Error::mismatch(path, reason)
        })
    };
    wanted.iter().map(find).collect()
}

fn from_npz(path: &Path) -> Result<Masks> {
    let mut masks = Vec::new();
    for name in npz::names(path)? {
        let values = npz::read_f32(path, &name)?;
        // Masks of images are 0 and 255, those cut from labels 0 and the label.
        let inside =
            values.iter().copied().find(|&value| value != 0.0).filter(|&value| value > 0.0 && value.fract() == 0.0);
        let inside = if values.iter().any(|&value| value == 0.0) { inside.unwrap_or(1.0) } else { 1.0 };
        if let Some((voxel, value)) = values.iter().enumerate().find(|(_, value)| **value != 0.0 && **value != inside) {
            let reason = format!("region \"{name}\" has {value} at voxel {voxel}, expected 0 or 1: {HINT}");
            return Err(Error::mismatch(path, reason));
        }
        masks.push((name, values.iter().map(|&value| value != 0.0).collect()));
    }
    Ok(Masks { masks, numbers: None })
}

fn from_text(path: &Path) -> Result<Masks> {
    let raw = Raw::read(path, Some(true), Reader::Manifest)?;
    let names = raw.names.clone().unwrap_or_default();
    let (mut masks, mut others) = (Vec::new(), Vec::new());
    for (at, name) in names.into_iter().enumerate() {
        let texts = || raw.column(at).map(str::trim);
        let role = Role::of(&name, false);
        let is_index = name.is_empty() || (role == Some(Role::Index) && counts(texts()));
        if is_index || numbers_rows(&name) {
            others.push(Column { name, role, texts: texts().map(str::to_owned).collect() });
            continue;
        }
        let mask = texts().enumerate().map(|(voxel, text)| {
            inside(text).ok_or_else(|| {
                let reason = format!("\"{text}\" in column {name}, voxel {voxel} is neither 0 nor 1: {HINT}");
                Error::mismatch(path, reason)
            })
        });
        masks.push((name.clone(), mask.collect::<Result<Vec<bool>>>()?));
    }
    if masks.is_empty() {
        return Err(Error::mismatch(path, format!("it has no column of a region: {HINT}")));
    }
    Ok(Masks { masks, numbers: row_voxels(path, &others, Reader::Manifest)?.map(|(_, numbers)| numbers) })
}

/// Whether a voxel is inside; an empty field is outside.
fn inside(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" | "" => Some(false),
        text => whole(text).and_then(|value| if value == 1.0 { Some(true) } else { (value == 0.0).then_some(false) }),
    }
}
