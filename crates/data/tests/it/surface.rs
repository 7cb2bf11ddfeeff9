//! Values on the vertices of a hemisphere, as FreeSurfer's MGH has them.

use std::path::Path;

use afterimage_data::{DataSet, NiftiOptions, RunChoice, WriteOptions, import_nifti};

fn import(name: &str, roi: Option<&str>) -> DataSet {
    let folder = tempfile::tempdir().unwrap();
    let series = folder.path().join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/fixtures/surface.mgz"); // [20, 1, 1, 4]
    std::fs::copy(source, &series).unwrap();
    let table = folder.path().join("shown.csv");
    std::fs::write(&table, "condition,run\nface,0\nhouse,0\nface,1\nhouse,1\n").unwrap();
    let options = NiftiOptions {
        tables: vec![table],
        test_runs: vec![RunChoice::Number(1)],
        roi: roi.map(str::to_owned),
        ..NiftiOptions::new(&series).delayed(0.0)
    };
    let out = folder.path().join("x.afterimage");
    import_nifti(&options, &out, WriteOptions::default(), |_| ()).unwrap();
    DataSet::open(&out).unwrap()
}

#[test]
fn vertices_of_a_hemisphere_are_a_surface_and_have_no_millimetres() {
    let voxels = import("rh.betas.mgz", None).header().voxels.clone();
    let surface = voxels.surface.unwrap();
    assert_eq!((surface.vertices, surface.places.len()), ([0, 20], 20));
    assert_eq!((surface.places[0], surface.places[19]), ([1, 0], [1, 19]));
    assert_eq!((voxels.volume, voxels.coordinates), (None, None));
    assert_eq!(import("lh.betas.mgz", Some("all")).header().voxels.surface.as_ref().unwrap().vertices, [20, 0]);
}

#[test]
fn without_a_hemisphere_in_its_name_a_row_stays_a_volume() {
    let voxels = import("betas.mgz", None).header().voxels.clone();
    assert_eq!((voxels.surface, voxels.volume.unwrap().shape), (None, [20, 1, 1]));
}

#[test]
fn hemispheres_are_not_two_runs() {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/fixtures/surface.mgz"); // [20, 1, 1, 4]
    let table = folder.path().join("shown.csv");
    std::fs::write(&table, "condition\nface\nhouse\nface\nhouse\n").unwrap();
    let refusal = |names: [&str; 2]| {
        let place = |name: &str| {
            let path = folder.path().join(name);
            std::fs::copy(&source, &path).unwrap();
            path
        };
        let series = names.map(place).to_vec();
        let tables = vec![table.clone(); 2];
        let options = NiftiOptions { series, tables, ..NiftiOptions::new("").delayed(0.0) };
        import_nifti(&options, &folder.path().join("x.afterimage"), WriteOptions::default(), |_| ())
            .unwrap_err()
            .to_string()
    };
    for names in [["lh.betas.mgz", "rh.betas.mgz"], ["sub-01_hemi-L_run-1_bold.mgh", "sub-01_hemi-R_run-2_bold.mgh"]] {
        let message = refusal(names);
        assert!(message.contains(names[1]) && message.contains("its name says right hemisphere"), "{message}");
    }
}
