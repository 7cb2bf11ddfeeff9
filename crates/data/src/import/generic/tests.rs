//! Manifests of small files: what fits is joined, what does not is named, what is left out is counted.

use std::path::PathBuf;

use ndarray::{Array2, Array3, Array4};

use super::*;
use crate::{Averaging, DataSet};

mod square;

const COUNT: usize = 12;

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        let images = Array4::from_shape_fn((COUNT, 8, 8, 3), |(n, y, x, c)| (n * 20 + y + x + c) as u8);
        afterimage_formats::npy::write_u8(&case.at("images.npy"), images.view().into_dyn()).unwrap();
        case.responses(Array2::from_shape_fn((3, COUNT), |(v, t)| (100 * v + t) as f32).into_dyn());
        case
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn responses(&self, array: ndarray::ArrayD<f32>) {
        afterimage_formats::npy::write_f32(&self.at("r.npy"), array.view()).unwrap();
    }

    fn import_as(&self, orientation: &str, extra: &str) -> Result<Summary> {
        let text = format!(
            "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.npy\"\norientation = \"{orientation}\"\n\
             [split]\ntest = 3\nvalidation = 2\n[images]\nsource = \"images.npy\"\n{extra}"
        );
        let manifest = Manifest::parse(&text, &self.at("m.toml"))?;
        import_generic(&manifest, &self.at("x.afterimage"), false, |_| ())
    }

    fn refusal(&self, orientation: &str, extra: &str) -> String {
        let message = self.import_as(orientation, extra).unwrap_err().to_string();
        assert!(!self.at("x.afterimage").exists());
        message
    }

    fn data(&self) -> DataSet {
        DataSet::open(&self.at("x.afterimage")).unwrap()
    }
}

#[test]
fn voxels_by_trials_are_turned() {
    let case = Case::new();
    let summary = case.import_as("voxels_by_trials", "").unwrap();
    assert_eq!((summary.train.stimuli, summary.validation.stimuli, summary.test.stimuli), (7, 2, 3));
    assert_eq!(case.data().responses(5, 1).unwrap(), ndarray::array![[5.0, 105.0, 205.0]]);
    assert_eq!(case.data().images(&[5]).unwrap()[[0, 0, 0, 0]], 100);
    assert_eq!(summary.provenance.source_files.len(), 2);
    case.data().verify().unwrap();
}

#[test]
fn wrong_orientation_is_recognised() {
    let case = Case::new();
    let message = case.refusal("trials_by_voxels", "");
    assert!(
        message.contains("the array is 3 x 12 and there are 12 images: set orientation = \"voxels_by_trials\""),
        "{message}"
    );
}

#[test]
fn other_numbers_of_images_are_refused() {
    let case = Case::new();
    case.responses(Array2::zeros((3, 11)).into_dyn());
    let message = case.refusal("voxels_by_trials", "");
    assert!(message.contains("r.npy") && message.contains("the array is 3 x 11 and there are 12 images"), "{message}");
}

#[test]
fn value_that_is_no_number_is_placed() {
    let case = Case::new();
    let mut responses = Array2::zeros((3, COUNT));
    responses[[2, 4]] = f32::INFINITY;
    case.responses(responses.into_dyn());
    let message = case.refusal("voxels_by_trials", "");
    assert!(message.contains("trial 4, voxel 2 is inf"), "{message}");
}

#[test]
fn absent_repeats_are_left_out_and_partial_ones_refused() {
    let case = Case::new();
    let mut responses = Array3::from_shape_fn((2, COUNT, 3), |(v, s, r)| (v * 1000 + s * 10 + r) as f32);
    responses.slice_mut(ndarray::s![.., 4, 1..]).fill(f32::NAN);
    case.responses(responses.clone().into_dyn());
    let summary = case.import_as("voxels_by_stimuli_by_repeats", "").unwrap();
    assert_eq!(summary.trials, 3 * COUNT - 2);
    let items = case.data().training_and_validation().items(Averaging::Stimulus).unwrap();
    let held = case.data().held_out().items(Averaging::Stimulus).unwrap();
    let all: Vec<_> =
        items.stimulus.iter().zip(&items.repeats).chain(held.stimulus.iter().zip(&held.repeats)).collect();
    assert!(all.contains(&(&4, &1)) && all.contains(&(&5, &3)));
    std::fs::remove_dir_all(case.at("x.afterimage")).unwrap();
    responses[[1, 7, 2]] = f32::NAN;
    case.responses(responses.into_dyn());
    assert!(case.refusal("voxels_by_stimuli_by_repeats", "").contains("voxel 1 of stimulus 7, repeat 2"));
}

