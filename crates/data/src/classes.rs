//! Classes of images from a table, or from the folders they lie in.

use std::path::{Path, PathBuf};

use afterimage_formats::table::Table;

use crate::header::LeftOut;
use crate::import::order::{Found, Lookup};
use crate::{Error, Result};

/// Columns that hold an image's name and its class, best first.
const ID_COLUMNS: [&str; 7] = ["image_id", "image", "name", "file", "filename", "stimulus", "id"];
const CLASS_COLUMNS: [&str; 7] =
    ["class", "class_name", "category", "label", "imagenet_class_index", "class_index", "synset"];

/// A table from image names to classes.
#[derive(Debug)]
pub(crate) struct ClassTable {
    path: PathBuf,
    /// Names and classes, in the order of the table, by each column that may hold the names, the best first.
    candidates: Vec<Vec<(String, String)>>,
}

/// The classes of images, and what a table of them left open.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    /// One for each image.
    pub(crate) of: Vec<Option<String>>,
    /// Names in the table that no image has.
    pub(crate) unknown: Vec<String>,
    /// Images that the table does not name.
    pub(crate) unlabelled: Vec<String>,
}

impl ClassTable {
    /// Reads a `.csv` or `.tsv` with a line of names.
    ///
    /// # Errors
    /// [`Error::Format`]; [`Error::Manifest`] with the columns it has if those of names and classes are not there.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let table = Table::read(path)?;
        let missing = |what: &str, name: &str| {
            let columns = table.names().join(", ");
            Error::manifest(path, format!("no column of {what}: it has {columns}; name one \"{name}\""))
        };
        let ids: Vec<usize> = ID_COLUMNS.iter().filter_map(|name| column(&table, &[*name])).collect();
        if ids.is_empty() {
            return Err(missing("image names", ID_COLUMNS[0]));
        }
        let classes = column(&table, &CLASS_COLUMNS).ok_or_else(|| missing("classes", CLASS_COLUMNS[0]))?;
        let texts = |column: usize| Ok::<_, Error>(table.texts(column)?.into_iter().map(|text| text.trim().to_owned()));
        let entries = |id: usize| Ok(texts(id)?.zip(texts(classes)?).collect());
        let candidates = ids.into_iter().map(entries).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), candidates })
    }

    /// Names and classes by the first column that names an image.
    fn entries(&self, lookup: &Lookup<'_>) -> &[(String, String)] {
        let names_any =
            |entries: &&Vec<(String, String)>| entries.iter().any(|(name, _)| lookup.find(name) != Found::None);
        self.candidates.iter().find(names_any).or(self.candidates.first()).map_or(&[], Vec::as_slice)
    }

    /// Finds the table `images.csv` in a folder or next to it, if there is one with a column of classes.
    ///
    /// # Errors
    /// As [`ClassTable::read`] for such a table that is damaged or names no images.
    fn find(path: &Path) -> Result<Option<Self>> {
        let places: [Option<PathBuf>; 2] =
            [Some(path.join("images.csv")), path.parent().map(|up| up.join("images.csv"))];
        for place in places.into_iter().flatten().filter(|place| place.is_file()) {
            if column(&Table::read(&place)?, &CLASS_COLUMNS).is_some() {
                return Self::read(&place).map(Some);
            }
        }
        Ok(None)
    }

    /// The classes of images by their names, the last parts of their names, or those without their endings.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for a name that several images have, two classes of one image, or a table in which no name is
    /// that of an image.
    pub(crate) fn classes(&self, names: &[&str]) -> Result<Classes> {
        let lookup = Lookup::new(names);
        let wrong = |reason: String| Error::mismatch(&self.path, reason);
        let entries = self.entries(&lookup);
        let mut classes = Classes { of: vec![None; names.len()], ..Classes::default() };
        for (name, class) in entries.iter().filter(|(name, class)| !name.is_empty() && !is_missing(class)) {
            match lookup.find(name) {
                Found::Several(a, b) => {
                    let (a, b) = (names[a], names[b]);
                    return Err(wrong(format!(
                        "\"{name}\" names several images, \"{a}\" and \"{b}\": write their folders too"
                    )));
                }
                Found::None => classes.unknown.push(name.clone()),
                Found::One(at) => match &classes.of[at] {
                    Some(other) if other != class => {
                        let image = names[at];
                        return Err(wrong(format!("it gives \"{image}\" two classes, \"{other}\" and \"{class}\"")));
                    }
                    _ => classes.of[at] = Some(class.clone()),
                },
            }
        }
        if classes.of.iter().all(Option::is_none) {
            let first = entries.first().map(|(name, _)| name.as_str()).unwrap_or_default();
            let reason = format!(
                "no image is called as one of its {} names; for \"{first}\", {}",
                entries.len(),
                lookup.nearest(first)
            );
            return Err(wrong(reason));
        }
        let unlabelled = names.iter().zip(&classes.of).filter(|(_, class)| class.is_none());
        classes.unlabelled = unlabelled.map(|(name, _)| (*name).to_owned()).collect();
        Ok(classes)
    }
}

