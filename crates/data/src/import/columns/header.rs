//! Whether the first line of a table of text holds names or the first row.

use std::collections::HashSet;
use std::path::Path;

use csv::StringRecord;

use super::number::{Mark, counts, is_missing, is_number, is_whole, parse, whole};
use super::reader::Reader;
use super::role::voxel_number;
use crate::{Error, Result};

/// Columns from which on whole numbers that follow one another are names, wherever they begin.
const SURE: usize = 8;
/// Columns from which on they are asked about.
const ASKED: usize = 4;
/// Columns from which on 0.0, 1.0, 2.0, … is asked about.
const FLOATS: usize = 3;
/// Rows that are compared with the first line.
const ROWS: usize = 100;
/// Chance below which different whole numbers in a line are not responses.
const CHANCE: f64 = 1e-3;

/// Whether the first line holds names: words, or numbers that cannot be data.
///
/// # Errors
/// [`Error::Mismatch`] for numbers that could be either.
pub(super) fn is_header(
    path: &Path,
    first: &StringRecord,
    rest: &[(u64, StringRecord)],
    reader: Reader,
) -> Result<bool> {
    let skipped = usize::from(first.get(0).is_some_and(|name| name.trim().is_empty()));
    let fields: Vec<&str> = first.iter().skip(skipped).map(str::trim).collect();
    if is_named_row(first) && rest.iter().all(|(_, row)| is_named_row(row)) {
        return Ok(false);
    }
    if fields.is_empty() || !fields.iter().all(|field| is_number(field)) {
        return Ok(true);
    }
    let line = Line { fields: &fields, rest, skipped };
    if skipped == 1 && line.has_names_of_rows() {
        return Ok(true);
    }
    match line.reading(reader) {
        Reading::Names => Ok(true),
        Reading::Data => Ok(false),
        Reading::Unclear(what) => {
            let shown: Vec<&str> = fields.iter().take(4).copied().collect();
            let more = if shown.len() < fields.len() { ", …" } else { "" };
            let reason = format!("its first line ({}{more}) {what}: {}", shown.join(", "), reader.about_header());
            Err(Error::mismatch(path, reason))
        }
    }
}

/// Whether a line is the name of a voxel and its numbers, as pandas writes rows that are voxels without a header.
fn is_named_row(line: &StringRecord) -> bool {
    line.len() > 1 && line.get(0).is_some_and(|name| voxel_number(name).is_some()) && line.iter().skip(1).all(is_number)
}

enum Reading {
    Names,
    Data,
    /// With what the line does.
    Unclear(&'static str),
}

/// A first line of numbers above others.
struct Line<'a> {
    fields: &'a [&'a str],
    rest: &'a [(u64, StringRecord)],
    /// Fields before the first of `fields`.
    skipped: usize,
}

