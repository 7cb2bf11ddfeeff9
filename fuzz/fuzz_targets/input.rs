//! The readers take paths, so each input goes through a file; in memory where the system has such a folder.

use std::path::PathBuf;

/// Writes the input to this process's file of that ending.
pub fn write(data: &[u8], ending: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let path = folder.join(format!("afterimage-fuzz-{}.{ending}", std::process::id()));
    std::fs::write(&path, data).expect("the fuzzer's folder can be written to");
    path
}
