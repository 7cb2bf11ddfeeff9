//! What copying loses and what hands change is noticed, and nothing else is refused.

use serde_json::Value;

use super::*;
use crate::audit::audit;
use crate::prepare::{PrepareOptions, prepare};

const CHUNK: &str = "responses/c/0/0";
const SHARD: &str = "stimuli/c/0/0/0/0";

/// Three trials of one voxel, one of them in each part.
fn data_set(folder: &Path, responses: [f32; 3]) -> PathBuf {
    let path = folder.join("x.afterimage");
    write(&path, 3, &[0, 1, 2], &Array2::from_shape_vec((3, 1), responses.to_vec()).unwrap());
    path
}

/// Changes what lies in the group's attribute.
fn edit(path: &Path, change: impl FnOnce(&mut Value)) {
    let file = path.join("zarr.json");
    let mut group: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut group["attributes"][ATTRIBUTE]);
    std::fs::write(&file, serde_json::to_vec(&group).unwrap()).unwrap();
}

/// Makes it a data set as versions wrote it that kept neither lengths nor the digest of the header.
fn make_older(path: &Path) {
    edit(path, |stored| {
        let stored = stored.as_object_mut().unwrap();
        for key in ["chunk_bytes", "header_sha256", "provenance_sha256"] {
            assert!(stored.remove(key).is_some(), "{key}");
        }
    });
}

fn refusal(path: &Path) -> String {
    let error = DataSet::open(path).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn missing_chunk_files_are_refused_by_name() {
    for file in [CHUNK, SHARD] {
        let folder = tempfile::tempdir().unwrap();
        let path = data_set(folder.path(), [1.0, 2.0, 3.0]);
        let open = DataSet::open(&path).unwrap();
        std::fs::remove_file(path.join(file)).unwrap();
        let message = refusal(&path);
        assert!(message.contains(&format!("1 of 1 chunk files are missing, the first is \"{file}\"")), "{message}");
        // Lost while it is open, it is not zeros either.
        let read = if file == CHUNK { open.responses(0, 3).map(drop) } else { open.images(&[1]).map(drop) };
        assert!(read.unwrap_err().to_string().contains(&format!("chunk file \"{file}\" is missing")));
        assert!(prepare(&open, &PrepareOptions::default()).is_err() && audit(&open, None).is_err());
    }
}

#[test]
fn cut_and_empty_chunk_files_are_refused_by_name() {
    for file in [CHUNK, SHARD] {
        let folder = tempfile::tempdir().unwrap();
        let path = data_set(folder.path(), [1.0, 2.0, 3.0]);
        let whole = std::fs::read(path.join(file)).unwrap();
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(path.join(file), &whole[..length]).unwrap();
            let message = refusal(&path);
            let wanted = format!("chunk file \"{file}\" has {length} bytes, {} were written", whole.len());
            assert!(message.contains(&wanted), "{message}");
        }
        std::fs::write(path.join(file), &whole).unwrap();
        make_older(&path);
        DataSet::open(&path).unwrap().verify().unwrap();
        std::fs::write(path.join(file), b"").unwrap();
        assert!(refusal(&path).contains("is empty"));
        std::fs::write(path.join(file), &whole[..whole.len() - 1]).unwrap();
        assert!(DataSet::open(&path).unwrap().verify().is_err());
    }
}

#[test]
fn chunks_of_zeros_have_files_and_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let mut writer = DataSetWriter::create(&path, header(3, 1)).unwrap();
    writer.append_stimuli(Array4::zeros((3, SIDE, SIDE, 3)).view()).unwrap();
    writer.append_responses(Array2::zeros((1, 1)).view(), &[trial(0, 0)]).unwrap();
    writer.finish().unwrap();
    let data = DataSet::open(&path).unwrap();
    data.verify().unwrap();
    assert_eq!(data.responses(0, 1).unwrap(), Array2::<f32>::zeros((1, 1)));
    assert_eq!(data.images(&[2]).unwrap(), Array4::<u8>::zeros((1, SIDE, SIDE, 3)));
    for file in [CHUNK, SHARD] {
        let bytes = std::fs::read(path.join(file)).unwrap();
        std::fs::remove_file(path.join(file)).unwrap();
        refusal(&path);
        std::fs::write(path.join(file), bytes).unwrap();
    }
}

