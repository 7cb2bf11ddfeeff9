//! Which voxels of a source are those of the run.

use afterimage_data::{SurfaceGeometry, VolumeGeometry, Voxels as Recorded};
use afterimage_formats::nifti;
use afterimage_run::voxels::{Surface, Volume as Places};
use ndarray::Array3;

use super::*;

const AFFINE: [[f64; 4]; 4] =
    [[-2.0, 0.0, 0.0, 17.0], [0.0, 2.0, 0.0, -40.0], [0.0, 0.0, 2.0, 3.5], [0.0, 0.0, 0.0, 1.0]];
const SHAPE: [usize; 3] = [4, 3, 2];
const INDICES: [[u32; 3]; 3] = [[0, 1, 1], [3, 2, 0], [1, 0, 0]];

/// The run uses columns 1, 3 and 4 of five.
fn in_volume() -> Voxels {
    let volume = Places { shape: SHAPE, affine: AFFINE, indices: INDICES.to_vec() };
    Voxels { volume: Some(volume), ..Voxels::new(vec![1, 3, 4], 5) }
}

fn on_left() -> Voxels {
    let surface = Surface { vertices: [6, 0], places: vec![[0, 4], [0, 1], [0, 2]] };
    Voxels { surface: Some(surface), ..Voxels::new(vec![0, 1, 2], 3) }
}

fn recorded(affine: [[f64; 4]; 4], indices: &[[u32; 3]]) -> Recorded {
    let volume = VolumeGeometry { shape: SHAPE, affine, indices: indices.to_vec() };
    Recorded { volume: Some(volume), ..Recorded::new(indices.len()) }
}

fn moved(by: f64) -> [[f64; 4]; 4] {
    let mut affine = AFFINE;
    affine[0][3] += by;
    affine
}

fn mirrored() -> [[f64; 4]; 4] {
    let mut affine = AFFINE;
    affine[0][0] = 2.0;
    affine[0][3] -= 6.0;
    affine
}

#[track_caller]
fn refused<T>(outcome: Result<T>, fragments: &[&str]) {
    let said = outcome.map(|_| ()).unwrap_err().to_string();
    fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
}

#[test]
fn voxels_of_a_data_set_are_found_by_their_places() {
    let of = |recorded: &Recorded| match_data_set(Path::new("b.afterimage"), recorded, 8, &in_volume());
    let reordered = [[2, 2, 1], INDICES[2], INDICES[0], INDICES[1]];
    assert_eq!(of(&recorded(AFFINE, &reordered)).unwrap(), (vec![2, 3, 1], Matched::Places));
    // Headers of 32 bits round.
    assert!(of(&recorded(moved(1e-6), &INDICES)).is_ok());
    let others = [INDICES[0], [3, 2, 1], [1, 1, 0]];
    refused(of(&recorded(AFFINE, &others)), &["b.afterimage", "3 voxels", "2 of the run's 3 are not among them"]);
    refused(of(&recorded(mirrored(), &INDICES)), &["another affine", "6.000 mm", "resample"]);
    refused(of(&recorded(moved(f64::NAN), &INDICES)), &["another affine"]);
    let mut wide = recorded(AFFINE, &INDICES);
    wide.volume.as_mut().unwrap().shape = [4, 3, 3];
    refused(of(&wide), &["[4, 3, 3]", "[4, 3, 2]"]);
    // Without places only the number can be compared.
    assert_eq!(of(&Recorded::new(5)).unwrap(), (vec![1, 3, 4], Matched::Order));
    refused(of(&Recorded::new(4)), &["8 responses x 4 voxels", "3 (those it uses) or 5"]);
}

#[test]
fn vertices_of_a_data_set_are_found_by_hemisphere_and_number() {
    let of = |vertices: [usize; 2], places: &[[u32; 2]]| {
        let surface = SurfaceGeometry { vertices, places: places.to_vec() };
        let recorded = Recorded { surface: Some(surface), ..Recorded::new(places.len()) };
        match_data_set(Path::new("b.afterimage"), &recorded, 8, &on_left())
    };
    assert_eq!(of([6, 9], &[[0, 1], [0, 2], [1, 4], [0, 4]]).unwrap().0, [3, 0, 1]);
    refused(of([6, 9], &[[1, 1], [1, 2], [1, 4]]), &["3 of the run's 3 are not among them"]);
    refused(of([7, 0], &[[0, 1], [0, 2], [0, 4]]), &["[7, 0]", "[6, 0]"]);
}

