//! `afterimage decode`: responses to images.

mod group;
mod labels;
mod latency;
mod places;
mod responses;
mod units;

use std::path::Path;

use anyhow::{Result, bail};
use ndarray::{ArrayView, ArrayView4, Axis, RemoveAxis};
use serde::Serialize;

use afterimage_experiment::{Units, reconstruct::write_png, trained::Item};
use afterimage_formats::{npy, picture};
use afterimage_run::{atomic, replace::FolderKind, table::csv, voxels::Voxels};

use super::refuse_used;
use super::run::{open_trained, threads};
use crate::args::product::Decode;
use crate::{build, progress, say};
use group::By;
use latency::{Latency, decode_all};
use responses::Known;
use units::Stated;

const ARRAY: &str = "reconstructions.npy";
/// The folder of decoded images.
const FOLDER: FolderKind = FolderKind {
    name: "a folder of `afterimage decode`",
    mark: "decode.json",
    entries: &[ARRAY, "items.csv", "*.png"],
};

/// Description of the decoded images, written as `decode.json`.
#[derive(Serialize)]
struct Made {
    software: String,
    run: String,
    responses: String,
    /// The part of a data set that was decoded, such as `test`.
    part: Option<&'static str>,
    rows: usize,
    images: usize,
    /// How the voxels of the responses were matched with those of the run.
    voxels: &'static str,
    /// Unit of the responses, `recorded` or `standardised`, and who states it.
    units: Units,
    units_stated_by: String,
    standardised: String,
    /// Mean and standard deviation of the responses against those of training; `None` if the run does not standardise.
    against_training: Option<String>,
    /// What whole numbers of 16 bits were divided by, as in the import of the run's data set.
    whole_numbers_divided_by: Option<f32>,
    averaged_by: Option<String>,
    latency: Latency,
    /// What the images are made of, if not of the decoder network alone.
    made_of: Option<String>,
    folder: String,
}

/// Decodes the responses and writes the images.
pub(super) fn decode(args: &Decode) -> Result<()> {
    progress::listen();
    refuse_used(&args.out, &FOLDER, args.overwrite)?;
    let run = open_trained(&args.run, args.device.as_deref())?;
    threads(run.experiment())?;
    run.decoder()?;
    let voxels = run.voxels()?;
    let known = Known { voxels: &voxels, data: run.session().data_fingerprint() };
    let read = responses::read(args, &known)?;
    let stated = Stated::of(args, &run, &read)?;
    let (rows, matched, divided, part) = (read.values.nrows(), read.matched, read.divided_by, read.part);
    let against_training = stated.check(args, &run, &read, &voxels)?;
    let repeats = if args.average_by.is_none() { group::repeats(&read) } else { None };
    let by = args.average_by.as_deref().map(|labels| By { labels, column: args.average_column.as_deref() });
    let (mut responses, items) = group::average(read, by.as_ref())?;
    let standardised = match (run.standardises(), stated.units) {
        (_, Units::Standardised) => format!("before, as stated by {}", stated.by),
        (true, Units::Recorded) => {
            run.standardise(&mut responses)?;
            refuse_not_finite(
                responses.view(),
                &items,
                "is not finite after standardisation by the training responses",
            )?;
            "by the run's training responses".into()
        }
        (false, Units::Recorded) => "not standardised, as in the run".into(),
    };
    let on = format!("{}, {} threads", run.experiment().device.name, rayon::current_num_threads());
    let (images, latency) = decode_all(&run, responses.view(), args.latency, on)?;
    refuse_not_finite(images.view(), &items, "decodes to an image with values that are not finite")?;
    if args.overwrite {
        FOLDER.remove_entries(&args.out)?;
    }
    write(&args.out, images.view(), &items, run.photographs_of(responses.view())?)?;
    let made = Made {
        software: build::software(),
        run: args.run.display().to_string(),
        responses: args.responses.display().to_string(),
        part,
        rows,
        images: items.len(),
        voxels: matched.in_words(),
        units: stated.units,
        units_stated_by: stated.by,
        standardised,
        against_training,
        whole_numbers_divided_by: divided,
        averaged_by: args.average_by.clone(),
        latency,
        made_of: run.experiment().reconstruction_parts(),
        folder: args.out.display().to_string(),
    };
    atomic::write_json(&args.out.join("decode.json"), &made)?;
    conclude(args, &made, &voxels, repeats)
}

/// Refuses rows with values that are not finite, which very large responses produce; names the first.
fn refuse_not_finite<D: RemoveAxis>(rows: ArrayView<'_, f32, D>, items: &[Item], what: &str) -> Result<()> {
    let is_finite = |row: ArrayView<'_, f32, D::Smaller>| row.iter().all(|value| value.is_finite());
    match rows.axis_iter(Axis(0)).zip(items).position(|(row, _)| !is_finite(row)) {
        None => Ok(()),
        Some(row) => bail!(
            "response {row} (\"{}\") {what}: check the unit of the responses, and leave out values far outside the \
             range of the training responses",
            items[row].name
        ),
    }
}

/// Writes array, pictures and table; with `photographs`, the names of those that the images took fine structure from.
fn write(out: &Path, images: ArrayView4<'_, f32>, items: &[Item], photographs: Option<Vec<String>>) -> Result<()> {
    atomic::through(&out.join(ARRAY), |path| Ok(npy::write_f32(path, images.into_dyn())?))?;
    let photograph = photographs.is_some().then_some("photograph");
    let mut rows = vec![["file", "name", "responses"].into_iter().chain(photograph).map(String::from).collect()];
    for (row, item) in items.iter().enumerate() {
        let file = format!("{row:04}.png");
        write_png(&out.join(&file), picture::bytes(images.index_axis(Axis(0), row)).view())?;
        let photograph = photographs.as_ref().map(|names| names[row].clone());
        let cells = [file, item.name.clone(), item.responses.to_string()];
        rows.push(cells.into_iter().chain(photograph).collect::<Vec<_>>());
    }
    Ok(atomic::write(&out.join("items.csv"), csv(rows).as_bytes())?)
}

fn conclude(args: &Decode, made: &Made, voxels: &Voxels, repeats: Option<String>) -> Result<()> {
    if args.json {
        return say::json(made);
    }
    let averaged = match &made.averaged_by {
        Some(by) => format!(" of {} responses averaged by {by}", made.rows),
        None => String::new(),
    };
    let of_part = made.part.map(|part| format!(" of {part}")).unwrap_or_default();
    let (images, standardised) = (made.images, &made.standardised);
    say::line(format!("{images} images{of_part}{averaged}, standardised {standardised}: {}", made.folder))?;
    let prepared = units::prepared(voxels);
    say::line(format!("unit: {}, by {}{prepared}", made.units.in_words(), made.units_stated_by))?;
    let against = made.against_training.as_deref().unwrap_or("not compared, as the run does not standardise");
    say::line(format!("mean and sd of the given responses against training: {against}"))?;
    if let Some(scale) = made.whole_numbers_divided_by {
        say::line(format!("whole numbers divided by {scale}, as in the import of the run's data set"))?;
    }
    say::line(format!("{}: {}", voxels.unit().plural(), made.voxels))?;
    if let Some(parts) = &made.made_of {
        say::line(format!("made of: {parts}"))?;
    }
    say::line(made.latency.line())?;
    repeats.map_or(Ok(()), say::line)
}
