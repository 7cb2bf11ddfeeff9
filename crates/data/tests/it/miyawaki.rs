//! The figures and letters of Miyawaki et al., from the real file where it is at hand.

use std::collections::BTreeSet;

use afterimage_data::{DataSet, FittedOn, MiyawakiOptions, Split, WriteOptions, import_miyawaki};

#[test]
fn figures_are_on_one_side_only_and_values_are_those_that_scipy_reads() {
    let Some(file) = afterimage_probe::shared("human/miyawaki_structured_28x28.mat") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("figures.afterimage");
    let write = WriteOptions { image_side: 56, overwrite: false };
    let summary = import_miyawaki(&MiyawakiOptions::new(&file), &out, write, |_| ()).unwrap();
    assert_eq!((summary.stimuli, summary.trials, summary.voxels, summary.runs), (20, 119, 967, 12));
    assert_eq!((summary.test.stimuli, summary.validation.stimuli, summary.train.stimuli), (5, 2, 13));
    let data = DataSet::open(&out).unwrap();
    let rows: Vec<u32> = (0..20).collect();
    let images = data.images(&rows).unwrap();
    let pictures: BTreeSet<Vec<u8>> = images.outer_iter().map(|image| image.iter().copied().collect()).collect();
    assert_eq!(pictures.len(), 20);
    assert!(data.header().provenance.steps.iter().any(|step| step.fitted_on == FittedOn::Unknown));
    // scipy.io.loadmat: row 17 of fmriTrn has train_indices 0, so it is the first trial of the recording.
    let first = data.responses(0, 1).unwrap();
    assert!(
        EXPECTED.iter().zip(first.iter()).all(|(a, b)| (a - b).abs() < 1e-6),
        "{:?}",
        &first.as_slice().unwrap()[..3]
    );
}

/// `loadmat(file)["fmriTrn"][17, :3]`
const EXPECTED: [f32; 3] = [0.632_988, 0.785_326, 1.335_876];

#[test]
fn holding_out_all_figures_or_unknown_ones_is_refused() {
    let Some(file) = afterimage_probe::shared("human/miyawaki_structured_28x28.mat") else { return };
    let options = MiyawakiOptions { test: 19, ..MiyawakiOptions::new(&file) };
    let error = afterimage_data::open_miyawaki(&options).err().unwrap().to_string();
    assert!(error.contains("20 figures") && error.contains("hold out fewer"), "{error}");
    let options = MiyawakiOptions { test_figures: Some(vec![20]), ..MiyawakiOptions::new(&file) };
    assert!(afterimage_data::open_miyawaki(&options).is_err());
    let options = MiyawakiOptions { test_figures: Some(vec![0, 3]), ..MiyawakiOptions::new(&file) };
    let source = afterimage_data::open_miyawaki(&options).unwrap();
    let test: Vec<_> = source.stimuli.iter().filter(|info| info.split == Split::Test).map(|info| &info.name).collect();
    assert_eq!(test, ["figure-00", "figure-03"]);
}
