//! The tables of voxels and of trials.

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::table::Table;

use crate::header::{FittedOn, VoxelColumn, Voxels};
use crate::import::shown::{Shown, Trial};
use crate::{Error, Result};

/// The voxels in the order of the responses: flags are regions, other numbers are columns.
pub(super) fn voxels(path: &Path, ids: &[i64]) -> Result<Voxels> {
    let table = Table::read(path)?;
    let known = table.i64s(table.column("voxel_id")?)?;
    let row_of: HashMap<i64, usize> = known.iter().enumerate().map(|(row, &id)| (id, row)).collect();
    let rows = ids.iter().map(|id| {
        row_of.get(id).copied().ok_or_else(|| {
            Error::mismatch(path, format!("it has no voxel {id}, which the responses have: give both of one subject"))
        })
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let mut voxels = Voxels::new(ids.len());
    let read = |column: usize| -> Result<Vec<f64>> {
        let values = table.f64s(column)?;
        Ok(rows.iter().map(|&row| values[row]).collect())
    };
    let axes = ["voxel_x", "voxel_y", "voxel_z"].map(|axis| table.column(axis));
    if let [Ok(x), Ok(y), Ok(z)] = axes {
        let (x, y, z) = (read(x)?, read(y)?, read(z)?);
        voxels.coordinates = Some((0..rows.len()).map(|at| [x[at] as f32, y[at] as f32, z[at] as f32]).collect());
    }
    for (column, name) in table.names().iter().enumerate() {
        if ["voxel_id", "subject_id", "voxel_x", "voxel_y", "voxel_z", ""].contains(&name.as_str())
            || name.starts_with("Unnamed")
        {
            continue;
        }
        // Some tables write flags as words.
        let values = match table.bools(column) {
            Ok(flags) => rows.iter().map(|&row| f64::from(u8::from(flags[row]))).collect(),
            Err(_) => read(column)?,
        };
        match values.iter().all(|value| [0.0, 1.0].contains(value)) {
            true => {
                voxels.regions.insert(name.clone(), values.iter().map(|&value| value != 0.0).collect());
            }
            false => {
                let (meaning, fitted_on) = meaning(name);
                let values = values.iter().map(|&value| value as f32).collect();
                voxels.columns.insert(name.clone(), VoxelColumn { meaning: meaning.into(), fitted_on, values });
            }
        }
    }
    Ok(voxels)
}

fn meaning(name: &str) -> (&'static str, FittedOn) {
    match name {
        name if name.starts_with("nc_") => {
            ("noise ceiling of the source, percent of variance, from all repeats", FittedOn::Everything)
        }
        name if name.starts_with("splithalf") => {
            ("split-half reliability of the source, from test repeats", FittedOn::Everything)
        }
        name if name.starts_with("prf") => ("population receptive field, from runs of its own", FittedOn::Nothing),
        _ => ("as in the source's table of voxels", FittedOn::Unknown),
    }
}

/// The trials in the order of the responses' columns, which are called by `trial_id`.
pub(super) fn shown(path: &Path, names: &[String]) -> Result<Shown> {
    let table = Table::read(path)?;
    let wrong = |reason: String| Error::mismatch(path, reason);
    if table.len() != names.len() {
        let reason = format!("it has {} trials, the responses {}: give both of one subject", table.len(), names.len());
        return Err(wrong(reason));
    }
    let rows: Vec<usize> = match table.column("trial_id") {
        Err(_) => (0..names.len()).collect(),
        Ok(column) => {
            let row_of: HashMap<&str, usize> =
                table.texts(column)?.into_iter().enumerate().map(|(row, id)| (id.trim(), row)).collect();
            let find = |name: &String| row_of.get(name.as_str()).copied();
            let missing = |name: &String| wrong(format!("it has no trial {name}, which the responses have"));
            names.iter().map(|name| find(name).ok_or_else(|| missing(name))).collect::<Result<_>>()?
        }
    };
    let texts = |name: &str| -> Result<Vec<&str>> { Ok(table.texts(table.column(name)?)?) };
    let (kinds, stimuli, concepts) = (texts("trial_type")?, texts("stimulus")?, texts("concept")?);
    let numbers = |name: &str| -> Result<Vec<u16>> {
        let values = table.i64s(table.column(name)?)?;
        let first = values.iter().copied().min().unwrap_or(0);
        // Counted from 0 here, whatever the table counts from.
        Ok(values.iter().map(|value| u16::try_from(value - first).unwrap_or(u16::MAX)).collect())
    };
    let (sessions, runs) = (numbers("session")?, numbers("run")?);
    let mut shown = Shown::default();
    for row in rows {
        shown.push(Trial {
            name: stimuli[row],
            class: Some(concepts[row]),
            is_test: kinds[row] == "test",
            session: sessions[row],
            run: runs[row],
            averaged: 1,
        });
    }
    Ok(shown)
}
