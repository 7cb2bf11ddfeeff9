//! pandas data frames, in the `fixed` and the `table` layout of `DataFrame.to_hdf`.
//!
//! `fixed` stores one array per column type (`block0_values`, its column names in `block0_items`). `table` stores
//! records, whose fields `values_block_0` and so on contain the columns named in a pickled attribute. Both are read by
//! rows, since a frame of voxels by trials may be larger than memory.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use ndarray::{Array2, s};

use super::pickle::{self, Value};
use super::{Column, Dataset, FORMAT, File, Kind};
use crate::{Error, Result};

/// A data frame in a file. Only the column names are in memory; values are read on demand.
#[derive(Debug)]
pub struct Frame {
    names: Vec<String>,
    rows: usize,
    index: Part,
    parts: Vec<Part>,
}

/// Columns that are stored together.
#[derive(Debug)]
struct Part {
    source: Source,
    /// Number of columns.
    width: usize,
    /// Column of the block at each index of the frame.
    items: HashMap<usize, usize>,
}

#[derive(Debug)]
enum Source {
    Array(Dataset),
    Field(Dataset, String),
}

impl File {
    /// Opens a data frame by its key.
    ///
    /// # Errors
    /// [`Error::NoSuchArray`]; [`Error::Array`] if it is not a data frame in one of the two layouts.
    pub fn frame(&self, key: &str) -> Result<Frame> {
        let key = key.trim_end_matches('/');
        let layout = self.attribute(key, "pandas_type")?;
        match layout.as_ref().and_then(super::Attribute::text) {
            Some("frame") => open_fixed(self, key),
            Some("frame_table") => table(self, key),
            other => {
                Err(frame_error(self, key, format!("it is not a pandas data frame but {}", other.unwrap_or("a group"))))
            }
        }
    }
}

impl Frame {
    /// Column names in order; numbers as pandas prints them.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The index.
    ///
    /// # Errors
    /// [`Error::Array`] if it is damaged.
    pub fn index(&self) -> Result<Column> {
        self.index.read(0, 0, self.rows)
    }

    /// One column by its index; `None` beyond the last.
    ///
    /// # Errors
    /// [`Error::Array`] if it is damaged.
    pub fn column(&self, place: usize) -> Option<Result<Column>> {
        let (part, item) = self.find(place)?;
        Some(part.read(item, 0, self.rows))
    }

    /// Rows `first..first + count` of some columns as numbers `[count, columns]`; booleans as 0 and 1.
    ///
    /// In the `fixed` layout, only the columns between the first and the last of them are read.
    ///
    /// # Errors
    /// [`Error::Array`] if a column contains text, an index is beyond the last column, or the rows are beyond the end.
    pub fn numbers(&self, first: usize, count: usize, places: &[usize]) -> Result<Array2<f64>> {
        let mut out = Array2::zeros((self.rows.min(count), places.len()));
        for part in &self.parts {
            let wanted: Vec<_> =
                places.iter().enumerate().filter_map(|(to, place)| Some((to, part.item(*place)?))).collect();
            if wanted.is_empty() {
                continue;
            }
            let items = wanted.iter().map(|&(_, item)| item);
            let start = items.clone().min().unwrap_or(0);
            let block = part.block(first, count, start..items.max().unwrap_or(0) + 1)?; // [count, items]
            for (to, item) in wanted {
                out.column_mut(to).assign(&block.column(item - start));
            }
        }
        match places.iter().find(|place| **place >= self.names.len()) {
            Some(place) => Err(self.index.wrong(format!("it has {} columns, none at {place}", self.names.len()))),
            None => Ok(out),
        }
    }

    fn find(&self, place: usize) -> Option<(&Part, usize)> {
        self.parts.iter().find_map(|part| Some((part, part.item(place)?)))
    }
}

impl Part {
    fn new(source: Source, places: &[usize]) -> Self {
        let items = places.iter().enumerate().map(|(item, &place)| (place, item)).collect();
        Self { source, width: places.len(), items }
    }

