//! A table of text as its writers leave it: comments, separators, a line of names or not, names of rows.

use std::path::Path;

use afterimage_formats::text;
use csv::StringRecord;

use super::header::is_header;
use super::number::{are_torn, counts, is_number};
use super::reader::Reader;
use crate::{Error, Result};

/// Columns from which on a row like the line of names is that line again.
const WIDE: usize = 8;

/// Names and fields, every row as long as the names.
#[derive(Debug)]
pub(crate) struct Raw {
    /// `None` if the table has no line of names.
    pub(crate) names: Option<Vec<String>>,
    pub(crate) rows: Vec<StringRecord>,
}

impl Raw {
    pub(crate) fn width(&self) -> usize {
        self.rows.first().map_or(0, StringRecord::len)
    }

    /// The fields of a column.
    pub(crate) fn column(&self, at: usize) -> impl Iterator<Item = &str> + Clone {
        self.rows.iter().map(move |row| row.get(at).unwrap_or_default())
    }

    /// Reads a table; `header` says whether its first line holds names, where that is known, and `reader` who asks.
    ///
    /// # Errors
    /// [`Error::Format`] for an unreadable file; [`Error::Mismatch`] for rows of different lengths, numbers that were
    /// taken apart, or a first line that could be names or data.
    pub(crate) fn read(path: &Path, header: Option<bool>, reader: Reader) -> Result<Self> {
        let text = text::read(path)?;
        let comments: Vec<&str> = text.lines().take_while(|line| is_comment(line)).collect();
        let body = text.split_inclusive('\n').skip(comments.len()).collect::<String>();
        let separator = separator(&body);
        let mut rows = records(path, &body, separator, comments.len())?;
        drop_trailing(&mut rows);
        let width = rows.last().map(|(_, row)| row.len()).unwrap_or(0);
        // np.savetxt writes the line of names as a comment.
        let named = comments.iter().rev().find(|line| !line.trim().is_empty());
        let named = named.map(|line| line.trim().trim_start_matches(['#', '%']).trim());
        let named = named.and_then(|line| Some(records(path, line, separator, 0).ok()?.pop()?.1));
        let is_data = rows.first().is_some_and(|(_, row)| row.iter().all(is_number));
        let named = named.filter(|names| names.len() == width && is_data && header != Some(false));
        let before = if let Some(names) = named { Some(names) } else { names(path, &mut rows, header, reader)? };
        refuse_ragged(path, &rows, before.as_ref().map_or(width, StringRecord::len))?;
        refuse_second_header(path, before.as_ref(), &rows)?;
        if separator == b',' && are_torn(rows.iter().map(|(_, row)| row)) {
            let reason = "its numbers have decimal commas and are separated by commas: save it with decimal points, or \
                          separated by semicolons";
            return Err(Error::mismatch(path, reason));
        }
        let rows: Vec<StringRecord> = rows.into_iter().map(|(_, row)| row).collect();
        if rows.is_empty() {
            return Err(Error::mismatch(path, "it has no row of numbers"));
        }
        let names = before.map(|names| names.iter().map(|name| name.trim().to_owned()).collect());
        Ok(Self { names, rows })
    }
}

/// Refuses a line of names that stands among the rows again, as tables that were put together have.
fn refuse_second_header(path: &Path, names: Option<&StringRecord>, rows: &[(u64, StringRecord)]) -> Result<()> {
    let Some(names) = names else { return Ok(()) };
    // A few counts can be like numbers of columns by chance.
    let is_telling = names.len() >= WIDE || !names.iter().all(is_number);
    let is_same = |row: &StringRecord| row.iter().map(str::trim).eq(names.iter().map(str::trim));
    match rows.iter().find(|(_, row)| is_telling && is_same(row)) {
        Some((line, _)) => {
            let reason =
                format!("line {line} is its line of names again: take it out, as the tables were put together");
            Err(Error::mismatch(path, reason))
        }
        None => Ok(()),
    }
}

