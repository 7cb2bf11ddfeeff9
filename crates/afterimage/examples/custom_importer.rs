//! An importer of one's own: files of a laboratory's format become a data set that every command and every function reads.
//!
//! ```text
//! cargo run --release --example custom_importer -- FOLDER OUT.afterimage
//! ```
//!
//! The format here: `images.npy` u8 `[stimuli, height, width, 3]` and `trials.txt`, where each line is a trial: the number
//! of its stimulus, a tab, and its responses, one per voxel, with tabs between them. Every fifth stimulus is held out. If
//! FOLDER does not exist, the example writes a small recording there.

use std::error::Error;
use std::fs;
use std::path::Path;

use afterimage::data::{
    self, Block, FittedOn, Provenance, Source, Split, Step, StimulusInfo, TrialInfo, Voxels, WriteOptions,
};
use afterimage::formats::{images::ImageSource, npy};
use ndarray::{Array2, Array4};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else { return Err("usage: custom_importer FOLDER OUT.afterimage".into()) };
    let (folder, out) = (Path::new(folder), Path::new(out));
    if !folder.exists() {
        sample(folder)?;
    }
    let options = WriteOptions { image_side: 64, overwrite: false };
    let summary = open(folder)?.write(out, options, |_| {})?;
    println!("{} trials x {} voxels of {} stimuli", summary.trials, summary.voxels, summary.stimuli);
    Ok(())
}

/// Opens a recording; what is wrong with it is an error, and then nothing is written.
fn open(folder: &Path) -> data::Result<Source<'static>> {
    let (images, path) = (ImageSource::open(&folder.join("images.npy"))?, folder.join("trials.txt"));
    let text =
        fs::read_to_string(&path).map_err(|source| data::Error::Io { action: "read", path: path.clone(), source })?;
    let wrong = |line: usize, reason: &str| data::Error::Mismatch {
        path: path.clone(),
        reason: format!("line {}: {reason}", line + 1),
    };
    let (mut trials, mut values) = (Vec::new(), Vec::new());
    let mut shown = vec![0; images.len()];
    for (line, mut fields) in text.lines().map(|line| line.split('\t')).enumerate() {
        let stimulus = fields.next().and_then(|field| field.parse::<u32>().ok());
        let stimulus = stimulus.ok_or_else(|| wrong(line, "it does not begin with the number of a stimulus"))?;
        let repeat = shown.get_mut(stimulus as usize).ok_or_else(|| wrong(line, "the stimulus has no image"))?;
        trials.push(TrialInfo { stimulus, repeat: *repeat, session: 0, run: 0, averaged: 1 });
        *repeat += 1;
        for field in fields {
            values.push(field.parse::<f32>().map_err(|_| wrong(line, "a response is not a number"))?);
        }
    }
    let voxels = values.len() / trials.len().max(1);
    let responses = Array2::from_shape_vec((trials.len(), voxels), values)
        .map_err(|_| wrong(0, "the lines have different numbers of fields"))?;
    let split = |stimulus: usize| if stimulus.is_multiple_of(5) { Split::Test } else { Split::Train };
    Ok(Source {
        stimuli: (0..images.len()).map(|row| StimulusInfo::new(format!("stimulus {row}"), split(row))).collect(),
        voxels: Voxels::new(voxels),
        provenance: Provenance {
            title: "A recording of our laboratory".into(),
            kind: "laboratory".into(),
            units: Some("percent signal change".into()),
            steps: vec![Step::new("responses as the laboratory's own pipeline wrote them", FittedOn::Unknown)],
            ..Provenance::default()
        },
        images: Some(Box::new(move |row, side| Ok(images.read_square(row, side)?))),
        blocks: Box::new(std::iter::once(Ok(Block { responses, trials }))),
    })
}

/// Ten stimuli, each shown three times, and four voxels.
fn sample(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let images = Array4::from_shape_fn((10, 32, 32, 3), |(row, y, x, c)| ((row * 23 + y * x + c * 60) % 256) as u8);
    npy::write_u8(&folder.join("images.npy"), images.view().into_dyn())?;
    let line = |trial: usize| {
        let responses = (0..4).map(|voxel| format!("\t{}", ((trial % 10 + trial * voxel) as f32).sin()));
        format!("{}{}\n", trial % 10, responses.collect::<String>())
    };
    Ok(fs::write(folder.join("trials.txt"), (0..30).map(line).collect::<String>())?)
}
