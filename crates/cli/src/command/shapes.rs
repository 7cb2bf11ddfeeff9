//! `afterimage shapes`: artificial images for a scanner, or for a simulated subject.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use afterimage_experiment::reconstruct::write_png;
use afterimage_run::{atomic, replace::FolderKind, table::csv};
use afterimage_sim::{Artificial, ArtificialConfig, Kind, Subject, artificial};
use afterimage_statistics::counted;

use super::refuse_used;
use crate::args::Shapes;
use crate::progress::Bar;
use crate::say;

const IMAGES: &str = "images";
const TABLE: &str = "stimuli.csv";
const DATA_SET: &str = "shapes.afterimage";
/// The folder of artificial images.
const FOLDER: FolderKind =
    FolderKind { name: "a folder of `afterimage shapes`", mark: TABLE, entries: &[IMAGES, DATA_SET, TRUTH] };
/// The truth about the subject that saw them.
const TRUTH: &str = "truth.json";

/// What was made.
#[derive(Serialize)]
struct Made {
    images: usize,
    kinds: Vec<&'static str>,
    side: usize,
    seed: u64,
    folder: PathBuf,
    table: PathBuf,
    /// The data set of the simulated subject, with its presentations of each image.
    data_set: Option<PathBuf>,
    repeats: Option<u16>,
}

/// Writes the images, their table and, for a simulated subject, the data set.
pub(super) fn shapes(args: &Shapes) -> Result<()> {
    refuse_used(&args.out, &FOLDER, args.overwrite)?;
    let subject = args.subject.as_deref().map(Subject::open).transpose()?;
    let side = subject.as_ref().map_or(args.side, Subject::side);
    let list = artificial(&ArtificialConfig { seed: args.seed, side, each: args.each })?;
    if args.overwrite {
        FOLDER.remove_entries(&args.out)?;
    }
    // The table marks the folder, so that one that was stopped can be replaced.
    let table = args.out.join(TABLE);
    atomic::write(&table, csv(rows(&list)).as_bytes())?;
    let images = args.out.join(IMAGES);
    let bar = Bar::new("images", 0, list.len() as u64);
    for (done, one) in list.iter().enumerate() {
        write_png(&images.join(&one.name), one.image(side).view())?;
        bar.set(done as u64 + 1);
    }
    bar.finish();
    let data_set = subject.as_ref().map(|subject| show(subject, &list, args)).transpose()?;
    conclude(
        &Made {
            images: list.len(),
            kinds: Kind::ALL.map(Kind::name).to_vec(),
            side,
            seed: args.seed,
            folder: images,
            table,
            repeats: data_set.as_ref().map(|_| args.repeats),
            data_set,
        },
        args.json,
    )
}

/// Shows the images to the subject; returns the path of the data set.
fn show(subject: &Subject, list: &[Artificial], args: &Shapes) -> Result<PathBuf> {
    let out = args.out.join(DATA_SET);
    let bar = Bar::new("responses", 0, list.len() as u64);
    subject.show(list, args.repeats, &out, |seen| bar.set(seen as u64))?;
    bar.finish();
    let truth = std::fs::read(subject.truth()).with_context(|| format!("\"{}\"", subject.truth().display()))?;
    atomic::write(&args.out.join(TRUTH), &truth)?;
    Ok(out)
}

/// The table: one row per image, empty cells for what an image does not have.
fn rows(list: &[Artificial]) -> Vec<Vec<String>> {
    let names = [
        "file",
        "label",
        "class",
        "x",
        "y",
        "half_size",
        "colour",
        "orientation_deg",
        "cycles_per_image",
        "letter",
        "noise_seed",
    ];
    let file = |one: &Artificial| Path::new(IMAGES).join(&one.name).to_string_lossy().replace('\\', "/");
    let row = |one: &Artificial| {
        vec![
            file(one),
            one.label.clone(),
            one.kind.name().into(),
            one.x.to_string(),
            one.y.to_string(),
            one.size.to_string(),
            one.colour.clone(),
            text(one.orientation_deg),
            text(one.cycles),
            text(one.letter),
            text(one.noise_seed),
        ]
    };
    std::iter::once(names.map(String::from).to_vec()).chain(list.iter().map(row)).collect()
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn conclude(made: &Made, json: bool) -> Result<()> {
    if json {
        return say::json(made);
    }
    let images = counted(made.images, "image");
    say::line(format!("{images} of {} px, {}: {}", made.side, made.kinds.join(", "), made.folder.display()))?;
    say::line(format!("labels and parameters: {}", made.table.display()))?;
    match (&made.data_set, made.repeats) {
        (Some(data_set), Some(repeats)) => say::line(format!(
            "data set of the simulated subject, {} of each image: {}",
            counted(usize::from(repeats), "presentation"),
            data_set.display()
        )),
        _ => Ok(()),
    }
}
