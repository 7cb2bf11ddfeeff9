//! The tables of voxels and of trials.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use afterimage_formats::table::Table;

use crate::header::{FittedOn, LeftOut, VoxelColumn, Voxels};
use crate::import::columns::refuse_shuffled;
use crate::import::shown::{Shown, Trial};
use crate::import::subject;
use crate::{Error, Result};

/// The voxels in the order of the responses: flags are regions, other numbers are columns. With those of the table that
/// have no responses.
pub(super) fn voxels(path: &Path, ids: &[i64]) -> Result<(Voxels, Option<LeftOut>)> {
    let table = Table::read(path)?;
    let known = table.i64s(table.column("voxel_id")?)?;
    let row_of = rows_of(path, "voxel_id", &known)?;
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
        if values.iter().all(|value| [0.0, 1.0].contains(value)) {
            voxels.regions.insert(name.clone(), values.iter().map(|&value| value != 0.0).collect());
        } else {
            let (meaning, fitted_on) = meaning(name);
            let values = values.iter().map(|&value| value as f32).collect();
            voxels.columns.insert(name.clone(), VoxelColumn { meaning: meaning.into(), fitted_on, values });
        }
    }
    let used: HashSet<i64> = ids.iter().copied().collect();
    let unused = known.iter().filter(|id| !used.contains(id)).map(ToString::to_string);
    Ok((voxels, LeftOut::named("voxel", "of the table that has no responses", unused)))
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

/// # Errors
/// [`Error::Mismatch`] where the columns `subject_id` of both tables are not of one subject.
pub(super) fn refuse_other_subject(voxels: &Path, stimuli: &Path) -> Result<()> {
    let mut known: Option<(String, &Path)> = None;
    for path in [voxels, stimuli] {
        let table = Table::read(path)?;
        let Ok(column) = table.column("subject_id") else { continue };
        for (row, text) in table.texts(column)?.into_iter().enumerate() {
            let found = subject::plain(text);
            match &known {
                Some((wanted, other)) if *wanted != found => {
                    let reason = format!(
                        "row {} is of subject {found} (column subject_id), \"{}\" of subject {wanted}: give tables of one subject",
                        row + 1,
                        other.display()
                    );
                    return Err(Error::mismatch(path, reason));
                }
                Some(_) => (),
                None => known = Some((found, path)),
            }
        }
    }
    Ok(())
}

/// The trials in the order of the responses' columns, which are called by `trial_id`, and whether that is the order of the
/// table if it has no such column.
pub(super) fn shown(path: &Path, names: &[String]) -> Result<(Shown, bool)> {
    let table = Table::read(path)?;
    let wrong = |reason: String| Error::mismatch(path, reason);
    if table.len() != names.len() {
        let reason = format!("it has {} trials, the responses {}: give both of one subject", table.len(), names.len());
        return Err(wrong(reason));
    }
    let rows: Vec<usize> = match table.column("trial_id") {
        Err(_) => {
            // Without names to join by, frames that number their trials must number them in order.
            let numbers = names.iter().map(|name| name.parse::<i64>().ok()).collect::<Option<Vec<_>>>();
            if let Some(numbers) = numbers.filter(|numbers| !numbers.is_sorted()) {
                let reason = format!(
                    "it has no column trial_id, and the responses are not in the order of their trials ({}, …): add it",
                    numbers.iter().take(4).map(ToString::to_string).collect::<Vec<_>>().join(", ")
                );
                return Err(wrong(reason));
            }
            refuse_shuffled(path, &table, "the trials")?;
            (0..names.len()).collect()
        }
        Ok(column) => {
            // Through a column of floats, trial 7 is called 7.0.
            let ids: Vec<String> = table.texts(column)?.into_iter().map(subject::plain).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let row_of = rows_of(path, "trial_id", &ids)?;
            let find = |name: &String| row_of.get(subject::plain(name).as_str()).copied();
            let missing = |name: &String| wrong(format!("it has no trial {name}, which the responses have"));
            names.iter().map(|name| find(name).ok_or_else(|| missing(name))).collect::<Result<_>>()?
        }
    };
    let by_order = table.column("trial_id").is_err();
    let texts = |name: &str| -> Result<Vec<&str>> { Ok(table.texts(table.column(name)?)?) };
    let (kinds, stimuli, concepts) = (texts("trial_type")?, texts("stimulus")?, texts("concept")?);
    let numbers = |name: &str| -> Result<Vec<u16>> {
        let values = table.i64s(table.column(name)?)?;
        let first = values.iter().copied().min().unwrap_or(0);
        // Counted from 0 here, whatever the table counts from.
        let number = |value: &i64| {
            u16::try_from(value - first).map_err(|_| wrong(format!("column {name} goes from {first} to {value}")))
        };
        values.iter().map(number).collect()
    };
    let (sessions, runs) = (numbers("session")?, numbers("run")?);
    let is_test = kinds.iter().enumerate().map(|(row, kind)| match kind.trim().to_ascii_lowercase().as_str() {
        "test" => Ok(true),
        "train" | "training" => Ok(false),
        _ => Err(wrong(format!("row {}, column trial_type holds \"{kind}\", expected train or test", row + 1))),
    });
    let is_test = is_test.collect::<Result<Vec<bool>>>()?;
    if !is_test.contains(&true) {
        return Err(wrong("its column trial_type has no trial of the test: give the table of all trials".into()));
    }
    let mut shown = Shown::default();
    for row in rows {
        shown.push(Trial {
            name: stimuli[row].trim(),
            class: Some(concepts[row].trim()),
            is_test: is_test[row],
            session: sessions[row],
            run: runs[row],
            averaged: 1,
        });
    }
    Ok((shown, by_order))
}

/// The row of each name; names are distinct.
fn rows_of<T: std::hash::Hash + Eq + Copy + std::fmt::Display>(
    path: &Path,
    column: &str,
    names: &[T],
) -> Result<HashMap<T, usize>> {
    let mut rows = HashMap::new();
    for (row, name) in names.iter().enumerate() {
        if rows.insert(*name, row).is_some() {
            return Err(Error::mismatch(path, format!("column {column} has {name} twice: leave one of the rows out")));
        }
    }
    Ok(rows)
}
