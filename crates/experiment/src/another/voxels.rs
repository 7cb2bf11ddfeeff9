//! The voxels of a run in another data set: found by where they lie or by their names, or the same in number, regions and what
//! else is known of each.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;

use afterimage_data::{FittedOn, SOURCE_VOXEL, VOXEL_NUMBER, Voxels};
use afterimage_formats::volume::grid::apart;
use afterimage_statistics::counted;

use crate::error::{Result, bail};

/// Voxels that a message names.
const SHOWN: usize = 3;

/// The voxels of the data set that a run was trained on, and of another.
pub(super) struct Sets<'a> {
    pub(super) ours: &'a Voxels,
    pub(super) theirs: &'a Voxels,
}

/// The columns of the run's voxels in the other data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) columns: Vec<usize>,
    /// How they were found.
    pub(super) words: String,
    /// What a reader must know.
    pub(super) doubts: Vec<String>,
}

/// Finds the voxels `used` by a run.
///
/// # Errors
/// If voxels are missing, what is known of them differs, or nothing identifies them and they are not `in_order`.
pub(super) fn find(path: &Path, sets: &Sets<'_>, used: &[usize], in_order: bool) -> Result<Found> {
    let (Sets { ours, theirs }, path) = (sets, path.display().to_string());
    if let (Some(a), Some(b)) = (&ours.volume, &theirs.volume) {
        if a.shape != b.shape {
            bail!(
                "\"{path}\" has volumes {:?}, the run's data set has {:?}: resample it to that grid",
                b.shape,
                a.shape
            );
        }
        if let Some((off, _)) = apart(&a.affine, &b.affine, a.shape) {
            bail!(
                "\"{path}\" has another affine than the run's data set, with voxels up to {off:.3} mm off: resample it"
            );
        }
        let columns = places(&path, &pick(&a.indices, used), &b.indices)?;
        let doubts = differences(sets, used, &columns);
        return Ok(Found { columns, words: "matched by place in the volume".into(), doubts });
    }
    if let (Some(a), Some(b)) = (&ours.surface, &theirs.surface) {
        let differ = |side: usize| a.vertices[side] * b.vertices[side] != 0 && a.vertices[side] != b.vertices[side];
        if differ(0) || differ(1) {
            let (a, b) = (a.vertices, b.vertices);
            bail!(
                "\"{path}\" has surfaces of {b:?} vertices (left, right), the run's data set has {a:?}: resample it to them"
            );
        }
        let columns = places(&path, &pick(&a.places, used), &b.places)?;
        let doubts = differences(sets, used, &columns);
        return Ok(Found { columns, words: "matched by place on the surface".into(), doubts });
    }
    let (columns, by_name) = match numbers(sets) {
        Some([a, b]) => (places(&path, &pick(&a, used), &b)?, true),
        None if ours.count == theirs.count => (used.to_vec(), false),
        None => bail!(
            "\"{path}\" has {} and the run's data set has {}, and neither places nor names say which are the same: give a data \
             set of the same voxels, or import both with the numbers of their voxels",
            counted(theirs.count, "voxel"),
            counted(ours.count, "voxel")
        ),
    };
    let differ = differences(sets, used, &columns);
    if let Some(first) = differ.first() {
        bail!(
            "the voxels of \"{path}\" are not those of the run: {first}; give a data set of the same subject and voxels"
        );
    }
    let known = compared(sets);
    match (by_name, known.is_empty()) {
        (true, _) => Ok(Found { columns, words: "matched by name".into(), doubts: Vec::new() }),
        (false, false) => {
            let words = format!("taken in order, equal in number and in {}", known.join(", "));
            Ok(Found { columns, words, doubts: Vec::new() })
        }
        (false, true) if in_order => {
            let words = "taken in order, identity not checked: --in-order says that they are the same".to_owned();
            let doubt =
                "that the voxels are those of the run is not checked: neither places, names nor regions tell it";
            Ok(Found { columns, words, doubts: vec![doubt.into()] })
        }
        (false, true) => bail!(
            "nothing says that the {} of \"{path}\" are those of the run: neither data set has places, names or regions of them; if \
             they are the same in the same order, say so with --in-order",
            counted(theirs.count, "voxel")
        ),
    }
}

