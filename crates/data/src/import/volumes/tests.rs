//! Masks and regions of another place are refused, those of the same place are joined.

use std::path::PathBuf;

use afterimage_formats::nifti::write_f32;
use ndarray::{Array3, ArrayD};

use super::*;

const SHAPE: [usize; 3] = [4, 3, 2];

fn diagonal(sizes: [f64; 3], origin: [f64; 3]) -> [[f64; 4]; 4] {
    let mut affine = [[0.0; 4]; 4];
    for axis in 0..3 {
        affine[axis][axis] = sizes[axis];
        affine[axis][3] = origin[axis];
    }
    affine[3][3] = 1.0;
    affine
}

struct Desk {
    folder: tempfile::TempDir,
    affine: [[f64; 4]; 4],
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), affine: diagonal([-2.0, 2.0, 2.0], [3.0, -70.0, -50.0]) }
    }

    fn volume(&self, name: &str, values: &ArrayD<f32>, affine: &[[f64; 4]; 4]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_f32(&path, values.view(), affine).unwrap();
        path
    }

    /// Voxels by their number in C order.
    fn codes(&self, name: &str, codes: &[(usize, f32)]) -> PathBuf {
        let mut values = Array3::zeros(SHAPE);
        let flat = values.as_slice_mut().unwrap();
        codes.iter().for_each(|&(at, code)| flat[at] = code);
        self.volume(name, &values.into_dyn(), &self.affine)
    }

    fn mask(&self) -> Mask {
        Mask::read(&self.volume("mask.nii.gz", &ArrayD::ones(SHAPE.to_vec()), &self.affine), None).unwrap()
    }

    fn refusal(&self, affine: [[f64; 4]; 4]) -> String {
        let path = self.volume("bold.nii.gz", &ArrayD::zeros(vec![4, 3, 2, 5]), &affine);
        let volume = Volume::open(&path).unwrap();
        self.mask().refuse_other_place(&path, volume.header()).err().map(|error| error.to_string()).unwrap_or_default()
    }
}

/// The voxels of a region.
fn inside(found: &Found, name: &str) -> Vec<usize> {
    found.voxels.regions[name].iter().enumerate().filter(|(_, inside)| **inside).map(|(at, _)| at).collect()
}

fn steps(found: &Found) -> String {
    found.steps.iter().map(|step| format!("{step}\n")).collect()
}

