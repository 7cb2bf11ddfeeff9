//! The page of a data set: complete in one file, with the images of the trials, and nothing of the data set unescaped.

use afterimage_data::overview::{Overview, OverviewOptions};
use afterimage_data::{
    DataSet, DataSetWriter, Header, Provenance, RecordedUnit, Split, Step, StimulusInfo, TrialInfo, Voxels,
};
use afterimage_report::render_dataset;
use ndarray::{Array2, Array4};

fn data_set(folder: &std::path::Path, with_images: bool) -> DataSet {
    let split = |row: usize| if row < 6 { Split::Train } else { Split::Test };
    let stimuli = (0..9).map(|row| StimulusInfo::new(format!("<i>{row}</i>.png"), split(row))).collect();
    let provenance = Provenance {
        title: "Rates & <images>".into(),
        unit: Some(RecordedUnit::Neuron),
        steps: vec![Step::plain("trials and images paired in the order of a list")],
        warnings: vec!["drifts of each voxel are left".into()],
        ..Provenance::default()
    };
    let mut voxels = Voxels::new(2);
    voxels.regions.insert("V4".into(), vec![true, false]);
    let header = Header::new(stimuli, voxels, if with_images { 8 } else { 0 }, provenance);
    let mut writer = DataSetWriter::create(&folder.join("x.afterimage"), header).unwrap();
    if with_images {
        writer.append_stimuli(Array4::from_shape_fn((9, 8, 8, 3), |(row, ..)| row as u8 * 20).view()).unwrap();
    }
    let trial = |at: u32| TrialInfo {
        stimulus: at % 9,
        repeat: (at / 9) as u16,
        session: 0,
        run: (at / 9) as u16,
        averaged: 1,
    };
    let trials: Vec<TrialInfo> = (0..27).map(trial).collect();
    let values = Array2::from_shape_fn((27, 2), |(row, voxel)| ((row * 5 + voxel) % 9) as f32 + 0.1 * (row % 4) as f32);
    writer.append_responses(values.view(), &trials).unwrap();
    writer.finish().unwrap()
}

fn page(with_images: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), with_images);
    render_dataset(&Overview::of(&data, OverviewOptions::default()).unwrap())
}

#[test]
fn trials_stand_beside_their_images_in_one_file_without_a_script() {
    let html = page(true);
    assert_eq!(html.matches("<img src=\"data:image/png;base64,").count(), 27);
    assert!(html.contains("Trial 0 = &lt;i&gt;0&lt;/i&gt;.png, 1 = ") && html.contains("... 26 = "));
    assert!(!html.contains("<i>") && html.contains("Rates &amp; &lt;images&gt;"));
    assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"));
    assert!(html.contains("drifts of each neuron are left") && html.contains("1\u{a0}neuron</dd>"));
    assert!(html.contains("noise ceiling") && html.contains("paired in the order of a list"));
    for id in ["pairs", "parts", "responses", "reliability", "origin"] {
        assert!(html.contains(&format!("<section id=\"{id}\"")), "{id}");
    }
    assert_eq!(html.matches("<svg class=\"bars\"").count(), 2);
}

#[test]
fn a_data_set_without_images_says_what_it_is_for() {
    let html = page(false);
    assert!(html.contains("without images") && html.contains("holds responses only") && !html.contains("<img"));
}
