//! Tables of responses as text: which columns are responses, and what the others say of their rows.
//!
//! Columns are voxels if they are called so (`voxel_12`), or if the table has no such names and nothing speaks against it: an
//! index, a session or an image is no response, and a column that counts rows or holds whole numbers beside fractions is
//! asked about.

mod number;
mod raw;
mod role;

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::Array2;

pub(crate) use role::{Role, is_marked, voxel_number};

use crate::manifest::VoxelNames;
use crate::{Error, Result};
use number::{Mark, counts, has_comma, has_point, is_missing, is_whole, parse};
use raw::Raw;

/// Rows from which on a column that rises from each row to the next is no response.
const RISING: usize = 8;
/// Rows from which on a column of whole numbers beside fractions is asked about.
const ROWS: usize = 3;

/// What the user says about the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stated {
    /// Whether the first line holds names.
    pub(crate) header: Option<bool>,
    /// The columns that are responses.
    pub(crate) voxels: Option<VoxelNames>,
    /// Columns to leave out.
    pub(crate) ignore: Vec<String>,
    /// Rows are voxels and columns trials.
    pub(crate) rows_are_voxels: bool,
}

/// A column that holds no responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// `None` for what the user said to leave out.
    pub(crate) role: Option<Role>,
    /// One text for each row.
    pub(crate) texts: Vec<String>,
}

/// A table whose columns are told apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Columns {
    /// `[rows, columns of responses]`, NaN where a field is missing.
    pub(crate) values: Array2<f32>,
    /// The names of the columns of responses; empty if the table has none.
    pub(crate) names: Vec<String>,
    /// The other columns.
    pub(crate) others: Vec<Column>,
}

/// Reads a `.csv` or `.tsv`, packed or not.
///
/// # Errors
/// [`Error::Format`] for an unreadable file; [`Error::Mismatch`] naming the column or the line that is not clear, and the
/// key of the manifest that states it.
pub(crate) fn read(path: &Path, stated: &Stated) -> Result<Columns> {
    let raw = Raw::read(path, stated.header)?;
    let named = raw.names.is_some();
    let names: Vec<String> = match &raw.names {
        Some(names) => names.clone(),
        None => (1..=raw.width()).map(|column| column.to_string()).collect(),
    };
    refuse_repeated(path, &names)?;
    let kinds = kinds(path, stated, &names, named)?;
    let data: Vec<usize> = (0..names.len()).filter(|&at| kinds[at] == Kind::Response).collect();
    if data.is_empty() {
        return Err(Error::mismatch(path, "none of its columns holds responses: give one for each voxel"));
    }
    let mark = mark(path, &raw, &data)?;
    if named {
        refuse_second_names(path, &raw, &data)?;
    }
    if stated.voxels.is_none() && !(named && role::is_marked(&names[data[0]])) {
        refuse_strange(path, &raw, &names, &data)?;
    }
    let values = values(path, &raw, &names, &data, mark)?;
    let other = |at: usize| match kinds[at] {
        Kind::Response => None,
        Kind::Other(role) => Some(Column {
            name: names[at].clone(),
            role,
            texts: raw.column(at).map(|text| text.trim().to_owned()).collect(),
        }),
    };
    let others = (0..names.len()).filter_map(other).collect();
    let names = if named { data.iter().map(|&at| names[at].clone()).collect() } else { Vec::new() };
    Ok(Columns { values, names, others })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Response,
    Other(Option<Role>),
}

/// What each column is, by what is stated, then by its name.
fn kinds(path: &Path, stated: &Stated, names: &[String], named: bool) -> Result<Vec<Kind>> {
    if let Some(name) = stated.ignore.iter().find(|name| !names.contains(name)) {
        let reason =
            format!("it has no column \"{name}\" to ignore; it has {}", list(names.iter().map(String::as_str)));
        return Err(Error::mismatch(path, reason));
    }
    let marked = named && names.iter().any(|name| role::is_marked(name));
    if marked && stated.rows_are_voxels && stated.voxels.is_none() {
        let reason = "its columns are called like voxels, but orientation says that they are trials: set orientation = \
                      \"trials_by_voxels\"";
        return Err(Error::mismatch(path, reason));
    }
    let kind = |name: &String| {
        let role = Role::of(name, !stated.rows_are_voxels).filter(|_| named);
        if stated.ignore.contains(name) {
            return Kind::Other(None);
        }
        let is_response = match &stated.voxels {
            Some(VoxelNames::Pattern(pattern)) if pattern == "*" => role.is_none(),
            Some(voxels) => voxels.contains(name),
            None if marked => role::is_marked(name),
            None => role.is_none(),
        };
        if is_response { Kind::Response } else { Kind::Other(role.or(Some(Role::Unknown))) }
    };
    if let Some(VoxelNames::List(list)) = &stated.voxels
        && let Some(name) = list.iter().find(|name| !names.contains(name))
    {
        return Err(Error::mismatch(path, format!("it has no column \"{name}\", which responses.columns names")));
    }
    Ok(names.iter().map(kind).collect())
}

/// How decimals are marked: commas only where no field has a point.
fn mark(path: &Path, raw: &Raw, data: &[usize]) -> Result<Mark> {
    let fields = || data.iter().flat_map(|&at| raw.column(at));
    if !fields().any(has_comma) {
        return Ok(Mark::Point);
    }
    match fields().find(|field| has_point(field)) {
        None => Ok(Mark::Comma),
        Some(field) => {
            let comma = fields().find(|field| has_comma(field)).unwrap_or_default();
            let reason =
                format!("it has \"{comma}\" and \"{field}\": save it with one decimal mark, and none for thousands");
            Err(Error::mismatch(path, reason))
        }
    }
}

