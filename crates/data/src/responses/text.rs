//! Responses as a table of text: which line holds names, and which columns are voxels.

use std::path::Path;

use afterimage_formats::table::Table;
use ndarray::Array2;

use super::{ResponseTable, TableOptions, VOXEL_COLUMN, turned};
use crate::import::columns::{Role, is_marked, voxel_number};
use crate::{Error, Result};

/// Columns from which on a first line 0, 1, 2, … is taken for names without further signs.
const CERTAIN: usize = 8;
/// Where rows are voxels, names of the column with their numbers, in small letters.
const NUMBERS: [&str; 4] = ["voxel", "voxel_id", "voxel_number", "vox"];
/// Marks of missing numbers, in small letters.
const MISSING: [&str; 5] = ["n/a", "na", "nan", "null", "none"];

/// Reads a `.csv` or `.tsv`.
pub(super) fn read(path: &Path, options: &TableOptions) -> Result<ResponseTable> {
    let table = opened(path)?;
    if let Some(label) = &options.label {
        table.column(label)?;
    }
    let marked = table.names().iter().any(|name| is_voxel(name));
    if marked && options.voxels_first {
        let reason =
            format!("its columns are called {VOXEL_COLUMN}…, so its rows are responses: leave out --voxels-first");
        return Err(Error::mismatch(path, reason));
    }
    let (mut labels, mut values, mut called) = (Vec::new(), Vec::new(), Vec::new());
    for column in 0..table.width() {
        let name = table.names().get(column).cloned().unwrap_or_else(|| (column + 1).to_string());
        let is_named = table.names().get(column).is_some();
        let is_other = options.label.as_ref() == Some(&name)
            || (marked && !is_voxel(&name))
            || (!marked && is_named && Role::of(&name, !options.voxels_first).is_some());
        match table.f64s(column) {
            Ok(numbers) if !is_other => {
                values.push(numbers);
                called.push(name);
            }
            Err(error) if !is_other && marked => return Err(error.into()),
            _ => labels.push((name, table.texts(column)?.into_iter().map(str::to_owned).collect())),
        }
    }
    if values.is_empty() || table.is_empty() {
        return Err(Error::mismatch(path, "no column of it holds numbers: give a column for each voxel"));
    }
    let responses = Array2::from_shape_fn((table.len(), values.len()), |(row, column)| values[column][row] as f32);
    if options.voxels_first {
        let called = if table.names().is_empty() { None } else { Some(called) };
        return Ok(voxels_first(turned(responses), &labels, called));
    }
    Ok(ResponseTable { responses, labels, voxels: if marked { called } else { Vec::new() } })
}

/// Whether a column is called like a voxel.
fn is_voxel(name: &str) -> bool {
    is_marked(name) && !names_rows(name)
}

fn names_rows(name: &str) -> bool {
    NUMBERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Rows are voxels, which a column of their numbers may name; the names of columns are those of responses.
fn voxels_first(
    responses: Array2<f32>,
    of_rows: &[(String, Vec<String>)],
    called: Option<Vec<String>>,
) -> ResponseTable {
    let numbers = of_rows.iter().find(|(name, _)| names_rows(name)).map(|(_, texts)| texts);
    let name = |text: &String| {
        let number: Option<usize> = text.trim().parse().ok().or_else(|| voxel_number(text));
        number.map(|number| format!("{VOXEL_COLUMN}{number}"))
    };
    let voxels = numbers.and_then(|texts| texts.iter().map(name).collect()).unwrap_or_default();
    ResponseTable { responses, labels: called.map(|called| ("response".into(), called)).into_iter().collect(), voxels }
}

/// The table with or without a line of names.
fn opened(path: &Path) -> Result<Table> {
    let named = Table::read(path)?;
    // pandas writes no name above its index.
    let has_index = named.names().len() > 1 && named.names()[0].is_empty();
    let names: Vec<&str> = named.names().iter().skip(usize::from(has_index)).map(String::as_str).collect();
    let is_value = |name: &&str| name.parse::<f64>().is_ok() || is_missing(name);
    if !names.iter().all(is_value) || (has_index && counts_rows(&named)?) {
        return Ok(named);
    }
    let numbers: Vec<f64> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let counts_from = |first: f64| (0..).map(|n| f64::from(n) + first).zip(&numbers).all(|(a, &b)| a == b);
    let counts = numbers.len() == names.len() && (counts_from(0.0) || counts_from(1.0));
    let above_fractions = names.iter().all(|name| is_whole(name)) && holds_only_fractions(&named)?;
    let says = match (counts, names.len()) {
        (_, 1) => return Ok(Table::read_bare(path)?),
        (true, n) if n >= CERTAIN || above_fractions => return Ok(named),
        (true, n) if n > 2 => "counts up",
        _ if above_fractions => "holds whole numbers above fractions",
        _ => return Ok(Table::read_bare(path)?),
    };
    let reason = format!(
        "its first line ({}, {}, …) {says}, as a line of names does: call the columns {VOXEL_COLUMN}ID if it is one, or else \
         save the numbers as .npy",
        names[0], names[1]
    );
    Err(Error::mismatch(path, reason))
}

/// Whether the first column numbers the rows from 0 or 1.
fn counts_rows(table: &Table) -> Result<bool> {
    let texts = table.texts(0)?;
    let from = |first: usize| texts.iter().enumerate().all(|(row, text)| text.trim() == (row + first).to_string());
    Ok(!table.is_empty() && (from(0) || from(1)))
}

fn is_whole(field: &str) -> bool {
    let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_missing(field: &str) -> bool {
    field.is_empty() || MISSING.contains(&field.to_ascii_lowercase().as_str())
}

/// Whether every number is written with a point or exponent: writers give all values of a column one form.
fn holds_only_fractions(table: &Table) -> Result<bool> {
    for column in 0..table.width() {
        if table.texts(column)?.iter().any(|text| is_whole(text.trim())) {
            return Ok(false);
        }
    }
    Ok(!table.is_empty())
}
