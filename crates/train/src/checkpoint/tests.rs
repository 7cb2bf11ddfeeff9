//! Round trips and damage of checkpoints.

use safetensors::tensor::Dtype;

use super::*;

fn small() -> Checkpoint {
    let progress = Progress {
        epoch: 3,
        steps: 12,
        partial: [("cosine".to_owned(), 0.1)].into(),
        best: Some((0.1 + 0.2, 2)),
        fingerprint: "a \"quoted\" one".into(),
        settings: [("seed".to_owned(), "0".to_owned())].into(),
        ..Progress::default()
    };
    let mut checkpoint = Checkpoint::new(progress);
    checkpoint.add_flat("optimiser", vec![("first".into(), vec![1.0, -2.5]), ("second".into(), vec![0.25])]);
    checkpoint
}

fn path() -> &'static Path {
    Path::new("checkpoint.safetensors")
}

#[test]
fn what_is_written_is_read_and_the_same_content_gives_the_same_bytes() {
    let bytes = small().bytes(path()).unwrap();
    let read = Checkpoint::parse(&bytes, path()).unwrap();
    assert_eq!(read.progress, small().progress);
    assert_eq!(read.flat("optimiser")["first"], [1.0, -2.5]);
    assert_eq!(read.bytes(path()).unwrap(), bytes);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoint.safetensors");
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(Checkpoint::read_progress(&file).unwrap(), small().progress);
}

#[test]
fn every_flipped_bit_is_refused_or_changes_nothing() {
    let bytes = small().bytes(path()).unwrap();
    let whole = Checkpoint::parse(&bytes, path()).unwrap();
    for (place, bit) in (0..bytes.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << bit;
        if let Ok(read) = Checkpoint::parse(&flipped, path()) {
            assert!(read.progress == whole.progress && read.tensors == whole.tensors, "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn file_of_an_earlier_version_has_no_checksum_and_is_read() {
    let progress = r#"{"epoch":1,"steps":4,"partial":{},"best":null,"finished":true,"fingerprint":"x"}"#;
    let data = 1.5_f32.to_le_bytes();
    let view = TensorView::new(Dtype::F32, vec![1], &data).unwrap();
    let metadata = HashMap::from([("progress".to_owned(), progress.to_owned())]);
    let bytes = safetensors::serialize([("params/w", view)], Some(metadata)).unwrap();
    let read = Checkpoint::parse(&bytes, path()).unwrap();
    assert!(read.progress.finished && read.progress.settings.is_empty());
    assert_eq!(read.flat("params")["w"], [1.5]);
}

#[test]
fn tensors_of_other_types_are_refused_by_name() {
    let progress = r#"{"epoch":1,"steps":4,"partial":{},"best":null,"finished":true,"fingerprint":"x"}"#;
    let data = 1.5_f64.to_le_bytes();
    let view = TensorView::new(Dtype::F64, vec![1], &data).unwrap();
    let metadata = HashMap::from([("progress".to_owned(), progress.to_owned())]);
    let bytes = safetensors::serialize([("params/w", view)], Some(metadata)).unwrap();
    let said = Checkpoint::parse(&bytes, path()).unwrap_err().to_string();
    assert!(said.contains("params/w") && said.contains("F64") && said.contains("F32"), "{said}");
}

#[test]
fn values_that_are_not_finite_are_found() {
    assert!(small().not_finite().is_none());
    let mut broken = small();
    broken.add_flat("params", vec![("w".into(), vec![1.0, f32::NAN])]);
    let (name, value) = broken.not_finite().unwrap();
    assert!(name == "params/w" && value.is_nan());
}
