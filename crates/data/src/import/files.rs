//! What every importer says about its files.

use std::path::Path;

use afterimage_formats::digest;

use crate::Result;
use crate::header::SourceFile;

/// Path and SHA-256 of each file, for the provenance.
pub(super) fn source_files<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Vec<SourceFile>> {
    let describe =
        |path: &Path| Ok(SourceFile { path: path.to_string_lossy().into_owned(), sha256: digest::sha256(path)? });
    paths.into_iter().map(describe).collect()
}
