//! What is replaced, and what never is.

use std::path::PathBuf;

use super::*;

const SYNTHESIS: FolderKind =
    FolderKind { name: "a synthesis", mark: "synthesis.json", entries: &["synthesis.html", "*.png"] };

fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    folder
}

fn left(folder: &tempfile::TempDir) -> Vec<PathBuf> {
    let mut left: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    left.sort();
    left
}

fn manifest(folder: &tempfile::TempDir, baseline: &str) {
    let text = format!(
        r#"{{"layout": 1, "name": "small", "software": "afterimage", "git_commit": null, "command": [], "created": "",
        "device": "cpu", "machine": "", "seeds": {{}}, "inputs": [], "timing_secs": {{}}, "peak_memory_mib": null,
        "finished": [], "warnings": [], "baseline": {baseline}, "data": {{
            "title": "", "licence": null, "citation": null, "voxels": 0, "training_items": 0, "validation_items": 0,
            "test_items": 0, "unpaired_images": 0, "external_images": 0, "test_repeats": [0, 0], "regions": {{}},
            "snr_source": "", "preprocessing": []
        }}}}"#
    );
    fs::write(folder.path().join(MANIFEST), text).unwrap();
}

const MEAN: &str =
    r#"{"name": "mean", "method": "", "encoder": null, "options": {}, "penalties": [], "retrieved": []}"#;

#[test]
fn a_folder_of_the_kind_is_emptied_and_stays() {
    let made = folder(&["synthesis.json", "synthesis.html", "v1-0.png"]);
    SYNTHESIS.refuse_other(made.path()).unwrap();
    SYNTHESIS.remove_entries(made.path()).unwrap();
    assert!(made.path().is_dir() && left(&made).is_empty());
    SYNTHESIS.refuse_other(made.path()).unwrap();
    SYNTHESIS.refuse_other(&made.path().join("missing")).unwrap();
}

#[test]
fn any_other_entry_refuses_the_whole_folder_by_name() {
    let notes = folder(&["synthesis.json", "v1-0.png", "notes.txt"]);
    let said = SYNTHESIS.refuse_other(notes.path()).unwrap_err().to_string();
    assert!(said.contains("\"notes.txt\"") && said.contains("a synthesis"), "{said}");
    let data = folder(&["zarr.json", "responses/c/0/0"]);
    for said in [SYNTHESIS.refuse_other(data.path()), RunKind::Networks.refuse_other(data.path())] {
        let said = said.unwrap_err().to_string();
        assert!(said.contains("it has no"), "{said}");
    }
    let file = folder(&["file"]);
    let said = RunKind::Networks.refuse_other(&file.path().join("file")).unwrap_err().to_string();
    assert!(said.contains("is a file"), "{said}");
    // Even where a check was left out, what is not of the kind stays.
    SYNTHESIS.remove_entries(notes.path()).unwrap();
    assert_eq!(left(&notes), [notes.path().join("notes.txt")]);
}

#[test]
fn runs_are_replaced_by_runs_of_their_kind_alone() {
    let files = ["run.lock", "experiment.toml", "encoder/model.safetensors", "scores.json", "report.html"];
    let (run, baseline, demo) = (folder(&files), folder(&files), folder(&files));
    manifest(&run, "null");
    manifest(&baseline, MEAN);
    manifest(&demo, "null");
    fs::create_dir(demo.path().join(SIMULATION)).unwrap();
    let folders = [(RunKind::Networks, &run), (RunKind::Baseline, &baseline), (RunKind::Demonstration, &demo)];
    for (kind, _) in folders {
        for (other, folder) in folders {
            let outcome = kind.refuse_other(folder.path());
            assert_eq!(outcome.is_ok(), kind == other, "{kind:?} over {other:?}: {outcome:?}");
        }
    }
    RunKind::Demonstration.remove_entries(demo.path()).unwrap();
    assert_eq!(left(&demo), [demo.path().join(LOCK)], "the lock of its holder stays");
}

#[test]
fn a_simulation_within_other_runs_is_kept() {
    let run = folder(&["run.json", "simulation/subject.afterimage/zarr.json"]);
    RunKind::Networks.remove_entries(run.path()).unwrap();
    assert_eq!(left(&run), [run.path().join(SIMULATION)]);
}
