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

/// The header that is left when the sform is struck out must say the same by its quaternion.
#[test]
fn quaternion_written_beside_the_affine_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nii");
    // Turned by 30 degrees about x, then by 20 about z, left-handed, with sizes 2, 2.5 and 3.
    let ((s, c), (t, d)) = (30_f64.to_radians().sin_cos(), 20_f64.to_radians().sin_cos());
    let oblique = [
        [-2.0 * d, 2.5 * -t * c, 3.0 * t * s, 40.0],
        [-2.0 * t, 2.5 * d * c, 3.0 * -d * s, -60.0],
        [0.0, 2.5 * s, 3.0 * c, 12.5],
        [0.0, 0.0, 0.0, 1.0],
    ];
    for affine in [oblique, AFFINE] {
        let values = Array::from_shape_fn((2, 3, 4), |(x, y, z)| (x + 10 * y + 100 * z) as f32);
        nifti::write_f32(&path, values.view().into_dyn(), &affine).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[254..256].copy_from_slice(&[0, 0]);
        std::fs::write(&path, bytes).unwrap();
        let header = Volume::open(&path).unwrap().header().clone();
        assert_eq!(header.affine_source, AffineSource::Qform);
        for (got, wanted) in header.affine.as_flattened().iter().zip(affine.as_flattened()) {
            assert!((got - wanted).abs() < 1e-4, "{:?}", header.affine);
        }
    }
}

#[test]
fn series_written_volume_by_volume_is_the_array_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let values = Array::from_shape_fn((2, 3, 4, 3), |(x, y, z, t)| (x + 10 * y + 100 * z + 1000 * t) as f32);
    let [whole, series] = ["whole.nii", "series.nii"].map(|name| folder.path().join(name));
    nifti::write_f32(&whole, values.view().into_dyn(), &AFFINE).unwrap();
    let volumes = || values.axis_iter(ndarray::Axis(3)).map(|volume| volume.to_owned());
    nifti::write_series(&series, [2, 3, 4], 3, &AFFINE, volumes()).unwrap();
    assert_eq!(std::fs::read(whole).unwrap(), std::fs::read(&series).unwrap());
    assert!(nifti::write_series(&series, [2, 3, 4], 4, &AFFINE, volumes()).is_err());
    assert!(nifti::write_series(&series, [3, 2, 4], 3, &AFFINE, volumes()).is_err());
}

/// A file of NIfTI-2 as nibabel writes it, of `float32`.
fn second_version(shape: &[i64], intent: i32) -> Vec<u8> {
    let mut bytes = vec![0; 544];
    let mut put = |at: usize, raw: &[u8]| bytes[at..at + raw.len()].copy_from_slice(raw);
    put(0, &540_i32.to_le_bytes());
    put(4, b"n+2\0\r\n\x1a\n");
    put(12, &16_i16.to_le_bytes());
    put(14, &32_i16.to_le_bytes());
    for (axis, length) in std::iter::once(&(shape.len() as i64)).chain(shape).enumerate() {
        put(16 + 8 * axis, &length.to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(504, &intent.to_le_bytes());
    bytes.resize(544 + 4 * shape.iter().product::<i64>() as usize, 0);
    bytes
}

fn opened(name: &str, bytes: &[u8]) -> Result<Vec<usize>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Volume::open(&path).map(|volume| volume.header().shape.clone())
}

#[test]
fn cifti_is_refused_by_name_by_intent_and_by_shape() {
    let plain = second_version(&[2, 3, 4, 5], 0);
    assert_eq!(opened("sub-01_bold.nii", &plain).unwrap(), [2, 3, 4, 5]);
    let series = second_version(&[1, 1, 1, 1, 12, 40], 3002);
    for (name, bytes) in [
        ("sub-01_bold.dtseries.nii", &series),
        ("renamed.nii", &series),
        ("renamed.nii", &second_version(&[1, 1, 1, 1, 12, 40], 0)),
        ("renamed.nii", &second_version(&[1, 1, 1, 1, 1, 40], 3006)),
        ("betas.dscalar.nii", &plain),
        ("Schaefer.DLABEL.nii", &plain),
        ("sub-01_bold.ptseries.nii.gz", &plain),
    ] {
        let message = opened(name, bytes).unwrap_err().to_string();
        assert!(message.contains(name) && message.contains("it is CIFTI") && message.contains(".npy"), "{message}");
    }
}

#[test]
fn axis_of_the_volumes_must_be_one() {
    let message = opened("a.nii", &second_version(&[2, 3, 4, 5, 6], 0)).unwrap_err().to_string();
    assert!(message.contains("shape [2, 3, 4, 5, 6]") && message.contains("order of its volumes"), "{message}");
    // AFNI writes the maps of a bucket along the fifth axis.
    assert_eq!(opened("a.nii", &second_version(&[2, 3, 4, 1, 6], 0)).unwrap(), [2, 3, 4, 1, 6]);
    assert_eq!(opened("a.nii", &second_version(&[1, 1, 1, 6], 0)).unwrap(), [1, 1, 1, 6]);
}

#[test]
fn time_between_volumes_follows_its_unit_and_is_unknown_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.nii");
    nifti::write_f32(&path, Array::<f32, _>::zeros((2, 2, 2, 3)).into_dyn().view(), &AFFINE).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for (unit, time, wanted) in [
        (8, 1.5, Some(1.5)),
        (16, 1500.0, Some(1.5)),
        (24, 1.5e6, Some(1.5)),
        (0, 1.5, None),
        (32, 1.5, None),
        (8, 0.0, None),
        (8, f32::NAN, None),
        (8, f32::INFINITY, None),
    ] {
        let mut bytes = whole.clone();
        bytes[123] = 2 | unit;
        bytes[92..96].copy_from_slice(&time.to_le_bytes());
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Volume::open(&path).unwrap().header().tr_secs, wanted, "unit {unit}, time {time}");
    }
}
