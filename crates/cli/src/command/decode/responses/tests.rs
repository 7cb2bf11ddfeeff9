//! Volumes of betas as their import read them.

use afterimage_data::{NsdOptions, WriteOptions, import_nsd};
use afterimage_run::voxels::Volume as Places;

use super::*;

#[test]
fn whole_numbers_of_nsd_are_those_of_its_import() {
    let fixture = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/tests/fixtures/nsd").join(name);
    let options = NsdOptions {
        subject: 2,
        betas: fixture("nifti"),
        mask: Some(fixture("nsdgeneral.nii.gz")),
        regions: Vec::new(),
        region_threshold: None,
        mask_threshold: None,
        ncsnr: None,
        design: fixture("nsd_expdesign.mat"),
        stimuli: fixture("nsd_stimuli.hdf5"),
        roi: None,
        validation: 1,
        seed: 0,
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("nsd.afterimage");
    import_nsd(&options, &out, WriteOptions { image_side: 8, overwrite: false }, |_| ()).unwrap();
    let data = DataSet::open(&out).unwrap();
    let header = data.header();
    let volume = header.voxels.volume.as_ref().unwrap();
    let places = Places { shape: volume.shape, affine: volume.affine, indices: volume.indices.clone() };
    let count = header.voxels.count;
    let mut voxels = Voxels { volume: Some(places), ..Voxels::new((0..count).collect(), count) };
    voxels.whole_number_scale = header.provenance.whole_number_scale;
    let betas = fixture("nifti/betas_session01.nii.gz");
    let read = read_volumes(&betas, None, &voxels).unwrap();
    assert_eq!((read.divided_by, read.values), (Some(300.0), data.responses(0, 6).unwrap()));
    // Of a run on other data, the numbers are as in the file.
    voxels.whole_number_scale = None;
    let plain = read_volumes(&betas, None, &voxels).unwrap();
    assert_eq!(plain.divided_by, None);
    assert!(plain.values.iter().any(|value| value.abs() > 10.0));
}
