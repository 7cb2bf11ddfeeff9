//! What others made of NSD, in files that NumPy and h5py wrote, compared with what they read back.

use std::path::Path;

use crate::support::{assert_close, expected, fixture, import, numbers, responses, shown};
use afterimage_data::{
    AlgonautsOptions, BrainDiffuserOptions, DataSet, NameOrder, NsdOptions, Split, import_algonauts,
    import_brain_diffuser, import_nsd,
};
use afterimage_formats::{npy, picture};
use ndarray::{Array2, Array3, Array4, ArrayView1};

fn brain_diffuser() -> BrainDiffuserOptions {
    let file = |name: &str| fixture("derived").join(name);
    BrainDiffuserOptions {
        train: file("nsd_train_fmriavg_nsdgeneral_sub1.npy"),
        test: file("nsd_test_fmriavg_nsdgeneral_sub1.npy"),
        train_images: file("nsd_train_stim_sub1.npy"),
        test_images: file("nsd_test_stim_sub1.npy"),
        order: None,
        validation: 1,
        seed: 0,
    }
}

fn algonauts() -> AlgonautsOptions {
    AlgonautsOptions { folder: fixture("derived/subj01"), roi: None, test: 2, order: None, validation: 1, seed: 0 }
}

#[test]
fn brain_diffuser_keeps_the_parts_of_its_tables() {
    let expected = expected("derived");
    let (_folder, data) = import(|out, write| import_brain_diffuser(&brain_diffuser(), out, write, |_| ())).unwrap();
    let both = [numbers(&expected["train"]), numbers(&expected["test"])].concat();
    assert_close(&responses(&data), &both);
    assert_eq!(data.held_out().stimuli(), [5, 6]);
    let pictures: Vec<f32> = data.images(&[4, 5]).unwrap().iter().map(|&value| f32::from(value)).collect();
    let wanted = [numbers(&expected["train pictures"][4]), numbers(&expected["test pictures"][0])].concat();
    assert_close(&pictures, &wanted);
}

#[test]
fn brain_diffuser_refuses_tables_of_two_subjects() {
    let folder = tempfile::tempdir().unwrap();
    let test = folder.path().join("nsd_test_fmriavg_nsdgeneral_sub2.npy");
    std::fs::copy(brain_diffuser().test, &test).unwrap();
    let message = import(|out, write| {
        import_brain_diffuser(&BrainDiffuserOptions { test, ..brain_diffuser() }, out, write, |_| ())
    })
    .unwrap_err()
    .to_string();
    assert!(message.contains("it is of subject 2") && message.contains("of subject 1"), "{message}");
}

