//! The section on where in the brain responses are predicted.

use afterimage_report::render;
use afterimage_run::voxels::{Surface, Volume, Voxels};
use afterimage_run::{Artefact, RunFolder};

/// The sample's 89 neurons, with a place.
fn html(place: impl FnOnce(Voxels) -> Voxels) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 6, 24).unwrap();
    place(Voxels::new((0..89).collect(), 89)).write(&run).unwrap();
    render(&run).unwrap()
}

#[test]
fn slices_are_drawn_where_voxels_have_places_in_a_volume() {
    let affine = [[3.0, 0.0, 0.0, -12.0], [0.0, 3.0, 0.0, -20.0], [0.0, 0.0, 4.0, 8.0], [0.0, 0.0, 0.0, 1.0]];
    let indices: Vec<[u32; 3]> = (0..89).map(|v| [v % 8, v / 8 % 6, v / 48]).collect();
    let html = html(|voxels| Voxels { volume: Some(Volume { shape: [8, 6, 2], affine, indices }), ..voxels });
    assert!(html.contains("Where in the brain") && html.contains("maps/voxels.csv"));
    assert_eq!(html.matches("z = ").count(), 2);
    assert!(html.contains("z = 8 mm") && html.contains("z = 12 mm"));
}

#[test]
fn vertices_are_referred_to_the_files_and_nothing_is_said_without_places() {
    let places = (0..89).map(|v| [v % 2, v]).collect();
    let on_surface = html(|voxels| Voxels { surface: Some(Surface { vertices: [100, 100], places }), ..voxels });
    assert!(on_surface.contains("maps/*.shape.gii") && !on_surface.contains("z = "));
    assert!(!html(|voxels| voxels).contains("Where in the brain"));
}