#[test]
fn listed_order_may_repeat_images() {
    let case = Case::new();
    std::fs::write(case.at("order.csv"), "trial,shown\n0,11\n1,03\n2,11\n3,00\n4,01\n5,02\n6,04\n").unwrap();
    case.responses(Array2::from_shape_fn((2, 7), |(v, t)| (10 * v + t) as f32).into_dyn());
    case.import_as("voxels_by_trials", "order = \"order.csv\"\ncolumn = \"shown\"\n")
        .map(drop)
        .unwrap_or_else(|error| panic!("{error}"));
    let data = case.data();
    assert_eq!(data.header().stimuli.len(), 6);
    let shown: Vec<_> = data.header().trials.iter().map(|trial| (trial.stimulus, trial.repeat)).collect();
    assert_eq!(shown[..3], [(0, 0), (1, 0), (0, 1)]);
    assert_eq!(data.images(&[0]).unwrap()[[0, 0, 0, 0]], 220);
}

#[test]
fn unknown_image_and_missing_column_are_named() {
    let case = Case::new();
    std::fs::write(case.at("order.txt"), "00\nkitten\n").unwrap();
    let message = case.refusal("voxels_by_trials", "order = \"order.txt\"\n");
    assert!(message.contains("entry 2 is \"kitten\"") && message.contains("called like \"00\""), "{message}");
    std::fs::write(case.at("order.csv"), "a,b\n0,1\n").unwrap();
    let message = case.refusal("voxels_by_trials", "order = \"order.csv\"\n");
    assert!(message.contains("a, b: set images.column"), "{message}");
}

#[test]
fn regions_and_test_list_are_read() {
    let case = Case::new();
    std::fs::write(case.at("regions.csv"), "V1,V2\n1,0\n1,1\n0,1\n").unwrap();
    std::fs::write(case.at("test.txt"), "03\n07\n").unwrap();
    let text = std::fs::read_to_string(case.at("test.txt")).unwrap();
    assert_eq!(text.lines().count(), 2);
    let manifest = "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.npy\"\norientation = \"voxels_by_trials\"\n\
                    [images]\nsource = \"images.npy\"\n[voxels]\nregions = \"regions.csv\"\n\
                    [split]\ntest_list = \"test.txt\"\nvalidation = 0\n";
    let manifest = Manifest::parse(manifest, &case.at("m.toml")).unwrap();
    let summary = import_generic(&manifest, &case.at("x.afterimage"), false, |_| ()).unwrap();
    assert_eq!((summary.test.stimuli, summary.regions["V1"], summary.regions["V2"]), (2, 2, 2));
    assert_eq!(case.data().held_out().stimuli(), [3, 7]);
    assert_eq!(case.data().header().voxels.mask("V1 - V2").unwrap(), [true, false, false]);
    std::fs::write(case.at("regions.csv"), "V1\n1\n0\n").unwrap();
    let message = import_generic(&manifest, &case.at("y.afterimage"), false, |_| ()).unwrap_err().to_string();
    assert!(message.contains("region \"V1\" has 2 entries for 3 voxels"), "{message}");
}

#[test]
fn existing_data_set_stays_unless_overwriting_is_allowed() {
    let case = Case::new();
    case.import_as("voxels_by_trials", "").unwrap();
    let message = case.import_as("voxels_by_trials", "").unwrap_err().to_string();
    assert!(message.contains("exists already"), "{message}");
}

#[test]
fn split_too_large_is_refused() {
    let case = Case::new();
    let text = "name = \"x\"\n[responses]\nfile = \"r.npy\"\norientation = \"voxels_by_trials\"\n[images]\nsource = \"images.npy\"\n";
    let manifest = Manifest::parse(text, &case.at("m.toml")).unwrap();
    let message = import_generic(&manifest, &case.at("x.afterimage"), false, |_| ()).unwrap_err().to_string();
    assert!(message.contains("split.test = 100") && message.contains("of 12 stimuli"), "{message}");
}

/// A folder of grey images, called so, each of value 20 times its place.
fn folder_of(case: &Case, names: &[&str]) {
    for (at, name) in names.iter().enumerate() {
        let path = case.at("images").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let image = Array3::from_elem((8, 8, 3), (20 * at) as u8);
        afterimage_formats::picture::write_png(&path, image.view()).unwrap();
    }
}

