//! Imports real recordings where they are at hand, and compares values with the files.

use std::path::{Path, PathBuf};

use afterimage_data::{Averaging, DataSet, Manifest, Progress, Reliability, import_generic};
use afterimage_formats::npy;

/// The folder of a session next to the repository, if this machine has it.
fn recordings(session: &str) -> Option<PathBuf> {
    afterimage_probe::shared(&format!("v4/{session}"))
}

fn import(folder: &Path, out: &Path, file: &str, orientation: &str, averaged: u16) -> DataSet {
    let folder = folder.canonicalize().unwrap();
    let text = format!(
        "name = \"V4\"\nimage_side = 112\n[responses]\nfile = '{0}/{file}'\norientation = \"{orientation}\"\naveraged = {averaged}\n\
         [images]\nsource = '{0}/images.zip'\n[split]\ntest = 100\nvalidation = 100\nseed = 0\n",
        folder.display()
    );
    let manifest = Manifest::parse(&text, &out.with_extension("toml")).unwrap();
    let mut last = 0;
    import_generic(&manifest, out, false, |progress: Progress| last = progress.images).unwrap();
    let data = DataSet::open(out).unwrap();
    assert_eq!(last, data.header().stimuli.len());
    data
}

#[test]
fn averaged_session_is_imported_as_it_is() {
    let Some(folder) = recordings("201025") else { return };
    let out = tempfile::tempdir().unwrap();
    let data = import(&folder, &out.path().join("pe.afterimage"), "responses.npy", "voxels_by_trials", 12);
    let table = npy::read_f32(&folder.join("responses.npy")).unwrap();
    let responses = data.responses(0, 1200).unwrap();
    assert!(responses.indexed_iter().all(|((trial, neuron), value)| *value == table[[neuron, trial]]));
    let test = data.held_out().items(Averaging::Stimulus).unwrap();
    assert_eq!((test.responses.dim(), test.repeats[0]), ((100, 89), 12));
    assert_eq!(Reliability::snr(&data.training()).unwrap(), None);
    data.verify().unwrap();
}

#[test]
fn single_trials_are_imported_with_their_repeats() {
    let Some(folder) = recordings("201016") else { return };
    let out = tempfile::tempdir().unwrap();
    let orientation = "voxels_by_stimuli_by_repeats";
    let data = import(&folder, &out.path().join("pe.afterimage"), "responses_raw.npy", orientation, 1);
    let table = npy::read_f32(&folder.join("responses_raw.npy")).unwrap(); // [82, 600, 10]
    let present = table.iter().filter(|value| !value.is_nan()).count() / 82;
    assert_eq!(data.header().trials.len(), present);
    let responses = data.responses(0, present).unwrap();
    for (row, trial) in data.header().trials.iter().enumerate() {
        let (stimulus, repeat) = (trial.stimulus as usize, trial.repeat as usize);
        assert!((0..82).all(|neuron| responses[[row, neuron]] == table[[neuron, stimulus, repeat]]));
    }
    let items = data.training().items(Averaging::Stimulus).unwrap();
    assert!(items.repeats.iter().all(|repeats| (5..=10).contains(repeats)));
    let ceiling = Reliability::noise_ceiling(&data.held_out()).unwrap().unwrap();
    assert!(ceiling.percent.iter().all(|percent| (0.0..=100.0).contains(percent)));
    assert_eq!(ceiling.stimuli, 100);
}
