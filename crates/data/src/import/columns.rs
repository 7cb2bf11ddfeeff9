//! Tables of responses as text: which columns are responses, and what the others say of their rows.
//!
//! Columns are voxels if they are called so (`voxel_12`), or if the table has no such names and nothing speaks against it: an
//! index, a session or an image is no response, and a column that counts rows or holds whole numbers next to fractions is
//! asked about.

mod header;
mod number;
mod raw;
mod reader;
mod role;
mod sequence;
mod strange;
mod voxels;

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::Array2;

pub(crate) use number::{counts, whole};
pub(crate) use raw::Raw;
pub(crate) use reader::Reader;
pub(crate) use role::{Role, voxel_number};
pub(crate) use sequence::{Named, out_of_order, refuse_shuffled};
pub(crate) use voxels::{Sorted, falls, numbered, numbers_rows, row_voxels};

use crate::manifest::VoxelNames;
use crate::{Error, Result};
use number::{Mark, has_comma, has_point, has_thousands, is_number, parse};
use role::is_marked;

/// What the user says about the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stated {
    /// Whether the first line holds names.
    pub(crate) header: Option<bool>,
    /// The columns that are responses.
    pub(crate) voxels: Option<VoxelNames>,
    /// Columns to leave out.
    pub(crate) ignore: Vec<String>,
    /// Roles that the manifest states, each with the column that has it, if it is one; other columns do not have it.
    pub(crate) roles: Vec<(Role, Option<String>)>,
    /// Rows are voxels and columns trials.
    pub(crate) rows_are_voxels: bool,
    /// Who reads.
    pub(crate) reader: Reader,
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

/// A table whose columns have their roles.
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
    let raw = Raw::read(path, stated.header, stated.reader)?;
    let named = raw.names.is_some();
    let names: Vec<String> = match &raw.names {
        Some(names) => names.clone(),
        None => (1..=raw.width()).map(|column| column.to_string()).collect(),
    };
    if stated.reader != Reader::Decode {
        refuse_repeated(path, &names)?;
    }
    let kinds = kinds(path, stated, &names, &raw)?;
    let data: Vec<usize> = (0..names.len()).filter(|&at| kinds[at] == Kind::Response).collect();
    if data.is_empty() {
        return Err(Error::mismatch(path, "none of its columns holds responses: give one of numbers for each voxel"));
    }
    let mark = mark(path, &raw, &data)?;
    let are_marked = named && data.iter().all(|&at| is_marked(&names[at]));
    if named && !data.iter().all(|&at| voxel_number(&names[at]).is_some()) {
        strange::refuse_second_names(path, &raw, &data)?;
    }
    if stated.voxels.is_none() && !are_marked {
        if named {
            strange::refuse_other_names(path, &names, &data, stated.reader)?;
        }
        strange::refuse(path, &raw, &names, &data, stated.reader)?;
    }
    let values = values(path, &raw, &names, &data, mark, stated.reader)?;
    let other = |at: usize| match kinds[at] {
        Kind::Response => None,
        Kind::Other(role) => Some(Column {
            name: names[at].clone(),
            role,
            texts: raw.column(at).map(|text| text.trim().to_owned()).collect(),
        }),
    };
    let others: Vec<Column> = (0..names.len()).filter_map(other).collect();
    if !stated.rows_are_voxels && stated.reader != Reader::Array {
        voxels::refuse_other_orientation(path, &others, stated.reader)?;
    }
    let names = if named { data.iter().map(|&at| names[at].clone()).collect() } else { Vec::new() };
    Ok(Columns { values, names, others })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Response,
    Other(Option<Role>),
}

