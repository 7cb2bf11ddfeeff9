//! Tables that bdpy and scipy wrote, compared with what bdpy reads back.

use std::path::PathBuf;

use crate::support::expected;
use afterimage_data::{DataSet, GodOptions, Split, WriteOptions, import_god};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    crate::support::fixture("god").join(name)
}

fn options(file: &str) -> GodOptions {
    GodOptions {
        file: fixture(file),
        test_file: None,
        images: fixture("images"),
        image_lists: vec![fixture("imageID_training.csv")],
        roi: None,
        validation: 1,
        seed: 0,
    }
}

fn import(options: &GodOptions) -> (tempfile::TempDir, DataSet) {
    crate::support::import(|out, write| import_god(options, out, write, |_| ())).unwrap()
}

fn refusal(options: &GodOptions) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("god.afterimage");
    let error = import_god(options, &out, WriteOptions::default(), |_| ()).unwrap_err().to_string();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
    error
}

/// Rows of the stored responses against rows of what bdpy read.
fn same(data: &DataSet, first: usize, expected: &Value, rows: &[usize]) {
    let responses = data.responses(first, rows.len()).unwrap();
    for (row, &place) in responses.outer_iter().zip(rows) {
        let wanted: Vec<f32> =
            expected[place].as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect();
        assert_eq!(row.to_vec(), wanted, "sample {place}");
    }
}

#[test]
fn hdf5_and_old_mat_give_what_bdpy_reads() {
    for file in ["subject.h5", "subject.mat"] {
        let (_folder, data) = import(&options(file));
        // Sample 7 is rest, sample 12 imagery.
        same(&data, 0, &expected("god")["VoxelData"], &[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]);
        let header = data.header();
        let names: Vec<&str> = header.stimuli.iter().map(|info| info.name.as_str()).collect();
        assert_eq!(names[0], "n01518878_10042");
        assert_eq!(names.len(), 7);
        assert_eq!(header.stimuli[0].class.as_deref(), Some("n01518878"));
        assert_eq!(header.stimuli[3].origin.as_deref(), Some("renamed.JPEG"));
        let test: Vec<&str> =
            header.stimuli.iter().filter(|info| info.split == Split::Test).map(|info| info.name.as_str()).collect();
        assert_eq!(test, ["n01943899_24131", "n01976957_13223"]);
        let last = header.trials.last().unwrap();
        assert_eq!((last.stimulus, last.repeat, last.run), (5, 1, 3));
        assert_eq!(header.voxels.coordinates.as_ref().unwrap()[2], [2.5, 12.5, 22.5]);
        assert_eq!(header.voxels.mask("V1 + V2 - FFA").unwrap(), [true, true, false, false, false]);
    }
}

#[test]
fn region_expression_selects_what_bdpy_selects() {
    let roi = Some("ROI_V1 + ROI_V2 - ROI_FFA".to_owned());
    let (_folder, data) = import(&GodOptions { roi, ..options("subject.h5") });
    assert_eq!(data.header().voxels.count, 2);
    same(&data, 0, &expected("god")["V1 + V2 - FFA"], &[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]);
    let message = refusal(&GodOptions { roi: Some("V1 + V9".into()), ..options("subject.h5") });
    assert!(message.contains("V9") && message.contains("FFA"), "{message}");
}

#[test]
fn training_and_test_may_lie_in_two_files() {
    let two = GodOptions { test_file: Some(fixture("test.h5")), ..options("training.h5") };
    let (_folder, data) = import(&two);
    same(&data, 0, &expected("god")["training"], &[0, 1, 2, 3, 4]);
    same(&data, 5, &expected("god")["test"], &[0, 1, 2, 3]);
    assert_eq!(data.held_out().stimuli(), [5, 6]);
    let message = refusal(&options("training.h5"));
    assert!(message.contains("DataType") && message.contains("file of test samples"), "{message}");
    let message = refusal(&GodOptions { test_file: Some(fixture("training.h5")), ..options("training.h5") });
    assert!(message.contains("training and a test picture"), "{message}");
}

#[test]
fn sessions_of_two_files_are_different_sessions() {
    let two = GodOptions { test_file: Some(fixture("test.h5")), ..options("training.h5") };
    let (_folder, data) = import(&two);
    let sessions: Vec<u16> = data.header().trials.iter().map(|trial| trial.session).collect();
    assert_eq!(sessions, [0, 0, 0, 0, 0, 1, 1, 1, 1]);
}

#[test]
fn what_is_left_out_is_counted() {
    let (_folder, data) = import(&options("subject.h5"));
    let said: Vec<String> = data.header().provenance.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["1 sample of imagery, or of another kind than training and test", "1 sample without a label, such as rest",]
    );
}

#[test]
fn pictures_and_labels_that_are_not_one_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["a", "b"] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
        for entry in std::fs::read_dir(fixture("images")).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).unwrap();
        }
    }
    let message = refusal(&GodOptions { images: folder.path().to_owned(), ..options("subject.h5") });
    assert!(message.contains("\"a/n01518878_10042.JPEG\" and \"b/n01518878_10042.JPEG\""), "{message}");
    let list = folder.path().join("imageID.csv");
    std::fs::write(&list, "\u{feff}label,file\n1677366.02,a.JPEG\n1677366.02,b.JPEG\n").unwrap();
    let message = refusal(&GodOptions { image_lists: vec![list.clone()], ..options("subject.h5") });
    assert!(message.contains("two pictures, a and b") && message.contains("rounded"), "{message}");
    std::fs::write(&list, "1677366.018182,renamed.JPEG\nx,b.JPEG\n").unwrap();
    let message = refusal(&GodOptions { image_lists: vec![list], ..options("subject.h5") });
    assert!(message.contains("line 2 begins with \"x\""), "{message}");
}

#[test]
fn missing_picture_and_wrong_file_are_named() {
    let message = refusal(&GodOptions { image_lists: Vec::new(), ..options("subject.h5") });
    assert!(message.contains("n01677366_18182") && message.contains("images"), "{message}");
    let message = refusal(&options("imageID_training.csv"));
    assert!(message.contains("imageID_training.csv"), "{message}");
    let message = refusal(&GodOptions { validation: 5, ..options("subject.h5") });
    assert!(message.contains("5 training images"), "{message}");
}
