//! Version 7.3 files: HDF5 with MATLAB classes in attributes and reversed axes.
//!
//! Cells are references into the group `#refs#`. In a damaged file they may form circles or lead to one array a
//! thousand times, so a budget derived from the file's length limits what one variable may read.

use std::collections::HashMap;

use super::{DEEPEST, FORMAT, MatValue};
use crate::hdf5::{Column, Dataset, File, Kind, LARGEST_RATIO};
use crate::npy::Element;
use crate::numbers::{Numbers, Order, count};
use crate::{Error, Result};

const REFERENCES: &str = "#refs#";

pub(super) fn names(file: &File) -> Result<Vec<String>> {
    let (groups, datasets) = file.members("/")?;
    Ok(datasets.into_iter().chain(groups).filter(|name| !name.starts_with('#')).collect())
}

pub(super) fn read(file: &File, name: &str) -> Result<MatValue> {
    let length = std::fs::metadata(file.path()).map_err(Error::io("read", file.path()))?.len();
    let budget = usize::try_from(length.saturating_mul(LARGEST_RATIO)).unwrap_or(usize::MAX);
    let mut reader = Reader { file, cells: None, budget, nodes: usize::try_from(length / 8).unwrap_or(usize::MAX) };
    reader.any(name, 0)
}

struct Reader<'a> {
    file: &'a File,
    /// Path of each array in `#refs#`, by address.
    cells: Option<HashMap<u64, String>>,
    /// Bytes and arrays that may still be read.
    budget: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn any(&mut self, path: &str, depth: usize) -> Result<MatValue> {
        self.nodes = self.nodes.checked_sub(1).ok_or_else(|| self.wrong(path, "its cells form a circle"))?;
        if depth > DEEPEST {
            return Err(self.wrong(path, "its cells are nested too deeply"));
        }
        if self.file.contains(path) { self.dataset(&self.file.dataset(path)?, depth) } else { self.group(path, depth) }
    }

    fn group(&mut self, path: &str, depth: usize) -> Result<MatValue> {
        if self.file.attribute(path, "MATLAB_sparse")?.is_some() {
            return Ok(MatValue::Unreadable("a sparse matrix: save it with full(x)".into()));
        }
        let (groups, datasets) = self.file.members(path)?;
        let mut fields = Vec::new();
        let mut shape = vec![1, 1];
        for name in datasets.into_iter().chain(groups) {
            let below = format!("{path}/{name}");
            let values = match self.elements(&below)? {
                Some(dataset) => {
                    shape = matlab_shape(&dataset);
                    self.cells(&dataset, depth)?
                }
                None => vec![self.any(&below, depth + 1)?],
            };
            fields.push((name, values));
        }
        Ok(MatValue::Struct { shape, fields })
    }

    /// A field of a structure array is a plain array of references, one per structure.
    fn elements(&self, path: &str) -> Result<Option<Dataset>> {
        if !self.file.contains(path) {
            return Ok(None);
        }
        let dataset = self.file.dataset(path)?;
        Ok((is_references(&dataset) && dataset.attribute("MATLAB_class").is_none()).then_some(dataset))
    }

    fn dataset(&mut self, dataset: &Dataset, depth: usize) -> Result<MatValue> {
        let class = dataset.attribute("MATLAB_class");
        let class = class.as_ref().and_then(|class| class.text()).unwrap_or_default();
        if dataset.attribute("MATLAB_empty").and_then(|flag| flag.number()) == Some(1.0) {
            return self.empty(dataset, class);
        }
        match class {
            "cell" | "" if is_references(dataset) => {
                Ok(MatValue::Cell { shape: matlab_shape(dataset), values: self.cells(dataset, depth)? })
            }
            "function_handle" => Ok(MatValue::Unreadable("a function handle".into())),
            "char" => self.text(dataset),
            _ => match dataset.kind() {
                Kind::Numbers(_) => self.numbers(dataset, class == "logical").map(MatValue::Numbers),
                Kind::Records(_) => self.complex(dataset),
                Kind::Text => dataset.strings().map(MatValue::Text),
                Kind::Other(what) => Ok(MatValue::Unreadable(format!("an array of {what} of class \"{class}\""))),
            },
        }
    }

    fn cells(&mut self, dataset: &Dataset, depth: usize) -> Result<Vec<MatValue>> {
        self.spend(dataset, 8)?;
        let addresses = dataset.references()?;
        let mut values = Vec::new();
        for address in addresses {
            let path = self.path_of(address).ok_or_else(|| self.wrong(dataset.name(), "a cell refers to nothing"))?;
            values.push(self.any(&path, depth + 1)?);
        }
        Ok(values)
    }

    fn path_of(&mut self, address: u64) -> Option<String> {
        if self.cells.is_none() {
            let (groups, datasets) = self.file.group(REFERENCES).ok()?.members().ok()?;
            let groups = groups.iter().map(|group| (group.address(), group.name().to_owned()));
            let datasets = datasets.iter().map(|dataset| (dataset.address(), dataset.name().to_owned()));
            let last = |name: String| name.rsplit('/').next().map(str::to_owned).unwrap_or(name);
            let named = groups.chain(datasets).map(|(address, name)| (address, format!("{REFERENCES}/{}", last(name))));
            self.cells = Some(named.collect());
        }
        self.cells.as_ref()?.get(&address).cloned()
    }

    fn numbers(&mut self, dataset: &Dataset, logical: bool) -> Result<Numbers> {
        let Kind::Numbers(element) = dataset.kind() else {
            return Err(self.wrong(dataset.name(), "it contains no numbers"));
        };
        self.spend(dataset, element.size())?;
        let values = dataset.read()?;
        let element = if logical && element.size() == 1 { Element::Bool } else { element };
        self.turn(dataset, element, values)
    }

    /// MATLAB's column order over the reversed axes is the order of the stored bytes.
    fn turn(&self, dataset: &Dataset, element: Element, values: Numbers) -> Result<Numbers> {
        let shape = matlab_shape(dataset);
        let turned = Numbers::new(element, Order::Column, shape, values.bytes().to_vec());
        turned.ok_or_else(|| self.wrong(dataset.name(), "the number of its values does not match its dimensions"))
    }

    fn complex(&mut self, dataset: &Dataset) -> Result<MatValue> {
        self.spend(dataset, 16)?;
        let records = dataset.all_records()?;
        let part = |name| match records.column(name)? {
            Column::Numbers(values) => self.turn(dataset, values.element(), values),
            Column::Text(_) => Err(self.wrong(dataset.name(), "its records are not complex numbers")),
        };
        Ok(MatValue::Complex { real: part("real")?, imaginary: part("imag")? })
    }

    fn text(&mut self, dataset: &Dataset) -> Result<MatValue> {
        let codes = self.numbers(dataset, false)?;
        let letters: Option<Vec<u32>> =
            codes.flat_i64().and_then(|codes| codes.into_iter().map(|code| u32::try_from(code).ok()).collect());
        let letters = letters.ok_or_else(|| self.wrong(dataset.name(), "its characters are damaged"))?;
        let join = |row: Vec<u32>| match codes.element().size() {
            ..=2 => String::from_utf16_lossy(&row.into_iter().map(|code| code as u16).collect::<Vec<_>>()),
            _ => row.into_iter().map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
        };
        let rows = super::value::rows(codes.shape(), &letters, join);
        rows.map(MatValue::Text).ok_or_else(|| {
            self.wrong(
                dataset.name(),
                "the number of its characters does not match \
                                                                           its dimensions",
            )
        })
    }

    /// An empty array stores its dimensions as values.
    fn empty(&mut self, dataset: &Dataset, class: &str) -> Result<MatValue> {
        self.spend(dataset, 8)?;
        let sizes = dataset.read()?.flat_i64().unwrap_or_default();
        let shape: Option<Vec<_>> = sizes.into_iter().map(|n| usize::try_from(n).ok()).collect();
        let shape = shape.filter(|shape| count(shape) == Some(0));
        let shape =
            shape.ok_or_else(|| self.wrong(dataset.name(), "it is marked as empty but its dimensions are not"))?;
        Ok(match class {
            "char" => MatValue::Text(Vec::new()),
            "cell" => MatValue::Cell { shape, values: Vec::new() },
            "struct" => MatValue::Struct { shape, fields: Vec::new() },
            other => {
                let empty = Numbers::new(class_element(other), Order::Column, shape, Vec::new());
                empty.map_or_else(MatValue::empty, MatValue::Numbers)
            }
        })
    }

    fn spend(&mut self, dataset: &Dataset, size: usize) -> Result<()> {
        let bytes = count(&dataset.shape()).and_then(|count| count.checked_mul(size));
        let rest = bytes.and_then(|bytes| self.budget.checked_sub(bytes));
        self.budget = rest.ok_or_else(|| self.wrong(dataset.name(), "it is larger than the file can contain"))?;
        Ok(())
    }

    fn wrong(&self, name: &str, reason: &str) -> Error {
        Error::array(FORMAT, self.file.path(), name, reason)
    }
}

fn is_references(dataset: &Dataset) -> bool {
    dataset.kind() == Kind::Other("references".into())
}

/// Shape as MATLAB prints it, of at least two axes.
fn matlab_shape(dataset: &Dataset) -> Vec<usize> {
    let mut shape = dataset.shape();
    shape.reverse();
    while shape.len() < 2 {
        shape.push(1);
    }
    shape
}

fn class_element(class: &str) -> Element {
    match class {
        "single" => Element::F32,
        "logical" => Element::Bool,
        "int8" => Element::I8,
        "uint8" => Element::U8,
        "int16" => Element::I16,
        "uint16" => Element::U16,
        "int32" => Element::I32,
        "uint32" => Element::U32,
        "int64" => Element::I64,
        "uint64" => Element::U64,
        _ => Element::F64,
    }
}
