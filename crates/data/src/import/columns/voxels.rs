//! Voxels that a table names by numbers, as columns or as rows, and the order of these numbers.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::Axis;

use super::number::{is_missing, whole};
use super::reader::Reader;
use super::role::{Role, voxel_number, words};
use super::{Column, Columns};
use crate::{Error, Result};

/// Where rows are voxels, first words of the column with their numbers, and words that may follow.
const VOXELS: [&str; 3] = ["voxel", "voxels", "vox"];
const NUMBERS: [&str; 8] = ["id", "ids", "idx", "index", "nr", "no", "num", "number"];
/// First words of other columns that number the rows: out of order, they may be meant.
const OTHERS: [&str; 6] = ["vertex", "unit", "neuron", "channel", "electrode", "cell"];
/// Columns of parts in which voxels may be numbered from the beginning, in small letters.
const PARTS: [&str; 5] = ["roi", "region", "area", "hemi", "hemisphere"];
/// The largest number that a data set keeps exactly, in 32-bit floats.
const LARGEST: usize = 1 << 24;

/// What the order of numbers did to a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sorted {
    /// The numbers, rising, if they are not 0 to n-1.
    pub(crate) numbers: Option<Vec<usize>>,
    /// Whether voxels stood in another order in the file.
    pub(crate) moved: bool,
    /// The column that numbers the rows.
    pub(crate) by: Option<String>,
}

impl Columns {
    /// Puts voxels that are named by numbers, as columns or (`rows_are_voxels`) as rows, into the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for repeated numbers, numbers for some only, and rows whose index is out of order.
    pub(crate) fn sort_voxels(&mut self, path: &Path, rows_are_voxels: bool, reader: Reader) -> Result<Sorted> {
        let found = if rows_are_voxels {
            row_voxels(path, &self.others, reader)?.map(|(by, numbers)| (Some(by), numbers))
        } else {
            column_voxels(path, &self.names)?.map(|numbers| (None, numbers))
        };
        let Some((by, numbers)) = found else { return Ok(Sorted::default()) };
        let order = order(path, &numbers, reader)?;
        let moved = order.iter().enumerate().any(|(place, &at)| place != at);
        self.values = self.values.select(Axis(usize::from(!rows_are_voxels)), &order);
        if rows_are_voxels {
            for column in &mut self.others {
                column.texts = order.iter().map(|&at| column.texts[at].clone()).collect();
            }
        } else {
            self.names = order.iter().map(|&at| self.names[at].clone()).collect();
        }
        let numbers: Vec<usize> = order.iter().map(|&at| numbers[at]).collect();
        match numbers.last() {
            Some(&last) if last > LARGEST => {
                Err(Error::mismatch(path, format!("voxel {last} has a number above {LARGEST}: number voxels lower")))
            }
            Some(&last) => Ok(Sorted { numbers: (last != numbers.len() - 1).then_some(numbers), moved, by }),
            None => Ok(Sorted::default()),
        }
    }
}

/// The numbers of columns; `None` if none has one, or all have their places anyway. Columns of one name and different
/// numbers that do not rise, as pandas sorts `V1`, `V10`, `V2`, are numbered too.
fn column_voxels(path: &Path, names: &[String]) -> Result<Option<Vec<usize>>> {
    let numbers: Vec<Option<usize>> = names.iter().map(|name| voxel_number(name)).collect();
    if numbers.iter().all(Option::is_none) && falls(names).is_some() {
        let whole = |number: f64| (number >= 0.0 && number.fract() == 0.0).then_some(number as usize);
        return Ok(numbered(names).and_then(|numbers| numbers.into_iter().map(whole).collect()));
    }
    let Some(unnumbered) = numbers.iter().position(Option::is_none) else {
        let numbers: Option<Vec<usize>> = numbers.into_iter().collect();
        return Ok(numbers.filter(|numbers| !numbers.is_empty()));
    };
    match numbers.iter().enumerate().find(|(place, number)| number.is_some_and(|number| number != *place)) {
        Some((place, _)) => {
            let reason = format!(
                "column \"{}\" is a voxel by number and \"{}\" one without: number all of them or none",
                names[place], names[unnumbered]
            );
            Err(Error::mismatch(path, reason))
        }
        None => Ok(None),
    }
}

/// Where rows are voxels, the name of the column with their numbers, and these: from a column `voxel`, or one of
/// `voxel_12` in every row, such as pandas' index.
///
/// # Errors
/// [`Error::Mismatch`] for numbers of some rows only, two columns that differ, and an index out of order that may be
/// numbers of voxels.
pub(crate) fn row_voxels(path: &Path, others: &[Column], reader: Reader) -> Result<Option<(String, Vec<usize>)>> {
    let stated = || others.iter().filter(|column| column.role.is_some());
    let is_called = |column: &&Column| numbers_rows(&column.name);
    let mut found: Option<(&Column, Vec<usize>)> = None;
    for column in stated().filter(is_called).chain(stated().filter(|column| names_voxels(column))) {
        let numbers = numbers(path, column, reader)?.filter(|numbers| !begin_again(numbers, others));
        match (numbers, &found) {
            (Some(numbers), Some((other, known))) if *known != numbers => {
                let reason = format!(
                    "columns \"{}\" and \"{}\" number the voxels in two ways: keep one",
                    other.name, column.name
                );
                return Err(Error::mismatch(path, reason));
            }
            (Some(numbers), None) => found = Some((column, numbers)),
            _ => (),
        }
    }
    if found.is_none() {
        let numbers = |column: &&Column| column.role == Some(Role::Index) || of_words(&column.name, &OTHERS);
        stated().filter(numbers).try_for_each(|column| refuse_shuffled(path, column))?;
    }
    Ok(found.map(|(column, numbers)| (column.name.clone(), numbers)))
}