fn pick<T: Copy>(of: &[T], used: &[usize]) -> Vec<T> {
    used.iter().map(|&voxel| of[voxel]).collect()
}

/// The numbers that both sources give their voxels; of a data set that lacks none they are those of its columns.
fn numbers(Sets { ours, theirs }: &Sets<'_>) -> Option<[Vec<usize>; 2]> {
    let column = |of: &Voxels, name: &str| -> Option<Vec<usize>> {
        of.columns.get(name).map(|column| column.values.iter().map(|&n| n as usize).collect())
    };
    if let (Some(a), Some(b)) = (column(ours, VOXEL_NUMBER), column(theirs, VOXEL_NUMBER)) {
        return Some([a, b]);
    }
    let of = |set: &Voxels, other: &Voxels| {
        column(set, SOURCE_VOXEL).or_else(|| (set.count > other.count).then(|| (0..set.count).collect()))
    };
    let is_selected = ours.columns.contains_key(SOURCE_VOXEL) || theirs.columns.contains_key(SOURCE_VOXEL);
    Some([of(ours, theirs).filter(|_| is_selected)?, of(theirs, ours)?])
}

/// Column of each place or number among theirs.
fn places<P: Copy + Eq + Hash + Debug>(path: &str, ours: &[P], theirs: &[P]) -> Result<Vec<usize>> {
    let columns: HashMap<P, usize> = theirs.iter().enumerate().map(|(column, &place)| (place, column)).collect();
    let found: Vec<usize> = ours.iter().filter_map(|place| columns.get(place).copied()).collect();
    if found.len() < ours.len() {
        let missing = ours.iter().filter(|place| !columns.contains_key(place)).take(SHOWN);
        let first: Vec<String> = missing.map(|place| format!("{place:?}")).collect();
        bail!(
            "\"{path}\" lacks {} of the run's {} (first {}): give a data set of the same voxels, without the --roi or --select \
             that left them out",
            ours.len() - found.len(),
            counted(ours.len(), "voxel"),
            first.join(", ")
        );
    }
    Ok(found)
}

/// What both know of each voxel and no trial decided.
fn compared(Sets { ours, theirs }: &Sets<'_>) -> Vec<String> {
    let regions =
        ours.regions.keys().filter(|name| theirs.regions.contains_key(*name)).map(|name| format!("region {name}"));
    let columns = ours.columns.iter().filter(|(name, column)| is_fixed(name, column.fitted_on, theirs));
    regions.chain(columns.map(|(name, _)| format!("column {name}"))).collect()
}

fn is_fixed(name: &str, fitted_on: FittedOn, theirs: &Voxels) -> bool {
    let other = theirs.columns.get(name).map(|column| column.fitted_on);
    fitted_on == FittedOn::Nothing && other == Some(FittedOn::Nothing) && ![VOXEL_NUMBER, SOURCE_VOXEL].contains(&name)
}

/// In what of that the matched voxels differ, a sentence each.
fn differences(Sets { ours, theirs }: &Sets<'_>, used: &[usize], columns: &[usize]) -> Vec<String> {
    let pairs = || used.iter().copied().zip(columns.iter().copied());
    let mut found = Vec::new();
    let mut say = |what: String, differ: usize| {
        if differ > 0 {
            found.push(format!("{what} differs in {differ} of {}", counted(used.len(), "voxel")));
        }
    };
    for (name, a) in &ours.regions {
        let Some(b) = theirs.regions.get(name) else { continue };
        say(format!("region {name}"), pairs().filter(|&(i, j)| a[i] != b[j]).count());
    }
    for (name, a) in &ours.columns {
        let Some(b) = theirs.columns.get(name).filter(|_| is_fixed(name, a.fitted_on, theirs)) else { continue };
        let is_same = |a: f32, b: f32| a == b || a.is_nan() && b.is_nan();
        say(format!("column {name}"), pairs().filter(|&(i, j)| !is_same(a.values[i], b.values[j])).count());
    }
    found
}

#[cfg(test)]
mod tests;
