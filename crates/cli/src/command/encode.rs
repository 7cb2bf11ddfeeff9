//! `afterimage encode`: images to predicted responses.

mod images;
mod output;
pub(super) mod sidecar;

use anyhow::{Result, bail};
use ndarray::{Array2, s};

use afterimage_experiment::trained::{EncodeOptions, Ensemble, Spread};
use afterimage_experiment::{TrainedRun, Units};
use afterimage_run::{atomic, voxels::Voxels};
use afterimage_statistics::counted;
use afterimage_train::prepare::Outside;

use super::run::{open_trained, threads};
use crate::args::product::Encode;
use crate::progress::{self, Bar};
use crate::{build, log, say};
use images::Pictures;
use output::{Format, Written};
use sidecar::Sidecar;

/// Images per block: whole batches, so that the dropout masks of an image do not depend on it.
const PART: usize = 4 * Spread::BATCH;

/// The array of responses in an `.npz`.
pub(super) const RESPONSES: &str = "responses";
/// The column of a table, and the array of an `.npz`, with the unit of the responses.
pub(super) const UNITS: &str = "units";
/// How the text of a NIfTI header of predicted responses begins; the name of the unit follows.
pub(super) const DESCRIBED: &str = "Afterimage, responses ";

/// Predicts the responses and writes them.
pub(super) fn encode(args: &Encode) -> Result<()> {
    progress::listen();
    let format = Format::of(&args.out)?;
    let runs: Vec<_> = args.run.iter().map(|path| open_trained(path, args.device.as_deref())).collect::<Result<_>>()?;
    runs.first().map_or(Ok(()), |first| threads(first.experiment()))?;
    let (standardises, standardisation) = (runs.iter().any(TrainedRun::standardises), common_standardisation(&runs));
    let options = EncodeOptions { units: args.units.into(), samples: args.samples, seed: args.seed };
    let ensemble = Ensemble::new(runs, options)?;
    format.refuse(&args.out, ensemble.voxels())?;
    let pictures = Pictures::open(&args.images)?;
    format.refuse_many(&args.out, pictures.names().len())?;
    let spread = ensemble.spread_in_words();
    let shape = (pictures.names().len(), ensemble.voxels().len());
    let mut mean = Array2::zeros(shape);
    let mut deviation = spread.is_some().then(|| Array2::zeros(shape));
    let bar = Bar::new("encode", 0, shape.0 as u64);
    for first in (0..shape.0).step_by(PART) {
        if progress::was_interrupted() {
            bail!("stopped; nothing was written");
        }
        let rows = first..shape.0.min(first + PART);
        let of_part = ensemble.encode_part(rows.start, |side| pictures.read(rows.clone(), side))?;
        mean.slice_mut(s![rows.clone(), ..]).assign(&of_part.mean);
        if let (Some(deviation), Some(of_part)) = (&mut deviation, &of_part.sd) {
            deviation.slice_mut(s![rows.clone(), ..]).assign(of_part);
        }
        bar.set(rows.end as u64);
    }
    bar.finish();
    refuse_not_finite(&mean, pictures.names(), ensemble.voxels())?;
    let outside_training = ensemble.outside_training(mean.view())?;
    // A run that does not standardise has the recording's unit only.
    let units = if standardises { options.units } else { Units::Recorded };
    let written = Written { names: pictures.names(), voxels: ensemble.voxels(), units: Some(units) };
    let mut files = format.write(&args.out, &mean, &written)?;
    let standardisation = standardisation.filter(|_| units == Units::Standardised);
    let sha256 = sidecar::hashes(&files)?;
    if let Some(deviation) = &deviation {
        let path = output::with_mark(&args.out, ".sd");
        files.extend(format.write(&path, deviation, &Written { units: None, ..written })?);
    }
    let sidecar = Sidecar {
        software: build::software(),
        runs: args.run.iter().map(|run| run.display().to_string()).collect(),
        files: files.iter().map(|file| file.display().to_string()).collect(),
        sha256,
        units: ensemble.units_in_words(),
        response_units: units,
        standardisation,
        standard_deviation: spread,
        samples: args.samples.unwrap_or(0),
        seed: args.seed,
        images: pictures.names(),
        voxels: &ensemble.voxels().ids,
        outside_training,
    };
    atomic::write_json(&sidecar::beside(&args.out), &sidecar)?;
    warn_of_outside(outside_training, shape, ensemble.voxels().unit().singular());
    conclude(args, format, &sidecar, shape, ensemble.voxels().unit().plural())
}

/// What standardised predictions are relative to: the same for all runs, or else they are not averaged.
fn common_standardisation(runs: &[TrainedRun]) -> Option<String> {
    runs.first().and_then(TrainedRun::standardisation)
}

fn refuse_not_finite(predicted: &Array2<f32>, names: &[String], voxels: &Voxels) -> Result<()> {
    let Some(((image, voxel), value)) = predicted.indexed_iter().find(|(_, value)| !value.is_finite()) else {
        return Ok(());
    };
    bail!(
        "the prediction for \"{}\" at {} {} is {value}: the encoder's weights are damaged; train the encoder again",
        names[image],
        voxels.unit().singular(),
        voxels.ids[voxel]
    )
}

/// Warns of predictions that no training response comes up to.
fn warn_of_outside(outside: Option<Outside>, (images, voxels): (usize, usize), unit: &str) {
    if let Some(Outside { predictions, images: with }) = outside.filter(|outside| outside.predictions > 0) {
        log::note(&format!(
            "warning: {predictions} of {} predictions, in {with} of {}, lie outside the range of the training responses of their \
             {unit}: the encoder extrapolates, as for images unlike those of training",
            images * voxels,
            counted(images, "image")
        ));
    }
}

fn conclude(
    args: &Encode,
    format: Format,
    sidecar: &Sidecar<'_>,
    (images, voxels): (usize, usize),
    unit: &str,
) -> Result<()> {
    if args.json {
        return say::json(sidecar);
    }
    say::line(format!("{images} images x {voxels} {unit}, {}: {}", sidecar.units, sidecar.files[0]))?;
    if let Some(words) = &sidecar.standard_deviation {
        say::line(format!("standard deviation {words}: {}", output::with_mark(&args.out, ".sd").display()))?;
    }
    let also = if format.holds_unit() { "" } else { ", and the unit, which the file itself cannot hold" };
    say::line(format!("names of images and {unit}{also}: {}", sidecar::beside(&args.out).display()))
}
