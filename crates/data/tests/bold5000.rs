//! Files that h5py and NumPy wrote in the layouts of both releases, compared with what they read back; and one subject's
//! parcels where they are at hand.

mod support;

use std::path::Path;

use afterimage_data::{Bold5000Options, DataSet, import_bold5000};
use serde_json::Value;
use support::{assert_close, expected, fixture, import, numbers, responses, shown};

fn options(responses: &[&str]) -> Bold5000Options {
    let folder = fixture("bold5000");
    Bold5000Options {
        responses: responses.iter().map(|name| folder.join(name)).collect(),
        lists: vec![folder.join("lists")],
        repeated: None,
        images: Some(folder.join("images")),
        test: 0,
        roi: None,
        validation: 1,
        seed: 0,
    }
}

fn bold5000(options: &Bold5000Options) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    import(|out, write| import_bold5000(options, out, write, |_| ()))
}

/// Columns of several arrays side by side.
fn beside(arrays: &[&Value]) -> Vec<f32> {
    let rows = arrays[0].as_array().unwrap().len();
    (0..rows).flat_map(|row| arrays.iter().flat_map(move |array| numbers(&array[row]))).collect()
}

#[test]
fn first_release_is_read_in_the_order_of_sessions_and_runs() {
    let expected = expected("bold5000");
    let (_folder, data) = bold5000(&options(&["CSI1_ROIs_TR34.h5"])).unwrap();
    let names = ["LHEarlyVis", "LHPPA", "RHEarlyVis", "RHPPA"];
    assert_close(&responses(&data), &beside(&names.map(|name| &expected[name])));
    let listed: Vec<&str> = expected["shown"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(shown(&data), listed);
    let header = data.header();
    assert_eq!(header.voxels.regions["PPA"].iter().filter(|&&inside| inside).count(), 5);
    let last = header.trials.last().unwrap();
    assert_eq!((last.session, last.run), (1, 9));
    let test: Vec<&str> =
        data.held_out().stimuli().iter().map(|&row| header.stimuli[row as usize].name.as_str()).collect();
    assert_eq!(test, ["homeoffice12.jpg", "COCO_train2014_000000488558.jpg"]);
    assert_eq!(header.stimuli[0].class.as_deref(), Some("n01930112"));
}

#[test]
fn second_release_is_turned() {
    let expected = expected("bold5000");
    let files = ["LHPPA", "RHPPA"].map(|name| format!("CSI1_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_{name}.npy"));
    let mut options = options(&[&files[0], &files[1]]);
    options.repeated = Some(fixture("bold5000/repeated_stimuli_113_list.txt"));
    let (_folder, data) = bold5000(&options).unwrap();
    assert_close(&responses(&data), &beside(&[&expected["LHPPA"], &expected["RHPPA"]]));
    assert_eq!(data.held_out().stimuli().len(), 2);
    options.roi = Some("PPA - LHPPA".into());
    assert_close(&responses(&bold5000(&options).unwrap().1), &numbers(&expected["RHPPA"]));
}

#[test]
fn parcels_bring_their_own_list_and_need_a_drawn_test() {
    let expected = expected("bold5000");
    let mut options = Bold5000Options { lists: vec![], images: None, validation: 0, ..options(&["parcels.npz"]) };
    let message = bold5000(&options).unwrap_err().to_string();
    assert!(message.contains("--test"), "{message}");
    options.test = 1;
    let (_folder, data) = bold5000(&options).unwrap();
    assert_close(&responses(&data), &numbers(&expected["parcels"]));
}

#[test]
fn a_list_of_another_subject_is_refused_with_both_numbers() {
    let mut options = options(&["CSI1_ROIs_TR34.h5"]);
    options.lists = vec![fixture("bold5000/lists/CSI_sess01_run01.txt")];
    let message = bold5000(&options).unwrap_err().to_string();
    assert!(message.contains("8 x 4") && message.contains("2 trials"), "{message}");
}

#[test]
fn recorded_parcels_open() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/human/bold5000_csi1_schaefer100.npz");
    if !file.is_file() {
        println!("skipped: no recording at {}", file.display());
        return;
    }
    let options = Bold5000Options { responses: vec![file], lists: vec![], images: None, test: 100, ..options(&[]) };
    let (_folder, data) = bold5000(&options).unwrap();
    let header = data.header();
    assert_eq!((header.trials.len(), header.voxels.count), (740, 100));
    // The first values and names as NumPy prints them.
    assert_close(&responses(&data)[..3], &[-0.080_282_67, 0.166_213_53, 0.051_229_09]);
    assert_eq!(shown(&data)[..2], ["n01930112_19568.JPEG", "n03733281_29214.JPEG"]);
}
