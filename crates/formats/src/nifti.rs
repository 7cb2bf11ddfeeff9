//! NIfTI-1 and NIfTI-2: volumes with voxel positions in millimetres.
//!
//! Existing crates load a whole series, which is too large for a session of betas, so the format is read here: scaling,
//! all real number types, both byte orders, gzipped or not, one file or a pair.

mod header;
mod quaternion;
mod write;

use std::path::{Path, PathBuf};

pub use write::{write_described_series, write_f32, write_series};

use crate::packed::{self, Tail, first_bytes};
use crate::volume::Volume;
use crate::{Error, Result};

pub(crate) const FORMAT: &str = "NIfTI";

/// Part before `.nii` in names of CIFTI files: dense and parcellated series, scalars, labels, connectivity.
const CIFTI_KINDS: [&str; 13] = [
    "dtseries",
    "dscalar",
    "dlabel",
    "dconn",
    "ptseries",
    "pscalar",
    "plabel",
    "pconn",
    "dpconn",
    "pdconn",
    "pconnseries",
    "pconnscalar",
    "dfan",
];

/// Opens a file of either version, or either file of a pair.
pub(crate) fn open(path: &Path) -> Result<Volume> {
    let (head, voxels) = pair(path);
    let wrong = |reason: String| Error::malformed(FORMAT, &head, reason);
    if is_cifti(path) {
        return Err(wrong(header::CIFTI.into()));
    }
    let bytes = first_bytes(&head, header::LARGEST as u64)?;
    let (header, alone) = header::parse(&bytes).map_err(wrong)?;
    match (alone, voxels) {
        (false, None) => Err(wrong("it is the header of a pair: name the two files .hdr and .img".into())),
        (true, _) => Volume::new(head, FORMAT, header),
        (false, Some(voxels)) => {
            // Reading voxels never reaches the end of this file, where its checksum is stored.
            if packed::is_packed(&head)? {
                let rest = packed::finish(&mut packed::open(&head, Tail::Ignored)?);
                rest.map_err(|error| wrong(format!("it cannot be unpacked ({error}): copy it again")))?;
            }
            Volume::new(voxels, FORMAT, header)
        }
    }
}

/// True if a file is CIFTI by its name, such as `sub-01_bold.dtseries.nii`.
fn is_cifti(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let kind = name.trim_end_matches(".gz").strip_suffix(".nii").and_then(|stem| stem.rsplit_once('.'));
    kind.is_some_and(|(_, kind)| CIFTI_KINDS.contains(&kind))
}

/// File with the header, and the file with the voxels if different.
fn pair(path: &Path) -> (PathBuf, Option<PathBuf>) {
    let name = path.to_string_lossy();
    let lower = name.to_ascii_lowercase();
    for packed in ["", ".gz"] {
        for ending in [".hdr", ".img"] {
            let Some(stem) = lower.strip_suffix(&format!("{ending}{packed}")) else { continue };
            let beside = |ending: &str| PathBuf::from(format!("{}{ending}{packed}", &name[..stem.len()]));
            return (beside(".hdr"), Some(beside(".img")));
        }
    }
    (path.to_owned(), None)
}