fn from_folder(case: &Case, images: &str, split: &str) -> Result<Summary> {
    let text = format!(
        "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.npy\"\norientation = \"voxels_by_trials\"\n\
         [split]\nvalidation = 1\n{split}\n[images]\nsource = \"images\"\n{images}\n"
    );
    import_generic(&Manifest::parse(&text, &case.at("m.toml"))?, &case.at("x.afterimage"), true, |_| ())
}

const NAMES: [&str; COUNT] =
    ["1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png", "9.png", "10.png", "11.png", "12.png"];

#[test]
fn order_of_names_without_padding_must_be_stated() {
    let case = Case::new();
    folder_of(&case, &NAMES);
    for images in ["", "order = \"sorted\""] {
        let message = from_folder(&case, images, "test = 2").unwrap_err().to_string();
        for said in ["\"10.png\"", "\"2.png\"", "images.order = \"natural\", \"bytes\" or a FILE"] {
            assert!(message.contains(said), "{message}");
        }
    }
    let shown = || {
        let data = case.data();
        let grey = |row: usize| data.images(&[data.header().trials[row].stimulus]).unwrap()[[0, 0, 0, 0]] / 20;
        [grey(0), grey(1), grey(2), grey(11)]
    };
    from_folder(&case, "order = \"natural\"", "test = 2").unwrap();
    assert_eq!(shown(), [0, 1, 2, 11]);
    from_folder(&case, "order = \"bytes\"", "test = 2").unwrap();
    assert_eq!(shown(), [0, 9, 10, 8]);
    let message = from_folder(&case, "order = \"alphabetical\"", "test = 2").unwrap_err().to_string();
    assert!(message.contains("neither \"natural\", \"bytes\" or \"sorted\" nor a file"), "{message}");
}

#[test]
fn image_of_a_format_that_is_not_read_would_shift_the_others() {
    let case = Case::new();
    folder_of(&case, &["00.png", "01.png", "02.png"]);
    std::fs::write(case.at("images/00b.webp"), b"RIFF").unwrap();
    let message = from_folder(&case, "", "test = 1").unwrap_err().to_string();
    assert!(message.contains("00b.webp") && message.contains("save it as .png"), "{message}");
}

#[test]
fn what_is_left_out_is_counted_and_named() {
    let case = Case::new();
    folder_of(&case, &[&NAMES[..], &["x/unseen.png"]].concat());
    std::fs::write(case.at("images/notes.txt"), "none").unwrap();
    std::fs::write(case.at("order.txt"), format!("\u{feff}{}\r\n", NAMES.join("\r\n"))).unwrap();
    std::fs::write(case.at("test.txt"), "3\n\"4.png\"\n3.png\n").unwrap();
    std::fs::write(case.at("labels.csv"), "image,class\n1,cup\n99,dog\n").unwrap();
    let images = "order = \"order.txt\"\nlabels = \"labels.csv\"";
    let summary = from_folder(&case, images, "test_list = \"test.txt\"").unwrap();
    assert_eq!(summary.test.stimuli, 2);
    let said: Vec<String> = summary.provenance.left_out.iter().map(ToString::to_string).collect();
    let unlabelled = "(2.png, 3.png, 4.png, 5.png, 6.png, …)";
    assert_eq!(
        said,
        [
            "1 image that no trial shows (x/unseen.png)".to_owned(),
            "1 file among the images that cannot be read as one (notes.txt)".into(),
            "1 label that names no image (99)".into(),
            format!("11 labels missing for images that the table does not name {unlabelled}"),
            "1 name that the list of the test has again (3.png)".into(),
        ]
    );
    assert_eq!(case.data().header().provenance.left_out.len(), 5);
}

#[test]
fn lists_of_the_test_that_change_it_are_refused() {
    let case = Case::new();
    folder_of(&case, &[&NAMES[..], &["x/unseen.png"]].concat());
    std::fs::write(case.at("order.txt"), NAMES.join("\n")).unwrap();
    for (list, said) in [
        ("", "names no image"),
        ("\u{feff}\n\n", "names no image"),
        ("3.png\nunseen.png\n", "\"unseen.png\" is an image that no trial shows"),
        ("3.PNG\n", "differs in letter case"),
    ] {
        std::fs::write(case.at("test.txt"), list).unwrap();
        let message = from_folder(&case, "order = \"order.txt\"", "test_list = \"test.txt\"").unwrap_err().to_string();
        assert!(message.contains("test.txt") && message.contains(said), "{message}");
    }
}
