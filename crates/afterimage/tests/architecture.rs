//! The crates depend on one another in one direction, and only two of them know the framework.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Each crate may use those before it.
const ORDER: [&str; 21] = [
    "formats",
    "schema",
    "statistics",
    "data",
    "sim",
    "config",
    "run",
    "kernels",
    "baseline",
    "model",
    "train",
    "eval",
    "biology",
    "experiment",
    "report",
    "web",
    "study",
    "view",
    "probe",
    "cli",
    "afterimage",
];
/// Crates that may name the deep-learning framework.
const KNOW_THE_FRAMEWORK: [&str; 2] = ["model", "train"];

/// Normal dependencies of every crate of the workspace, by short name.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &serde_json::Value| name.as_str().unwrap().trim_start_matches("afterimage-").to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let all = package["dependencies"].as_array().unwrap();
            let normal = all.iter().filter(|d| d["kind"].is_null()).map(|d| short(&d["name"]));
            (short(&package["name"]), normal.collect())
        })
        .collect()
}

#[test]
fn crates_depend_only_on_those_before_them() {
    let found = dependencies();
    assert_eq!(found.len(), ORDER.len(), "a crate is missing in the order: {:?}", found.keys());
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    for (name, uses) in &found {
        let own = place(name).unwrap_or_else(|| panic!("{name} is missing in the order"));
        for used in uses.iter().filter_map(|used| place(used).map(|place| (used, place))) {
            assert!(used.1 < own, "{name} must not depend on {}", used.0);
        }
    }
}

/// Every draw comes from `afterimage_statistics::draws::stream`.
#[test]
fn only_statistics_makes_random_generators() {
    for (name, uses) in dependencies() {
        assert!(
            !uses.contains(&"rand_chacha".to_owned()) || name == "statistics",
            "{name} must not depend on rand_chacha"
        );
    }
}

#[test]
fn only_model_and_train_know_the_framework() {
    for (name, uses) in dependencies() {
        let knows = uses.iter().any(|used| used == "burn" || used.starts_with("burn-"));
        assert!(!knows || KNOW_THE_FRAMEWORK.contains(&name.as_str()), "{name} must not depend on burn");
    }
}

/// Classes are for scores. What trains cannot ask for the class of a stimulus or of an unpaired image: the types it works on
/// have none, and its source names none.
#[test]
fn training_reads_no_class_label() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for folder in ["train", "model", "kernels"] {
        for file in rust_files(&crates.join(folder).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let reads = text
                .match_indices(".class")
                .any(|(at, found)| !text[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'));
            assert!(!reads, "{} reads a class label", file.display());
        }
    }
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}
