//! Text tables: `.csv` and `.tsv`, with or without a header line.
//!
//! Values stay text until a column is requested with its type, since only the caller knows it: an image label such as
//! `1518878.010042` must not become a float.

use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::{Error, Result, text};

/// Marks of a missing number: an empty field, and those of pandas and BIDS.
const MISSING: [&str; 6] = ["", "n/a", "na", "nan", "null", "none"];

/// A table in memory.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    names: Option<Vec<String>>,
    rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a table whose first line contains the column names.
    ///
    /// Fields are separated by tabs in a `.tsv`. Elsewhere they are separated by commas, or, if the first line has
    /// none, by tabs or semicolons. Fields may be quoted as in RFC 4180; the file may begin with a byte-order mark or
    /// be packed (`.tsv.gz`).
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] with the line that is not UTF-8 or has more or fewer fields.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(path, true, None)
    }

    /// Reads a table without names.
    ///
    /// # Errors
    /// See [`Table::read`].
    pub fn read_bare(path: &Path) -> Result<Self> {
        Self::parse(path, false, None)
    }

    /// Reads a table with a custom separator, such as the space of PyMVPA's attribute files.
    ///
    /// # Errors
    /// See [`Table::read`].
    pub fn read_separated(path: &Path, separator: u8, named: bool) -> Result<Self> {
        Self::parse(path, named, Some(separator))
    }

    /// Parses a table from text, with names or without; `path` is used in messages.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the line if a row has more or fewer fields.
    pub fn of_text(path: &Path, text: &str, named: bool, separator: Option<u8>) -> Result<Self> {
        let delimiter = separator.unwrap_or_else(|| delimiter(path, text));
        let wrong = |error: csv::Error| Error::malformed("table of text", path, error);
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.delimiter(delimiter).has_headers(named).flexible(true);
        let mut reader = reader.from_reader(text.as_bytes());
        let names: Option<Vec<String>> = if named {
            Some(reader.headers().map_err(wrong)?.iter().map(|name| name.trim().to_owned()).collect())
        } else {
            None
        };
        let rows = reader.into_records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let (names, rows) = without_empty_ends(names, rows);
        let width = names.as_ref().map(Vec::len).or(rows.first().map(StringRecord::len)).unwrap_or(0);
        if let Some(row) = rows.iter().find(|row| row.len() != width) {
            let line = row.position().map_or(0, csv::Position::line);
            let got = row.len();
            let reason = format!(
                "line {line} has {got} fields, earlier lines have {width}: quote fields that contain the separator"
            );
            return Err(Error::malformed("table of text", path, reason));
        }
        Ok(Self { path: path.to_owned(), names, rows })
    }

    fn parse(path: &Path, named: bool, separator: Option<u8>) -> Result<Self> {
        Self::of_text(path, &text::read(path)?, named, separator)
    }

    /// Number of rows, without the header line.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.names.as_ref().map(Vec::len).or(self.rows.first().map(StringRecord::len)).unwrap_or(0)
    }

    /// Column names; empty if the table was read without a header line.
    pub fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    /// Index of the column with a name.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`] with the existing names.
    pub fn column(&self, name: &str) -> Result<usize> {
        self.names().iter().position(|known| known == name).ok_or_else(|| self.missing(name.to_owned()))
    }

    /// A column as text.
    ///
    /// # Errors
    /// [`Error::NoSuchColumn`] for an index beyond the last column.
    pub fn texts(&self, column: usize) -> Result<Vec<&str>> {
        self.each(column, "text", Some)
    }

    /// A column as numbers; a field that is empty or `n/a`, `NA`, `NaN`, `null`, `None` becomes NaN.
    ///
    /// # Errors
    /// See [`Table::texts`]; [`Error::Field`] with file, line and column of the first field that is something else.
    pub fn f64s(&self, column: usize) -> Result<Vec<f64>> {
        self.each(column, "a number", |text| {
            let missing = MISSING.iter().any(|mark| text.trim().eq_ignore_ascii_case(mark));
            if missing { Some(f64::NAN) } else { text.trim().parse().ok() }
        })
    }

    /// A column as whole numbers; `3.0` is accepted.
    ///
    /// # Errors
    /// See [`Table::f64s`].
    pub fn i64s(&self, column: usize) -> Result<Vec<i64>> {
        self.each(column, "a whole number", |text| {
            let text = text.trim();
            let whole = text.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|digit| digit == b'0'));
            whole.map_or(text, |(whole, _)| whole).parse().ok()
        })
    }

    /// A column as booleans: `True` and `False` in any case, `1` and `0`.
    ///
    /// # Errors
    /// See [`Table::f64s`].
    pub fn bools(&self, column: usize) -> Result<Vec<bool>> {
        self.each(column, "true or false", |text| match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "1.0" => Some(true),
            "false" | "0" | "0.0" => Some(false),
            _ => None,
        })
    }

    fn each<'a, T>(
        &'a self,
        column: usize,
        wanted: &'static str,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Result<Vec<T>> {
        if column >= self.width() && !self.is_empty() {
            return Err(self.missing((column + 1).to_string()));
        }
        let value = |row: &'a StringRecord| {
            let text = row.get(column).unwrap_or_default();
            read(text).ok_or_else(|| self.field(row, column, text, wanted))
        };
        self.rows.iter().map(value).collect()
    }

    fn field(&self, row: &StringRecord, column: usize, text: &str, expected: &'static str) -> Error {
        Error::Field {
            path: self.path.clone(),
            line: row.position().map_or(0, csv::Position::line),
            column: self.names().get(column).cloned().unwrap_or_else(|| (column + 1).to_string()),
            got: text.chars().take(80).collect(),
            expected,
        }
    }

    fn missing(&self, name: String) -> Error {
        let available = match &self.names {
            Some(names) => names.clone(),
            None => (1..=self.width()).map(|column| column.to_string()).collect(),
        };
        Error::NoSuchColumn { path: self.path.clone(), name, available }
    }
}

