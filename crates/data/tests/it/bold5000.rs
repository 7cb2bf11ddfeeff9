//! Files that h5py and NumPy wrote in the layouts of both releases, compared with what they read back; and one subject's
//! parcels where they are at hand.

use std::path::PathBuf;

use crate::support::{assert_close, expected, fixture, import, numbers, responses, shown};
use afterimage_data::{Bold5000Options, DataSet, NameOrder, import_bold5000};
use serde_json::Value;

fn options(responses: &[&str]) -> Bold5000Options {
    let folder = fixture("bold5000");
    Bold5000Options {
        responses: responses.iter().map(|name| folder.join(name)).collect(),
        lists: vec![folder.join("lists")],
        order: None,
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
fn a_mark_at_the_head_of_a_list_is_no_part_of_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let marked = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("\u{feff}{text}")).unwrap();
        path
    };
    let list = marked(
        "list.txt",
        "n01930112_19568.JPEG\r\nairplanecabin1.jpg\r\nhomeoffice12.jpg\r\n\"homeoffice12.jpg\"\r\nn01930112_19568.JPEG\r\nn03733281_29214.JPEG\r\nCOCO_train2014_000000420713.jpg\r\nCOCO_train2014_000000488558.jpg\r\n",
    );
    let repeated = marked("repeated.txt", "n01930112_19568.JPEG\nhomeoffice12.jpg\nelsewhere.jpg\n");
    let options = Bold5000Options { lists: vec![list], repeated: Some(repeated), ..options(&["CSI1_ROIs_TR34.h5"]) };
    let (_folder, data) = bold5000(&options).unwrap();
    let header = data.header();
    let test: Vec<&str> =
        data.held_out().stimuli().iter().map(|&row| header.stimuli[row as usize].name.as_str()).collect();
    assert_eq!(test, ["n01930112_19568.JPEG", "homeoffice12.jpg"]);
    assert_eq!(header.stimuli.len(), 6);
    let said: Vec<String> = header.provenance.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["1 name of a repeated image that no trial shows (elsewhere.jpg)"]);
}

#[test]
fn repeated_images_that_nobody_saw_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let repeated = folder.path().join("repeated.txt");
    for (text, said) in [("", "names no image"), ("Homeoffice12.jpg\n", "\"homeoffice12.jpg\" differs in letter case")]
    {
        std::fs::write(&repeated, text).unwrap();
        let options = Bold5000Options { repeated: Some(repeated.clone()), ..options(&["CSI1_ROIs_TR34.h5"]) };
        let message = bold5000(&options).unwrap_err().to_string();
        assert!(message.contains("repeated.txt") && message.contains(said), "{message}");
    }
}

#[test]
fn lists_as_a_shell_orders_them_need_their_order_said() {
    let folder = tempfile::tempdir().unwrap();
    let lists: Vec<PathBuf> =
        [("1", "01_run01"), ("10", "02_run10"), ("2", "01_run02"), ("3", "02_run01"), ("4", "02_run02")]
            .map(|(run, list)| {
                let path = folder.path().join(format!("list_{run}.txt"));
                std::fs::copy(fixture(&format!("bold5000/lists/CSI_sess{list}.txt")), &path).unwrap();
                path
            })
            .to_vec();
    let mut options = Bold5000Options { lists, ..options(&["CSI1_ROIs_TR34.h5"]) };
    let message = bold5000(&options).unwrap_err().to_string();
    assert!(message.contains("list_10.txt") && message.contains("--order natural"), "{message}");
    options.order = Some(NameOrder::Natural);
    let (_out, data) = bold5000(&options).unwrap();
    let expected = expected("bold5000");
    let listed: Vec<&str> = expected["shown"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(shown(&data), listed);
    // No list says its session and run: each is a run of its own.
    let runs: Vec<u16> = data.header().trials.iter().map(|trial| trial.run).collect();
    assert!(runs.is_sorted() && runs.last() == Some(&4), "{runs:?}");
}

#[test]
fn lists_are_in_the_order_of_their_runs_in_any_locale() {
    let all = ["01_run01", "01_run02", "02_run01", "02_run02", "02_run10"]
        .map(|list| fixture(&format!("bold5000/lists/CSI_sess{list}.txt")));
    let folder = tempfile::tempdir().unwrap();
    // Names of lists that state session and run, and names that state a number only.
    let stated = ["sess1_run9", "sess1_run10", "sess2_run1", "sess2_run2", "sess2_run10"];
    let numbered = ["list1", "list2", "list9", "list10", "list11"];
    for (names, by) in [(stated, "by the sessions and runs"), (numbered, "by the numbers")] {
        let lists: Vec<PathBuf> = names.map(|name| folder.path().join(format!("{name}.txt"))).to_vec();
        all.iter().zip(&lists).for_each(|(from, to)| std::fs::copy(from, to).map(drop).unwrap());
        let options = Bold5000Options { lists: lists.clone(), ..options(&["CSI1_ROIs_TR34.h5"]) };
        let (_out, right) = bold5000(&options).unwrap();
        let listed = expected("bold5000")["shown"].clone();
        assert_eq!(
            shown(&right),
            listed.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>()
        );
        // As en_US.UTF-8 sorts: the longer number first.
        let turned: Vec<PathBuf> = [1, 0, 4, 2, 3].map(|at: usize| lists[at].clone()).to_vec();
        let turned = Bold5000Options { lists: turned, ..options };
        let message = bold5000(&turned).unwrap_err().to_string();
        assert!(message.contains(by) && message.contains("--order natural"), "{message}");
        let natural = Bold5000Options { order: Some(NameOrder::Natural), ..turned };
        assert_eq!(shown(&bold5000(&natural).unwrap().1), shown(&right));
    }
}

#[test]
fn files_of_two_subjects_or_given_twice_are_refused() {
    let stem = "GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses";
    let [left, right] = ["LH", "RH"].map(|side| format!("CSI1_{stem}_{side}PPA.npy"));
    let refusal = |options: &Bold5000Options| bold5000(options).unwrap_err().to_string();
    assert!(refusal(&options(&[&left, &left])).contains("given twice"));
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&[&left, &right]);
    for (name, said) in [(format!("CSI2_{stem}_RHPPA.npy"), "of subject 2"), (left.clone(), "region LHPPA is in")] {
        options.responses[1] = folder.path().join(&name);
        std::fs::copy(fixture(&format!("bold5000/{left}")), &options.responses[1]).unwrap();
        assert!(refusal(&options).contains(said), "{}", refusal(&options));
    }
}

#[test]
fn two_lists_of_one_run_are_refused() {
    let list = fixture("bold5000/lists/CSI_sess01_run01.txt");
    let options = Bold5000Options { lists: vec![list.clone(), list], ..options(&["CSI1_ROIs_TR34.h5"]) };
    let message = bold5000(&options).unwrap_err().to_string();
    assert!(message.contains("same session and run"), "{message}");
}

#[test]
fn recorded_parcels_open() {
    let Some(file) = afterimage_probe::shared("human/bold5000_csi1_schaefer100.npz") else { return };
    let options = Bold5000Options { responses: vec![file], lists: vec![], images: None, test: 100, ..options(&[]) };
    let (_folder, data) = bold5000(&options).unwrap();
    let header = data.header();
    assert_eq!((header.trials.len(), header.voxels.count), (740, 100));
    // The first values and names as NumPy prints them.
    assert_close(&responses(&data)[..3], &[-0.080_282_67, 0.166_213_53, 0.051_229_09]);
    assert_eq!(shown(&data)[..2], ["n01930112_19568.JPEG", "n03733281_29214.JPEG"]);
}