struct Files(tempfile::TempDir);

impl Files {
    fn write(&self, name: &str, shape: [usize; 3], count: usize, affine: &[[f64; 4]; 4]) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        let volume = |t: usize| Array3::from_shape_fn(shape, |(x, y, z)| ((x * 7 + y * 3 + z + t) % 2) as f32);
        nifti::write_series(&path, shape, count, affine, (0..count).map(volume)).unwrap();
        path
    }

    /// A mask with some voxels.
    fn mask(&self, affine: &[[f64; 4]; 4], inside: &[[u32; 3]]) -> std::path::PathBuf {
        let path = self.0.path().join("mask.nii");
        let mut mask = Array3::<f32>::zeros(SHAPE);
        inside.iter().for_each(|index| mask[index.map(|axis| axis as usize)] = 1.0);
        nifti::write_f32(&path, mask.view().into_dyn(), affine).unwrap();
        path
    }
}

#[test]
fn volumes_and_masks_are_compared_with_the_places_of_the_run() {
    let files = Files(tempfile::tempdir().unwrap());
    let series = Volume::open(&files.write("b.nii", SHAPE, 2, &AFFINE)).unwrap();
    let of = |mask: Option<&Path>| match_volumes(&series, mask, &in_volume());
    let expected = INDICES.map(|index| index.map(|axis| axis as usize)).to_vec();
    assert_eq!(of(None).unwrap(), (expected.clone(), Matched::Places));
    let larger = [INDICES[1], INDICES[2], [0, 0, 0], INDICES[0]];
    assert_eq!(of(Some(&files.mask(&AFFINE, &larger))).unwrap(), (expected, Matched::Places));
    // As many voxels as the run has, elsewhere.
    refused(of(Some(&files.mask(&AFFINE, &[[0, 0, 0], [0, 0, 1], INDICES[0]]))), &["mask.nii", "2 of the run's 3"]);
    refused(of(Some(&files.mask(&mirrored(), &INDICES))), &["another affine than the mask"]);
    let several = files.write("several.nii", SHAPE, 2, &AFFINE);
    refused(of(Some(&several)), &["several.nii", "2 volumes, expected one"]);
    let elsewhere = Volume::open(&files.write("m.nii", SHAPE, 2, &mirrored())).unwrap();
    refused(match_volumes(&elsewhere, None, &in_volume()), &["m.nii", "another affine than the run's recording"]);
}

#[test]
fn a_run_without_places_takes_the_voxels_of_the_mask_by_their_number() {
    let files = Files(tempfile::tempdir().unwrap());
    let series = Volume::open(&files.write("b.nii", SHAPE, 2, &AFFINE)).unwrap();
    let voxels = Voxels::new(vec![1, 3, 4], 5);
    let mask = files.mask(&AFFINE, &INDICES);
    let (places, matched) = match_volumes(&series, Some(&mask), &voxels).unwrap();
    assert_eq!((places, matched), (vec![[0, 1, 1], [1, 0, 0], [3, 2, 0]], Matched::Order));
    refused(match_volumes(&series, None, &voxels), &["give --mask"]);
    refused(match_volumes(&series, Some(&files.mask(&AFFINE, &INDICES[..2])), &voxels), &["2 responses x 2 voxels"]);
}

#[test]
fn a_file_of_the_other_hemisphere_is_refused_by_its_name() {
    let files = Files(tempfile::tempdir().unwrap());
    let open = |name: &str, vertices: usize| Volume::open(&files.write(name, [vertices, 1, 1], 2, &AFFINE)).unwrap();
    let of = |series: &Volume| match_volumes(series, None, &on_left());
    assert_eq!(of(&open("lh.b.nii", 6)).unwrap().0, [[4, 0, 0], [1, 0, 0], [2, 0, 0]]);
    assert!(of(&open("b.nii", 6)).is_ok());
    for name in ["rh.b.nii", "sub-01_hemi-R_b.nii"] {
        refused(of(&open(name, 6)), &[name, "of rh by its name", "of lh"]);
    }
    refused(of(&open("lh.c.nii", 7)), &["[7, 1, 1]", "6 vertices"]);
    let mut both = on_left();
    both.surface.as_mut().unwrap().places[0][0] = 1;
    both.surface.as_mut().unwrap().vertices[1] = 6;
    refused(match_volumes(&open("b.nii", 6), None, &both), &["both hemispheres"]);
}
