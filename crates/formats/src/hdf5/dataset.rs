//! One array of a file, read whole or in parts.

use std::ops::Range;
use std::path::{Path, PathBuf};

use hdf5_reader::{Datatype, H5Type, SliceInfo, SliceInfoElem, dtype_element_size};

use super::kind::{Kind, Stored, stored};
use super::records::Records;
use super::{FORMAT, reason};
use crate::numbers::{Numbers, Order, count, swap};
use crate::{Error, Result};

/// An array in a file. Values are read on demand.
pub struct Dataset {
    inner: hdf5_reader::Dataset,
    name: String,
    file: PathBuf,
}

impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset({} {:?} {:?})", self.name, self.shape(), self.kind())
    }
}

/// A stored element of any type.
#[derive(Clone)]
struct Raw(Box<[u8]>);

/// A stored element of `N` bytes.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Fixed<const N: usize>([u8; N]);

fn any_type() -> Datatype {
    Datatype::Opaque { size: 1, tag: String::new() }
}

impl H5Type for Raw {
    fn hdf5_type() -> Datatype {
        any_type()
    }

    fn from_bytes(bytes: &[u8], _: &Datatype) -> Result<Self, hdf5_reader::error::Error> {
        Ok(Self(bytes.into()))
    }

    fn element_size(dtype: &Datatype) -> usize {
        dtype_element_size(dtype).unwrap_or(0)
    }
}

impl<const N: usize> H5Type for Fixed<N> {
    fn hdf5_type() -> Datatype {
        any_type()
    }

    fn from_bytes(bytes: &[u8], _: &Datatype) -> Result<Self, hdf5_reader::error::Error> {
        let cut = || hdf5_reader::error::Error::InvalidData("an element is truncated".into());
        bytes.first_chunk().map(|first| Self(*first)).ok_or_else(cut)
    }

    fn element_size(_: &Datatype) -> usize {
        N
    }

    fn native_copy_compatible(dtype: &Datatype) -> bool {
        dtype_element_size(dtype).is_ok_and(|size| size == N)
    }
}

impl Dataset {
    pub(super) fn new(inner: hdf5_reader::Dataset, name: &str, file: &Path) -> Self {
        Self { inner, name: name.to_owned(), file: file.to_owned() }
    }

    /// Path in the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Shape; `[]` for a single value.
    pub fn shape(&self) -> Vec<usize> {
        self.inner.shape().iter().map(|&n| usize::try_from(n).unwrap_or(usize::MAX)).collect()
    }

    /// Type of the elements.
    pub fn kind(&self) -> Kind {
        Kind::of(self.inner.dtype())
    }

    /// Shape of the chunks; `None` for a contiguous array.
    pub fn chunk(&self) -> Option<Vec<usize>> {
        self.inner.chunks().map(|chunk| chunk.iter().map(|&n| n as usize).collect())
    }

    /// Reads all numbers.
    ///
    /// # Errors
    /// [`Error::Array`] if it contains no numbers, is damaged, or is larger than the file can contain.
    pub fn read(&self) -> Result<Numbers> {
        let stored = self.stored()?;
        let bytes = self.inner.read_raw_bytes().map_err(|error| self.wrong(reason(&error)))?;
        self.numbers(stored, self.shape(), bytes)
    }

    /// Reads the part within one range per axis; only the chunks that it touches are decoded.
    ///
    /// # Errors
    /// See [`Dataset::read`]; [`Error::Array`] if a range is beyond the end or the number of ranges is not that of the
    /// axes.
    pub fn range(&self, ranges: &[Range<usize>]) -> Result<Numbers> {
        let stored = self.stored()?;
        let bytes = self.bytes_of(ranges)?;
        self.numbers(stored, ranges.iter().map(Range::len).collect(), bytes)
    }

    /// Reads `count` rows from `first` along the first axis.
    ///
    /// # Errors
    /// See [`Dataset::range`].
    pub fn rows(&self, first: usize, count: usize) -> Result<Numbers> {
        self.range(&self.row_ranges(first, count))
    }

