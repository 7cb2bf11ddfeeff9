//! Series of volumes on the command line: what is asked for, and what is said of a data set without images.

use afterimage_formats::nifti;
use ndarray::Array3;

use crate::common::{Desk, printed};

const AFFINE: [[f64; 4]; 4] = [[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0]];

#[test]
fn data_set_without_images_is_told_what_it_lacks() {
    let desk = Desk::new();
    let value = |t: usize, x: usize| ((t * 7 + x * 3) as f32).sin();
    let volume = |t: usize| Array3::from_shape_fn([4, 1, 1], |(x, ..)| value(t, x));
    nifti::write_series(&desk.path("bold.nii"), [4, 1, 1], 24, &AFFINE, (0..24).map(volume)).unwrap();
    let rows: String =
        (0..24).map(|t| format!("{} {}\n", ["face", "rest", "house", "rest"][t / 3 % 4], t / 12)).collect();
    desk.write("attributes.txt", &rows);
    let import =
        ["import", "nifti", "bold.nii", "--tables", "attributes.txt", "--test-runs", "1", "--tr", "2.5", "--out"];
    let said = printed(&desk.run(&[&import[..], &["x.afterimage"]].concat()));
    assert!(said.contains("4 trials of 12 volumes; the delay moves them by 2 volumes within their run"), "{said}");
    let said = printed(&desk.run(&["audit", "x.afterimage"]));
    assert!(said.contains("next: training and scoring need the images that were shown"), "{said}");
    assert!(said.contains("--images FOLDER") && !said.contains("afterimage run"), "{said}");

    let images = ["import", "nifti", "bold.nii", "--tables", "attributes.txt", "--tr", "2.5", "--test", "1"];
    let refused = desk.refusal(&[&images[..], &["--images", "simulation/unpaired", "--out", "y.afterimage"]].concat());
    assert!(refused.contains("it has no line of names") && refused.contains("--image-column 1"), "{refused}");
    let refused = desk.refusal(&[&import[..], &["y.afterimage", "--betas"]].concat());
    assert!(refused.contains("cannot be used with"), "{refused}");
}
