//! A run that is killed right after any of its files took its name goes on and ends in the same bytes.
//!
//! A library of a few lines, preloaded into the program, counts its renames and kills it after one of them. It is built by
//! the compiler that builds this test; where there is none, or no Linux, the test is passed over and says so.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use afterimage_sim::SimConfig;

use crate::common::{Desk, printed, program, recording};

/// Takes the place of the C library's `rename`: does it, writes the new name into a list, and ends the process by SIGKILL
/// after the one that was asked for.
const LIBRARY: &str = r#"
use std::ffi::{CStr, c_char, c_int};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

unsafe extern "C" {
    fn renameat(from: c_int, old: *const c_char, to: c_int, new: *const c_char) -> c_int;
    fn kill(process: c_int, signal: c_int) -> c_int;
}

static COUNT: AtomicU64 = AtomicU64::new(0);
const WORKING_FOLDER: c_int = -100;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(old: *const c_char, new: *const c_char) -> c_int {
    let outcome = unsafe { renameat(WORKING_FOLDER, old, WORKING_FOLDER, new) };
    let count = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
    if let Ok(list) = std::env::var("LIST_OF_RENAMES") {
        let name = unsafe { CStr::from_ptr(new) }.to_string_lossy().into_owned();
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(list).unwrap();
        file.write_all((name + "\n").as_bytes()).unwrap();
    }
    if std::env::var("KILL_AFTER_RENAME").is_ok_and(|after| after == count.to_string()) {
        unsafe { kill(std::process::id() as c_int, 9) };
    }
    outcome
}
"#;

/// A recording of few images.
fn small() -> Desk {
    Desk::with(SimConfig { train: 16, validation: 4, unpaired: 16, external: 12, classes: 12, ..recording() })
}

fn library(desk: &Desk) -> Option<PathBuf> {
    let source = desk.write("renames.rs", LIBRARY);
    let library = desk.path("librenames.so");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let built = Command::new(compiler)
        .args(["--edition", "2024", "--crate-type", "cdylib", "-O", "-o"])
        .args([&library, &source])
        .output();
    match built {
        Ok(output) if output.status.success() => Some(library),
        other => {
            afterimage_probe::skipped_outside_ci(&format!("no library could be built ({other:?})"));
            None
        }
    }
}

/// What a run learned, without times.
fn trained(run: &Path) -> Vec<(String, Vec<u8>)> {
    let names = [
        "experiment.toml",
        "statistics.json",
        "voxels.json",
        "audit.json",
        "encoder/checkpoint.safetensors",
        "encoder/model.safetensors",
        "decoder/checkpoint.safetensors",
        "decoder/model.safetensors",
    ];
    let mut files = read(run, &names);
    let log = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    for (index, line) in log.lines().enumerate() {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        for of_the_clock in ["secs", "loader_wait_secs", "unix_secs"] {
            assert!(fields.remove(of_the_clock).is_some(), "{of_the_clock}");
        }
        files.push((format!("metrics.jsonl, line {index}"), record.to_string().into_bytes()));
    }
    files
}

/// What `reconstruct` writes.
const DECODED: [&str; 4] =
    ["encoder/predicted.npy", "reconstructions.npy", "reconstructions/0009.png", "shown/0003.png"];
/// What `evaluate` writes.
const SCORED: [&str; 3] = ["pictures.json", "scores.json", "classification.json"];

fn read(run: &Path, names: &[&str]) -> Vec<(String, Vec<u8>)> {
    names.iter().map(|name| ((*name).to_owned(), fs::read(run.join(name)).expect(name))).collect()
}

fn assert_same(whole: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)], of: &str) {
    assert_eq!(whole.len(), other.len(), "{of}");
    for ((name, left), (_, right)) in whole.iter().zip(other) {
        assert!(left == right, "{of}: {name} differs");
    }
}

fn assert_tidy(run: &Path, of: &str) {
    let listed =
        ["", "encoder", "decoder", "shown"].iter().filter_map(|folder| fs::read_dir(run.join(folder)).ok()).flatten();
    let mut names = listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.starts_with(".partial-") || name == "run.outputs.jsonl"), "{of}: leftovers");
}

/// One epoch each, and few draws: what is trained matters less than when it is written.
const QUICK: [&str; 8] = [
    "--set",
    "encoder.epochs=1",
    "--set",
    "decoder.epochs=1",
    "--set",
    "evaluation.resamples=100",
    "--set",
    "evaluation.permutations=100",
];

/// Runs a command to its end and gives the names that it gave to files; of pictures, one.
fn renames(desk: &Desk, library: &Path, args: &[&str]) -> Vec<(usize, String)> {
    let list = desk.path("renames.txt");
    let mut command = program();
    command.current_dir(desk.path("")).args(args).env("LD_PRELOAD", library).env("LIST_OF_RENAMES", &list);
    printed(&command.output().unwrap());
    let names = fs::read_to_string(&list).unwrap();
    fs::remove_file(&list).unwrap();
    let picked = |name: &str| !name.ends_with(".png") || name.ends_with("0003.png");
    names.lines().map(str::to_owned).enumerate().map(|(i, n)| (i + 1, n)).filter(|(_, n)| picked(n)).collect()
}

