//! The images that samples name.

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::images::ImageSource;
use afterimage_formats::names::nfc;
use afterimage_formats::table::Table;

use super::{GodOptions, Label};
use crate::import::order::{Found, Lookup};
use crate::{Error, Result};

/// The images, and the names that lists give to labels.
pub(super) struct Pictures {
    pub(super) source: ImageSource,
    listed: HashMap<Label, String>,
}

impl Pictures {
    pub(super) fn open(options: &GodOptions) -> Result<Self> {
        let source = ImageSource::open_by_name(&options.images)?;
        let mut listed = HashMap::new();
        for list in &options.image_lists {
            read_list(list, &mut listed)?;
        }
        Ok(Self { source, listed })
    }

    /// The images of labels, by their names without folder and ending.
    pub(super) fn find(&self, labels: impl Iterator<Item = Label>) -> Result<Vec<usize>> {
        let stems: Vec<String> = self.source.names().iter().map(|name| stem(name)).collect();
        let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        let lookup = Lookup::new(&stems);
        labels.map(|label| self.find_one(label, &lookup)).collect()
    }

    fn find_one(&self, label: Label, lookup: &Lookup<'_>) -> Result<usize> {
        let name = self.listed.get(&label).cloned().unwrap_or_else(|| label.name());
        let names = self.source.names();
        let reason = match lookup.find(&name) {
            Found::One(at) => return Ok(at),
            Found::Several(a, b) => {
                format!("\"{}\" and \"{}\" are both called {name}: leave one out", names[a], names[b])
            }
            Found::None => {
                let example = names.first().map_or("", String::as_str);
                format!(
                    "no image is called {name}; there are {}, called like \"{example}\": \
                     complete the folder, or give the lists that name the pictures",
                    names.len()
                )
            }
        };
        Err(Error::mismatch(self.source.path(), reason))
    }
}

/// Reads the labels and file names of a list; its first line may hold words.
fn read_list(path: &Path, listed: &mut HashMap<Label, String>) -> Result<()> {
    let table = Table::read_bare(path)?;
    for (row, (value, file)) in table.texts(0)?.into_iter().zip(table.texts(1)?).enumerate() {
        let label = value.trim().parse().ok().and_then(Label::of);
        let Some(label) = label else {
            if row == 0 {
                continue;
            }
            return Err(Error::mismatch(path, format!("line {} begins with \"{value}\", expected a label", row + 1)));
        };
        let name = nfc(&stem(file.trim())).into_owned();
        match listed.insert(label, name.clone()) {
            Some(other) if other != name => {
                let reason = format!(
                    "the label {} has two pictures, {other} and {name}: were the labels rounded by a spreadsheet?",
                    label.name()
                );
                return Err(Error::mismatch(path, reason));
            }
            _ => (),
        }
    }
    Ok(())
}

pub(super) fn stem(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_owned()
}
