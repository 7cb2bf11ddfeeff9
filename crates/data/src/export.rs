//! A data set as plain files: an array, images, tables, and the manifest that joins them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use afterimage_formats::{npy, picture};
use ndarray::Axis;

use crate::header::{Header, Split, Step, StepKind, TrialInfo};
use crate::import::{Progress, Watch};
use crate::manifest::{
    ImagesKeys, Manifest, Orientation, ResponsesKeys, SplitBy, SplitKeys, StepKeys, TrialsKeys, VoxelsKeys,
};
use crate::store::{DataSet, Partial};
use crate::{Error, Result};

/// Trials and images in memory at a time.
const BLOCK: usize = 64;
/// Bytes of responses that are held in memory.
const RESPONSE_BYTES: usize = 256 << 20;

/// The manifest in the folder.
const MANIFEST: &str = "manifest.toml";

/// Writes a data set into a new folder `out`, as `afterimage import generic` reads it again:
///
/// | file | content |
/// |---|---|
/// | `manifest.toml` | joins the others |
/// | `responses.npy` | `f32 [trials, voxels]`, sorted by session and run |
/// | `trials.csv` | for each of its rows the image, session, run and part |
/// | `images/` | one PNG per stimulus, as stored |
/// | `classes.csv` | class of each image, if known |
/// | `regions.csv` | one row per voxel, one 0/1 column per region, if there are regions |
///
/// Returns what the files cannot hold, such as positions of voxels.
///
/// # Errors
/// [`Error::Taken`] if something lies at `out`; [`Error::Prepare`] for a data set without images, or whose trials average
/// different numbers of repeats; [`Error::Interrupted`]; errors of reading and writing. Nothing is left at `out` after an
/// error.
pub fn export(data: &DataSet, out: &Path, mut watch: impl Watch) -> Result<Vec<String>> {
    if out.exists() {
        return Err(Error::Taken { path: out.to_owned() });
    }
    data.verify_once()?;
    let header = data.header();
    let averaged: BTreeSet<u16> = header.trials.iter().map(|trial| trial.averaged).collect();
    let averaged = match (averaged.first(), averaged.len(), header.has_images()) {
        (Some(&averaged), 1, true) => averaged,
        (.., false) => return Err(Error::prepare(data, "it has no images to export")),
        _ => return Err(Error::prepare(data, "its trials average different numbers of repeats")),
    };
    let names = image_names(header);
    let partial = Partial::create(out)?;
    let folder = partial.folder();
    let order = trial_order(&header.trials);
    write_images(data, &folder.join("images"), &names, out, &mut watch)?;
    write_responses(data, &folder.join("responses.npy"), &order)?;
    let text = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::io("write", &path))
    };
    text("trials.csv", trials(header, &order, &names))?;
    let classes = classes(header, &names);
    let regions = regions(header);
    if let Some(classes) = &classes {
        text("classes.csv", classes.clone())?;
    }
    if let Some(regions) = &regions {
        text("regions.csv", regions.clone())?;
    }
    let manifest = manifest(header, averaged, classes.is_some(), regions.is_some());
    text(MANIFEST, written(&manifest).map_err(|error| Error::manifest(&out.join(MANIFEST), error))?)?;
    partial.publish(out)?;
    Ok(not_exported(header))
}

/// Rows in the order of sessions and runs; those of one run keep theirs.
fn trial_order(trials: &[TrialInfo]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..trials.len()).collect();
    order.sort_by_key(|&row| (trials[row].session, trials[row].run));
    order
}

/// The file of each stimulus: its name with the ending `.png`, or a number if names are not those of different files.
fn image_names(header: &Header) -> Vec<String> {
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let stems: Vec<String> = header.stimuli.iter().map(|stimulus| stem(&stimulus.name)).collect();
    let is_file = |stem: &String| {
        let allowed = |c: char| c.is_alphanumeric() || "-_ +()".contains(c);
        !stem.trim().is_empty() && stem.chars().all(allowed)
    };
    let different: BTreeSet<String> = stems.iter().map(|stem| stem.to_lowercase()).collect();
    if different.len() == stems.len() && stems.iter().all(is_file) {
        return stems.into_iter().map(|stem| stem + ".png").collect();
    }
    (0..stems.len()).map(|row| format!("stimulus-{row:06}.png")).collect()
}

fn write_images(data: &DataSet, folder: &Path, names: &[String], out: &Path, watch: &mut impl Watch) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    for (block, chunk) in names.chunks(BLOCK).enumerate() {
        if watch.interrupted() {
            return Err(Error::Interrupted { path: out.to_owned() });
        }
        let first = block * BLOCK;
        let rows: Vec<u32> = (first..first + chunk.len()).map(|row| row as u32).collect();
        for (image, name) in data.images(&rows)?.axis_iter(Axis(0)).zip(chunk) {
            picture::write_png(&folder.join(name), image)?;
        }
        watch.progress(Progress { images: first + chunk.len(), total_images: names.len(), trials: 0 });
    }
    Ok(())
}

