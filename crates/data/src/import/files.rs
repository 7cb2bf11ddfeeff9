//! What every importer says about its files.

use std::collections::HashSet;
use std::path::Path;

use afterimage_formats::digest;
use afterimage_formats::images::ImageSource;

use crate::Result;
use crate::header::{LeftOut, SourceFile};

/// Path and SHA-256 of each file, for the provenance.
pub(super) fn source_files<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Vec<SourceFile>> {
    let describe =
        |path: &Path| Ok(SourceFile { path: path.to_string_lossy().into_owned(), sha256: digest::sha256(path)? });
    paths.into_iter().map(describe).collect()
}

/// Images of a source that no trial shows, and its files that are not images.
pub(super) fn unused(source: &ImageSource, used: impl IntoIterator<Item = usize>) -> Vec<LeftOut> {
    let used: HashSet<usize> = used.into_iter().collect();
    let unused = source.names().iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, name)| name);
    let images = LeftOut::named("image", "that no trial shows", unused);
    let files = LeftOut::named("file", "among the images that cannot be read as one", source.passed_over());
    images.into_iter().chain(files).collect()
}
