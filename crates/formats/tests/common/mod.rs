//! The fixtures, and what the foreign tools read from them.

#![allow(dead_code)]

use std::io::Read;
use std::path::{Path, PathBuf};

use afterimage_formats::hdf5::Column;
use afterimage_formats::numbers::Numbers;
use serde_json::Value;

/// A fixture's path.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A fixture that is kept packed, unpacked into a folder that lasts as long as the value.
pub(crate) fn unpacked(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    let packed = std::fs::File::open(fixture(&format!("{name}.gz"))).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What the foreign tool read.
pub(crate) fn expected(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture(&format!("{name}.json"))).unwrap()).unwrap()
}

/// A human recording next to the repository, where this machine has it.
pub(crate) fn recording(name: &str) -> Option<PathBuf> {
    afterimage_probe::shared(&format!("human/{name}"))
}

/// The shape that the foreign tool saw.
pub(crate) fn shape(value: &Value) -> Vec<usize> {
    value["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect()
}

/// Panics unless shape and every value agree; `null` stands for NaN.
pub(crate) fn assert_numbers(numbers: &Numbers, value: &Value, what: &str) {
    assert_eq!(numbers.shape(), shape(value), "{what}");
    let wanted = value["values"].as_array().unwrap();
    assert_eq!(numbers.len(), wanted.len(), "{what}");
    if let Some(whole) = numbers.to_i64() {
        let exact = wanted.iter().all(|value| value.is_i64());
        if exact {
            assert!(whole.iter().zip(wanted).all(|(got, wanted)| Some(*got) == wanted.as_i64()), "{what}");
        }
    }
    for (got, wanted) in numbers.to_f64().iter().zip(wanted) {
        match wanted.as_f64() {
            Some(wanted) => assert_eq!(*got, wanted, "{what}"),
            None => assert!(got.is_nan(), "{what}"),
        }
    }
}

/// Panics unless a column agrees.
pub(crate) fn assert_column(column: &Column, value: &Value, what: &str) {
    match column {
        Column::Numbers(numbers) => assert_numbers(numbers, value, what),
        Column::Text(texts) => assert_eq!(*texts, strings(value), "{what}"),
    }
}

/// The strings that the foreign tool saw.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    value["strings"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Calls `read` with a file for every damage: each cut, and a flipped byte at each of many places.
pub(crate) fn damage(whole: &[u8], name: &str, mut read: impl FnMut(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let step = (whole.len() / 400).max(1);
    for at in (0..whole.len()).step_by(step) {
        std::fs::write(&path, &whole[..at]).unwrap();
        read(&path);
        for flip in [0xff, 0x01] {
            let mut bytes = whole.to_vec();
            bytes[at] ^= flip;
            std::fs::write(&path, bytes).unwrap();
            read(&path);
        }
    }
}
