//! Tests that need what the repository does not hold: a skipped one is seen and counted, not silently green.
//!
//! The test harness hides what a passing test prints, so the line goes to stderr past it, and into the file that
//! `AFTERIMAGE_SKIPPED` names: `./check` counts those lines at its end.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Says `skipped: NAME: what is missing`, with the name of the test that calls it.
pub fn skipped(missing: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {missing}\n", thread.name().unwrap_or("a test"));
    // A line that cannot be written must not fail a test.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(list) = std::env::var_os("AFTERIMAGE_SKIPPED") {
        let _ = OpenOptions::new().create(true).append(true).open(list).and_then(|mut f| f.write_all(line.as_bytes()));
    }
}

/// As [`skipped`], for what continuous integration installs: where `CI` is set, the test fails.
///
/// # Panics
/// Where the environment has `CI`.
pub fn skipped_outside_ci(missing: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "missing, though CI is set: {missing}");
    skipped(missing);
}

/// A file or folder of the recordings and photographs next to the repository; skips the test where it is missing.
///
/// # Panics
/// Where the environment has `CI` and the others are there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = all.join(path);
    if found.exists() {
        return Some(found);
    }
    let missing = format!("no test data at {}", found.display());
    if all.is_dir() {
        skipped_outside_ci(&missing)
    } else {
        skipped(&missing)
    }
    None
}
