//! The pictures that samples name.

use std::collections::HashMap;

use afterimage_formats::images::ImageSource;
use afterimage_formats::table::Table;

use super::{GodOptions, Label};
use crate::{Error, Result};

/// The pictures, by label.
pub(super) struct Pictures {
    pub(super) source: ImageSource,
    by_stem: HashMap<String, usize>,
    listed: HashMap<Label, String>,
}

impl Pictures {
    pub(super) fn open(options: &GodOptions) -> Result<Self> {
        let source = ImageSource::open(&options.images)?;
        let stems = source.names().iter().enumerate().map(|(index, name)| (stem(name), index));
        let by_stem = stems.collect();
        let mut listed = HashMap::new();
        for list in &options.image_lists {
            let table = Table::read_bare(list)?;
            for (value, file) in table.texts(0)?.into_iter().zip(table.texts(1)?) {
                if let Some(label) = value.trim().parse().ok().and_then(Label::of) {
                    listed.insert(label, stem(file.trim()));
                }
            }
        }
        Ok(Self { source, by_stem, listed })
    }

    pub(super) fn find(&self, label: Label) -> Result<usize> {
        let name = self.listed.get(&label).cloned().unwrap_or_else(|| label.name());
        self.by_stem.get(&name).copied().ok_or_else(|| {
            let example = self.source.names().first().map_or("", String::as_str);
            let reason = format!(
                "no picture is called {name}; there are {}, called like \"{example}\": \
                 complete the folder, or give the lists that name the pictures",
                self.source.len()
            );
            Error::mismatch(self.source.path(), reason)
        })
    }
}

pub(super) fn stem(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_owned()
}
