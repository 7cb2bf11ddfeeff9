//! What is said while the program works: as text without a terminal, as JSON, and for TensorBoard.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use afterimage_probe::skip::skipped;
use serde_json::Value;

use crate::common::{Desk, printed};

/// The lines on stderr of a command that succeeded.
fn said(output: &Output) -> Vec<String> {
    printed(output);
    String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect()
}

fn objects(output: &Output) -> Vec<Value> {
    let read = |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    said(output).iter().map(read).collect()
}

fn encoder(desk: &Desk, out: &str, more: &[&str]) -> Output {
    let args = ["train", "encoder", "experiment.toml", "--out", out, "--set", "encoder.epochs=2"];
    desk.run(&[&args[..], more].concat())
}

#[test]
fn training_has_a_summary_a_line_per_epoch_and_one_for_the_result() {
    let desk = Desk::new();
    let lines = said(&encoder(&desk, "text", &[]));
    let of = |start: &str| lines.iter().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    assert_eq!(of("data: ").len(), 1, "{lines:?}");
    assert!(of("data: ")[0].contains("of 60 voxels; 48 training, 8 validation and 10 test items; images of 64 px"));
    assert_eq!(of("images without responses: "), ["images without responses: 60 unpaired, 30 external"]);
    assert!(of("device: cpu, ")[0].contains("threads; data and networks take at least "));
    assert_eq!(of("encoder: epoch ").len(), 2);
    assert!(of("encoder: epoch 2 of 2: loss ")[0].contains(", validation "));
    let result = of("encoder: median r ");
    assert!(result[0].contains("on validation (over 60 voxels, 8 items), "), "{result:?}");
    assert!(result[0].contains(" epoch 2 of 2, ") || result[0].contains(" epoch 1 of 2, "), "{result:?}");
    let mut distinct = lines.clone();
    distinct.dedup();
    assert_eq!(distinct, lines, "a line was said twice");
}

#[test]
fn log_of_json_has_an_object_per_line_and_the_same_weights() {
    let desk = Desk::new();
    encoder(&desk, "text", &[]);
    let found = objects(&encoder(&desk, "json", &["--log", "json"]));
    for object in &found {
        let keys: BTreeSet<&String> = object.as_object().unwrap().keys().collect();
        assert!(keys.into_iter().eq(["event", "fields", "level", "message", "stage", "time"].iter()), "{object}");
    }
    let of = |event: &str| found.iter().filter(|object| object["event"] == event).collect::<Vec<_>>();
    let start = &of("start")[0]["fields"];
    assert_eq!(
        [&start["voxels"], &start["training_items"], &start["external"]].map(Value::as_u64),
        [60, 48, 30].map(Some)
    );
    assert!(start["memory_bytes"].as_u64().unwrap() > 0);
    let epochs = of("epoch");
    assert_eq!(epochs.len(), 2);
    for (index, epoch) in epochs.iter().enumerate() {
        let fields = &epoch["fields"];
        assert_eq!((&epoch["stage"], fields["epoch"].as_u64()), (&Value::from("encoder"), Some(index as u64 + 1)));
        assert!(fields["train"]["comparable"].is_number() && fields["validation"]["comparable"].is_number());
        assert!(fields["secs_left"].is_number());
    }
    let done = of("stage_done");
    assert_eq!(done[0]["stage"], "encoder");
    assert!(done[0]["fields"]["facts"][0].as_str().unwrap().starts_with("median r "), "{done:?}");
    let weights = |out: &str| fs::read(desk.path(out).join("encoder/model.safetensors")).unwrap();
    assert!(weights("text") == weights("json"));
}