#[test]
fn brain_diffuser_refuses_pictures_of_the_other_part() {
    let options = BrainDiffuserOptions { test_images: brain_diffuser().train_images, ..brain_diffuser() };
    let message = import(|out, write| import_brain_diffuser(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("nsd_test_fmriavg") && message.contains("2 rows for 5 pictures"), "{message}");
}

/// Grey images `{i}` of value 10 * i, and rows of value i: 12 of the test.
fn numbered(folder: &Path, name: impl Fn(usize) -> String) -> BrainDiffuserOptions {
    let row = |count: usize| Array2::from_shape_fn((count, 2), |(row, _)| row as f32);
    let image = |at: usize| Array3::from_elem((8, 8, 3), (10 * at) as u8);
    npy::write_f32(&folder.join("train.npy"), row(5).view().into_dyn()).unwrap();
    npy::write_f32(&folder.join("test.npy"), row(12).view().into_dyn()).unwrap();
    std::fs::create_dir(folder.join("test_images")).unwrap();
    for at in 0..12 {
        picture::write_png(&folder.join("test_images").join(name(at)), image(at).view()).unwrap();
    }
    BrainDiffuserOptions {
        train: folder.join("train.npy"),
        test: folder.join("test.npy"),
        test_images: folder.join("test_images"),
        ..brain_diffuser()
    }
}

/// The grey values of the test images, in the order of the test rows.
fn test_images(data: &DataSet) -> Vec<u8> {
    let header = data.header();
    let test = header.trials.iter().filter(|trial| header.stimuli[trial.stimulus as usize].split == Split::Test);
    test.map(|trial| data.images(&[trial.stimulus]).unwrap()[[0, 0, 0, 0]]).collect()
}

#[test]
fn brain_diffuser_reads_its_own_folder_of_numbered_images() {
    let folder = tempfile::tempdir().unwrap();
    let options = numbered(folder.path(), |at| format!("{at}.png"));
    let (_out, data) = import(|out, write| import_brain_diffuser(&options, out, write, |_| ())).unwrap();
    assert_eq!(test_images(&data), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    let steps: Vec<String> = data.header().provenance.steps.iter().map(ToString::to_string).collect();
    assert!(steps.iter().any(|step| step.contains("test rows and images paired by number")), "{steps:?}");
}

#[test]
fn brain_diffuser_asks_for_the_order_of_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = numbered(folder.path(), |at| format!("shown-{at}.png"));
    let mut attempt = |order| {
        options.order = order;
        import(|out, write| import_brain_diffuser(&options, out, write, |_| ()))
    };
    let message = attempt(None).unwrap_err().to_string();
    for said in ["test_images", "shown-10.png", "shown-2.png", "--order natural"] {
        assert!(message.contains(said), "{message}");
    }
    let (_out, data) = attempt(Some(NameOrder::Natural)).unwrap();
    assert_eq!(test_images(&data), [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    let (_out, data) = attempt(Some(NameOrder::Bytes)).unwrap();
    assert_eq!(test_images(&data), [0, 10, 100, 110, 20, 30, 40, 50, 60, 70, 80, 90]);
}

#[test]
fn brain_diffuser_reads_its_own_arrays_of_floats_up_to_255() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = Array4::from_shape_fn((2, 8, 8, 3), |(n, y, x, c)| (n * 90 + y * 8 + x * 5 + c) as f64);
    // Version 1.0, as numpy.save writes np.zeros((n, 8, 8, 3)) that was filled with bytes.
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 8, 8, 3), }";
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{header:<117}\n").into_bytes());
    bytes.extend(pixels.iter().flat_map(|value| value.to_le_bytes()));
    let path = folder.path().join("nsd_test_stim_sub1.npy");
    std::fs::write(&path, bytes).unwrap();
    let options = BrainDiffuserOptions { test_images: path, ..brain_diffuser() };
    let (_out, data) = import(|out, write| import_brain_diffuser(&options, out, write, |_| ())).unwrap();
    let stored = data.images(&[5, 6]).unwrap();
    assert!(stored.iter().zip(&pixels).all(|(&stored, &pixel)| f64::from(stored) == pixel));
}

#[test]
fn algonauts_asks_for_the_order_of_names_without_padding() {
    let folder = tempfile::tempdir().unwrap();
    copy(&algonauts().folder, folder.path());
    let images = folder.path().join("training_split/training_images");
    for (number, name) in [(2, "train-0002_nsd-00020.png"), (10, "train-0006_nsd-00048.png")] {
        std::fs::rename(images.join(name), images.join(format!("train-{number}.png"))).unwrap();
    }
    let mut options = AlgonautsOptions { folder: folder.path().to_owned(), ..algonauts() };
    let message = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("train-2.png") && message.contains("--order"), "{message}");
    options.order = Some(NameOrder::Natural);
    let (_out, data) = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap();
    assert_eq!(shown(&data)[1..3], ["train-2.png", "train-0003_nsd-00027.png"]);
}