#[test]
fn older_data_sets_without_files_for_zeros_are_told_from_lost_ones_by_their_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let path = data_set(folder.path(), [0.0; 3]);
    make_older(&path);
    std::fs::remove_file(path.join(CHUNK)).unwrap();
    let data = DataSet::open(&path).unwrap();
    assert_eq!(data.responses(0, 3).unwrap(), Array2::<f32>::zeros((3, 1)));
    prepare(&data, &PrepareOptions::default()).unwrap();
    std::fs::remove_file(path.join(SHARD)).unwrap();
    let message = refusal(&path);
    assert!(message.contains("chunk files are missing") && message.contains("is not its content"), "{message}");
}

#[test]
fn edited_header_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = data_set(folder.path(), [1.0, 2.0, 3.0]);
    edit(&path, |stored| stored["header"]["provenance"]["title"] = "another title".into());
    edit(&path, |stored| stored["header"]["provenance"]["licence"] = "CC0".into());
    DataSet::open(&path).unwrap().verify().unwrap();
    for (key, value) in [
        ("units", "percent signal change".into()),
        ("standardised", "in each run".into()),
        ("steps", serde_json::json!([{ "what": "smoothed", "fitted_on": "nothing" }])),
    ] {
        let path = data_set(&folder.path().join(key), [1.0, 2.0, 3.0]);
        edit(&path, |stored| stored["header"]["provenance"][key] = value);
        let message = refusal(&path);
        assert!(
            message.contains("its provenance") && message.contains("title, licence and citation"),
            "{key}: {message}"
        );
        make_older(&path);
        assert_eq!(DataSet::open(&path).unwrap().header().provenance.licence, None);
    }
    for older in [false, true] {
        let path = data_set(&folder.path().join(if older { "old" } else { "new" }), [1.0, 2.0, 3.0]);
        edit(&path, |stored| stored["header"]["stimuli"][1]["split"] = "train".into());
        if !older {
            let message = refusal(&path);
            assert!(message.contains("splits") && message.contains("afterimage prepare"), "{message}");
            continue;
        }
        make_older(&path);
        let data = DataSet::open(&path).unwrap();
        let message = data.verify().unwrap_err().to_string();
        assert!(message.contains("its content or its header has changed"), "{message}");
        assert!(prepare(&data, &PrepareOptions::default()).is_err() && audit(&data, None).is_err());
    }
}

#[test]
fn content_of_another_data_set_is_noticed_by_whatever_reads_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (data_set(folder.path(), [1.0, 2.0, 3.0]), data_set(&folder.path().join("o"), [4.0, 5.0, 6.0]));
    make_older(&path);
    std::fs::copy(other.join(CHUNK), path.join(CHUNK)).unwrap();
    let data = DataSet::open(&path).unwrap();
    assert!(data.verify().unwrap_err().to_string().contains("its SHA-256 is"));
    assert!(prepare(&data, &PrepareOptions::default()).is_err() && audit(&data, None).is_err());
}

#[test]
fn stimuli_left_out_for_a_run_are_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = DataSet::open(&data_set(folder.path(), [1.0, 2.0, 3.0])).unwrap();
    assert_eq!(data.leave_out(&std::iter::once("0.png".to_owned()).collect()), 1);
    data.verify().unwrap();
}

#[test]
fn damaged_data_set_can_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = data_set(folder.path(), [1.0, 2.0, 3.0]);
    std::fs::remove_file(path.join(CHUNK)).unwrap();
    let mut writer = DataSetWriter::replace(&path, header(3, 1)).unwrap();
    writer.append_stimuli(images(3).view()).unwrap();
    writer.append_responses(ndarray::array![[7.0]].view(), &[trial(0, 0)]).unwrap();
    assert_eq!(writer.finish().unwrap().responses(0, 1).unwrap(), ndarray::array![[7.0]]);
}
