//! Keys that say nothing next to others.

use super::{Manifest, SplitBy};
use crate::import::{NameOrder, matrix};

/// The first key that another makes void, in words, with what to do.
pub(super) fn first(manifest: &Manifest, table: &toml::Table) -> Option<String> {
    let is_given = |section: &str, key: &str| table.get(section).and_then(|section| section.get(key)).is_some();
    let by_column = manifest.split.by == Some(SplitBy::Column);
    if by_column && manifest.split.test_list.is_some() {
        return Some("split.by = \"column\" and split.test_list both say what is tested: leave one out".into());
    }
    let drawn = ["test", "validation", "seed"].into_iter().find(|key| by_column && is_given("split", key));
    if let Some(key) = drawn {
        return Some(format!(
            "split.{key} is for a split that is drawn, and split.by = \"column\" draws none: leave one out"
        ));
    }
    if manifest.split.test_list.is_some() && is_given("split", "test") {
        return Some("split.test and split.test_list both say what is tested: leave one out".into());
    }
    column(manifest).or_else(|| array(manifest))
}

/// The column of a list that has none.
fn column(manifest: &Manifest) -> Option<String> {
    let images = &manifest.images;
    images.column.as_ref()?;
    let Some(order) = &images.order else {
        return Some("images.column names a column of the file images.order: set images.order too".into());
    };
    let is_order = order == "sorted" || NameOrder::named(order).is_some();
    let is_lines = order.to_ascii_lowercase().ends_with(".txt");
    (is_order || is_lines).then(|| {
        format!(
            "images.column names a column of a table, and images.order = \"{order}\" has none: leave images.column out"
        )
    })
}

/// The array of a file that has one only.
fn array(manifest: &Manifest) -> Option<String> {
    let file = &manifest.responses.file;
    let is_npy = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
    (manifest.responses.array.is_some() && (is_npy || matrix::is_text(file))).then(|| {
        format!(
            "responses.array names an array of an .npz, .mat or .h5, and responses.file = \"{}\" is one table: leave \
             responses.array out",
            file.display()
        )
    })
}