fn kill(desk: &Desk, library: &Path, args: &[&str], after: usize) {
    let mut command = program();
    command.current_dir(desk.path("")).args(args).env("LD_PRELOAD", library);
    let killed = command.env("KILL_AFTER_RENAME", after.to_string()).output().unwrap();
    assert!(killed.status.code().is_none(), "the program ended by itself before rename {after} of {args:?}");
}

#[test]
fn training_killed_after_any_file_goes_on_and_ends_in_the_same_bytes() {
    let desk = small();
    let Some(library) = library(&desk) else { return };
    let train = |out| [&["train", "decoder", "experiment.toml", "--out", out], &QUICK[..]].concat();
    let names = renames(&desk, &library, &train("whole"));
    let whole = trained(&desk.path("whole"));
    let weights = |name: &str| names.iter().any(|(_, path)| path.ends_with(name));
    assert!(names.len() > 12 && weights("encoder/model.safetensors") && weights("decoder/model.safetensors"));
    for (place, name) in &names {
        let of = format!("killed after rename {place}, {name}");
        kill(&desk, &library, &train("killed"), *place);
        printed(&desk.run(&[&train("killed")[..], &["--resume"]].concat()));
        assert_same(&whole, &trained(&desk.path("killed")), &of);
        assert_tidy(&desk.path("killed"), &of);
        fs::remove_dir_all(desk.path("killed")).unwrap();
    }
}

#[test]
fn later_stages_killed_after_any_file_can_be_given_again() {
    let desk = small();
    let Some(library) = library(&desk) else { return };
    printed(&desk.run(&[&["train", "decoder", "experiment.toml", "--out", "run"], &QUICK[..]].concat()));
    let run = desk.path("run");
    for (stage, written) in [("reconstruct", &DECODED[..]), ("evaluate", &SCORED)] {
        // Once to fill the cache of features, whose files would count too.
        printed(&desk.run(&[stage, "run"]));
        let whole = read(&run, written);
        for (place, name) in renames(&desk, &library, &[stage, "run"]) {
            let of = format!("{stage} killed after rename {place}, {name}");
            kill(&desk, &library, &[stage, "run"], place);
            // What is there after the kill is either what was there before or what was to come: all of it is read.
            printed(&desk.run(&["report", "run"]));
            printed(&desk.run(&[stage, "run"]));
            assert_same(&whole, &read(&run, written), &of);
            assert_tidy(&run, &of);
        }
    }
}

#[test]
fn file_that_was_deleted_from_a_finished_run_is_made_again() {
    let desk = small();
    let run = |out: &str, more: &[&str]| {
        printed(&desk.run(&[&["run", "experiment.toml", "--out", out], &QUICK[..], more].concat()));
    };
    run("run", &[]);
    let outcome =
        || [trained(&desk.path("run")), read(&desk.path("run"), &DECODED), read(&desk.path("run"), &SCORED)].concat();
    let whole = outcome();
    for names in [
        &["encoder/model.safetensors"][..],
        &["decoder/model.safetensors", "statistics.json"],
        &["encoder/checkpoint.safetensors", "encoder/model.safetensors"],
        &["decoder/checkpoint.safetensors", "decoder/model.safetensors", "audit.json", "voxels.json"],
        &["run.json", "reconstructions.npy", "pictures.json"],
        &["scores.json", "encoder/predicted.npy", "reconstructions/0009.png"],
    ] {
        names.iter().for_each(|name| fs::remove_file(desk.path("run").join(name)).unwrap());
        if names[0] == "encoder/model.safetensors" {
            let said = desk.refusal(&["reconstruct", "run"]);
            assert!(said.contains("no trained encoder"), "{said}");
        }
        run("run", &["--resume"]);
        assert_same(&whole, &outcome(), &names.join(", "));
    }
}

#[test]
fn train_never_says_that_it_is_done_without_the_weights() {
    let desk = Desk::new();
    let args = ["train", "encoder", "experiment.toml", "--out", "run", "--resume"];
    printed(&desk.run(&args));
    let path = desk.path("run/encoder/model.safetensors");
    let weights = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    printed(&desk.run(&args));
    assert!(weights == fs::read(&path).unwrap(), "other weights");
    // A write that fails at this file, as on a full disk.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let said = desk.refusal(&args);
    assert!(said.contains("model.safetensors"), "{said}");
    fs::remove_dir(&path).unwrap();
    printed(&desk.run(&args));
    assert!(weights == fs::read(&path).unwrap(), "other weights");
}
