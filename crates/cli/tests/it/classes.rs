//! Classes on the command line: generated, embedded, kept, and chosen among.

use crate::common::{Desk, printed};

/// `scores.json` and `classification.json` of a run, without the notes on where classes came from.
fn outcome(desk: &Desk) -> [String; 2] {
    ["scores.json", "classification.json"].map(|name| std::fs::read_to_string(desk.path("run").join(name)).unwrap())
}

#[test]
fn scores_are_the_same_from_sources_cache_damaged_cache_and_bank() {
    let desk = Desk::with_scores();
    let first = outcome(&desk);
    assert!(
        first[0].contains("identification.representative.30way") && first[0].contains("identification.class.1000way")
    );
    assert!(first[1].contains("\"confusion\": {"));
    let kept: Vec<_> = walk(&desk.path("cache"));
    assert!(kept.len() >= 2, "{kept:?}");

    printed(&desk.run(&["evaluate", "run"]));
    assert_eq!(outcome(&desk), first, "from the cache");
    for file in &kept {
        let mut bytes = std::fs::read(file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(file, bytes).unwrap();
    }
    printed(&desk.run(&["evaluate", "run"]));
    assert_eq!(outcome(&desk), first, "from a damaged cache");

    let said = printed(&desk.run(&[
        "classes",
        "build",
        "simulation/classes/classes.npy",
        "--experiment",
        "experiment.toml",
        "--out",
        "bank.safetensors",
    ]));
    assert!(said.contains("30 classes, 90 images, 3 images per class"), "{said}");
    let experiment = std::fs::read_to_string(desk.path("run/experiment.toml")).unwrap();
    let sources = desk.path("simulation/classes/classes.npy");
    let with_bank = experiment.replace(&*sources.to_string_lossy(), &desk.path("bank.safetensors").to_string_lossy());
    assert_ne!(with_bank, experiment);
    std::fs::write(desk.path("run/experiment.toml"), &with_bank).unwrap();
    printed(&desk.run(&["evaluate", "run"]));
    assert_eq!(outcome(&desk), first, "from a bank");

    std::fs::write(desk.path("run/experiment.toml"), with_bank.replace("tap = \"fire9\"", "tap = \"fire5\"")).unwrap();
    let said = desk.refusal(&["evaluate", "run"]);
    assert!(said.contains("bank.safetensors") && said.contains("build it again"), "{said}");
}

#[test]
fn classes_that_are_not_there_are_refused_before_training() {
    let desk = Desk::new();
    let said = desk.refusal(&[
        "run",
        "experiment.toml",
        "--out",
        "run",
        "--set",
        "evaluation.classification.classes=[\"nowhere\"]",
    ]);
    assert!(said.contains("nowhere") && said.contains("not there"), "{said}");
    assert!(!desk.path("run").exists());
    let said = desk.refusal(&["classes", "build", "simulation/external", "--preset", "demo", "--out", "bank.npz"]);
    assert!(said.contains(".safetensors"), "{said}");
    let said = desk.refusal(&["classes", "generate", "--classes", "2000", "--out", "generated"]);
    assert!(said.contains("at most 1320"), "{said}");
    let said = desk.refusal(&["classes", "build", "simulation/classes", "--out", "bank.safetensors"]);
    assert!(said.contains("alexnet") && said.contains("weights get"), "{said}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
