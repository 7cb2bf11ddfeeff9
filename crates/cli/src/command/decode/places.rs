//! Matches the columns or positions of a source with the run's voxels: by position if known, otherwise by number.

mod grid;

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;

use anyhow::{Result, bail};

use afterimage_data::{SOURCE_VOXEL, VOXEL_NUMBER};
use afterimage_formats::volume::{Volume, VolumeHeader};
use afterimage_run::voxels::Voxels;

use grid::{only_side, refuse_other_grid, refuse_other_side};

/// How the voxels of a source were matched with those of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matched {
    /// The responses come from the run's data set.
    SameData,
    /// By column names.
    Names,
    /// By position in the volume or on the surface.
    Places,
    /// By order: the source gives only the number of its voxels.
    Order,
    /// The same, of an array with as many responses as voxels.
    Square,
}

impl Matched {
    /// Text for the user.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::SameData => "those of the run's data set",
            Self::Names => "matched by name",
            Self::Places => "matched by place",
            Self::Order => {
                "taken in the order of the run's data set; identity not checked: neither names nor places were compared"
            }
            Self::Square => {
                "taken from the columns in order, identity not checked; the array is square: if its rows are voxels, add --voxels-first"
            }
        }
    }
}

/// Columns that the run uses, for a source without names or positions: it has either all columns of the run's data set
/// or only those used.
pub(super) fn by_order(path: &Path, [rows, columns]: [usize; 2], voxels: &Voxels) -> Result<Vec<usize>> {
    if columns == voxels.len() {
        return Ok((0..columns).collect());
    }
    if columns == voxels.columns {
        return Ok(voxels.ids.clone());
    }
    let fits = |n: usize| n == voxels.len() || n == voxels.columns;
    let wanted = if voxels.len() == voxels.columns {
        format!("{}", voxels.columns)
    } else {
        format!("{} (those it uses) or {} (all of its data set)", voxels.len(), voxels.columns)
    };
    let unit = voxels.unit().plural();
    let hint = if fits(rows) {
        format!("the rows seem to be {unit}: add --voxels-first")
    } else if voxels.of_more && columns > voxels.columns {
        format!(
            "the run's data set is a selection of its source (--roi, --select): name the columns voxel_ID in a .csv, by the numbers \
             of the {unit} in the source (from 0), and it may have all; or decode a data set with the same selection"
        )
    } else {
        format!("give responses of the {unit} that the run was trained on, in their order")
    };
    bail!("\"{}\" contains {rows} responses x {columns} {unit}, the run decodes {wanted}: {hint}", path.display())
}

/// Columns of a data set that are the run's voxels.
///
/// # Errors
/// If the grid or surface differs, or if voxels of the run are missing from the data set.
pub(super) fn match_data_set(
    path: &Path,
    of: &afterimage_data::Voxels,
    rows: usize,
    voxels: &Voxels,
) -> Result<(Vec<usize>, Matched)> {
    let name = path.display();
    if let (Some(theirs), Some(ours)) = (&of.volume, &voxels.volume) {
        refuse_other_grid(path, &theirs.shape, &theirs.affine, (&ours.shape, &ours.affine), RECORDING)?;
        return Ok((find(path, &theirs.indices, &ours.indices)?, Matched::Places));
    }
    if let (Some(theirs), Some(ours)) = (&of.surface, &voxels.surface) {
        let differ = |side: usize| ours.vertices[side] != 0 && theirs.vertices[side] != ours.vertices[side];
        let used = |side: usize| ours.places.iter().any(|place| place[0] as usize == side);
        if (0..2).any(|side| used(side) && differ(side)) {
            let (got, wanted) = (theirs.vertices, ours.vertices);
            bail!(
                "\"{name}\" has surfaces of {got:?} vertices (left, right), {RECORDING} has {wanted:?}: resample it to them"
            );
        }
        return Ok((find(path, &theirs.places, &ours.places)?, Matched::Places));
    }
    let numbers = |name| of.columns.get(name).map(|column| column.values.iter().map(|&n| n as usize).collect());
    let theirs: Option<Vec<usize>> = numbers(VOXEL_NUMBER).or_else(|| numbers(SOURCE_VOXEL));
    let is_of_all = theirs.is_none() && of.count > voxels.columns && voxels.of_more;
    let theirs = theirs.or_else(|| is_of_all.then(|| (0..of.count).collect()));
    if let (Some(theirs), Some(ours)) = (theirs, &voxels.numbers) {
        let ours: Vec<usize> = voxels.ids.iter().map(|&id| ours[id]).collect();
        return Ok((find(path, &theirs, &ours)?, Matched::Names));
    }
    Ok((by_order(path, [rows, of.count], voxels)?, Matched::Order))
}