    fn item(&self, place: usize) -> Option<usize> {
        self.items.get(&place).copied()
    }

    fn read(&self, item: usize, first: usize, count: usize) -> Result<Column> {
        let whole = match &self.source {
            Source::Array(values) => array_column(values, first, count)?,
            Source::Field(table, field) => table.records(first, count)?.column(field)?,
        };
        let items = self.width.max(1);
        match whole {
            Column::Numbers(numbers) if numbers.shape().len() < 2 => Ok(Column::Numbers(numbers)),
            Column::Numbers(numbers) => {
                pick(&numbers, item, items).map(Column::Numbers).ok_or_else(|| self.misshapen())
            }
            Column::Text(texts) => Ok(Column::Text(texts.into_iter().skip(item).step_by(items).collect())),
        }
    }

    /// `[count, items]`
    fn block(&self, first: usize, count: usize, items: Range<usize>) -> Result<Array2<f64>> {
        let table = match &self.source {
            Source::Array(values) => {
                let end = first.checked_add(count).ok_or_else(|| self.wrong("the rows are beyond the end"))?;
                let shape = (count, items.len());
                let part = values.range(&[first..end, items])?;
                return part.to_f64().into_shape_with_order(shape).map_err(|_| self.misshapen());
            }
            Source::Field(table, field) => table.records(first, count)?.column(field)?,
        };
        let Column::Numbers(numbers) = table else { return Err(self.wrong("its values are text")) };
        let whole = numbers.to_f64().into_shape_with_order((count, self.width)).map_err(|_| self.misshapen())?;
        Ok(whole.slice_move(s![.., items]))
    }

    fn misshapen(&self) -> Error {
        self.wrong(format!("it does not contain {} columns", self.width))
    }

    fn wrong(&self, reason: impl ToString) -> Error {
        match &self.source {
            Source::Array(values) => values.wrong(reason),
            Source::Field(table, _) => table.wrong(reason),
        }
    }
}

/// One of `items` interleaved columns, in its own type.
fn pick(numbers: &crate::numbers::Numbers, item: usize, items: usize) -> Option<crate::numbers::Numbers> {
    let (rows, size) = (numbers.shape()[0], numbers.element().size());
    if numbers.len() != rows.checked_mul(items)? {
        return None;
    }
    let cells = numbers.bytes().chunks_exact(size).skip(item).step_by(items);
    let bytes = cells.flatten().copied().collect();
    crate::numbers::Numbers::new(numbers.element(), numbers.order(), vec![rows], bytes)
}

/// Numbers, text, or pickled objects, `[rows]` or `[rows, items]` in row order.
fn array_column(values: &Dataset, first: usize, count: usize) -> Result<Column> {
    match values.kind() {
        Kind::Numbers(_) => values.rows(first, count).map(Column::Numbers),
        Kind::Text => Ok(Column::Text(values.strings()?.into_iter().skip(first).take(count).collect())),
        _ => Ok(Column::Text(objects(values)?)),
    }
}

/// Items of a pickled object array, in row order.
fn objects(values: &Dataset) -> Result<Vec<String>> {
    let wrong = |what: &str| values.wrong(format!("its pickled objects are not readable: {what}"));
    let state = pickle::parse(&values.ragged_bytes()?).map_err(|what| wrong(&what))?;
    let state = state.items().filter(|state| state.len() == 5).ok_or_else(|| wrong("it is not a NumPy array"))?;
    let [_, shape, _, column_order, items] = state else { return Err(wrong("it is not a NumPy array")) };
    let items = items.items().ok_or_else(|| wrong("it has no list of objects"))?;
    let labels: Vec<_> = items.iter().map(Value::label).collect();
    let shape: Vec<_> = shape.items().unwrap_or_default().iter().map(Value::label).collect();
    match (column_order, shape.as_slice()) {
        (Value::Int(1), [rows, _]) => {
            let rows: usize =
                rows.parse().ok().filter(|&rows| rows > 0).ok_or_else(|| wrong("its shape is damaged"))?;
            Ok((0..rows).flat_map(|row| labels.iter().skip(row).step_by(rows).cloned()).collect())
        }
        _ => Ok(labels),
    }
}

