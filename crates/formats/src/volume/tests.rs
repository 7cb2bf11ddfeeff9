//! What no fixture shows: round trips, missing headers, promises beyond the file.

use ndarray::Array;

use super::*;

const AFFINE: [[f64; 4]; 4] =
    [[2.0, 0.0, 0.0, -10.0], [0.0, 0.0, 3.0, 5.0], [0.0, 4.0, 0.0, 7.5], [0.0, 0.0, 0.0, 1.0]];

#[test]
fn written_volume_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let values = Array::from_shape_fn((2, 3, 4, 2), |(x, y, z, t)| (x + 10 * y + 100 * z + 1000 * t) as f32);
    for name in ["a.nii", "a.nii.gz"] {
        let path = folder.path().join(name);
        nifti::write_f32(&path, values.view().into_dyn(), &AFFINE).unwrap();
        let volume = Volume::open(&path).unwrap();
        assert_eq!(volume.read().unwrap(), values.clone().into_dyn());
        assert_eq!((volume.header().affine, volume.header().voxel_size), (AFFINE, [2.0, 4.0, 3.0]));
        assert_eq!(volume.volume(1).unwrap(), values.index_axis(ndarray::Axis(3), 1));
        let all: Vec<_> = volume.volumes().unwrap().map(Result::unwrap).collect();
        assert_eq!((all.len(), all[0][[1, 2, 3]]), (2, 321.0));
        assert!(volume.volume(2).is_err());
    }
}

#[test]
fn too_long_an_axis_is_refused_by_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let values = Array::<f32, _>::zeros((40_000, 1)).into_dyn();
    assert!(matches!(nifti::write_f32(&folder.path().join("a.nii"), values.view(), &AFFINE), Err(Error::Shape { .. })));
}

#[test]
fn promise_beyond_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nii");
    let values = Array::<f32, _>::zeros((2, 2, 2)).into_dyn();
    nifti::write_f32(&path, values.view(), &AFFINE).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    for axis in 0..3 {
        bytes[42 + 2 * axis..44 + 2 * axis].copy_from_slice(&i16::MAX.to_le_bytes());
    }
    std::fs::write(&path, bytes).unwrap();
    let message = Volume::open(&path).unwrap_err().to_string();
    assert!(message.contains("[32767, 32767, 32767] of f4") && message.contains("copy it again"), "{message}");
}

#[test]
fn half_of_a_pair_is_answered_with_the_missing_one() {
    let folder = tempfile::tempdir().unwrap();
    let message = Volume::open(&folder.path().join("a.img")).unwrap_err().to_string();
    assert!(message.contains("a.hdr"), "{message}");
}
