//! Which image each trial shows.

mod given;
mod lookup;
mod sequence;

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::images::ImageSource;
use afterimage_formats::table::Table;
use afterimage_formats::text;

pub(crate) use given::{find_out_of_order, texts};
pub(crate) use lookup::{Found, Lookup};
pub use sequence::NameOrder;
pub(crate) use sequence::{numbered_sequence, sequence};

use super::columns::{Column, Role, counts, refuse_shuffled};
use crate::manifest::Manifest;
use crate::{Error, Result};

/// How a manifest states the order.
const OPTION: &str = "images.order = \"natural\", \"bytes\" or a FILE that lists the names";

/// Pairs of trial and image that are named, besides the last.
const SHOWN: usize = 3;

/// How a manifest states the column of that file.
const COLUMN: &str = "set images.column to the one with image names";

/// Images of the source in the order of the stimuli, and the stimulus of each position of the table.
pub(super) struct Order {
    /// Index in the source, one per stimulus.
    pub(super) stimuli: Vec<usize>,
    /// Row of the stimuli, one per entry of the order: several trials may name one image.
    pub(super) trials: Vec<u32>,
    /// How trials and images were paired, for the provenance.
    pub(super) description: String,
    /// Whether the rows of the table of responses are paired by their order, and not by a column that names images.
    pub(super) by_rows: bool,
    /// The order of the names of images, if trials have it.
    pub(super) by_names: Option<&'static str>,
    /// The columns of the list of trials next to that of the images, one text per trial.
    pub(super) columns: Vec<Column>,
}

impl Order {
    /// The columns of a role.
    pub(super) fn of_role(&self, role: Role) -> Vec<&Column> {
        self.columns.iter().filter(|column| column.role == Some(role)).collect()
    }

    fn new(named: Vec<usize>, description: String, by_rows: bool) -> Self {
        let mut rows = HashMap::new();
        let mut stimuli = Vec::new();
        let trials = named.into_iter().map(|index| {
            *rows.entry(index).or_insert_with(|| {
                stimuli.push(index);
                stimuli.len() as u32 - 1
            })
        });
        let trials = trials.collect();
        Self { stimuli, trials, description, by_rows, by_names: None, columns: Vec::new() }
    }
}

/// Reads the order that the manifest states, or else that of a column of the table of responses that names `images`.
///
/// # Errors
/// [`Error::Mismatch`] naming an entry that no image has, two names whose order is not clear, or the first row in which
/// the stated order and a column of the table differ.
pub(super) fn read(manifest: &Manifest, source: &ImageSource, images: &[&Column]) -> Result<Order> {
    let keys = &manifest.images;
    let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
    let by_columns = columns(manifest, &names, images)?;
    let mut listed = Vec::new();
    let stated = match keys.order.as_deref() {
        None if by_columns.is_some() => None,
        None | Some("sorted") => Some((sequence(source, None, OPTION)?, true)),
        Some(name) => match NameOrder::named(name) {
            Some(order) => Some((sequence(source, Some(order), OPTION)?, true)),
            None => {
                let (named, columns) = from_file(manifest, name, &names)?;
                listed = columns;
                Some(((named, "listed"), false))
            }
        },
    };
    match (stated, by_columns) {
        (None, Some((column, named))) => {
            let pairs = pairs(source, &named);
            let description = format!("trials and images paired by the table's column \"{column}\": {pairs}");
            Ok(Order::new(named, description, false))
        }
        (Some(((named, how), by_position)), by_columns) => {
            let by_rows = by_columns.is_none();
            if let Some((column, others)) = by_columns {
                refuse_other_order(manifest, &names, &named, (&column, &others))?;
            }
            let file = keys.order.as_deref().unwrap_or_default();
            let pairs = pairs(source, &named);
            let description = if by_position {
                format!("trials and images paired {how}: {pairs}")
            } else {
                format!("trials and images paired by the list {file}: {pairs}")
            };
            let by_names = (by_position && by_rows).then_some(how);
            Ok(Order { columns: listed, by_names, ..Order::new(named, description, by_rows) })
        }
        (None, None) => Ok(Order::new(Vec::new(), String::new(), true)),
    }
}

/// The first trials and the last with their images, and where the images are from: what shows a wrong order, or the images of
/// another experiment.
pub(crate) fn pairs(source: &ImageSource, named: &[usize]) -> String {
    let names = source.names();
    let last = named.len().saturating_sub(1);
    let mut shown: Vec<String> = Vec::new();
    for (trial, &image) in named.iter().enumerate().filter(|(trial, _)| *trial < SHOWN || *trial == last) {
        if trial == last && last > SHOWN {
            shown.push("...".into());
        }
        shown.push(format!("{trial} = {}", names[image]));
    }
    let path = source.path();
    let file = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    format!("trial {}; {} images in {file}", shown.join(", "), names.len())
}