/// Many rows are read together: those of one chunk may lie far apart in the order of sessions.
fn write_responses(data: &DataSet, path: &Path, order: &[usize]) -> Result<()> {
    let voxels = data.header().voxels.count;
    let rows = (RESPONSE_BYTES / (size_of::<f32>() * voxels.max(1))).max(1);
    npy::write_rows_f32(path, [order.len(), voxels], order.chunks(rows).map(|rows| data.responses_of(rows)))
}

fn trials(header: &Header, order: &[usize], names: &[String]) -> String {
    let mut text = "image,session,run,split\n".to_owned();
    for trial in order.iter().map(|&row| &header.trials[row]) {
        let split = match header.stimuli[trial.stimulus as usize].split {
            Split::Train | Split::Excluded => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{},{},{},{split}", names[trial.stimulus as usize], trial.session, trial.run);
    }
    text
}

fn classes(header: &Header, names: &[String]) -> Option<String> {
    let rows = header.stimuli.iter().zip(names).filter_map(|(stimulus, name)| Some((name, stimulus.class.as_ref()?)));
    let rows: String = rows.map(|(name, class)| format!("{name},{}\n", quoted(class))).collect();
    (!rows.is_empty()).then(|| format!("image,class\n{rows}"))
}

fn regions(header: &Header) -> Option<String> {
    let regions = &header.voxels.regions;
    if regions.is_empty() {
        return None;
    }
    let names: Vec<String> = regions.keys().map(|name| quoted(name)).collect();
    let mut text = names.join(",") + "\n";
    for voxel in 0..header.voxels.count {
        let row: Vec<&str> = regions.values().map(|mask| if mask[voxel] { "1" } else { "0" }).collect();
        text += &(row.join(",") + "\n");
    }
    Some(text)
}

/// A field of a table, in quotes where it needs them.
fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\n', '\r', ';', '\t']);
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

fn manifest(header: &Header, averaged: u16, has_classes: bool, has_regions: bool) -> Manifest {
    let from = &header.provenance;
    Manifest {
        name: from.title.clone(),
        image_side: header.size,
        licence: from.licence.clone(),
        citation: from.citation.clone(),
        units: from.units.clone(),
        unit: from.unit(),
        fov_deg: from.fov_deg,
        responses: ResponsesKeys {
            file: "responses.npy".into(),
            array: None,
            orientation: Orientation::TrialsByVoxels,
            averaged,
            header: None,
            columns: None,
            ignore: Vec::new(),
        },
        images: ImagesKeys {
            source: "images".into(),
            order: Some("trials.csv".into()),
            column: Some("image".into()),
            labels: has_classes.then(|| "classes.csv".into()),
        },
        standardised: from.standardised.clone(),
        trials: TrialsKeys { untimed: from.untimed.clone(), ..TrialsKeys::default() },
        voxels: VoxelsKeys { regions: has_regions.then(|| "regions.csv".into()) },
        split: SplitKeys { by: Some(SplitBy::Column), ..SplitKeys::default() },
        // The files state the split.
        steps: from.steps.iter().filter(|step| step.kind == StepKind::Lasting).map(StepKeys::from).collect(),
        path: MANIFEST.into(),
    }
}

/// A manifest as a file, without the keys of a split that is drawn.
fn written(manifest: &Manifest) -> Result<String, toml::ser::Error> {
    let text = toml::to_string(manifest)?;
    let Some((head, rest)) = text.split_once("[split]\n") else { return Ok(text) };
    let is_drawn = |line: &&str| ["test = ", "validation = ", "seed = "].iter().any(|key| line.starts_with(key));
    let rest: String = rest.lines().filter(|line| !is_drawn(line)).map(|line| format!("{line}\n")).collect();
    Ok(format!("{head}[split]\n{rest}"))
}

impl From<&Step> for StepKeys {
    fn from(step: &Step) -> Self {
        Self { what: step.what.clone(), fitted_on: step.fitted_on }
    }
}

/// What a manifest has no key for.
fn not_exported(header: &Header) -> Vec<String> {
    let voxels = &header.voxels;
    let places = voxels.volume.is_some() || voxels.surface.is_some() || voxels.coordinates.is_some();
    let places = places.then(|| "positions of voxels".to_owned());
    let columns = voxels.columns.keys().map(|name| format!("column \"{name}\" of the voxels"));
    let warnings = header.provenance.warnings.iter().map(|warning| format!("the warning \"{warning}\""));
    places.into_iter().chain(columns).chain(warnings).collect()
}