fn delimiter(path: &Path, text: &str) -> u8 {
    let name = path.to_string_lossy().to_ascii_lowercase();
    if name.trim_end_matches(".gz").ends_with(".tsv") {
        return b'\t';
    }
    let line = text.lines().next().unwrap_or_default();
    [b',', b'\t', b';'].into_iter().find(|mark| line.as_bytes().contains(mark)).unwrap_or(b',')
}

/// Removes what trailing separators leave: final columns with neither a name nor a value, and empty fields beyond the
/// last column.
fn without_empty_ends(names: Option<Vec<String>>, rows: Vec<StringRecord>) -> (Option<Vec<String>>, Vec<StringRecord>) {
    let filled = |row: &StringRecord| {
        let fields = row.iter().enumerate().filter(|(_, field)| !field.trim().is_empty());
        fields.last().map_or(0, |(last, _)| last + 1)
    };
    let Some(mut names) = names else { return (None, rows) };
    let named = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    if named < names.len() && rows.iter().map(filled).all(|widest| widest <= named) {
        names.truncate(named);
    }
    let width = names.len();
    let cut = |mut row: StringRecord| {
        if row.len() > width && filled(&row) <= width {
            row.truncate(width);
        }
        row
    };
    let rows = rows.into_iter().map(cut).collect();
    (Some(names), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, text: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn wrong_field_is_named_with_file_line_and_column() {
        let (_folder, path) = table("a.csv", b"voxel,nc\n1,\"two\nlines\"\n2,0.5\n");
        let table = Table::read(&path).unwrap();
        let message = table.f64s(table.column("nc").unwrap()).unwrap_err().to_string();
        assert!(
            message.contains("a.csv\", line 2, column \"nc\" contains \"two\nlines\", expected a number"),
            "{message}"
        );
        let message = table.column("snr").unwrap_err().to_string();
        assert!(message.ends_with("has no column \"snr\"; it has \"voxel\", \"nc\""), "{message}");
        assert!(table.texts(2).is_err());
    }

    #[test]
    fn separator_follows_the_ending_and_the_first_line() {
        for (name, text) in [("a.tsv", "a,b\tc\n1,5\t2\n"), ("a.csv", "\u{feff}a,b;c\n1,2\n"), ("a.txt", "a;b\n1;2\n")]
        {
            let (_folder, path) = table(name, text.as_bytes());
            let table = Table::read(&path).unwrap();
            assert_eq!((table.width(), table.len()), (2, 1), "{name}");
            assert!(table.names()[0].starts_with('a'));
        }
    }

    #[test]
    fn ragged_rows_and_foreign_letters_are_refused_with_the_line() {
        let (_folder, path) = table("a.csv", b"a,b\n1,2\n1,2,3\n");
        assert!(Table::read(&path).unwrap_err().to_string().contains("line 3 has 3 fields, earlier lines have 2"));
        let (_folder, path) = table("a.csv", b"a,b\n1,\xff\n");
        assert!(Table::read(&path).unwrap_err().to_string().contains("line 2 is not UTF-8"));
    }

    #[test]
    fn separators_at_the_ends_of_lines_are_no_columns() {
        for text in ["a\tb\t\n1\t2\t\t\n3\t4\n", "a\tb\n1\t2\t\t\n3\t4\t\n"] {
            let (_folder, path) = table("a.tsv", text.as_bytes());
            let table = Table::read(&path).unwrap();
            assert_eq!((table.names(), table.i64s(1).unwrap()), (&["a".to_owned(), "b".to_owned()][..], vec![2, 4]));
        }
        let (_folder, path) = table("a.tsv", b"a\tb\n1\t2\t3\n");
        assert!(Table::read(&path).unwrap_err().to_string().contains("line 2 has 3 fields"));
        let (_folder, path) = table("a.tsv", b"\ta\tb\n1\t2\t\n");
        assert_eq!(Table::read(&path).unwrap().width(), 3);
    }

    #[test]
    fn whole_numbers_may_have_a_point_and_zeros() {
        let (_folder, path) = table("a.csv", b"3.0,x\n-4,y\n");
        let table = Table::read_bare(&path).unwrap();
        assert_eq!(table.i64s(0).unwrap(), [3, -4]);
        assert!(table.i64s(1).is_err());
    }
}