/// Whether a class stands for a missing one, as pandas and BIDS write it.
fn is_missing(class: &str) -> bool {
    ["", "n/a", "nan"].iter().any(|mark| class.eq_ignore_ascii_case(mark))
}

impl Classes {
    /// Finds classes by `images.csv` in a folder or next to it, else by the folders that the images lie in.
    ///
    /// A table next to the folder that names no image of it is about others and is passed over.
    ///
    /// # Errors
    /// As [`ClassTable::classes`].
    pub(crate) fn find(path: &Path, names: &[&str]) -> Result<Self> {
        let Some(table) = ClassTable::find(path)? else { return Ok(Self::of_folders(names)) };
        let lookup = Lookup::new(names);
        let about_others = table.entries(&lookup).iter().all(|(name, _)| lookup.find(name) == Found::None);
        if about_others && table.path.parent() != Some(path) {
            Ok(Self::of_folders(names))
        } else {
            table.classes(names)
        }
    }

    /// By the folders that the images lie in.
    pub(crate) fn of_folders(names: &[&str]) -> Self {
        Self { of: names.iter().map(|name| folder_class(name).map(str::to_owned)).collect(), ..Self::default() }
    }

    /// Names without an image, and images without a class.
    pub(crate) fn left_out(&self) -> Vec<LeftOut> {
        let unknown = LeftOut::named("label", "that names no image", &self.unknown);
        let unlabelled = LeftOut::named("label", "missing for images that the table does not name", &self.unlabelled);
        unknown.into_iter().chain(unlabelled).collect()
    }
}

fn column(table: &Table, wanted: &[&str]) -> Option<usize> {
    wanted.iter().find_map(|name| table.names().iter().position(|column| column == name))
}

/// The folder an image lies in, if that is below the source's own folder.
fn folder_class(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder.rsplit('/').next().unwrap_or(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(table: &[u8], names: &[&str]) -> Result<Classes> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, table).unwrap();
        ClassTable::read(&path)?.classes(names)
    }

    #[test]
    fn marks_quotes_and_composition_do_not_hide_a_label() {
        let table = "\u{feff}\"image\";\"class\"\r\n\"caf\u{e9}.png\";\"cup\"\r\nb;dog\r\n";
        let found = classes(table.as_bytes(), &["x/cafe\u{301}.png", "b.png"]).unwrap();
        assert_eq!(found.of, [Some("cup".into()), Some("dog".into())]);
        assert!(found.left_out().is_empty());
    }

    #[test]
    fn labels_without_images_and_images_without_labels_are_counted() {
        let found = classes(b"image,class\na,cup\nz,dog\n", &["a.png", "b.png"]).unwrap();
        let said: Vec<String> = found.left_out().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            ["1 label that names no image (z)", "1 label missing for images that the table does not name (b.png)"]
        );
    }

    #[test]
    fn names_are_in_the_column_that_has_them_and_a_missing_class_is_none() {
        let found = classes(b"image_id,image,class\n7,a,cup\n9,b,n/a\n", &["a.png", "b.png"]).unwrap();
        assert_eq!(found.of, [Some("cup".into()), None]);
    }

    #[test]
    fn ambiguous_contradicting_and_foreign_labels_are_refused() {
        for (table, names, expected) in [
            ("image,class\na.png,cup\n", &["x/a.png", "y/a.png"][..], "\"x/a.png\" and \"y/a.png\""),
            ("image,class\na,cup\na.png,dog\n", &["a.png"], "two classes, \"cup\" and \"dog\""),
            ("image,class\nA,cup\n", &["a.png"], "differs in letter case"),
        ] {
            let message = classes(table.as_bytes(), names).unwrap_err().to_string();
            assert!(message.contains("labels.csv") && message.contains(expected), "{message}");
        }
        assert_eq!(
            classes(b"image,class\nx/a.png,cup\n", &["x/a.png", "y/a.png"]).unwrap().of,
            [Some("cup".into()), None]
        );
    }
}
