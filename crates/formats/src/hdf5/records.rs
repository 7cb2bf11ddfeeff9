//! Rows of a table of records, as PyTables and NumPy's structured arrays write them.

use std::path::PathBuf;

use hdf5_reader::CompoundField;

use super::kind::{fixed_text, stored};
use super::{Column, FORMAT};
use crate::numbers::{Numbers, Order, count, swap};
use crate::{Error, Result};

/// Rows of a table, split by field.
#[derive(Debug, Clone)]
pub struct Records {
    fields: Vec<CompoundField>,
    width: usize,
    bytes: Vec<u8>,
    name: String,
    file: PathBuf,
}

impl Records {
    pub(super) fn new(fields: Vec<CompoundField>, width: usize, bytes: Vec<u8>, name: String, file: PathBuf) -> Self {
        Self { fields, width, bytes, name, file }
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.width.max(1)
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// One field of all rows: numbers of shape `[rows, ...]`, or texts row by row.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`] with the field names; [`Error::Array`] if it is neither numbers nor text of a
    /// fixed length.
    pub fn column(&self, field: &str) -> Result<Column> {
        let Some(found) = self.fields.iter().find(|known| known.name == field) else {
            let available = self.names().map(str::to_owned).collect();
            return Err(Error::NoSuchArray { path: self.file.clone(), name: self.path_of(field), available });
        };
        let wrong = |what: &str| Error::array(FORMAT, &self.file, &self.path_of(field), what);
        let outside = || wrong("it is beyond the end of its record");
        if let Some((items, length)) = text_length(&found.datatype) {
            let cells = items.checked_mul(length).and_then(|all| self.cells(found, all)).ok_or_else(outside)?;
            return Ok(Column::Text(cells.flat_map(|cell| cell.chunks_exact(length)).map(text).collect()));
        }
        let stored =
            stored(&found.datatype).ok_or_else(|| wrong("it is neither numbers nor text of a fixed length"))?;
        let size = stored.element.size();
        let length = count(&stored.inner).and_then(|n| n.checked_mul(size)).ok_or_else(outside)?;
        let mut bytes = self.cells(found, length).ok_or_else(outside)?.collect::<Vec<_>>().concat();
        if stored.big_endian {
            swap(&mut bytes, size);
        }
        let shape = [vec![self.len()], stored.inner].concat();
        Numbers::new(stored.element, Order::Row, shape, bytes).map(Column::Numbers).ok_or_else(outside)
    }

    fn cells(&self, field: &CompoundField, length: usize) -> Option<impl Iterator<Item = &[u8]>> {
        let start = field.byte_offset as usize;
        let end = start.checked_add(length).filter(|&end| end <= self.width)?;
        Some(self.bytes.chunks_exact(self.width.max(1)).map(move |row| &row[start..end]))
    }

    fn path_of(&self, field: &str) -> String {
        format!("{}.{field}", self.name)
    }
}

/// Number of texts in a field, and their length.
fn text_length(datatype: &hdf5_reader::Datatype) -> Option<(usize, usize)> {
    let (items, length) = match datatype {
        hdf5_reader::Datatype::Array { base, dims } => {
            (dims.iter().try_fold(1_usize, |all, &n| all.checked_mul(usize::try_from(n).ok()?))?, fixed_text(base)?)
        }
        other => (1, fixed_text(other)?),
    };
    (length > 0).then_some((items, length))
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
