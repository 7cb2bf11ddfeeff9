//! A data set that lost something on its way is refused by every command, before any work.

use crate::common::{Desk, printed};

const DATA: &str = "simulation/subject.afterimage";

fn commands(desk: &Desk) -> Vec<String> {
    let given: [&[&str]; 6] = [
        &["inspect", DATA],
        &["inspect", "--verify", DATA],
        &["audit", DATA],
        &["prepare", DATA, "--zscore", "all", "--out", "prepared.afterimage"],
        &["run", "experiment.toml", "--out", "run"],
        &["baseline", "mean", "experiment.toml", "--out", "mean"],
    ];
    given.iter().map(|args| desk.refusal(args)).collect()
}

#[test]
fn lost_and_cut_chunk_files_are_refused_by_every_command() {
    let desk = Desk::new();
    let data = desk.path(DATA);
    for name in ["responses/c/0/0", "stimuli/c/0/0/0/0"] {
        let file = data.join(name);
        let whole = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        for said in commands(&desk) {
            assert!(
                said.contains(name) && said.contains("missing") && said.contains("copy the data set again"),
                "{said}"
            );
        }
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        for said in commands(&desk) {
            let sizes = format!("has {} bytes, {} were written", whole.len() / 2, whole.len());
            assert!(said.contains(name) && said.contains(&sizes), "{said}");
        }
        std::fs::write(&file, whole).unwrap();
    }
    assert!(!desk.path("prepared.afterimage").exists() && !desk.path("run/encoder").exists());
    let said = printed(&desk.run(&["inspect", "--verify", DATA]));
    assert!(said.contains("verified: read") && said.contains("SHA-256 as written"), "{said}");
}

#[test]
fn a_stimulus_moved_between_parts_by_hand_is_refused_by_every_command() {
    let desk = Desk::new();
    let file = desk.path(DATA).join("zarr.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut group: serde_json::Value = serde_json::from_str(&text).unwrap();
    let stimuli = group["attributes"]["afterimage"]["header"]["stimuli"].as_array_mut().unwrap();
    let moved = stimuli.iter_mut().find(|stimulus| stimulus["split"] == "test").unwrap();
    moved["split"] = "train".into();
    std::fs::write(&file, serde_json::to_vec(&group).unwrap()).unwrap();
    for said in commands(&desk) {
        assert!(said.contains("splits") && said.contains("are not those that were written"), "{said}");
    }
}