/// Positions of the run's voxels in a series of volumes, in the run's order. If the run does not store positions, the
/// mask's voxels above zero.
///
/// # Errors
/// If the grid or hemisphere differs, or the mask leaves out voxels of the run.
pub(super) fn match_volumes(
    series: &Volume,
    mask: Option<&Path>,
    voxels: &Voxels,
) -> Result<(Vec<[usize; 3]>, Matched)> {
    let (path, header) = (series.path(), series.header());
    refuse_other_side(path, voxels)?;
    let mask = mask.map(|mask| inside(mask, path, header)).transpose()?;
    if let Some(known) = positions(path, header, voxels)? {
        if let Some(mask) = mask {
            refuse_other_side(&mask.path, voxels)?;
            find(&mask.path, &mask.inside, &known)?;
        }
        return Ok((known, Matched::Places));
    }
    let Some(mask) = mask else {
        bail!(
            "the run does not store the positions of its voxels, so they cannot be found in \"{}\" ({:?}): give \
             --mask, or a table",
            path.display(),
            header.volume_shape()
        )
    };
    let shape = [header.count(), mask.inside.len()];
    let columns = by_order(&mask.path, shape, voxels)?;
    Ok((columns.into_iter().map(|column| mask.inside[column]).collect(), Matched::Order))
}

/// Missing voxels that a message shows.
const SHOWN: usize = 3;

const RECORDING: &str = "the run's recording";

/// Positions of the run's voxels in volumes with this header; `None` if the run does not store them.
fn positions(path: &Path, header: &VolumeHeader, voxels: &Voxels) -> Result<Option<Vec<[usize; 3]>>> {
    if let Some(volume) = &voxels.volume {
        let shape = header.volume_shape();
        refuse_other_grid(path, &shape, &header.affine, (&volume.shape, &volume.affine), RECORDING)?;
        return Ok(Some(volume.indices.iter().map(|index| index.map(|axis| axis as usize)).collect()));
    }
    let Some(surface) = &voxels.surface else { return Ok(None) };
    let Some(side) = only_side(voxels) else {
        bail!(
            "the run's voxels lie on both hemispheres, \"{}\" contains one: give a table or a data set",
            path.display()
        )
    };
    let (got, vertices) = (header.volume_shape(), surface.vertices[side]);
    if got != [vertices, 1, 1] {
        bail!("\"{}\" has volumes {got:?}, {RECORDING} has {vertices} vertices: resample it to them", path.display());
    }
    Ok(Some(surface.places.iter().map(|place| [place[1] as usize, 0, 0]).collect()))
}

/// Voxels of a mask that are above zero.
struct Mask {
    path: std::path::PathBuf,
    inside: Vec<[usize; 3]>,
}

fn inside(mask: &Path, series: &Path, header: &VolumeHeader) -> Result<Mask> {
    let volume = Volume::open(mask)?;
    let of = volume.header();
    if of.count() != 1 {
        bail!("\"{}\" has {} volumes, expected one: give a mask of one volume", mask.display(), of.count());
    }
    refuse_other_grid(series, &header.volume_shape(), &header.affine, (&of.volume_shape(), &of.affine), "the mask")?;
    let values = volume.volume(0)?;
    if let Some(value) = values.iter().find(|value| **value > 0.0 && value.fract() != 0.0) {
        bail!("\"{}\" contains {value}, which is not a whole number: give a mask of zeros and ones", mask.display());
    }
    let inside = values.indexed_iter().filter(|(_, value)| **value > 0.0).map(|((x, y, z), _)| [x, y, z]).collect();
    Ok(Mask { path: mask.to_owned(), inside })
}

/// Column of each position or number that the run uses.
fn find<P: Copy + Eq + Hash + Debug>(path: &Path, theirs: &[P], ours: &[P]) -> Result<Vec<usize>> {
    let columns: HashMap<P, usize> = theirs.iter().enumerate().map(|(column, &place)| (place, column)).collect();
    let found: Vec<usize> = ours.iter().filter_map(|place| columns.get(place).copied()).collect();
    if found.len() < ours.len() {
        let missing = ours.iter().filter(|place| !columns.contains_key(place));
        let first: Vec<String> = missing.take(SHOWN).map(|place| format!("{place:?}")).collect();
        bail!(
            "\"{}\" has {} voxels, and {} of the run's {} are not among them (first {}): give responses of the voxels that the \
             run was trained on; of a data set, prepare it without the --roi or --select that left them out",
            path.display(),
            theirs.len(),
            ours.len() - found.len(),
            ours.len(),
            first.join(", ")
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
