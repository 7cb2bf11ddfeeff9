//! Voxels of one data set found in another.

use afterimage_data::{VolumeGeometry, VoxelColumn};

use super::*;

fn look(ours: &Voxels, theirs: &Voxels, used: &[usize], in_order: bool) -> Result<Found> {
    find(Path::new("other.afterimage"), &Sets { ours, theirs }, used, in_order)
}

fn refused(ours: &Voxels, theirs: &Voxels) -> String {
    look(ours, theirs, &[0, 1], false).unwrap_err().to_string()
}

fn column(values: &[f32], fitted_on: FittedOn) -> VoxelColumn {
    VoxelColumn { meaning: String::new(), fitted_on, values: values.to_vec() }
}

fn in_volume(indices: &[[u32; 3]]) -> Voxels {
    let mut affine = [[0.0; 4]; 4];
    (0..4).for_each(|i| affine[i][i] = 2.0);
    let volume = VolumeGeometry { shape: [9, 9, 9], affine, indices: indices.to_vec() };
    Voxels { volume: Some(volume), ..Voxels::new(indices.len()) }
}

#[test]
fn places_decide_whatever_the_order_and_regions_that_differ_are_a_doubt() {
    let mut ours = in_volume(&[[1, 1, 1], [2, 1, 1], [3, 1, 1]]);
    let mut theirs = in_volume(&[[3, 1, 1], [8, 8, 8], [1, 1, 1]]);
    ours.regions.insert("V1".into(), vec![true, true, false]);
    theirs.regions.insert("V1".into(), vec![true, false, true]);
    let found = look(&ours, &theirs, &[0, 2], false).unwrap();
    assert_eq!((found.columns, found.doubts), (vec![2, 0], vec!["region V1 differs in 1 of 2 voxels".to_owned()]));
    assert!(refused(&ours, &theirs).contains("lacks 1 of the run's 2 voxels (first [2, 1, 1])"));
    theirs.volume.as_mut().unwrap().affine[0][3] = 7.0;
    assert!(refused(&ours, &theirs).contains("another affine"));
}

#[test]
fn numbers_decide_and_regions_must_agree() {
    let with = |numbers: &[f32], hemispheres: &[f32]| {
        let mut voxels = Voxels::new(numbers.len());
        voxels.columns.insert(VOXEL_NUMBER.into(), column(numbers, FittedOn::Nothing));
        voxels.columns.insert("hemisphere".into(), column(hemispheres, FittedOn::Nothing));
        voxels
    };
    let ours = with(&[5.0, 7.0], &[1.0, -1.0]);
    assert_eq!(look(&ours, &with(&[7.0, 6.0, 5.0], &[-1.0, 1.0, 1.0]), &[0, 1], false).unwrap().columns, [2, 0]);
    let other = with(&[7.0, 6.0, 5.0], &[1.0, 1.0, 1.0]);
    assert!(refused(&ours, &other).contains("column hemisphere differs in 1 of 2 voxels"));
    // A selection of the source's voxels, and a data set that has all.
    let mut selected = Voxels::new(2);
    selected.columns.insert(SOURCE_VOXEL.into(), column(&[1.0, 3.0], FittedOn::Nothing));
    assert_eq!(look(&selected, &Voxels::new(4), &[0, 1], false).unwrap().columns, [1, 3]);
    assert_eq!(look(&Voxels::new(4), &selected, &[3, 1], false).unwrap().columns, [1, 0]);
}

#[test]
fn voxels_that_nothing_identifies_are_refused_unless_somebody_says_so() {
    let plain = Voxels::new(2);
    assert!(refused(&plain, &plain).contains("--in-order"));
    let found = look(&plain, &plain, &[1], true).unwrap();
    assert_eq!((found.columns, found.doubts.len()), (vec![1], 1));
    assert!(refused(&plain, &Voxels::new(3)).contains("has 3 voxels and the run's data set has 2 voxels"));
    // What trials decided, such as an SNR, does not identify them.
    let mut noisy = Voxels::new(2);
    noisy.columns.insert("snr".into(), column(&[0.1, 0.2], FittedOn::Training));
    assert!(refused(&noisy, &noisy).contains("nothing says"));
    let mut named = Voxels::new(2);
    named.regions.insert("V1".into(), vec![true, false]);
    assert!(look(&named, &named, &[0, 1], false).unwrap().words.contains("region V1"));
    let mut other = named.clone();
    other.regions.insert("V1".into(), vec![false, true]);
    let said = look(&named, &other, &[0, 1], true).unwrap_err().to_string();
    assert!(said.contains("region V1 differs in 2 of 2 voxels"), "--in-order does not hide it: {said}");
}
