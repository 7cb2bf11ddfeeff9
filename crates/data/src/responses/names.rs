//! Columns of a table found by the names of their voxels, whatever their order.

use std::collections::HashMap;
use std::path::Path;

use super::VOXEL_COLUMN;
use crate::import::columns::voxel_number;
use crate::{Error, Result};

/// Names of missing and unknown columns that a message shows.
const SHOWN: usize = 5;

/// What the voxels of a data set are called in tables: `voxel_ID`, where ID is a voxel's column among the responses, or
/// its number in the table that the data set was imported from.
#[derive(Debug, Clone, Copy)]
pub struct VoxelIds<'a> {
    /// Columns among the data set's responses of the voxels to find, in their order.
    pub wanted: &'a [usize],
    /// Columns that the data set has.
    pub columns: usize,
    /// `[columns]` numbers in the names of the source's table, if they are not 0 to `columns` - 1.
    pub numbers: Option<&'a [usize]>,
    /// The source has more voxels than the data set: a name is a number then, and others than those of the data set may
    /// be named too.
    pub of_more: bool,
}

/// The places, among `names`, of the voxels to find.
///
/// Names may stand in any order and name more voxels of the data set than are wanted.
///
/// # Errors
/// [`Error::Mismatch`] with names and counts: for names that are no voxel of the data set, repeated or missing ones, and
/// names that are voxels of the data set in both ways and not the same.
pub(super) fn places(path: &Path, names: &[String], ids: VoxelIds<'_>) -> Result<Vec<usize>> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut strange = Vec::new();
    let mut repeated = Vec::new();
    for (place, name) in names.iter().enumerate() {
        match voxel_number(name) {
            None => strange.push(name.clone()),
            Some(number) => {
                if places.insert(number, place).is_some() {
                    repeated.push(name.clone());
                }
            }
        }
    }
    refuse(path, "are named more than once", &repeated, "leave out all but one of each")?;
    refuse(path, "are no voxels", &strange, "name each voxel_ID, ID being its column among the data set's responses")?;
    let by_column = found(&places, ids.wanted.iter().copied(), |number| number < ids.columns);
    if by_column.unknown == [ids.columns] && !places.contains_key(&0) && ids.numbers.is_none() {
        let reason = format!(
            "its columns {VOXEL_COLUMN}1 to {VOXEL_COLUMN}{0} count from 1, and the voxels of the run's data set from 0: name the first \
             {VOXEL_COLUMN}0",
            ids.columns
        );
        return Err(Error::mismatch(path, reason));
    }
    let by_number = ids.numbers.map(|numbers| {
        let known: HashMap<usize, usize> =
            numbers.iter().enumerate().map(|(column, &number)| (number, column)).collect();
        let wanted = ids.wanted.iter().map(|&column| numbers.get(column).copied().unwrap_or(usize::MAX));
        found(&places, wanted, |number| known.contains_key(&number))
    });
    let is_whole = |found: &Found| found.missing.is_empty() && found.unknown.is_empty();
    match by_number {
        Some(by_number) if ids.of_more => Found { unknown: Vec::new(), ..by_number }.check(path, ids),
        Some(by_number) if is_whole(&by_number) && is_whole(&by_column) && by_number.places != by_column.places => {
            let reason = "its columns are voxels of the data set by their places and by the numbers in its source: name all \
                          voxels of the data set, or the run's only";
            Err(Error::mismatch(path, reason))
        }
        Some(by_number) if by_number.errors() < by_column.errors() => by_number.check(path, ids),
        _ => by_column.check(path, ids),
    }
}

struct Found {
    places: Vec<usize>,
    /// Numbers of voxels that are wanted.
    missing: Vec<usize>,
    /// Numbers of voxels that the data set does not have.
    unknown: Vec<usize>,
}

fn found(
    places: &HashMap<usize, usize>,
    wanted: impl Iterator<Item = usize>,
    is_known: impl Fn(usize) -> bool,
) -> Found {
    let mut unknown: Vec<usize> = places.keys().copied().filter(|&number| !is_known(number)).collect();
    unknown.sort_unstable();
    let mut found = Found { places: Vec::new(), missing: Vec::new(), unknown };
    for number in wanted {
        match places.get(&number) {
            Some(&place) => found.places.push(place),
            None => found.missing.push(number),
        }
    }
    found
}

impl Found {
    fn errors(&self) -> usize {
        self.missing.len() + self.unknown.len()
    }

