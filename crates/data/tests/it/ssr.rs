//! Archives that NumPy wrote, compared with what NumPy reads back.

use std::path::PathBuf;

use crate::support::{expected, numbers};
use afterimage_data::{DataSet, FittedOn, SsrOptions, WriteOptions, import_ssr};

fn fixture(name: &str) -> PathBuf {
    crate::support::fixture("ssr").join(name)
}

fn options(images: &str) -> SsrOptions {
    SsrOptions { file: fixture("sbj_1.npz"), images: fixture(images), roi: None, validation: 1, seed: 0 }
}

fn import(options: &SsrOptions) -> (tempfile::TempDir, DataSet) {
    crate::support::import(|out, write| import_ssr(options, out, write, |_| ())).unwrap()
}

#[test]
fn responses_labels_regions_and_pictures_are_those_that_numpy_reads() {
    let expected = expected("ssr");
    for images in ["images_112.npz", "rgbd.npz"] {
        let (_folder, data) = import(&options(images));
        let header = data.header();
        let responses = data.responses(0, 18).unwrap();
        for (row, (values, trial)) in responses.outer_iter().zip(&header.trials).enumerate() {
            let (part, label, at, offset) =
                if row < 6 { ("arr_0", "arr_3", row, 0) } else { ("arr_1", "arr_4", row - 6, 6) };
            assert_eq!(values.to_vec(), numbers(&expected[part][at]));
            assert_eq!(trial.stimulus as f32, numbers(&expected[label])[at] + offset as f32);
        }
        assert_eq!(data.held_out().stimuli(), [6, 7, 8]);
        assert_eq!(header.trials[6..].iter().map(|trial| trial.repeat).max(), Some(3));
        let v1: Vec<f32> = header.voxels.regions["V1"].iter().map(|&inside| f32::from(u8::from(inside))).collect();
        assert_eq!(v1, numbers(&expected["V1"]));
        assert_eq!(header.voxels.columns["snr"].values, numbers(&expected["arr_6"]));
        assert_eq!(header.voxels.columns["snr"].fitted_on, FittedOn::Everything);
        let picture: Vec<f32> = data.images(&[6]).unwrap().iter().map(|&value| f32::from(value)).collect();
        assert_eq!(picture, numbers(&expected["first_test_image"]));
    }
}

#[test]
fn region_expression_and_foreign_pictures() {
    let roi = Some("V1 + V2 - FFA".to_owned());
    let (_folder, data) = import(&SsrOptions { roi, ..options("images_112.npz") });
    let masks = expected("ssr");
    let inside = |name: &str, at: usize| numbers(&masks[name])[at] == 1.0;
    let kept: Vec<usize> = (0..7).filter(|&at| (inside("V1", at) || inside("V2", at)) && !inside("FFA", at)).collect();
    assert_eq!(data.header().voxels.count, kept.len());
    let first = numbers(&masks["arr_0"][0]);
    assert_eq!(
        data.responses(0, 1).unwrap().into_raw_vec_and_offset().0,
        kept.iter().map(|&at| first[at]).collect::<Vec<_>>()
    );
    let folder = tempfile::tempdir().unwrap();
    let wrong = SsrOptions { images: fixture("sbj_1.npz"), ..options("images_112.npz") };
    let message =
        import_ssr(&wrong, &folder.path().join("x"), WriteOptions::default(), |_| ()).unwrap_err().to_string();
    assert!(message.contains("train_images") && message.contains("sbj_1.npz"), "{message}");
}
