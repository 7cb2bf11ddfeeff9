//! Hashes of outputs through writes, kills and changes.

use std::path::PathBuf;

use super::*;
use crate::Artefact;
use crate::biology::Biology;
use crate::classification::Classification;
use crate::layout::{BIOLOGY, CLASSIFICATION, REGIONS, SCORES, STATISTICS, VALIDITY, VOXELS};
use crate::regions::Regions;
use crate::scores::ScoreFile;
use crate::validity::Validity;
use crate::voxels::Voxels;

/// A run folder with a manifest and nothing else.
fn run() -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    manifest().write(&run).unwrap();
    (folder, run)
}

fn manifest() -> Manifest {
    let json = serde_json::json!({
        "layout": 1, "name": "small", "software": "afterimage", "git_commit": null, "command": [], "created": "",
        "device": "cpu", "machine": "", "seeds": {}, "inputs": [], "timing_secs": {}, "peak_memory_mib": null,
        "finished": [], "warnings": [], "data": {
            "title": "", "licence": null, "citation": null, "voxels": 0, "training_items": 0, "validation_items": 0,
            "test_items": 0, "unpaired_images": 0, "external_images": 0, "test_repeats": [0, 0], "regions": {},
            "snr_source": "", "preprocessing": []
        }
    });
    serde_json::from_value(json).unwrap()
}

/// The folder as another process opens it.
fn again(run: &RunFolder) -> RunFolder {
    RunFolder::open(run.root()).unwrap()
}

fn weights(run: &RunFolder) -> PathBuf {
    run.root().join("encoder/model.safetensors")
}

#[test]
fn changed_file_is_refused_by_name_with_what_makes_it_again() {
    let (_folder, run) = run();
    run.write(&run.path(STATISTICS), b"{}").unwrap();
    run.write_through(&weights(&run), |path| atomic::write(path, b"weights")).unwrap();
    ScoreFile::new(Vec::new()).write(&run).unwrap();
    manifest().write(&run).unwrap();
    for (path, command) in [
        (run.path(STATISTICS), "afterimage train encoder"),
        (weights(&run), "delete it"),
        (run.path(SCORES), "afterimage evaluate"),
    ] {
        assert!(again(&run).read(&path).is_ok());
        let mut bytes = fs::read(&path).unwrap();
        bytes[0] ^= 1;
        fs::write(&path, bytes).unwrap();
        for said in [again(&run).read(&path).map(drop), again(&run).check(&path)].map(|r| r.unwrap_err().to_string()) {
            assert!(said.contains(&path.display().to_string()) && said.contains(command), "{said}");
        }
    }
    assert!(ScoreFile::read(&again(&run)).is_err());
}

#[test]
fn manifest_keeps_the_published_hash_of_the_content() {
    let (_folder, run) = run();
    run.write(&run.path(SCORES), b"abc").unwrap();
    manifest().write(&run).unwrap();
    let outputs = Manifest::read(&run).unwrap().outputs;
    // NIST's example of SHA-256.
    assert_eq!(outputs["scores.json"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert!(!run.journal_file().exists());
}

#[test]
fn killed_before_the_manifest_both_the_old_and_the_new_file_are_known() {
    let (_folder, run) = run();
    run.write(&run.path(SCORES), b"old").unwrap();
    manifest().write(&run).unwrap();
    // Killed between the journal and the file's name: the old file is there.
    run.announce(&run.path(SCORES), &digest::sha256_bytes(b"new")).unwrap();
    assert_eq!(again(&run).read(&run.path(SCORES)).unwrap(), b"old");
    // Killed between the file's name and `run.json`: the new one is.
    fs::write(run.path(SCORES), b"new").unwrap();
    let later = again(&run);
    assert_eq!(later.read(&run.path(SCORES)).unwrap(), b"new");
    // The next stage's manifest settles it.
    manifest().write(&later).unwrap();
    assert_eq!(Manifest::read(&run).unwrap().outputs["scores.json"], digest::sha256_bytes(b"new"));
    fs::write(run.path(SCORES), b"old").unwrap();
    assert!(again(&run).read(&run.path(SCORES)).is_err());
}

#[test]
fn line_of_the_journal_that_was_cut_off_harms_nothing() {
    let (_folder, run) = run();
    run.write(&run.path(SCORES), b"abc").unwrap();
    let whole = fs::read(run.journal_file()).unwrap();
    fs::write(run.journal_file(), [&whole[..], &whole[..20]].concat()).unwrap();
    assert_eq!(again(&run).read(&run.path(SCORES)).unwrap(), b"abc");
}

#[test]
fn reader_sees_what_another_process_wrote_meanwhile() {
    let (_folder, run) = run();
    run.write(&run.path(SCORES), b"old").unwrap();
    manifest().write(&run).unwrap();
    let reader = again(&run);
    reader.check(&run.path(SCORES)).unwrap();
    run.write(&run.path(SCORES), b"new").unwrap();
    reader.check(&run.path(SCORES)).unwrap();
}

#[test]
fn run_of_an_earlier_version_opens_and_names_what_is_not_checked() {
    let (_folder, run) = run();
    fs::create_dir(run.root().join("encoder")).unwrap();
    fs::write(weights(&run), b"weights").unwrap();
    fs::write(run.path(SCORES), b"[]").unwrap();
    let old = again(&run);
    assert_eq!(old.read(&weights(&run)).unwrap(), b"weights");
    assert_eq!(old.unchecked().unwrap(), ["encoder/model.safetensors", "scores.json"]);
    old.write(&run.path(SCORES), b"[]").unwrap();
    manifest().write(&old).unwrap();
    assert_eq!(again(&run).unchecked().unwrap(), ["encoder/model.safetensors"]);
}

#[test]
fn file_of_another_version_is_refused_by_name_with_both_versions_and_what_makes_it_again() {
    let (_folder, run) = run();
    let refusal = |path: PathBuf, reads: u32, read: &dyn Fn() -> Option<RunError>, command: &str| {
        // A later schema need not parse as this one.
        fs::write(&path, br#"{"version": 7, "label": "a", "scores": "elsewhere"}"#).unwrap();
        let said = read().expect("a refusal").to_string();
        let expected =
            format!("\"{}\" has version 7, this version of afterimage reads {reads}: make it again", path.display());
        assert!(said.starts_with(&expected) && said.contains(command), "{said}");
    };
    refusal(run.path(SCORES), 2, &|| ScoreFile::read(&run).err(), "afterimage evaluate");
    refusal(run.path(CLASSIFICATION), 2, &|| Classification::read(&run).err(), "afterimage evaluate");
    refusal(run.path(BIOLOGY), 1, &|| Biology::read(&run).err(), "afterimage biology");
    refusal(run.path(REGIONS), 2, &|| Regions::read(&run).err(), "afterimage regions");
    refusal(run.path(VALIDITY), 1, &|| Validity::read(&run).err(), "afterimage validity");
    refusal(run.path(VOXELS), 1, &|| Voxels::read(&run).err(), "afterimage train encoder");
    let error = atomic::read_versioned::<ScoreFile>(&run.path(SCORES), 1..=2, "make the study again").unwrap_err();
    assert!(error.to_string().ends_with("has version 7, this version of afterimage reads 2: make the study again"));
    fs::write(run.path(SCORES), br#"{"version": 1"#).unwrap();
    assert!(matches!(ScoreFile::read(&run), Err(RunError::Json { .. })));
}