/// Whether a column calls every row a voxel, as `voxel_12`.
fn names_voxels(column: &Column) -> bool {
    column.texts.iter().all(|text| voxel_number(text).is_some())
}

/// Refuses rows that are called like voxels where columns are said to be.
///
/// # Errors
/// [`Error::Mismatch`] with the fix.
pub(super) fn refuse_other_orientation(path: &Path, others: &[Column], reader: Reader) -> Result<()> {
    if others.iter().any(|column| column.role == Some(Role::Index) && names_voxels(column)) {
        return Err(Error::mismatch(path, format!("its rows are called like voxels, {}", reader.about_called_rows())));
    }
    Ok(())
}

/// The numbers in a column; `None` if no row has one.
fn numbers(path: &Path, column: &Column, reader: Reader) -> Result<Option<Vec<usize>>> {
    let numbers: Vec<Option<usize>> = column.texts.iter().map(|text| number(text)).collect();
    match numbers.iter().position(Option::is_none) {
        Some(row) if numbers.iter().any(Option::is_some) => {
            let reason = format!(
                "row {}, column \"{}\" holds \"{}\", expected the number of a voxel as elsewhere: correct it, or {}",
                row + 1,
                column.name,
                column.texts[row],
                reader.leave_out()
            );
            Err(Error::mismatch(path, reason))
        }
        Some(_) => Ok(None),
        None => Ok(numbers.into_iter().collect()),
    }
}

/// The number of a voxel: `12`, `12.0` or `voxel_12`.
fn number(text: &str) -> Option<usize> {
    let plain = if is_missing(text) { None } else { whole(text) };
    plain.filter(|&number| number >= 0.0).map(|number| number as usize).or_else(|| voxel_number(text))
}

/// Refuses an index of different numbers that do not rise: they may be those of voxels, or the rows are shuffled.
fn refuse_shuffled(path: &Path, index: &Column) -> Result<()> {
    let Some((row, [before, after])) = falls(&index.texts) else { return Ok(()) };
    let name = if index.name.is_empty() { "without a name".into() } else { format!("\"{}\"", index.name) };
    let reason = format!(
        "its rows are voxels, and the column {name} has {before} in row {} and then {after}: call it voxel if these are the \
         numbers of the voxels, or else leave it out of the table",
        row + 1
    );
    Err(Error::mismatch(path, reason))
}

/// The row after which different numbers fall for the first time, with both texts. Names that differ in a number at their
/// ends only, as `unit5` and `unit4`, count as these.
pub(crate) fn falls(texts: &[String]) -> Option<(usize, [&str; 2])> {
    let numbers = numbered(texts)?;
    let different: HashSet<u64> = numbers.iter().map(|number| number.to_bits()).collect();
    let row = numbers.windows(2).position(|pair| pair[1] < pair[0])?;
    (different.len() == numbers.len()).then(|| (row, [texts[row].as_str(), texts[row + 1].as_str()]))
}

/// Numbers, or those at the ends of names that begin alike.
pub(crate) fn numbered(texts: &[String]) -> Option<Vec<f64>> {
    let plain: Option<Vec<f64>> = texts.iter().map(|text| text.trim().parse().ok()).collect();
    plain.or_else(|| {
        let stem = |text: &String| text.trim().trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let first = texts.first()?.trim();
        let stem_of_first = &first[..stem(texts.first()?)];
        let number = |text: &String| text.trim().strip_prefix(stem_of_first)?.parse::<u64>().ok();
        texts.iter().map(|text| number(text).map(|number| number as f64)).collect()
    })
}

/// Whether the numbers begin again in each region or hemisphere, which another column names.
fn begin_again(numbers: &[usize], others: &[Column]) -> bool {
    let parts = others.iter().filter(|column| PARTS.contains(&column.name.to_ascii_lowercase().as_str()));
    let names: Vec<Vec<&str>> =
        (0..numbers.len()).map(|row| parts.clone().map(|column| column.texts[row].as_str()).collect()).collect();
    let different: HashSet<(&[&str], usize)> = names.iter().map(Vec::as_slice).zip(numbers.iter().copied()).collect();
    let plain: HashSet<usize> = numbers.iter().copied().collect();
    plain.len() < numbers.len() && different.len() == numbers.len()
}

/// Whether a column of this name numbers the voxels where rows are voxels.
pub(crate) fn numbers_rows(name: &str) -> bool {
    of_words(name, &VOXELS)
}

/// Whether a name is one of these words, perhaps with one that says that it is a number.
fn of_words(name: &str, first: &[&str]) -> bool {
    let words = words(name);
    words.split_first().is_some_and(|(word, rest)| {
        first.contains(&word.as_str()) && rest.iter().all(|word| NUMBERS.contains(&word.as_str()))
    })
}

/// The places of the numbers, from the smallest.
fn order(path: &Path, numbers: &[usize], reader: Reader) -> Result<Vec<usize>> {
    let mut known: HashMap<usize, usize> = HashMap::new();
    for (place, &number) in numbers.iter().enumerate() {
        if known.insert(number, place).is_some() {
            let reason = format!(
                "voxel {number} is named more than once: leave out all but one, or, if a column of such numbers does not \
                 name voxels, {}",
                reader.leave_out()
            );
            return Err(Error::mismatch(path, reason));
        }
    }
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by_key(|&at| numbers[at]);
    Ok(order)
}