    /// Iterates over the rows in blocks of about `bytes` bytes, made of whole chunks.
    ///
    /// Each item is the index of its first row, and the rows.
    pub fn blocks(&self, bytes: usize) -> Blocks<'_> {
        let shape = self.shape();
        let rows = shape.first().copied().unwrap_or(0);
        let width = self.inner.raw_element_size().unwrap_or(1);
        let row = count(&shape[shape.len().min(1)..]).unwrap_or(usize::MAX).saturating_mul(width).max(1);
        let chunk = self.chunk().and_then(|chunk| chunk.first().copied()).unwrap_or(1).max(1);
        let step = ((bytes / row) / chunk).max(1).saturating_mul(chunk);
        Blocks { dataset: self, next: 0, rows, step }
    }

    /// Reads all strings, in the order of the elements.
    ///
    /// # Errors
    /// [`Error::Array`] if it contains no text or is damaged.
    pub fn strings(&self) -> Result<Vec<String>> {
        if self.kind() != Kind::Text {
            return Err(self.wrong("its elements are not text"));
        }
        self.inner.read_strings().map_err(|error| self.wrong(reason(&error)))
    }

    /// Reads `count` records from `first` of a table of records.
    ///
    /// # Errors
    /// [`Error::Array`] if it contains no records, has more than one axis, is damaged, or ends too early.
    pub fn records(&self, first: usize, count: usize) -> Result<Records> {
        let Datatype::Compound { fields, size } = self.inner.dtype() else {
            return Err(self.wrong("its elements are not records"));
        };
        if self.inner.ndim() != 1 {
            return Err(self.wrong("it is not a table with one axis"));
        }
        let bytes = self.bytes_of(&self.row_ranges(first, count))?;
        Ok(Records::new(fields.clone(), *size as usize, bytes, self.name.clone(), self.file.clone()))
    }

    /// Reads all records, whatever the number of axes.
    pub(crate) fn all_records(&self) -> Result<Records> {
        let Datatype::Compound { fields, size } = self.inner.dtype() else {
            return Err(self.wrong("its elements are not records"));
        };
        let bytes = self.inner.read_raw_bytes().map_err(|error| self.wrong(reason(&error)))?;
        Ok(Records::new(fields.clone(), *size as usize, bytes, self.name.clone(), self.file.clone()))
    }

    /// Target addresses of an array of references, and its shape.
    pub(crate) fn references(&self) -> Result<Vec<u64>> {
        let Datatype::Reference { size, .. } = self.inner.dtype() else {
            return Err(self.wrong("its elements are not references"));
        };
        let bytes = self.inner.read_raw_bytes().map_err(|error| self.wrong(reason(&error)))?;
        let read = hdf5_reader::reference::read_object_references(&bytes, *size);
        read.map_err(|error| self.wrong(reason(&error)))
    }

    /// Bytes of the only element of an array of variable-length byte strings, as PyTables stores objects.
    pub(super) fn ragged_bytes(&self) -> Result<Vec<u8>> {
        let reference = self.inner.read_raw_bytes().map_err(|error| self.wrong(reason(&error)))?;
        if !matches!(self.inner.dtype(), Datatype::VarLen { .. }) || reference.len() != self.inner.vlen_reference_size()
        {
            return Err(self.wrong("it is not a single object of variable length"));
        }
        self.inner.resolve_vlen_reference_bytes(&reference, 1).map_err(|error| self.wrong(reason(&error)))
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<super::Attribute> {
        self.inner.attribute(name).ok().map(super::Attribute::new)
    }

    pub(super) fn wrong(&self, what: impl ToString) -> Error {
        Error::array(FORMAT, &self.file, &self.name, what)
    }

    fn row_ranges(&self, first: usize, count: usize) -> Vec<Range<usize>> {
        let mut ranges: Vec<_> = self.shape().into_iter().map(|n| 0..n).collect();
        if let Some(rows) = ranges.first_mut() {
            *rows = first..first.saturating_add(count);
        }
        ranges
    }

    fn stored(&self) -> Result<Stored> {
        stored(self.inner.dtype()).ok_or_else(|| match self.kind() {
            Kind::Text => self.wrong("its elements are text, not numbers"),
            Kind::Records(fields) => self.wrong(format!("its elements are records of {}", fields.join(", "))),
            Kind::Other(what) => self.wrong(format!("its elements are {what}")),
            Kind::Numbers(_) => self.wrong("its number type is unknown"),
        })
    }

    fn bytes_of(&self, ranges: &[Range<usize>]) -> Result<Vec<u8>> {
        let shape = self.shape();
        let fits = ranges.len() == shape.len()
            && ranges.iter().zip(&shape).all(|(range, &n)| range.start <= range.end && range.end <= n);
        if !fits {
            return Err(self.wrong(format!("its shape is {shape:?}, the requested part is {ranges:?}")));
        }
        if ranges.is_empty() {
            return self.inner.read_raw_bytes().map_err(|error| self.wrong(reason(&error)));
        }
        if ranges.iter().any(Range::is_empty) {
            return Ok(Vec::new());
        }
        let part =
            |range: &Range<usize>| SliceInfoElem::Slice { start: range.start as u64, end: range.end as u64, step: 1 };
        let selection = SliceInfo { selections: ranges.iter().map(part).collect() };
        let read = match dtype_element_size(self.inner.dtype()) {
            Ok(1) => self.fixed::<1>(&selection),
            Ok(2) => self.fixed::<2>(&selection),
            Ok(4) => self.fixed::<4>(&selection),
            Ok(8) => self.fixed::<8>(&selection),
            _ => self
                .inner
                .read_slice::<Raw>(&selection)
                .map(|array| array.iter().flat_map(|raw| raw.0.iter().copied()).collect()),
        };
        read.map_err(|error| self.wrong(reason(&error)))
    }

    fn fixed<const N: usize>(&self, selection: &SliceInfo) -> Result<Vec<u8>, hdf5_reader::error::Error> {
        let array = self.inner.read_slice::<Fixed<N>>(selection)?;
        let mut bytes = Vec::with_capacity(array.len() * N);
        array.iter().for_each(|value| bytes.extend_from_slice(&value.0));
        Ok(bytes)
    }

    fn numbers(&self, stored: Stored, mut shape: Vec<usize>, mut bytes: Vec<u8>) -> Result<Numbers> {
        if stored.big_endian {
            swap(&mut bytes, stored.element.size());
        }
        shape.extend(stored.inner);
        let values = Numbers::new(stored.element, Order::Row, shape, bytes);
        values.ok_or_else(|| self.wrong("the number of values does not match its shape"))
    }
}

/// Rows in blocks, see [`Dataset::blocks`].
#[derive(Debug)]
pub struct Blocks<'a> {
    dataset: &'a Dataset,
    next: usize,
    rows: usize,
    step: usize,
}

impl Iterator for Blocks<'_> {
    type Item = Result<(usize, Numbers)>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.next;
        let count = self.step.min(self.rows.saturating_sub(first));
        if count == 0 {
            return None;
        }
        self.next += count;
        let block = self.dataset.rows(first, count).map(|rows| (first, rows));
        if block.is_err() {
            self.next = self.rows;
        }
        Some(block)
    }
}
