//! Desks that many tests start from: made once for each build of the program, and copied for each test, which may change its copy.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;
use std::sync::OnceLock;

use afterimage_formats::digest::sha256_bytes;

/// Copies the shared desk `name` into the folder `to`. If there is none of this build, `make` makes it first, while a lock keeps
/// other threads and test programs waiting.
pub(super) fn copy(name: &str, to: &Path, make: impl FnOnce(&Path)) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desks").join(name);
    fs::create_dir_all(&folder).unwrap();
    let folder = folder.canonicalize().unwrap();
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let desk = folder.join(build());
    let whole = desk.with_extension("whole");
    if !whole.exists() {
        // Desks of earlier builds, and what a killed test left.
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir_all(&desk).unwrap();
        make(&desk);
        fs::write(&whole, "").unwrap();
    }
    copy_folder(&desk, to);
    if to.join("run").exists() {
        name_sources(&to.join("run"), desk.to_str().unwrap(), to.to_str().unwrap());
    }
}

/// Makes a run that was copied name its sources where they lie now. `run.json` comes last: it has hashes of the other files.
fn name_sources(run: &Path, old: &str, new: &str) {
    let read = |name: &str| fs::read_to_string(run.join(name)).unwrap();
    let mut manifest = read("run.json");
    for name in ["experiment.toml", "images.json"] {
        let before = read(name);
        let after = before.replace(old, new);
        assert_ne!(before, after, "{name} names no source");
        manifest = manifest.replace(&sha256_bytes(before.as_bytes()), &sha256_bytes(after.as_bytes()));
        fs::write(run.join(name), after).unwrap();
    }
    fs::write(run.join("run.json"), manifest.replace(old, new)).unwrap();
}

/// A hash of the program and of what describes the desks.
fn build() -> &'static str {
    static BUILD: OnceLock<String> = OnceLock::new();
    BUILD.get_or_init(|| {
        let mut hasher = DefaultHasher::new();
        hasher.write(&fs::read(env!("CARGO_BIN_EXE_afterimage")).unwrap());
        hasher.write(include_bytes!("../common.rs"));
        format!("{:016x}", hasher.finish())
    })
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