fn frame_error(file: &File, key: &str, reason: impl ToString) -> Error {
    Error::array(FORMAT, file.path(), key, reason)
}

fn open_fixed(file: &File, key: &str) -> Result<Frame> {
    let open = |name: &str| file.dataset(&format!("{key}/{name}"));
    let names = labels(&open("axis0")?)?;
    let index = open("axis1")?;
    let rows = match index.kind() {
        Kind::Numbers(_) | Kind::Text => index.shape().first().copied().unwrap_or(0),
        _ => objects(&index)?.len(),
    };
    let blocks = file.attribute(key, "nblocks")?.and_then(|value| value.number()).unwrap_or(0.0) as usize;
    let mut free = places(&names);
    let mut parts = Vec::new();
    for block in 0..blocks {
        let items = labels(&open(&format!("block{block}_items"))?)?;
        let places = claim(&mut free, &items).ok_or_else(|| frame_error(file, key, "its blocks and columns differ"))?;
        parts.push(Part::new(Source::Array(open(&format!("block{block}_values"))?), &places));
    }
    Ok(Frame { names, rows, index: Part::new(Source::Array(index), &[0]), parts })
}

fn table(file: &File, key: &str) -> Result<Frame> {
    let path = format!("{key}/table");
    let open = || file.dataset(&path);
    let wrong = |what: String| frame_error(file, key, what);
    let axes = read_pickle(file, key, "non_index_axes")?;
    let names = axes.items().and_then(|axes| axes.first()?.items()?.get(1)?.items());
    let names: Vec<_> =
        names.ok_or_else(|| wrong("its list of columns is damaged".into()))?.iter().map(Value::label).collect();
    let Kind::Records(fields) = open()?.kind() else { return Err(wrong("its table contains no records".into())) };
    let mut free = places(&names);
    let mut parts = Vec::new();
    for field in fields.into_iter().filter(|field| field != "index") {
        let kind = read_pickle(file, &path, &format!("{field}_kind"))?;
        let items: Vec<_> = kind.items().unwrap_or_default().iter().map(Value::label).collect();
        let places =
            claim(&mut free, &items).ok_or_else(|| wrong(format!("the columns of {field} are not its own")))?;
        parts.push(Part::new(Source::Field(open()?, field), &places));
    }
    let rows = open()?.shape().first().copied().unwrap_or(0);
    let index = Part::new(Source::Field(open()?, "index".into()), &[0]);
    Ok(Frame { names, rows, index, parts })
}

fn read_pickle(file: &File, object: &str, name: &str) -> Result<Value> {
    let attribute = file.attribute(object, name)?;
    let text = attribute.as_ref().and_then(super::Attribute::text);
    let text = text.ok_or_else(|| frame_error(file, object, format!("it lacks the attribute {name}")))?;
    let damaged = |what| frame_error(file, object, format!("its attribute {name} is damaged: {what}"));
    pickle::parse(text.as_bytes()).map_err(damaged)
}

fn labels(axis: &Dataset) -> Result<Vec<String>> {
    let rows = axis.shape().first().copied().unwrap_or(0);
    Ok(match array_column(axis, 0, rows)? {
        Column::Text(texts) => texts,
        Column::Numbers(numbers) => numbers.to_f64().iter().map(f64::to_string).collect(),
    })
}

/// Indices of each name; a name may occur twice.
fn places(names: &[String]) -> HashMap<String, VecDeque<usize>> {
    let mut places = HashMap::<_, VecDeque<_>>::new();
    for (place, name) in names.iter().enumerate() {
        places.entry(name.clone()).or_default().push_back(place);
    }
    places
}

fn claim(free: &mut HashMap<String, VecDeque<usize>>, items: &[String]) -> Option<Vec<usize>> {
    items.iter().map(|item| free.get_mut(item)?.pop_front()).collect()
}