impl Line<'_> {
    fn reading(&self, reader: Reader) -> Reading {
        let width = self.fields.len();
        if width == 1 && reader == Reader::Decode {
            return Reading::Data;
        }
        let whole = self.fields.iter().all(|field| is_whole(field));
        let counts = counts(self.fields.iter().copied());
        let above_fractions = self.is_above(is_whole);
        if whole && counts && (width >= reader.certain() || above_fractions) {
            return Reading::Names;
        }
        let follows = follows(self.fields) && !self.any_row(follows);
        if whole && follows && width >= SURE {
            return Reading::Names;
        }
        let may_count = if whole { width > 2 || reader != Reader::Decode } else { width >= FLOATS };
        if (counts && may_count && (!self.rest.is_empty() || !whole)) || (follows && width >= ASKED) {
            return Reading::Unclear("counts up, as names of columns do");
        }
        if width >= ASKED && !whole && self.alone(are_even) {
            return Reading::Unclear("rises in equal steps, as times do");
        }
        if (whole && above_fractions && (self.rest.len() > 1 || reader == Reader::Decode))
            || (width >= FLOATS && are_different(self.fields) && self.is_above(|field| self::whole(field).is_some()))
        {
            return Reading::Unclear("holds whole numbers above fractions");
        }
        if width >= SURE && (self.alone(is_monotone) || self.alone(are_different) && self.few_values()) {
            return Reading::Unclear("holds whole numbers that are all different, as numbers of voxels do");
        }
        Reading::Data
    }

    /// Whether a corner without a name stands above names or numbers of rows, as pandas writes its index.
    fn has_names_of_rows(&self) -> bool {
        let names: Vec<&str> = self.rest.iter().map(|(_, row)| row.get(0).unwrap_or_default()).collect();
        if names.is_empty() || names.iter().any(|name| is_missing(name)) {
            return false;
        }
        let numbered = || are_different(&names) && self.fields.iter().all(|field| is_whole(field));
        counts(names.iter().copied()) || names.iter().any(|name| !is_number(name)) || numbered()
    }

    /// Whether the numbers below are not like the names: writers give all values of a column one form.
    fn is_above(&self, is_like: impl Fn(&str) -> bool) -> bool {
        let below = |at: usize| self.rest.iter().filter_map(move |(_, row)| row.get(at + self.skipped));
        !self.rest.is_empty()
            && (0..self.fields.len()).all(|at| below(at).any(|field| !is_missing(field)) && !below(at).any(&is_like))
    }

    fn any_row(&self, is_so: impl Fn(&[&str]) -> bool) -> bool {
        let fields = |row: &StringRecord| is_so(&row.iter().skip(self.skipped).collect::<Vec<_>>());
        self.rest.iter().take(ROWS).any(|(_, row)| fields(row))
    }

    /// Whether the line is so and no row below it.
    fn alone(&self, is_so: impl Fn(&[&str]) -> bool) -> bool {
        !self.rest.is_empty() && is_so(self.fields) && !self.any_row(is_so)
    }

    /// Whether the rows have so few values that a row of different ones is next to impossible: of K values drawn n times,
    /// no two are the same with at most exp(-n (n - 1) / 2K).
    fn few_values(&self) -> bool {
        let rows = self.rest.iter().take(ROWS).flat_map(|(_, row)| row.iter().skip(self.skipped).map(str::trim));
        let values: HashSet<&str> = rows.collect();
        let columns = self.fields.len() as f64;
        (-columns * (columns - 1.0) / (2.0 * values.len().max(1) as f64)).exp() < CHANCE
    }
}

/// Whether whole numbers follow one another upwards or downwards.
fn follows(fields: &[&str]) -> bool {
    let steps = |step: f64| pairs(fields, |before, after| after == before + step);
    fields.len() > 1 && (steps(1.0) || steps(-1.0))
}

/// Whether numbers rise or fall in equal steps.
fn are_even(fields: &[&str]) -> bool {
    let numbers: Option<Vec<f64>> = fields.iter().map(|field| parse(field, Mark::Comma)).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() > 1) else { return false };
    let step = (numbers[numbers.len() - 1] - numbers[0]) / (numbers.len() - 1) as f64;
    step.abs() > 0.0 && numbers.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() < 1e-3 * step.abs())
}

/// Whether whole numbers rise, or fall, from each to the next.
fn is_monotone(fields: &[&str]) -> bool {
    pairs(fields, |before, after| before < after) || pairs(fields, |before, after| before > after)
}

fn pairs(fields: &[&str], are_so: impl Fn(f64, f64) -> bool) -> bool {
    let numbers: Option<Vec<f64>> = fields.iter().map(|field| whole(field)).collect();
    numbers.is_some_and(|numbers| numbers.windows(2).all(|pair| are_so(pair[0], pair[1])))
}

/// Whether all are whole numbers and no two the same.
fn are_different(fields: &[&str]) -> bool {
    let mut known = HashSet::new();
    fields.iter().all(|field| whole(field).is_some_and(|number| known.insert(number.to_bits())))
}
