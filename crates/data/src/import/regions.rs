//! Masks of regions.

use std::collections::BTreeMap;
use std::path::Path;

use afterimage_formats::npz;

use crate::header::Voxels;
use crate::manifest::Manifest;
use crate::{Error, Result};

pub(super) fn read(manifest: &Manifest, count: usize) -> Result<Voxels> {
    let Some(path) = manifest.voxels.regions.as_ref().map(|path| manifest.resolve(path)) else {
        return Ok(Voxels::new(count));
    };
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let regions = if is_csv { from_csv(&path)? } else { from_npz(&path)? };
    match regions.iter().find(|(_, mask)| mask.len() != count) {
        Some((name, mask)) => {
            let reason =
                format!("region \"{name}\" has {} entries for {count} voxels: mend voxels.regions", mask.len());
            Err(Error::mismatch(&path, reason))
        }
        None => Ok(Voxels { regions, ..Voxels::new(count) }),
    }
}

fn from_npz(path: &Path) -> Result<BTreeMap<String, Vec<bool>>> {
    let read = |name: String| {
        let mask = npz::read_f32(path, &name)?.iter().map(|&value| value != 0.0).collect();
        Ok((name, mask))
    };
    npz::names(path)?.into_iter().map(read).collect()
}

fn from_csv(path: &Path) -> Result<BTreeMap<String, Vec<bool>>> {
    let unusable = |error: csv::Error| Error::manifest(path, error);
    let mut reader = csv::Reader::from_path(path).map_err(unusable)?;
    let names: Vec<String> = reader.headers().map_err(unusable)?.iter().map(|name| name.trim().to_owned()).collect();
    let mut masks = vec![Vec::new(); names.len()];
    for (row, record) in reader.records().enumerate() {
        for ((cell, mask), name) in record.map_err(unusable)?.iter().zip(&mut masks).zip(&names) {
            mask.push(match cell.trim() {
                "1" | "true" | "True" | "TRUE" => true,
                "0" | "false" | "False" | "FALSE" | "" => false,
                other => {
                    let reason = format!("\"{other}\" in column {name}, voxel {row} is neither 0 nor 1");
                    return Err(Error::manifest(path, reason));
                }
            });
        }
    }
    Ok(names.into_iter().zip(masks).collect())
}