#[test]
fn other_places_of_one_shape_are_refused_and_rounding_is_not() {
    let desk = Desk::new();
    let sizes = [-2.0, 2.0, 2.0];
    for same in [
        desk.affine,
        diagonal(sizes, [3.0 + 1e-6, -70.0, -50.0]),
        diagonal([-2.000_001, 2.0, 2.0], [3.0, -70.0, -50.0]),
        diagonal(sizes, [3.0, -70.001, -50.0]),
    ] {
        assert_eq!(desk.refusal(same), "");
    }
    let message = desk.refusal(diagonal([2.0, 2.0, 2.0], [-3.0, -70.0, -50.0]));
    for words in
        ["bold.nii.gz", "mask.nii.gz", "affine (sform)", "6.000 mm, 3.00 voxels", "run RAS, those of the other LAS"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
    for other in [
        diagonal(sizes, [5.0, -70.0, -50.0]),
        diagonal(sizes, [3.0, -70.0, -51.0]),
        diagonal([-2.1, 2.1, 2.1], [3.0, -70.0, -50.0]),
        diagonal(sizes, [3.0, f64::NAN, -50.0]),
    ] {
        let message = desk.refusal(other);
        assert!(message.contains("resample it to that grid") && !message.contains("axes run"), "{message}");
    }
}

#[test]
fn hemispheres_of_names_must_agree() {
    let desk = Desk::new();
    let values = ArrayD::ones(SHAPE.to_vec());
    let mask = Mask::read(&desk.volume("lh.mask.nii.gz", &values, &desk.affine), None).unwrap();
    let refusal = |mask: &Mask, name: &str| {
        let path = desk.volume(name, &values, &desk.affine);
        mask.refuse_other_place(&path, Volume::open(&path).unwrap().header()).err().map(|error| error.to_string())
    };
    assert!(refusal(&mask, "sub-01_hemi-R_bold.nii.gz").unwrap().contains("right hemisphere, that of"));
    assert_eq!(refusal(&mask, "sub-01_hemi-L_bold.nii.gz"), None);
    let mut neutral = desk.mask();
    assert_eq!(refusal(&neutral, "rh.bold.nii.gz"), None);
    neutral.take_side([Path::new("lh.run1.nii.gz"), Path::new("rh.run2.nii.gz")]);
    assert!(refusal(&neutral, "rh.run2.nii.gz").unwrap().contains("lh.run1.nii.gz"));
}

#[test]
fn series_is_no_mask_and_no_region() {
    let desk = Desk::new();
    let path = desk.volume("4d.nii.gz", &ArrayD::ones(vec![4, 3, 2, 5]), &desk.affine);
    assert!(Mask::read(&path, None).unwrap_err().to_string().contains("it has 5 volumes where one is needed"));
    assert!(desk.mask().voxels(std::slice::from_ref(&path), None).err().unwrap().to_string().contains("4d.nii.gz"));
    assert!(desk.mask().read_values(&path).is_err());
    let single = desk.volume("single.nii.gz", &ArrayD::ones(vec![4, 3, 2, 1]), &desk.affine);
    assert_eq!(Mask::read(&single, None).unwrap().count(), 24);
}

#[test]
fn regions_of_both_hemispheres_are_joined_and_other_repeats_refused() {
    let desk = Desk::new();
    std::fs::write(desk.folder.path().join("prf.mgz.ctab"), "0 Unknown\n1 V1v\n2 V1d\n").unwrap();
    let files = [desk.codes("lh.prf.nii.gz", &[(0, 1.0), (1, 2.0)]), desk.codes("rh.prf.nii.gz", &[(20, 1.0)])];
    let found = desk.mask().voxels(&files, None).unwrap();
    assert_eq!((inside(&found, "V1v"), inside(&found, "V1d")), (vec![0, 20], vec![1]));
    assert!(
        steps(&found).contains("joined from the files of both hemispheres: V1d, V1v\n")
            || steps(&found).contains("hemispheres: V1v\n"),
        "{}",
        steps(&found)
    );
    let folders = [desk.codes("lh/V1.nii.gz", &[(3, 1.0)]), desk.codes("rh/V1.nii.gz", &[(21, 1.0)])];
    assert_eq!(inside(&desk.mask().voxels(&folders, None).unwrap(), "V1"), [3, 21]);
    let repeated = [desk.codes("a/V1.nii.gz", &[(3, 1.0)]), desk.codes("b/V1.nii.gz", &[(21, 1.0)])];
    let message = desk.mask().voxels(&repeated, None).err().unwrap().to_string();
    assert!(
        message.contains("region \"V1\"") && message.contains("a/V1.nii.gz") && message.contains("b/V1.nii.gz"),
        "{message}"
    );
    let points = [desk.codes("roi.V1.nii.gz", &[(3, 1.0)]), desk.codes("roi.V2.nii.gz", &[(4, 1.0)])];
    assert_eq!(desk.mask().voxels(&points, None).unwrap().voxels.regions.len(), 2);
}

#[test]
fn fractions_need_a_threshold_and_codes_are_never_rounded() {
    let desk = Desk::new();
    let map = desk.codes("prob.nii.gz", &[(0, 0.3), (1, 0.5), (2, 0.9), (3, f32::NAN)]);
    let message = desk.mask().voxels(std::slice::from_ref(&map), None).err().unwrap().to_string();
    assert!(
        message.contains("prob.nii.gz") && message.contains("0.3") && message.contains("--region-threshold"),
        "{message}"
    );
    let found = desk.mask().voxels(std::slice::from_ref(&map), Some(0.5)).unwrap();
    assert_eq!(inside(&found, "prob"), [1, 2]);
    for threshold in [0.0, -1.0, f32::NAN] {
        assert!(desk.mask().voxels(std::slice::from_ref(&map), Some(threshold)).is_err());
    }
    let mixed = desk.codes("codes.nii.gz", &[(0, 1.0), (1, 1.5), (2, 2.0)]);
    assert!(desk.mask().voxels(&[mixed], None).is_err());
    // What a slope of 1/255 in a header leaves.
    let slope = desk.codes("slope.nii.gz", &[(0, 1.000_000_1), (5, 1.0)]);
    assert_eq!(inside(&desk.mask().voxels(&[slope], None).unwrap(), "slope"), [0, 5]);
}

#[test]
fn threshold_holds_for_whole_numbers_too_unless_a_table_names_them() {
    let desk = Desk::new();
    let percent = desk.codes("percent.nii.gz", &[(0, 20.0), (1, 50.0), (2, 80.0)]);
    assert_eq!(inside(&desk.mask().voxels(std::slice::from_ref(&percent), Some(50.0)).unwrap(), "percent"), [1, 2]);
    assert_eq!(desk.mask().voxels(&[percent], None).unwrap().voxels.regions.len(), 3);
    std::fs::write(desk.folder.path().join("prf.ctab"), "1 V1\n2 V2\n").unwrap();
    let named = desk.codes("prf.nii.gz", &[(0, 1.0), (1, 2.0)]);
    let found = desk.mask().voxels(&[named], Some(1.5)).unwrap();
    assert_eq!((inside(&found, "V1"), inside(&found, "V2")), (vec![0], vec![1]));
    assert!(steps(&found).contains("prf: codes of its label table"), "{}", steps(&found));
}

#[test]
fn codes_that_are_not_exact_are_refused_and_empty_files_named() {
    let desk = Desk::new();
    let large = desk.codes("large.nii.gz", &[(0, 16_777_216.0)]);
    assert!(desk.mask().voxels(&[large], None).err().unwrap().to_string().contains("16777216"));
    let empty = desk.codes("empty.nii.gz", &[]);
    let found = desk.mask().voxels(&[empty], None).unwrap();
    assert_eq!(found.left_out[0].to_string(), "1 region file without a code above zero (empty)");
}

#[test]
fn mask_with_fractions_needs_a_threshold() {
    let desk = Desk::new();
    let path = desk.codes("gm.nii.gz", &[(0, 0.2), (1, 0.7), (2, 1.0)]);
    let message = Mask::read(&path, None).unwrap_err().to_string();
    assert!(
        message.contains("gm.nii.gz") && message.contains("0.2") && message.contains("--mask-threshold"),
        "{message}"
    );
    assert_eq!(Mask::read(&path, Some(0.5)).unwrap().count(), 2);
    assert!(Mask::read(&path, Some(2.0)).is_err());
}

#[test]
fn codes_without_a_name_below_zero_or_undefined_are_counted() {
    let desk = Desk::new();
    std::fs::write(desk.folder.path().join("prf.ctab"), "1 V1\n2 V1\n3 V2\n").unwrap();
    let path =
        desk.codes("prf.nii.gz", &[(0, 1.0), (1, 2.0), (2, 7.0), (3, -1.0), (4, -1.0), (5, f32::NAN), (23, 3.0)]);
    let mut mask = desk.mask();
    mask.keep(&(0..24).map(|at| at != 23).collect::<Vec<_>>());
    let found = mask.voxels(&[path], None).unwrap();
    assert_eq!((inside(&found, "V1"), inside(&found, "prf-7")), (vec![0, 1], vec![2]));
    let said = steps(&found);
    assert!(said.contains("2 voxels with negative codes and 1 without a number are in none of its regions"), "{said}");
    assert!(said.contains("codes 7 have no name in the label table"), "{said}");
    assert_eq!(found.left_out[0].to_string(), "1 region without a voxel inside the mask (V2)");
}