    fn check(self, path: &Path, ids: VoxelIds<'_>) -> Result<Vec<usize>> {
        let names =
            |numbers: &[usize]| numbers.iter().map(|number| format!("{VOXEL_COLUMN}{number}")).collect::<Vec<_>>();
        let what = format!("are no voxels of the run's data set, which has {}", ids.columns);
        let hint = "leave them out, or give responses of the data set that the run was trained on";
        refuse(path, &what, &names(&self.unknown), hint)?;
        let what = format!("are missing of the {} that the run uses", ids.wanted.len());
        refuse(
            path,
            &what,
            &names(&self.missing),
            "give a column for each; if they were left out with --roi or --select, prepare the responses without",
        )?;
        Ok(self.places)
    }
}

fn refuse(path: &Path, what: &str, names: &[String], hint: &str) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let reason = format!("{} columns of voxels {what}: {}{more}; {hint}", names.len(), shown.join(", "));
    Err(Error::mismatch(path, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(numbers: &[usize]) -> Vec<String> {
        numbers.iter().map(|number| format!("voxel_{number}")).collect()
    }

    fn of(numbers: &[usize], ids: VoxelIds<'_>) -> Result<Vec<usize>> {
        places(Path::new("r.csv"), &names(numbers), ids)
    }

    #[track_caller]
    fn refused(names: &[&str], ids: VoxelIds<'_>, fragments: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let said = places(Path::new("r.csv"), &names, ids).unwrap_err().to_string();
        fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    }

    const WANTED: [usize; 3] = [1, 2, 10];
    const IDS: VoxelIds<'_> = VoxelIds { wanted: &WANTED, columns: 12, numbers: None, of_more: false };

    #[test]
    fn names_that_count_from_one_are_said_to() {
        let names: Vec<String> = (1..=12).map(|number| format!("voxel_{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        refused(&names, IDS, &["voxel_1 to voxel_12 count from 1", "name the first voxel_0"]);
    }

    #[test]
    fn any_order_and_further_voxels_of_the_data_set_are_taken_by_name() {
        assert_eq!(of(&[1, 10, 2], IDS).unwrap(), [0, 2, 1]);
        assert_eq!(of(&[0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9], IDS).unwrap(), [1, 4, 2]);
        let padded: Vec<String> = ["voxel_001", "Voxel_002", "voxel_010"].map(String::from).to_vec();
        assert_eq!(places(Path::new("r.csv"), &padded, IDS).unwrap(), [0, 1, 2]);
    }

    #[test]
    fn unknown_missing_and_repeated_voxels_are_named_and_counted() {
        refused(&["voxel_1", "voxel_2", "voxel_10", "voxel_1000"], IDS, &["1 columns", "voxel_1000", "which has 12"]);
        refused(&["voxel_1", "voxel_2"], IDS, &["1 columns", "voxel_10", "of the 3"]);
        refused(&["voxel_1", "voxel_2", "voxel_10", "voxel_2"], IDS, &["more than once", "voxel_2"]);
        refused(&["voxel_1", "voxel_2", "voxel_02", "voxel_10"], IDS, &["more than once", "voxel_02"]);
        refused(&["voxel_1", "voxel_2.1", "voxel_10"], IDS, &["no voxels", "voxel_2.1"]);
        refused(&["voxel_12", "voxel_13", "voxel_14", "voxel_15", "voxel_16", "voxel_17"], IDS, &["6 columns", "…"]);
    }

    #[test]
    fn numbers_of_the_source_are_names_too_unless_both_readings_fit() {
        let numbers: Vec<usize> = (1..=12).collect();
        let ids = VoxelIds { numbers: Some(&numbers), ..IDS };
        let all = |first: usize| (first..first + 12).collect::<Vec<_>>();
        assert_eq!(of(&all(0), ids).unwrap(), [1, 2, 10]);
        assert_eq!(of(&all(1), ids).unwrap(), [1, 2, 10]);
        assert_eq!(of(&[1, 2, 10], ids).unwrap(), [0, 1, 2]);
        assert_eq!(of(&[2, 3, 11], ids).unwrap(), [0, 1, 2]);
        assert!(of(&[1, 2, 3, 10, 11], ids).unwrap_err().to_string().contains("by their places and by the numbers"));
        assert!(of(&[1, 2], ids).unwrap_err().to_string().contains("voxel_10"));
    }

    #[test]
    fn names_of_a_source_of_more_voxels_are_its_numbers() {
        let ids = VoxelIds { wanted: &[0, 1, 3], columns: 4, numbers: Some(&[0, 3, 6, 9]), of_more: true };
        assert_eq!(of(&(0..12).rev().collect::<Vec<_>>(), ids).unwrap(), [11, 8, 2]);
        assert_eq!(of(&[9, 0, 3], ids).unwrap(), [1, 2, 0]);
        assert!(of(&[0, 1, 2, 3], ids).unwrap_err().to_string().contains("voxel_9"));
    }
}