/// A line that begins with a mark of comments, an empty one, or the `sep=;` of spreadsheets.
fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line.starts_with(['#', '%'])
        || (line.len() == 5 && line.to_ascii_lowercase().starts_with("sep="))
}

/// The separator that the first and the last line have equally often: a tab, semicolon or comma; else a blank.
fn separator(body: &str) -> u8 {
    let mut lines = body.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let last = lines.next_back().unwrap_or(first);
    let marks = [b'\t', b';', b','];
    let agree = |mark: &&u8| count(first, **mark) > 0 && count(first, **mark).abs_diff(count(last, **mark)) <= 1;
    let any = |mark: &&u8| count(last, **mark) > 0;
    let blank = || if last.trim().contains(' ') { b' ' } else { b',' };
    marks.iter().find(agree).or_else(|| marks.iter().find(any)).copied().unwrap_or_else(blank)
}

/// How often a mark occurs outside quotes.
fn count(line: &str, mark: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|&byte| {
            quoted ^= byte == b'"';
            byte == mark && !quoted
        })
        .count()
}

/// The lines with their numbers from 1.
fn records(path: &Path, body: &str, separator: u8, before: usize) -> Result<Vec<(u64, StringRecord)>> {
    if separator == b' ' {
        let lines = body.lines().zip(before as u64 + 1..).filter(|(line, _)| !line.trim().is_empty());
        return Ok(lines.map(|(line, number)| (number, line.split_whitespace().collect::<StringRecord>())).collect());
    }
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(separator).from_reader(body.as_bytes());
    let numbered = |record: csv::Result<StringRecord>| {
        let record = record.map_err(|error| Error::mismatch(path, error))?;
        Ok((record.position().map_or(0, csv::Position::line) + before as u64, record))
    };
    reader.into_records().map(numbered).collect()
}

/// Drops a last column without any value, which a separator at the end of each line makes.
fn drop_trailing(rows: &mut [(u64, StringRecord)]) {
    let Some(width) = rows.last().map(|(_, row)| row.len()).filter(|&width| width > 1) else { return };
    let ends_empty =
        |row: &StringRecord| row.len() == width && row.iter().next_back().is_some_and(|end| end.trim().is_empty());
    let (first, rest) = rows.split_at(1);
    if rest.iter().all(|(_, row)| ends_empty(row)) && (ends_empty(&first[0].1) || first[0].1.len() + 1 == width) {
        rows.iter_mut().map(|(_, row)| row).filter(|row| row.len() == width).for_each(|row| row.truncate(width - 1));
    }
}

fn refuse_ragged(path: &Path, rows: &[(u64, StringRecord)], width: usize) -> Result<()> {
    let Some((line, row)) = rows.iter().find(|(_, row)| row.len() != width) else { return Ok(()) };
    let hint = if are_torn(std::iter::once(row)) {
        "save it with decimal points, or separated by semicolons"
    } else {
        "quote fields that contain the separator, and begin comments with #"
    };
    Err(Error::mismatch(path, format!("line {line} has {} fields, expected {width}: {hint}", row.len())))
}

/// Takes the line of names off the rows, if there is one.
fn names(
    path: &Path,
    rows: &mut Vec<(u64, StringRecord)>,
    header: Option<bool>,
    reader: Reader,
) -> Result<Option<StringRecord>> {
    let Some(((_, first), rest)) = rows.split_first() else { return Ok(None) };
    let width = rest.last().map_or(first.len(), |(_, row)| row.len());
    let is_header = match header {
        Some(stated) => stated,
        None => is_header(path, first, rest, reader)?,
    };
    if !is_header {
        return Ok(None);
    }
    // R writes no name above the names of its rows.
    let row_names = rest.iter().map(|(_, row)| row.get(0).unwrap_or_default());
    let of_r = first.len() + 1 == width
        && !rest.is_empty()
        && (counts(row_names.clone()) || !row_names.clone().any(is_number));
    let (_, first) = rows.remove(0);
    Ok(Some(if of_r { std::iter::once("").chain(first.iter()).collect() } else { first }))
}
