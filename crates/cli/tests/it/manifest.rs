//! From the template of a manifest and from exported files to a data set, with the command that follows each step.

use afterimage_data::DataSet;
use afterimage_formats::{npy, picture};
use ndarray::{Array2, Array3};

use crate::common::{Desk, printed};

#[test]
fn template_imports_once_its_files_exist() {
    let desk = Desk::new();
    let template = printed(&desk.run(&["import", "generic", "--template"]));
    assert!(template.contains("[trials]") && template.contains("# run = "), "{template}");
    desk.write(
        "manifest.toml",
        &template.replace("test = 100", "test = 2").replace("validation = 100", "validation = 2"),
    );
    let import = ["import", "generic", "manifest.toml", "--out", "x.afterimage"];
    let said = desk.refusal(&import);
    assert!(said.contains("responses.file") && said.contains("images.source"), "{said}");

    std::fs::create_dir(desk.path("images")).unwrap();
    for image in 0..12_u8 {
        let path = desk.path(&format!("images/{image:02}.png"));
        picture::write_png(&path, Array3::from_elem((16, 16, 3), 20 * image).view()).unwrap();
    }
    let responses = Array2::from_shape_fn((12, 3), |(trial, voxel)| (trial * trial + voxel) as f32);
    npy::write_f32(&desk.path("responses.npy"), responses.view().into_dyn()).unwrap();
    let said = printed(&desk.run(&import));
    assert!(said.contains("sessions and runs not stated"), "{said}");
    assert!(said.trim_end().ends_with("next: afterimage audit x.afterimage"), "{said}");
    let said = desk.refusal(&["prepare", "x.afterimage", "--zscore", "run", "--out", "z.afterimage"]);
    assert!(said.contains("all 12 trials are of one run") && said.contains("trials.run in a manifest"), "{said}");
    let json = printed(&desk.run(&["import", "generic", "manifest.toml", "--out", "y.afterimage", "--json"]));
    assert!(!json.contains("next:") && serde_json::from_str::<serde_json::Value>(&json).is_ok());
}

#[test]
fn exported_files_are_imported_again_with_sessions_and_runs() {
    let desk = Desk::new();
    let said = printed(&desk.run(&["export", "data", "simulation/subject.afterimage", "--out", "raw"]));
    assert!(said.contains("classes.csv, images, manifest.toml, regions.csv, responses.npy, trials.csv"), "{said}");
    assert!(said.contains("not in these files: column \"hemisphere\" of the voxels"), "{said}");
    assert!(said.contains("next: afterimage import generic raw/manifest.toml"), "{said}");
    printed(&desk.run(&["import", "generic", "raw/manifest.toml", "--out", "again.afterimage"]));
    let open = |name: &str| DataSet::open(&desk.path(name)).unwrap();
    let (data, again) = (open("simulation/subject.afterimage"), open("again.afterimage"));
    let (before, after) = (data.header(), again.header());
    assert_eq!((before.trials.len(), &before.voxels.regions), (after.trials.len(), &after.voxels.regions));
    assert!(after.trials.is_sorted_by_key(|trial| (trial.session, trial.run)));
    for (row, trial) in after.trials.iter().enumerate().step_by(7) {
        let stimulus = &after.stimuli[trial.stimulus as usize];
        let same = before.trials.iter().position(|other| {
            before.stimuli[other.stimulus as usize].name == stimulus.name
                && (other.session, other.run) == (trial.session, trial.run)
        });
        let same = same.unwrap();
        let original = &before.stimuli[before.trials[same].stimulus as usize];
        assert_eq!((original.split, &original.class), (stimulus.split, &stimulus.class));
        assert_eq!(data.responses(same, 1).unwrap(), again.responses(row, 1).unwrap());
    }
    let said = printed(&desk.run(&["prepare", "again.afterimage", "--zscore", "session", "--out", "z.afterimage"]));
    assert!(said.trim_end().ends_with("next: afterimage audit z.afterimage"), "{said}");
    let said = printed(&desk.run(&["audit", "z.afterimage"]));
    assert!(said.contains("next: write experiment.toml with data.dataset = \"z.afterimage\""), "{said}");
    let refused = desk.refusal(&["export", "data", "again.afterimage", "--out", "raw"]);
    assert!(refused.contains("\"raw\" exists already") && !refused.contains("data set"), "{refused}");
    let refused = desk.refusal(&["import", "generic", "raw/responses.npy", "--out", "x.afterimage"]);
    assert!(refused.contains("is a file of data, not a manifest") && refused.contains("--template"), "{refused}");
    let again = ["prepare", "z.afterimage", "--zscore", "session", "--out", "zz.afterimage"];
    assert!(desk.refusal(&again).contains("standardised in each session already"));
    let own = ["prepare", "again.afterimage", "--zscore", "run", "--test-statistics", "own", "--out", "own.afterimage"];
    printed(&desk.run(&own));
}