#[test]
fn algonauts_joins_the_hemispheres_and_names_the_regions() {
    let expected = expected("derived");
    let (_folder, data) = import(|out, write| import_algonauts(&algonauts(), out, write, |_| ())).unwrap();
    assert_close(&responses(&data), &numbers(&expected["algonauts"]));
    assert_eq!(shown(&data)[1], "train-0002_nsd-00020.png");
    let regions = &data.header().voxels.regions;
    for region in ["V1v", "V1d"] {
        let mask: Vec<f32> = regions[region].iter().map(|&inside| f32::from(u8::from(inside))).collect();
        assert_close(&mask, &numbers(&expected[region]));
    }
    assert_eq!(regions["rh"], [false, false, false, false, true, true, true]);
    let none = AlgonautsOptions { test: 0, ..algonauts() };
    let message = import(|out, write| import_algonauts(&none, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("--test"), "{message}");
}

#[test]
fn algonauts_says_which_region_maps_are_missing_and_refuses_unknown_codes() {
    let folder = tempfile::tempdir().unwrap();
    copy(&algonauts().folder, folder.path());
    let options = AlgonautsOptions { folder: folder.path().to_owned(), ..algonauts() };
    let map = folder.path().join("roi_masks/lh.prf-visualrois_challenge_space.npy");
    let codes = npy::read_f32(&map).unwrap();
    npy::write_f32(&map, codes.mapv(|code| code + 0.5).view()).unwrap();
    let message = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("lh.prf-visualrois") && message.contains(".5, expected 0 to 7"), "{message}");
    std::fs::remove_file(&map).unwrap();
    let (_out, data) = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap();
    let absent = data.header().provenance.left_out.iter().find(|left_out| left_out.what == "region map").unwrap();
    assert!(absent.examples.contains(&"lh.prf-visualrois".to_owned()), "{absent}");
}

#[test]
fn algonauts_vertices_are_placed_on_the_surface_where_the_source_says_so() {
    let (_folder, data) = import(|out, write| import_algonauts(&algonauts(), out, write, |_| ())).unwrap();
    assert_eq!(data.header().voxels.surface, None);
    let folder = tempfile::tempdir().unwrap();
    copy(&algonauts().folder, folder.path());
    let mark = |side: &str, inside: &[f32]| {
        let path = folder.path().join(format!("roi_masks/{side}.all-vertices_fsaverage_space.npy"));
        npy::write_f32(&path, ArrayView1::from(inside).into_dyn()).unwrap();
    };
    mark("lh", &[0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
    mark("rh", &[1.0, 0.0, 1.0, 1.0]);
    let mut options = AlgonautsOptions { folder: folder.path().to_owned(), ..algonauts() };
    let (_out, data) = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap();
    let surface = data.header().voxels.surface.clone().unwrap();
    assert_eq!(surface.vertices, [6, 4]);
    assert_eq!(surface.places, [[0, 1], [0, 2], [0, 4], [0, 5], [1, 0], [1, 2], [1, 3]]);
    options.roi = Some("rh".into());
    let (_out, data) = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap();
    assert_eq!(data.header().voxels.surface.as_ref().unwrap().places, [[1, 0], [1, 2], [1, 3]]);
    mark("rh", &[1.0, 0.0, 0.0, 1.0]);
    let message = import(|out, write| import_algonauts(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("rh.all-vertices") && message.contains("marks 2 vertices"), "{message}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn mindeye_table_is_joined_with_the_design() {
    let file = |name: &str| fixture("nsd").join(name);
    let mut options = NsdOptions {
        subject: 2,
        betas: file("betas_all_subj02_fp32_renorm.hdf5"),
        mask: None,
        regions: vec![],
        region_threshold: None,
        mask_threshold: None,
        ncsnr: None,
        design: file("nsd_expdesign.mat"),
        stimuli: file("nsd_stimuli.hdf5"),
        roi: None,
        validation: 1,
        seed: 0,
    };
    let (_folder, data) = import(|out, write| import_nsd(&options, out, write, |_| ())).unwrap();
    let expected = expected("nsd");
    assert_close(&responses(&data), &numbers(&expected["table"]));
    let wanted: Vec<String> =
        numbers(&expected["pictures"])[..6].iter().map(|&picture| format!("nsd-{:05}", picture as usize)).collect();
    assert_eq!(shown(&data), wanted);
    options.roi = Some("V1v".into());
    let message = import(|out, write| import_nsd(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("--roi"), "{message}");
}
