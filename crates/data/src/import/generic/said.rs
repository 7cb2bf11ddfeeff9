//! What is said of a generic import: where it comes from and what was done, before it and in it.

use std::path::PathBuf;

use afterimage_formats::digest;

use super::places;
use crate::Result;
use crate::header::{FittedOn, Provenance, SourceFile, Step};
use crate::import::order::Order;
use crate::import::table::Table;
use crate::manifest::{Manifest, SplitBy};
use crate::prepare::STANDARDISED;

pub(super) fn provenance(manifest: &Manifest, table: &Table, order: &Order) -> Result<Provenance> {
    let named = [Some(&manifest.responses.file), Some(&manifest.images.source), manifest.images.labels.as_ref()];
    let rest = [manifest.voxels.regions.as_ref(), manifest.split.test_list.as_ref()];
    let order_file = manifest.images.order.as_ref().map(PathBuf::from).filter(|file| manifest.resolve(file).is_file());
    let more = order_file.into_iter().chain(places::files(manifest));
    let mut source_files = Vec::new();
    for path in named.into_iter().chain(rest).flatten().cloned().chain(more) {
        let sha256 = digest::sha256(&manifest.resolve(&path))?;
        source_files.push(SourceFile { path: path.to_string_lossy().into_owned(), sha256 });
    }
    let keys = &manifest.split;
    let split = match (&keys.test_list, keys.by) {
        (None, Some(SplitBy::Column)) => "split by the column \"split\"".to_owned(),
        (list, _) => {
            let test =
                list.as_ref().map_or(format!("{} at random", keys.test), |list| format!("from {}", list.display()));
            format!("split by stimulus: test {test}, validation {} at random, seed {}", keys.validation, keys.seed)
        }
    };
    Ok(Provenance {
        title: manifest.name.clone(),
        kind: "generic".into(),
        source_files,
        licence: manifest.licence.clone(),
        citation: manifest.citation.clone(),
        units: manifest.units.clone(),
        unit: Some(manifest.unit),
        fov_deg: manifest.fov_deg,
        untimed: table.untimed.clone(),
        standardised: manifest.standardised.clone(),
        warnings: contradicted(manifest, table).into_iter().chain(square(manifest, table)).collect(),
        steps: earlier(manifest)
            .into_iter()
            .chain([table.description.clone(), order.description.clone()].map(Step::plain))
            .chain(table.places.iter().cloned().map(Step::plain))
            .chain([
                Step::split(split),
                Step::plain("responses stored as they were: no normalisation, no selection of voxels"),
            ])
            .collect(),
        ..Provenance::default()
    })
}

/// What the manifest states of earlier steps. What a step was fitted on holds for the parts of then: if other parts are drawn, it
/// is not known. A standardisation that no step describes is a step of which it is not known either.
fn earlier(manifest: &Manifest) -> Vec<Step> {
    let is_drawn = manifest.split.by != Some(SplitBy::Column);
    let fitted_on = |of: FittedOn| match of {
        FittedOn::Training | FittedOn::OwnRun if is_drawn => FittedOn::Unknown,
        of => of,
    };
    let steps = manifest.steps.iter().map(|step| Step::new(step.what.clone(), fitted_on(step.fitted_on)));
    let described = manifest.steps.iter().any(|step| step.what.starts_with(STANDARDISED));
    let standardised = manifest.standardised.as_ref().filter(|_| !described);
    let stated =
        standardised.map(|how| Step::new(format!("{STANDARDISED}{how}, as the manifest states"), FittedOn::Unknown));
    steps.chain(stated).collect()
}

/// A warning if a transposed table would fit as well.
fn square(manifest: &Manifest, table: &Table) -> Option<String> {
    let (one, other, length) = table.square?;
    Some(format!(
        "{} has as many {one} as {other}, {length}, so its shape cannot show whether responses.orientation is right: check it where the \
         table was made",
        manifest.responses.file.display()
    ))
}

/// A warning if values that are stated to be means over repeats have repeats.
fn contradicted(manifest: &Manifest, table: &Table) -> Option<String> {
    let averaged = manifest.responses.averaged;
    let repeated = table.trials.iter().filter(|trial| trial.repeat == 1).count();
    (averaged > 1 && repeated > 0).then(|| {
        format!(
            "responses.averaged = {averaged} says that each row is the mean of {averaged} repeats, but {} several rows: if the rows \
             are single trials, set it to 1",
            if repeated == 1 { "1 image has".to_owned() } else { format!("{repeated} images have") }
        )
    })
}
