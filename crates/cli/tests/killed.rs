//! A run that is killed right after any of its files took its name goes on and ends in the same bytes.
//!
//! A library of a few lines, preloaded into the program, counts its renames and kills it after one of them. It is built by
//! the compiler that builds this test; where there is none, or no Linux, the test is passed over and says so.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Desk, printed, program};

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
            eprintln!("skipped: no library could be built ({other:?})");
            None
        }
    }
}

/// Everything that a run learned and measured, without times.
fn outcome(run: &Path) -> Vec<(String, Vec<u8>)> {
    let names = [
        "experiment.toml",
        "statistics.json",
        "voxels.json",
        "audit.json",
        "encoder/checkpoint.safetensors",
        "encoder/model.safetensors",
        "encoder/predicted.npy",
        "decoder/checkpoint.safetensors",
        "decoder/model.safetensors",
        "reconstructions.npy",
        "pictures.json",
        "scores.json",
        "classification.json",
        "biology.json",
        "regions.json",
        "reconstructions/0009.png",
    ];
    let mut files: Vec<(String, Vec<u8>)> =
        names.iter().map(|name| ((*name).to_owned(), fs::read(run.join(name)).expect(name))).collect();
    let log = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    for (index, line) in log.lines().enumerate() {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        assert!(fields.remove("secs").is_some() && fields.remove("loader_wait_secs").is_some());
        files.push((format!("metrics.jsonl, line {index}"), record.to_string().into_bytes()));
    }
    files
}

fn assert_same(whole: &[(String, Vec<u8>)], run: &Path, of: &str) {
    let other = outcome(run);
    assert_eq!(whole.len(), other.len(), "{of}");
    for ((name, left), (_, right)) in whole.iter().zip(&other) {
        assert!(left == right, "{of}: {name} differs");
    }
    let leftovers = ["", "encoder", "decoder"].iter().flat_map(|folder| fs::read_dir(run.join(folder)).unwrap());
    let mut names = leftovers.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    assert!(!names.any(|name| name.starts_with(".partial-") || name == "run.outputs.jsonl"), "{of}: leftovers");
}

/// One epoch each, and few draws: what is trained matters less than when it is written.
const QUICK: [&str; 8] = [
    "--set",
    "encoder.epochs=1",
    "--set",
    "decoder.epochs=1",
    "--set",
    "evaluation.resamples=20",
    "--set",
    "evaluation.permutations=20",
];

#[test]
fn run_killed_after_any_file_goes_on_and_ends_in_the_same_bytes() {
    let desk = Desk::new();
    let Some(library) = library(&desk) else { return };
    let run = |out: &str, more: &[&str], kill: Option<usize>| {
        let mut command = program();
        command.current_dir(desk.path("")).args(["run", "experiment.toml", "--out", out]).args(QUICK).args(more);
        match kill {
            Some(after) => command.env("KILL_AFTER_RENAME", after.to_string()),
            None => command.env("LIST_OF_RENAMES", desk.path(&format!("renames-{out}"))),
        };
        command.env("LD_PRELOAD", &library).output().unwrap()
    };
    // The first run fills the cache of features, so that the renames of the second are those of the later ones.
    for out in ["first", "whole"] {
        printed(&run(out, &[], None));
    }
    let whole = outcome(&desk.path("whole"));
    let list = fs::read_to_string(desk.path("renames-whole")).unwrap();
    let renames: Vec<&str> = list.lines().collect();
    assert!(renames.len() > 30 && renames[0].ends_with("experiment.toml"), "{list}");
    let places = (0..renames.len()).filter(|&place| {
        let name = renames[place];
        let picture = name.ends_with(".png") && !name.ends_with("0003.png");
        !picture && !name.contains("figures/") && !name.ends_with(".csv")
    });
    for place in places {
        let of = format!("killed after {} ({})", place + 1, renames[place]);
        let killed = run("killed", &[], Some(place + 1));
        assert!(killed.status.code().is_none(), "{of}: the program ended by itself");
        printed(&run("killed", &["--resume"], None));
        assert_same(&whole, &desk.path("killed"), &of);
        fs::remove_dir_all(desk.path("killed")).unwrap();
    }
}

#[test]
fn file_that_was_deleted_from_a_finished_run_is_made_again() {
    let desk = Desk::new();
    let run = |out: &str, more: &[&str]| {
        printed(&desk.run(&[&["run", "experiment.toml", "--out", out], &QUICK[..], more].concat()));
    };
    run("whole", &[]);
    let whole = outcome(&desk.path("whole"));
    run("run", &[]);
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
        assert_same(&whole, &desk.path("run"), &names.join(", "));
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
