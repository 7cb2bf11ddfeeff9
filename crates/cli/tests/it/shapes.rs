//! Artificial images: for a scanner, and for the simulated subject.

use afterimage_data::DataSet;

use crate::common::{Desk, printed};

#[test]
fn images_and_their_table_are_a_function_of_the_options() {
    let desk = Desk::new();
    let made = ["shapes", "--out", "set", "--each", "3", "--side", "64"];
    let said = printed(&desk.run(&made));
    assert!(said.contains("24 images of 64 px, disc, ring, bar, cross, grating, letter, patch, noise"), "{said}");
    let table = std::fs::read_to_string(desk.path("set/stimuli.csv")).unwrap();
    let files: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(files.len(), 24);
    let images = || files.iter().map(|file| std::fs::read(desk.path("set").join(file)).unwrap()).collect::<Vec<_>>();
    let first = images();
    assert!(desk.refusal(&made).contains("--overwrite"));
    printed(&desk.run(&[&made[..], &["--overwrite"]].concat()));
    assert_eq!((&first, &table), (&images(), &std::fs::read_to_string(desk.path("set/stimuli.csv")).unwrap()));
    assert!(!desk.path("set/shapes.afterimage").exists());
    assert!(desk.refusal(&["shapes", "--out", "more", "--each", "61"]).contains("1 to 60"));
    assert!(desk.refusal(&["shapes", "--out", "more", "--subject", "nowhere"]).contains("cannot read nowhere"));
    assert!(!desk.path("more").exists());
}

#[test]
fn the_subject_sees_them_with_the_voxels_of_its_data_set() {
    let desk = Desk::new();
    let made = ["shapes", "--subject", "simulation", "--each", "2", "--repeats", "3", "--out", "set", "--json"];
    let said: serde_json::Value = serde_json::from_str(&printed(&desk.run(&made))).unwrap();
    assert_eq!((&said["images"], &said["side"], &said["repeats"]), (&16.into(), &64.into(), &3.into()));
    let [own, seen] =
        ["simulation/subject.afterimage", "set/shapes.afterimage"].map(|p| DataSet::open(&desk.path(p)).unwrap());
    assert_eq!(own.header().voxels.regions, seen.header().voxels.regions);
    assert_eq!((seen.header().trials.len(), seen.held_out().stimuli().len()), (48, 16));
    assert!(seen.header().voxels.columns.contains_key("ceiling"));
    assert!(desk.path("set/truth.json").is_file());
    assert!(printed(&desk.run(&["inspect", "set/shapes.afterimage"])).contains("Artificial images"));
}