fn values(path: &Path, raw: &Raw, names: &[String], data: &[usize], mark: Mark) -> Result<Array2<f32>> {
    let mut values = Array2::zeros((raw.rows.len(), data.len()));
    for (row, (fields, mut into)) in raw.rows.iter().zip(values.outer_iter_mut()).enumerate() {
        for (&at, to) in data.iter().zip(&mut into) {
            let field = fields.get(at).unwrap_or_default();
            let value = parse(field, mark).ok_or_else(|| {
                let reason = format!(
                    "row {}, column \"{}\" holds \"{}\", expected a number: if the column holds no responses, name it in \
                     responses.ignore",
                    row + 1,
                    names[at],
                    field.chars().take(80).collect::<String>()
                );
                Error::mismatch(path, reason)
            })?;
            *to = value as f32;
        }
    }
    Ok(values)
}

/// Refuses a second line of names, as frames with several levels of columns have: whole numbers above fractions only.
fn refuse_second_names(path: &Path, raw: &Raw, data: &[usize]) -> Result<()> {
    let is_name = |at: usize| raw.column(at).next().is_some_and(is_whole);
    let fractions_below = |at: usize| raw.column(at).skip(1).all(|field| !is_whole(field) && !is_missing(field));
    if data.len() > 1 && raw.rows.len() >= ROWS && data.iter().all(|&at| is_name(at) && fractions_below(at)) {
        let reason = "its second line holds whole numbers above fractions, as a second line of names does: save it with one \
                      line of names";
        return Err(Error::mismatch(path, reason));
    }
    Ok(())
}

/// Refuses columns whose fields are not like responses: those that count or rise from row to row, and whole numbers
/// beside fractions.
fn refuse_strange(path: &Path, raw: &Raw, names: &[String], data: &[usize]) -> Result<()> {
    let ask = |columns: &[usize], what: &str| {
        let verb = if columns.len() == 1 { "it is" } else { "they are" };
        let shown = list(columns.iter().map(|&at| names[at].as_str()));
        let reason = format!(
            "{what}: {shown}; if {verb} no responses, set responses.ignore = [{shown}], else responses.columns = \"*\""
        );
        Err(Error::mismatch(path, reason))
    };
    if data[0] == 0 && raw.rows.len() > 1 && counts(raw.column(0)) {
        return ask(&[0], "its first column counts the rows");
    }
    let column = |at: usize| raw.column(at).filter(|field| !is_missing(field));
    let is_counted = |at: usize| column(at).all(is_whole) && !column(at).all(is_zero);
    let whole: Vec<usize> = data.iter().copied().filter(|&at| is_counted(at)).collect();
    let any_fraction = data.iter().any(|&at| column(at).any(|field| !is_whole(field)));
    if raw.rows.len() >= ROWS && !whole.is_empty() && any_fraction {
        return ask(&whole, "some columns hold whole numbers, the others fractions");
    }
    let rises = |at: usize| {
        let mut before = f64::NEG_INFINITY;
        raw.column(at).all(|field| {
            let value = parse(field, Mark::Comma).unwrap_or(f64::NAN);
            std::mem::replace(&mut before, value) < value
        })
    };
    let rising: Vec<usize> = data.iter().copied().filter(|&at| raw.rows.len() >= RISING && rises(at)).collect();
    if rising.is_empty() {
        return Ok(());
    }
    ask(&rising, "some columns rise from each row to the next, as times and numbers of trials do")
}

fn is_zero(field: &str) -> bool {
    field.trim().bytes().all(|byte| matches!(byte, b'0' | b'-' | b'+'))
}

fn refuse_repeated(path: &Path, names: &[String]) -> Result<()> {
    let mut known = BTreeSet::new();
    match names.iter().find(|name| !name.is_empty() && !known.insert(name.as_str())) {
        Some(name) => {
            let reason = format!("two of its columns are called \"{name}\": save it with one line of different names");
            Err(Error::mismatch(path, reason))
        }
        None => Ok(()),
    }
}

/// The first names, in quotes.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<String> = names.take(6).map(|name| format!("\"{name}\"")).collect();
    if shown.len() == 6 {
        shown[5] = "…".into();
    }
    shown.join(", ")
}

impl Columns {
    /// Puts columns called `voxel_0` to `voxel_{n-1}` into the order of their numbers. Returns the numbers if they are
    /// others.
    pub(crate) fn sort_voxels(&mut self) -> Option<Vec<usize>> {
        let numbers: Vec<usize> = self.names.iter().map(|name| role::voxel_number(name)).collect::<Option<_>>()?;
        let distinct: BTreeSet<usize> = numbers.iter().copied().collect();
        if numbers.is_empty() || distinct.len() != numbers.len() {
            return None;
        }
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by_key(|&at| numbers[at]);
        self.values = self.values.select(ndarray::Axis(1), &order);
        self.names = order.iter().map(|&at| self.names[at].clone()).collect();
        let numbers: Vec<usize> = distinct.into_iter().collect();
        (numbers.last() != Some(&(numbers.len() - 1))).then_some(numbers)
    }
}

/// The place of each text among the different ones, in natural order or, if all are numbers, by number.
pub(crate) fn ranks(texts: &[String]) -> Vec<u16> {
    let number = |text: &str| text.parse::<f64>().ok();
    let mut different: Vec<&str> = texts.iter().map(String::as_str).collect();
    let compare = |a: &&str, b: &&str| match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => afterimage_formats::names::natural_cmp(a, b),
    };
    different.sort_by(compare);
    different.dedup_by(|a, b| compare(&&**a, &&**b).is_eq());
    let rank = |text: &String| different.partition_point(|other| compare(other, &text.as_str()).is_lt());
    texts.iter().map(|text| u16::try_from(rank(text)).unwrap_or(u16::MAX)).collect()
}
