//! `afterimage export`: scores of single voxels and data sets for other tools.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Result, bail};
use serde::Serialize;

use afterimage_data::{DataSet, voxels_of_rows};
use afterimage_experiment::{Session, voxels};
use afterimage_formats::table::Table;
use afterimage_run::{
    Artefact,
    maps::{self, Column},
    scores::ScoreFile,
    voxels::Voxels,
};

use super::import::{Importing, next, quoted};
use super::inputs;
use crate::args::product::{Data, Export, Maps};
use crate::progress::listen;
use crate::{build::caller, say};

/// Columns of voxel tables that identify a voxel or its position, and contain no values.
const PLACES: [&str; 9] = ["voxel", "i", "j", "k", "x_mm", "y_mm", "z_mm", "hemisphere", "vertex"];

#[derive(Serialize)]
struct Made<'a> {
    voxels: usize,
    columns: &'a [Column],
    files: Vec<String>,
}

/// `afterimage export`.
pub(super) fn export(what: &Export) -> Result<()> {
    match what {
        Export::Maps(args) => maps(args),
        Export::Data(args) => data(args),
    }
}

fn data(args: &Data) -> Result<()> {
    listen();
    let data = DataSet::open(&args.dataset)?;
    let lost = afterimage_data::export(&data, &args.out, Importing::labelled("export"))?;
    let mut names: Vec<String> = std::fs::read_dir(&args.out)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    say::line(format!("wrote {}: {}", args.out.display(), names.join(", ")))?;
    if !lost.is_empty() {
        say::line(format!("not in these files: {}", lost.join(", ")))?;
    }
    let manifest = args.out.join("manifest.toml");
    next(&format!("afterimage import generic {} --out NAME.afterimage", quoted(&manifest)))
}

fn maps(args: &Maps) -> Result<()> {
    inputs::refuse_no_run(&args.run)?;
    let session = Session::open(&args.run, &caller())?;
    let voxels = voxels::read(&session)?;
    let scores = ScoreFile::read_if_present(&session.run)?;
    let mut columns = scores.map(|file| maps::score_columns(&file, &voxels)).unwrap_or_default();
    for path in &args.table {
        columns.extend(from_table(path, &voxels)?);
    }
    if columns.is_empty() {
        bail!(
            "\"{}\" contains no scores of single voxels: run `afterimage evaluate` on it, or give --table",
            args.run.display()
        );
    }
    let files = maps::write(&args.out, &voxels, &columns)?;
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    if args.json {
        return say::json(&Made { voxels: voxels.len(), columns: &columns, files });
    }
    columns.iter().try_for_each(|column| say::line(format!("{}: {}", column.name, column.meaning)))?;
    files.iter().try_for_each(say::line)?;
    match (&voxels.volume, &voxels.surface) {
        (None, None) => {
            say::line("the data set does not store voxel positions, so no volumes or surfaces were written")
        }
        _ => Ok(()),
    }
}

/// Numeric columns of a table, in the run's order of voxels; NaN for a voxel that is missing from the table.
fn from_table(path: &Path, voxels: &Voxels) -> Result<Vec<Column>> {
    let table = Table::read(path)?;
    let texts = |column| Ok(table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect());
    let columns = (0..table.width()).map(texts).collect::<Result<Vec<Vec<String>>>>()?;
    let columns: Vec<(String, Vec<String>)> = table.names().iter().cloned().zip(columns).collect();
    let rows: HashMap<usize, usize> = match voxels_of_rows(path, &columns)? {
        Some(ids) => ids.into_iter().zip(0..).collect(),
        None if table.len() == voxels.len() => voxels.ids.iter().copied().zip(0..).collect(),
        None => bail!(
            "\"{}\" has {} rows for {} {}: give one row per {}, or a column \"voxel\" with their numbers",
            path.display(),
            table.len(),
            voxels.len(),
            voxels.unit().plural(),
            voxels.unit().singular()
        ),
    };
    if rows.len() != table.len() {
        let unit = voxels.unit().singular();
        bail!("\"{}\" names a {unit} twice: give one row per {unit}", path.display());
    }
    if let Some(stray) = rows.keys().find(|id| !voxels.ids.contains(id)) {
        let from_one = !rows.contains_key(&0) && *stray == voxels.columns;
        let hint =
            if from_one { ": it seems to count from 1, and here counting begins at 0, so subtract 1" } else { "" };
        bail!("\"{}\" names {} {stray}, which the run does not use{hint}", path.display(), voxels.unit().singular());
    }
    let safe = |name: &str| -> String {
        let kept = |c: char| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' };
        name.trim_start_matches('.').chars().map(kept).collect()
    };
    let mut columns = Vec::new();
    let is_place = |name: &str| name.is_empty() || PLACES.contains(&name);
    for (place, name) in table.names().iter().enumerate().filter(|(_, name)| !is_place(name)) {
        // A column of text, such as the name of a region, is not a map.
        let Ok(values) = table.f64s(place) else { continue };
        let value = |id: &usize| rows.get(id).map_or(f32::NAN, |&row| values[row] as f32);
        columns.push(Column {
            name: safe(name),
            meaning: format!("column \"{name}\" of {}", path.display()),
            values: voxels.ids.iter().map(value).collect(),
        });
    }
    Ok(columns)
}
