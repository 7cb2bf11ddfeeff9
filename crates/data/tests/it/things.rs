//! A frame and tables that pandas wrote, compared with what pandas reads back.

use crate::support::{assert_close, expected, fixture, import, numbers, responses, shown};
use afterimage_data::{DataSet, ThingsOptions, import_things};

fn options(responses: &str) -> ThingsOptions {
    ThingsOptions {
        responses: fixture("things").join(responses),
        voxels: fixture("things/sub-01_VoxelMetadata.csv"),
        stimuli: fixture("things/sub-01_StimulusMetadata.csv"),
        images: fixture("things/images"),
        roi: None,
        validation: 1,
        seed: 0,
    }
}

fn things(options: &ThingsOptions) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    import(|out, write| import_things(options, out, write, |_| ()))
}

#[test]
fn both_layouts_of_frames_are_turned_to_trials_by_voxels() {
    let expected = expected("things");
    for file in ["sub-01_ResponseData.h5", "table.h5"] {
        let (_folder, data) = things(&options(file)).unwrap();
        assert_close(&responses(&data), &numbers(&expected["responses"]));
        let names: Vec<&str> =
            expected["stimulus"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(shown(&data), names);
    }
}

#[test]
fn voxels_and_trials_are_joined_by_their_numbers() {
    let expected = expected("things");
    let (_folder, data) = things(&options("sub-01_ResponseData.h5")).unwrap();
    let header = data.header();
    assert_close(&header.voxels.columns["nc_testset"].values, &numbers(&expected["nc_testset"]));
    let places: Vec<f32> = header.voxels.coordinates.iter().flatten().flatten().copied().collect();
    assert_close(&places, &numbers(&expected["xyz"]));
    let trials: Vec<_> = header.trials.iter().map(|trial| (trial.session, trial.run, trial.repeat)).collect();
    assert_eq!(trials, [(0, 0, 0), (0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0)]);
    let test: Vec<&str> =
        data.held_out().stimuli().iter().map(|&row| header.stimuli[row as usize].name.as_str()).collect();
    assert_eq!(test, ["abacus_02s.jpg", "cat_01b.jpg"]);
    assert_eq!(header.stimuli[0].class.as_deref(), Some("aardvark"));
}

#[test]
fn region_expression_keeps_the_same_voxels_as_pandas() {
    let options = ThingsOptions { roi: Some("V1 + V2 - lFFA".into()), ..options("sub-01_ResponseData.h5") };
    let (_folder, data) = things(&options).unwrap();
    assert_close(&responses(&data), &numbers(&expected("things")["V1 + V2 - lFFA"]));
    let unknown = ThingsOptions { roi: Some("V9".into()), ..options };
    let message = things(&unknown).unwrap_err().to_string();
    assert!(message.contains("V1") && message.contains("lFFA"), "{message}");
}

#[test]
fn a_table_of_another_subject_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("sub-02_VoxelMetadata.csv");
    std::fs::write(&table, "voxel_id,V1\n0,1\n1,0\n").unwrap();
    let message = things(&ThingsOptions { voxels: table, ..options("table.h5") }).unwrap_err().to_string();
    assert!(message.contains("sub-02_VoxelMetadata.csv") && message.contains("no voxel 2"), "{message}");
}

/// The table of trials of the fixtures, changed.
fn changed(change: impl Fn(&str) -> String) -> (tempfile::TempDir, ThingsOptions) {
    let folder = tempfile::tempdir().unwrap();
    let stimuli = folder.path().join("sub-01_StimulusMetadata.csv");
    let text = std::fs::read_to_string(fixture("things/sub-01_StimulusMetadata.csv")).unwrap();
    std::fs::write(&stimuli, change(&text)).unwrap();
    (folder, ThingsOptions { stimuli, ..options("table.h5") })
}

#[test]
fn kinds_of_trials_are_words_that_are_known() {
    let (_folder, marked) = changed(|text| format!("\u{feff}{}", text.replace("test,", "Test,").replace('\n', "\r\n")));
    let (_out, data) = things(&marked).unwrap();
    assert_eq!(data.held_out().stimuli().len(), 2);
    for (from, to, said) in [
        ("train,2,2,1,6", "catch,2,2,1,6", "trial_type holds \"catch\""),
        ("test,", "train,", "no trial of the test"),
        ("1,6,egg", "1,5,egg", "trial_id has 5 twice"),
        ("train,2,2,1,6", "train,99999,2,1,6", "column session goes from 1 to 99999"),
    ] {
        let (_folder, options) = changed(|text| text.replace(from, to));
        let message = things(&options).unwrap_err().to_string();
        assert!(message.contains("StimulusMetadata.csv") && message.contains(said), "{message}");
    }
}

#[test]
fn numbers_of_trials_may_be_floats_and_subjects_must_be_one() {
    let names = shown(&things(&options("table.h5")).unwrap().1).iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let floats = |text: &str| {
        let line = |(at, line): (usize, &str)| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if at > 0 {
                cells[4] += ".0";
            }
            cells.join(",") + "\n"
        };
        text.lines().enumerate().map(line).collect()
    };
    let (_folder, floating) = changed(floats);
    assert_eq!(shown(&things(&floating).unwrap().1), names);
    let (_folder, other) = changed(|text| text.replace("train,2,2,1,6", "train,2,2,2,6"));
    let message = things(&other).unwrap_err().to_string();
    assert!(message.contains("of subject 2 (column subject_id)"), "{message}");
}
