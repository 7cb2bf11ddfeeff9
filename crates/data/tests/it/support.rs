//! What the tests of importers share.

use std::path::{Path, PathBuf};

use afterimage_data::{DataSet, Result, Summary, WriteOptions};
use serde_json::Value;

/// A file of a kind's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// What the foreign tool read back.
pub(crate) fn expected(kind: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(fixture(kind).join("expected.json")).unwrap()).unwrap()
}

/// Imports with images of 8 pixels.
pub(crate) fn import(run: impl FnOnce(&Path, WriteOptions) -> Result<Summary>) -> Result<(tempfile::TempDir, DataSet)> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.afterimage");
    run(&out, WriteOptions { image_side: 8, overwrite: false })?;
    Ok((folder, DataSet::open(&out)?))
}

/// All numbers in an array of any depth, `null` as NaN.
pub(crate) fn numbers(value: &Value) -> Vec<f32> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Null => vec![f32::NAN],
        other => vec![other.as_f64().map_or_else(|| f32::from(u8::from(other == &Value::Bool(true))), |x| x as f32)],
    }
}

pub(crate) fn responses(data: &DataSet) -> Vec<f32> {
    data.responses(0, data.header().trials.len()).unwrap().iter().copied().collect()
}

/// The names of what each trial shows.
pub(crate) fn shown(data: &DataSet) -> Vec<&str> {
    let header = data.header();
    header.trials.iter().map(|trial| header.stimuli[trial.stimulus as usize].name.as_str()).collect()
}

pub(crate) fn assert_close(ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len());
    for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let same = ours.is_nan() && theirs.is_nan() || (ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0);
        assert!(same, "entry {at}: {ours} and {theirs}");
    }
}
