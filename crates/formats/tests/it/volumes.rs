//! NIfTI and MGH as nibabel writes them, and the real slice of Haxby et al.

use crate::common::{damage, expected, fixture, recording, shape};
use afterimage_formats::volume::{AffineSource, Volume};

fn names() -> Vec<String> {
    let files = std::fs::read_dir(fixture("")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let wanted = |name: &String| [".nii", ".nii.gz", ".img", ".mgh", ".mgz"].iter().any(|end| name.ends_with(end));
    let names: Vec<_> = files.filter(wanted).collect();
    assert!(names.len() > 25);
    names
}

#[test]
fn every_type_and_order_is_as_nibabel_reads_it() {
    for name in names() {
        let volume = Volume::open(&fixture(&name)).unwrap();
        let wanted = expected(&name);
        let values = volume.read().unwrap();
        assert_eq!(values.shape(), shape(&wanted["data"]), "{name}");
        for (got, wanted) in values.iter().zip(wanted["data"]["values"].as_array().unwrap()) {
            assert_eq!(*got, wanted.as_f64().unwrap() as f32, "{name}");
        }
        let affine = volume.header().affine.as_flattened();
        for (got, wanted) in affine.iter().zip(wanted["affine"]["values"].as_array().unwrap()) {
            assert!((got - wanted.as_f64().unwrap()).abs() < 1e-4, "{name} {affine:?}");
        }
    }
}

#[test]
fn volumes_one_at_a_time_are_those_of_the_whole() {
    for name in ["scaled.nii.gz", "scaled.nii", "big_i4.nii", "surface.mgz"] {
        let volume = Volume::open(&fixture(name)).unwrap();
        let whole = volume.read().unwrap();
        let one = |at: usize| whole.index_axis(ndarray::Axis(3), at).to_owned();
        for (at, frame) in volume.volumes().unwrap().enumerate() {
            assert_eq!(frame.unwrap().into_dyn(), one(at), "{name}");
            assert_eq!(volume.volume(at).unwrap().into_dyn(), one(at), "{name}");
        }
    }
}

#[test]
fn header_tells_times_sizes_and_where_the_affine_comes_from() {
    let header = Volume::open(&fixture("scaled.nii")).unwrap().header().clone();
    assert!((header.tr_secs.unwrap() - 1.6).abs() < 1e-6);
    assert_eq!((header.voxel_size, header.affine_source), ([2.0, 2.0, 2.5], AffineSource::Qform));
    assert!((header.slope - 0.01).abs() < 1e-8 && header.intercept == -3.0);
    let header = Volume::open(&fixture("second.nii")).unwrap().header().clone();
    assert_eq!(header.affine_source, AffineSource::Sform);
}

#[test]
fn either_file_of_a_pair_opens_it() {
    let volume = Volume::open(&fixture("pair.hdr")).unwrap();
    assert_eq!(volume.read().unwrap(), Volume::open(&fixture("pair.img")).unwrap().read().unwrap());
}

#[test]
fn no_damage_panics() {
    for name in ["scaled.nii.gz", "scaled.nii", "second.nii", "volume_i2.mgh", "surface.mgz"] {
        damage(&std::fs::read(fixture(name)).unwrap(), name, |path| {
            let Ok(volume) = Volume::open(path) else { return };
            let _ = (volume.read(), volume.volume(1));
            let _ = volume.volumes().map(|volumes| volumes.take(10).filter(Result::is_ok).count());
        });
    }
}

#[test]
fn real_slice_is_streamed() {
    let Some(path) = recording("haxby_slice_bold.nii.gz") else { return };
    let volume = Volume::open(&path).unwrap();
    assert_eq!(volume.header().shape, [40, 20, 1, 1452]);
    let whole = volume.read().unwrap();
    let mut seen = 0;
    for (at, frame) in volume.volumes().unwrap().enumerate() {
        assert_eq!(frame.unwrap().into_dyn(), whole.index_axis(ndarray::Axis(3), at));
        seen += 1;
    }
    assert_eq!(seen, 1452);
    assert!(whole.iter().any(|value| *value > 0.0) && whole.iter().all(|value| value.is_finite()));
}