#[test]
fn levels_leave_out_progress_and_errors_are_objects_too() {
    let desk = Desk::new();
    let quiet = said(&encoder(&desk, "quiet", &["--log", "warn"]));
    assert!(quiet.iter().all(|line| line.starts_with("warning: ")), "{quiet:?}");
    let refused = desk.run(&["train", "encoder", "nowhere.toml", "--out", "x", "--log", "json"]);
    assert!(!refused.status.success());
    let error: Value = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!((&error["event"], &error["level"]), (&Value::from("error"), &Value::from("error")));
    assert!(error["message"].as_str().unwrap().contains("nowhere.toml"));
}

#[test]
fn receptive_fields_are_chosen_once_for_the_baselines_of_an_experiment() {
    let desk = Desk::new();
    let known = "the receptive fields of the encoder were chosen before";
    let fit = |kind: &str, out: &str| {
        let output = desk.run(&["baseline", kind, "experiment.toml", "--out", out, "--field-levels", "2"]);
        let is_known = said(&output).iter().any(|line| line.starts_with(known));
        (is_known, fs::read(desk.path(out).join("encoder/predicted.npy")).unwrap())
    };
    let (first, ridge) = fit("ridge-pixels", "ridge");
    let (second, retrieval) = fit("retrieval", "retrieval");
    assert_eq!((first, second), (false, true));
    assert!(ridge == retrieval, "the same encoder predicts the same bits");
    let other = desk.run(&["baseline", "mean", "experiment.toml", "--out", "mean"]);
    assert!(!said(&other).iter().any(|line| line.starts_with(known)));
}

/// Prints tags, steps and times of the scalars, and the sizes of the images, of a folder of event files.
const READER: &str = r#"
import io, json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
found.Reload()
tags = found.Tags()
scalars = {tag: [[e.wall_time, e.step, e.value] for e in found.Scalars(tag)] for tag in tags["scalars"]}
images = {tag: [[e.step, e.width, e.height, e.encoded_image_string[:8].hex()] for e in found.Images(tag)] for tag in tags["images"]}
print(json.dumps({"scalars": scalars, "images": images}))
"#;

#[test]
fn tensorboard_reads_losses_with_their_time_of_day_and_images() {
    let desk = Desk::with_run();
    let python = std::env::var("AFTERIMAGE_PYTHON").unwrap_or_else(|_| "python3".into());
    if !Command::new(&python).args(["-c", "import tensorboard"]).output().is_ok_and(|o| o.status.success()) {
        return skipped("a Python with tensorboard (AFTERIMAGE_PYTHON names another than python3)");
    }
    let read = Command::new(&python).args(["-c", READER]).arg(desk.path("run/tensorboard")).output().unwrap();
    let read: Value = serde_json::from_str(&printed(&read)).unwrap();
    let log = fs::read_to_string(desk.path("run/metrics.jsonl")).unwrap();
    let log: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for phase in ["encoder", "decoder"] {
        let records: Vec<&Value> = log.iter().filter(|record| record["phase"] == phase).collect();
        for part in ["train", "validation"] {
            let events = read["scalars"][format!("{phase}/{part}/comparable")].as_array().unwrap();
            assert_eq!(events.len(), records.len());
            for (event, record) in events.iter().zip(&records) {
                assert_eq!([&event[0], &event[1]], [&record["unix_secs"], &record["step"]]);
                let logged = record[part]["comparable"].as_f64().unwrap();
                assert!((event[2].as_f64().unwrap() - logged).abs() < 1e-6 * logged.abs());
            }
        }
    }
    let images = read["images"]["decoder/validation/shown_above_decoded"].as_array().unwrap();
    let steps: Vec<&Value> = log.iter().filter(|r| r["phase"] == "decoder").map(|r| &r["step"]).collect();
    assert_eq!(images.iter().map(|image| &image[0]).collect::<Vec<_>>(), steps, "an image for each of five epochs");
    // Eight validation images of 64 px, in two rows; the bytes begin as every PNG does.
    assert!(images.iter().all(|i| (&i[1], &i[2], &i[3]) == (&512.into(), &128.into(), &"89504e470d0a1a0a".into())));
}