/// The images that a file lists, and its other columns.
fn from_file(manifest: &Manifest, file: &str, names: &[&str]) -> Result<(Vec<usize>, Vec<Column>)> {
    let path = manifest.resolve(Path::new(file));
    if !path.is_file() {
        let reason = format!(
            "images.order is \"{file}\", which is neither \"natural\", \"bytes\" or \"sorted\" nor a file: {} does not exist",
            path.display()
        );
        return Err(Error::manifest(&manifest.path, reason));
    }
    let column = manifest.images.column.as_deref();
    let mut columns = Vec::new();
    if is_table(&path) {
        let table = Table::read(&path)?;
        refuse_shuffled(&path, &table, "the order of the trials")?;
        columns = others(&table, column)?;
    }
    let entries = entries(&path, column, COLUMN, names)?;
    Ok((Lookup::new(names).find_either(&path, &single(&entries))?, columns))
}

/// The columns of a list of trials, without the `column` of image names.
fn others(table: &Table, column: Option<&str>) -> Result<Vec<Column>> {
    let names = table.names().iter().enumerate();
    let others = names.filter(|(_, name)| column.is_some_and(|column| column != name.as_str()));
    let read = |(at, name): (usize, &String)| {
        let texts = table.texts(at)?.into_iter().map(|text| text.trim().to_owned()).collect();
        Ok(Column { name: name.clone(), role: Role::of(name, true), texts })
    };
    others.map(read).collect()
}

/// The first column of names and the images it names; all such columns must name the same.
fn columns(manifest: &Manifest, names: &[&str], columns: &[&Column]) -> Result<Option<(String, Vec<usize>)>> {
    let path = manifest.resolve(&manifest.responses.file);
    let lookup = Lookup::new(names);
    let mut first: Option<(String, Vec<usize>)> = None;
    for column in columns {
        let named = lookup.find_either(&path, &single(&column.texts)).map_err(|error| {
            let reason = format!(
                "column \"{}\" of \"{}\" does not name the images ({error}): correct it or, if it is something else, \
                 name it in responses.ignore",
                column.name,
                path.display()
            );
            Error::manifest(&manifest.path, reason)
        })?;
        match &first {
            Some((name, others)) => refuse_other_order(manifest, names, &named, (name, others))?,
            None => first = Some((column.name.clone(), named)),
        }
    }
    Ok(first)
}

fn refuse_other_order(manifest: &Manifest, names: &[&str], named: &[usize], column: (&str, &[usize])) -> Result<()> {
    let (column, others) = column;
    let Some(row) = (0..named.len().min(others.len())).find(|&row| named[row] != others[row]) else { return Ok(()) };
    let reason = format!(
        "row {} shows \"{}\" by the column \"{column}\", but \"{}\" by the order of the images: leave images.order out, \
         or name the column in responses.ignore",
        row + 1,
        names[others[row]],
        names[named[row]]
    );
    Err(Error::mismatch(&manifest.resolve(&manifest.responses.file), reason))
}

/// Positions in `names` of the `entries` of a file.
pub(super) fn find(path: &Path, entries: &[&str], names: &[&str]) -> Result<Vec<usize>> {
    Lookup::new(names).find_either(path, &single(entries))
}

fn single<S: AsRef<str>>(entries: &[S]) -> Vec<[&str; 1]> {
    entries.iter().map(|entry| [entry.as_ref()]).collect()
}

/// The names that a file lists: one per line, or in a column of a `.csv` or `.tsv`, the only one but an index. `hint` says what
/// to do if there are several. A first line that is the name of an image is a row.
pub(super) fn entries(path: &Path, column: Option<&str>, hint: &str, images: &[&str]) -> Result<Vec<String>> {
    if !is_table(path) {
        return Ok(text::lines(path)?);
    }
    let table = Table::read(path)?;
    let position = match column {
        Some(name) => Some(table.column(name)?),
        None if table.width() == 1 => Some(0),
        None => match table.names() {
            // pandas writes no name above its index.
            [index, _] if index.is_empty() && counts(table.texts(0)?) => Some(1),
            _ => None,
        },
    };
    let position = position.ok_or_else(|| {
        let shown = |name: &String| if name.is_empty() { "one without a name".into() } else { name.clone() };
        let columns = table.names().iter().map(shown).collect::<Vec<_>>().join(", ");
        Error::manifest(path, format!("it has the columns {columns}: {hint}"))
    })?;
    let rows = table.texts(position)?;
    let first = table.names().get(position).filter(|_| column.is_none() && table.width() == 1);
    let first = match first {
        Some(first) if Lookup::new(images).find(first) != Found::None => first_row(path, first, &rows)?,
        _ => None,
    };
    Ok(first.into_iter().chain(rows).map(|cell| cell.trim().to_owned()).collect())
}

fn is_table(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    [".csv", ".tsv", ".csv.gz", ".tsv.gz"].iter().any(|ending| name.ends_with(ending))
}

/// A first line that names an image, if it is written as the others are; pandas calls a column without a name 0.
fn first_row<'a>(path: &Path, first: &'a str, rows: &[&str]) -> Result<Option<&'a str>> {
    let ending = |name: &str| Path::new(name.trim()).extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if first == "0" && rows.iter().all(|row| row.trim().parse::<u64>().is_ok()) {
        let reason =
            "its first line, \"0\", is the name of an image or of the column: write the line \"image\" above it";
        return Err(Error::mismatch(path, reason));
    }
    Ok(Some(first).filter(|first| rows.iter().all(|row| ending(row) == ending(first))))
}
