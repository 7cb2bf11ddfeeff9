//! Which image each trial shows.

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::images::ImageSource;

use crate::manifest::Manifest;
use crate::{Error, Result};

/// Images of the source in the order of the stimuli, and the stimulus of each position of the table.
pub(super) struct Order {
    /// Index in the source, one per stimulus.
    pub(super) stimuli: Vec<usize>,
    /// Row of the stimuli, one per entry of the order: several trials may name one image.
    pub(super) trials: Vec<u32>,
}

pub(super) fn read(manifest: &Manifest, source: &ImageSource) -> Result<Order> {
    let named = match manifest.images.order.as_str() {
        "sorted" => (0..source.len()).collect(),
        file => {
            let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
            listed(&manifest.resolve(Path::new(file)), manifest.images.column.as_deref(), &names)?
        }
    };
    let mut rows = HashMap::new();
    let mut stimuli = Vec::new();
    let trials = named.into_iter().map(|index| {
        *rows.entry(index).or_insert_with(|| {
            stimuli.push(index);
            stimuli.len() as u32 - 1
        })
    });
    let trials = trials.collect();
    Ok(Order { stimuli, trials })
}

/// Positions in `names` of the names that a file lists.
pub(super) fn listed(path: &Path, column: Option<&str>, names: &[&str]) -> Result<Vec<usize>> {
    let entries = entries(path, column)?;
    find(path, &entries.iter().map(String::as_str).collect::<Vec<_>>(), names)
}

/// Positions in `names` of the `entries` of a file.
pub(super) fn find(path: &Path, entries: &[&str], names: &[&str]) -> Result<Vec<usize>> {
    let single: Vec<[&str; 1]> = entries.iter().map(|entry| [*entry]).collect();
    find_either(path, &single, names)
}

/// Positions in `names` of entries that may be called one thing or another.
pub(super) fn find_either<S: AsRef<str>, const N: usize>(
    path: &Path,
    entries: &[[S; N]],
    names: &[&str],
) -> Result<Vec<usize>> {
    let positions = positions(names);
    let find = |(line, called): (usize, &[S; N])| {
        let name = called[0].as_ref();
        match called.iter().find_map(|name| positions.get(name.as_ref())) {
            Some(Some(index)) => Ok(*index),
            Some(None) => Err(Error::mismatch(path, format!("\"{name}\" (entry {}) names several images", line + 1))),
            None => {
                let example = names.first().copied().unwrap_or_default();
                let reason = format!(
                    "entry {} is \"{name}\", which no image is called; they are called like \"{example}\"",
                    line + 1
                );
                Err(Error::mismatch(path, reason))
            }
        }
    };
    entries.iter().enumerate().map(find).collect()
}

/// Every way to name an image: in full, by its last part, or by that without its ending; `None` where ambiguous.
fn positions<'a>(names: &[&'a str]) -> HashMap<&'a str, Option<usize>> {
    let mut positions: HashMap<&str, Option<usize>> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        let last = name.rsplit('/').next().unwrap_or(name);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        for key in [last, stem] {
            let known = positions.entry(key).or_insert(Some(index));
            if *known != Some(index) {
                *known = None;
            }
        }
    }
    // Full names win over the shortened ones of others.
    positions.extend(names.iter().enumerate().map(|(index, name)| (*name, Some(index))));
    positions
}

fn entries(path: &Path, column: Option<&str>) -> Result<Vec<String>> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        return csv_column(path, column);
    }
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn csv_column(path: &Path, column: Option<&str>) -> Result<Vec<String>> {
    let unusable = |error: csv::Error| Error::manifest(path, error);
    let mut reader = csv::Reader::from_path(path).map_err(unusable)?;
    let header = reader.headers().map_err(unusable)?.clone();
    let position = match column {
        Some(name) => header.iter().position(|known| known.trim() == name),
        None => (header.len() == 1).then_some(0),
    };
    let position = position.ok_or_else(|| {
        let columns = header.iter().collect::<Vec<_>>().join(", ");
        Error::manifest(path, format!("it has the columns {columns}: set images.column to the one with image names"))
    })?;
    let cell = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(unusable)?;
        Ok(record.get(position).unwrap_or_default().trim().to_owned())
    };
    reader.records().map(cell).collect()
}
