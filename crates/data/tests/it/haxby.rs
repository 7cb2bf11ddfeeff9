//! One slice of Haxby et al. 2001 where it is at hand: eight categories decoded from held-out runs, each standardised by itself.

use std::path::PathBuf;

use afterimage_data::{
    Averaging, DataSet, NiftiOptions, PrepareOptions, RunChoice, Scope, TestStatistics, WriteOptions, import_nifti,
    prepare,
};
use afterimage_formats::{nifti, volume::Volume};
use ndarray::{Array2, Array3, ArrayView1, Axis};

/// The series and its attributes, where they lie.
fn recording() -> Option<[PathBuf; 2]> {
    let series = afterimage_probe::shared("human/haxby_slice_bold.nii.gz")?;
    let attributes = series.with_file_name("haxby_slice_attributes.txt");
    Some([series, attributes])
}

/// Pearson correlation.
fn correlation(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f32 {
    let (a, b) = (&a - a.mean().unwrap(), &b - b.mean().unwrap());
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}

#[test]
fn categories_are_decoded_run_by_run() {
    let Some([series, attributes]) = recording() else { return };
    let out = tempfile::tempdir().unwrap();
    let (mut right, mut total, mut per_run) = (0, 0, Vec::new());
    for run in 0..12 {
        let options = NiftiOptions {
            tables: vec![attributes.clone()],
            test_runs: vec![RunChoice::Number(run)],
            delay_secs: Some(5.0),
            tr_secs: Some(2.5),
            detrend: true,
            zscore: true,
            // A held-out run has another level than the others, and no network is trained or scored here.
            test_statistics: TestStatistics::Own,
            ..NiftiOptions::new(&series).delayed(0.0)
        };
        let path = out.path().join(format!("run{run}.afterimage"));
        let summary = import_nifti(&options, &path, WriteOptions::default(), |_| ()).unwrap();
        assert_eq!((summary.stimuli, summary.test.stimuli, summary.image_side, summary.runs), (96, 8, 0, 12));
        let data = DataSet::open(&path).unwrap();
        let class = |row: u32| data.header().stimuli[row as usize].class.clone().unwrap();
        let train = data.training().items(Averaging::Stimulus).unwrap();
        let test = data.held_out().items(Averaging::Stimulus).unwrap();
        let mut classes: Vec<String> = train.stimulus.iter().map(|&row| class(row)).collect();
        let of_train = classes.clone();
        classes.sort();
        classes.dedup();
        let mut centres = Array2::zeros((classes.len(), train.responses.ncols()));
        for (mut centre, name) in centres.outer_iter_mut().zip(&classes) {
            let rows: Vec<usize> = (0..of_train.len()).filter(|&at| of_train[at] == *name).collect();
            centre.assign(&train.responses.select(Axis(0), &rows).mean_axis(Axis(0)).unwrap());
        }
        let before = right;
        for (response, &row) in test.responses.outer_iter().zip(&test.stimulus) {
            let similar = |at: &usize| correlation(response, centres.row(*at));
            let best = (0..classes.len()).max_by(|a, b| similar(a).total_cmp(&similar(b))).unwrap();
            right += usize::from(classes[best] == class(row));
            total += 1;
        }
        per_run.push(right - before);
    }
    // Chance is 12 of 96. One-sided binomial p = 0.001 is reached at 24.
    println!("{right} of {total} right, chance {}; by run, of 8: {per_run:?}", total / 8);
    assert!(right >= 24, "{right} of {total}");
}

#[test]
fn values_are_those_that_nibabel_reads() {
    let Some([series, attributes]) = recording() else { return };
    let out = tempfile::tempdir().unwrap();
    let path = out.path().join("plain.afterimage");
    let options = NiftiOptions {
        tables: vec![attributes.clone()],
        test_runs: vec![RunChoice::Number(11)],
        ..NiftiOptions::new(&series).delayed(0.0)
    };
    import_nifti(&options, &path, WriteOptions::default(), |_| ()).unwrap();
    let data = DataSet::open(&path).unwrap();
    let indices = &data.header().voxels.volume.as_ref().unwrap().indices;
    let voxel = indices.iter().position(|index| *index == [20, 10, 0]).unwrap();
    let first = data.responses(0, 1).unwrap()[[0, voxel]];
    assert!((first - FIRST).abs() < 1e-3, "{first}");
    assert!(data.images(&[0]).unwrap_err().to_string().contains("responses only"));
    data.verify().unwrap();
}

/// Mean of `nibabel.load(file).dataobj[20, 10, 0, t]` over the nine volumes `t` of the first block that is not rest.
const FIRST: f32 = 1062.0000;

/// A value for each voxel, written as a volume, lies where the recording has the voxel.
#[test]
fn affine_of_the_recording_survives_import_preparation_and_writing() {
    let Some([series, attributes]) = recording() else { return };
    let out = tempfile::tempdir().unwrap();
    let [path, prepared, mask] =
        ["masked.afterimage", "prepared.afterimage", "mask.nii.gz"].map(|name| out.path().join(name));
    let source = Volume::open(&series).unwrap();
    let inside = Array3::from_shape_fn((40, 20, 1), |(x, y, _)| f32::from(u8::from((15..20).contains(&x) && y < 10)));
    nifti::write_f32(&mask, inside.view().into_dyn(), &source.header().affine).unwrap();
    let options = NiftiOptions {
        tables: vec![attributes.clone()],
        test_runs: vec![RunChoice::Number(11)],
        mask: Some(mask),
        ..NiftiOptions::new(&series).delayed(0.0)
    };
    import_nifti(&options, &path, WriteOptions::default(), |_| ()).unwrap();
    let imported = DataSet::open(&path).unwrap();
    let options = PrepareOptions { average: true, zscore: Some(Scope::All), ..PrepareOptions::default() };
    prepare(&imported, &options).unwrap().write(&prepared, WriteOptions::default(), |_| ()).unwrap();
    let data = DataSet::open(&prepared).unwrap();
    let volume = data.header().voxels.volume.clone().unwrap();
    assert_eq!(volume.indices.len(), 50);
    assert_eq!((volume.affine, volume.shape), (source.header().affine, source.header().volume_shape()));

    let responses = data.responses(0, 1).unwrap();
    let mut map = Array3::from_elem(volume.shape, f32::NAN);
    for (&[x, y, z], &value) in volume.indices.iter().zip(responses.row(0)) {
        map[[x as usize, y as usize, z as usize]] = value;
    }
    let file = out.path().join("map.nii.gz");
    nifti::write_f32(&file, map.view().into_dyn(), &volume.affine).unwrap();
    let written = Volume::open(&file).unwrap();
    assert_eq!(written.header().affine, source.header().affine);
    assert_eq!(written.header().voxel_size, source.header().voxel_size);
    let kept: Vec<f32> = written.volume(0).unwrap().iter().copied().filter(|value| value.is_finite()).collect();
    assert_eq!(kept.len(), 50);
}
