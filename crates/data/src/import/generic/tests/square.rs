//! Tables of which the shape does not tell the axes.

use super::*;

#[test]
fn square_table_is_warned_of_unless_names_tell_its_axes() {
    let case = Case::new();
    case.responses(Array2::from_shape_fn((COUNT, COUNT), |(a, b)| (100 * a + b) as f32).into_dyn());
    let summary = case.import_as("voxels_by_trials", "").unwrap();
    let wanted =
        "r.npy has as many trials as voxels, 12, so its shape cannot show whether responses.orientation is right";
    assert!(summary.provenance.warnings.iter().any(|warning| warning.contains(wanted)), "{:?}", summary.provenance);
    let case = Case::new();
    assert!(case.import_as("voxels_by_trials", "").unwrap().provenance.warnings.is_empty());
    let case = Case::new();
    case.responses(Array3::from_shape_fn((COUNT, COUNT, 2), |(a, b, c)| (100 * a + 7 * b + c) as f32).into_dyn());
    let summary = case.import_as("voxels_by_stimuli_by_repeats", "").unwrap();
    assert!(summary.provenance.warnings[0].contains("as many voxels as stimuli, 12"), "{:?}", summary.provenance);

    let case = Case::new();
    let line = |row: usize| (0..COUNT).map(|column| format!("{}.5", 100 * row + column)).collect::<Vec<_>>().join(",");
    let names = (0..COUNT).map(|voxel| format!("voxel_{voxel}")).collect::<Vec<_>>().join(",");
    let rows: String = (0..COUNT).map(|row| line(row) + "\n").collect();
    std::fs::write(case.at("r.csv"), format!("{names}\n{rows}")).unwrap();
    let text = "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.csv\"\norientation = \"trials_by_voxels\"\n\
                [split]\ntest = 3\nvalidation = 2\n[images]\nsource = \"images.npy\"\n";
    let manifest = Manifest::parse(text, &case.at("m.toml")).unwrap();
    let summary = import_generic(&manifest, &case.at("x.afterimage"), false, |_| ()).unwrap();
    assert!(summary.provenance.warnings.is_empty(), "{:?}", summary.provenance.warnings);
}