/// What each column is, by what is stated, then by its name; decoding takes columns of text for labels.
fn kinds(path: &Path, stated: &Stated, names: &[String], raw: &Raw) -> Result<Vec<Kind>> {
    if let Some(name) = stated.ignore.iter().find(|name| !names.contains(name)) {
        let what = if stated.reader == Reader::Decode { "" } else { " to ignore" };
        let reason = format!("it has no column \"{name}\"{what}; it has {}", list(names.iter().map(String::as_str)));
        return Err(Error::mismatch(path, reason));
    }
    let named = raw.names.is_some();
    let marked = named && names.iter().any(|name| is_marked(name) && !stated.ignore.contains(name));
    if marked && stated.rows_are_voxels && stated.voxels.is_none() {
        let reason = format!("its columns are called like voxels, {}", stated.reader.about_called_columns());
        return Err(Error::mismatch(path, reason));
    }
    if marked && stated.voxels.is_none() {
        refuse_half_numbered(path, stated, names)?;
    }
    let is_label = |at: usize| stated.reader == Reader::Decode && !raw.column(at).all(is_number);
    let kind = |(at, name): (usize, &String)| {
        let names_rows = !named && raw.column(at).all(|text| voxel_number(text).is_some());
        let role = if named { Role::of(name, !stated.rows_are_voxels) } else { names_rows.then_some(Role::Index) };
        if let Some((role, _)) = stated.roles.iter().find(|(_, column)| column.as_ref() == Some(name)) {
            return Kind::Other(Some(*role));
        }
        let is_stated = |role: &Role| stated.roles.iter().any(|(stated, _)| stated == role);
        let role = if role.is_some_and(|role| is_stated(&role)) { Some(Role::Other) } else { role };
        if stated.ignore.contains(name) {
            return Kind::Other(None);
        }
        let is_response = match &stated.voxels {
            Some(VoxelNames::Pattern(pattern)) if pattern == "*" => role.is_none(),
            Some(voxels) => voxels.contains(name),
            None if marked => is_marked(name),
            None => role.is_none() && !is_label(at),
        };
        if is_response { Kind::Response } else { Kind::Other(role.or(Some(Role::Unknown))) }
    };
    if let Some(VoxelNames::List(list)) = &stated.voxels
        && let Some(name) = list.iter().find(|name| !names.contains(name))
    {
        return Err(Error::mismatch(path, format!("it has no column \"{name}\", which responses.columns names")));
    }
    Ok(names.iter().enumerate().map(kind).collect())
}

/// Refuses columns called like voxels of which some have a number and others more than that, such as the `voxel_3.1` of
/// pandas, which is a second `voxel_3`.
fn refuse_half_numbered(path: &Path, stated: &Stated, names: &[String]) -> Result<()> {
    let marked = || names.iter().filter(|name| is_marked(name) && !stated.ignore.contains(name));
    let numbered = marked().find(|name| voxel_number(name).is_some());
    match (numbered, marked().find(|name| voxel_number(name).is_none())) {
        (Some(numbered), Some(other)) => {
            let reason = format!(
                "column \"{other}\" is called like a voxel but not by a number, as \"{numbered}\" is: name all voxels in \
                 one way, or, if it is none, {}",
                stated.reader.leave_out()
            );
            Err(Error::mismatch(path, reason))
        }
        _ => Ok(()),
    }
}

/// How decimals are marked: commas only where no field has a point.
fn mark(path: &Path, raw: &Raw, data: &[usize]) -> Result<Mark> {
    let fields = || data.iter().flat_map(|&at| raw.column(at));
    if let Some(field) = has_thousands(fields) {
        let reason = format!(
            "it cannot be told whether \"{field}\" and the like have three decimals or stand for thousands: save it with \
             decimal points and without marks of thousands"
        );
        return Err(Error::mismatch(path, reason));
    }
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

fn values(path: &Path, raw: &Raw, names: &[String], data: &[usize], mark: Mark, reader: Reader) -> Result<Array2<f32>> {
    let mut values = Array2::zeros((raw.rows.len(), data.len()));
    for (row, (fields, mut into)) in raw.rows.iter().zip(values.outer_iter_mut()).enumerate() {
        for (&at, to) in data.iter().zip(&mut into) {
            let field = fields.get(at).unwrap_or_default();
            let value = parse(field, mark).ok_or_else(|| {
                let reason = format!(
                    "row {}, column \"{}\" holds \"{}\", expected a number: if the column holds no responses, {}",
                    row + 1,
                    names[at],
                    field.chars().take(80).collect::<String>(),
                    reader.leave_out()
                );
                Error::mismatch(path, reason)
            })?;
            *to = value as f32;
        }
    }
    Ok(values)
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
