//! Classes of images from a table, or from the folders they lie in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Columns that hold an image's name and its class, best first.
const ID_COLUMNS: [&str; 7] = ["image_id", "image", "name", "file", "filename", "stimulus", "id"];
const CLASS_COLUMNS: [&str; 7] =
    ["class", "class_name", "category", "label", "imagenet_class_index", "class_index", "synset"];

/// A table from image names to classes.
#[derive(Debug, Default)]
pub(crate) struct ClassTable {
    classes: HashMap<String, String>,
}

impl ClassTable {
    /// Reads a CSV file with a header line.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let unusable = |error: csv::Error| Error::manifest(path, error);
        let mut reader = csv::Reader::from_path(path).map_err(unusable)?;
        let header = reader.headers().map_err(unusable)?.clone();
        let find = |wanted: &[&str], what: &str| {
            let found = wanted.iter().find_map(|name| header.iter().position(|column| column.trim() == *name));
            found.ok_or_else(|| {
                let columns = header.iter().collect::<Vec<_>>().join(", ");
                Error::manifest(path, format!("no column of {what}: it has {columns}; name one \"{}\"", wanted[0]))
            })
        };
        let (id, class) = (find(&ID_COLUMNS, "image names")?, find(&CLASS_COLUMNS, "classes")?);
        let mut classes = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(unusable)?;
            if let (Some(id), Some(class)) = (record.get(id), record.get(class)) {
                classes.insert(id.trim().to_owned(), class.trim().to_owned());
            }
        }
        Ok(Self { classes })
    }

    /// The table `images.csv` in a folder or beside it, if there is one with the right columns.
    pub(crate) fn beside(path: &Path) -> Option<Self> {
        let places: [Option<PathBuf>; 2] =
            [Some(path.join("images.csv")), path.parent().map(|up| up.join("images.csv"))];
        places.into_iter().flatten().filter(|place| place.is_file()).find_map(|place| Self::read(&place).ok())
    }

    /// The class of an image by its name, the last part of its name, or that without its ending.
    pub(crate) fn class(&self, name: &str) -> Option<&str> {
        let last = name.rsplit('/').next().unwrap_or(name);
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        [name, last, stem].iter().find_map(|key| self.classes.get(*key)).map(String::as_str)
    }
}

/// The folder an image lies in, when that is below the source's own folder.
pub(crate) fn folder_class(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder))
}
