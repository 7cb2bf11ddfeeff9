//! Baselines from end to end: run folders like any other, fitted on the training part alone.

use std::path::Path;

use crate::common::{Desk, printed};
use afterimage_data::{DataSet, DataSetWriter, Split};
use serde_json::Value;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn score<'a>(scores: &'a Value, name: &str) -> &'a Value {
    scores["scores"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("{name}"))
}

/// Few fields, so that a fit takes a second.
const SMALL: [&str; 4] = ["--field-levels", "2", "--encoder-layers", "relu1,fire3"];

fn make(desk: &Desk, kind: &str, out: &str, more: &[&str]) -> String {
    printed(&desk.run(&[&["baseline", kind, "experiment.toml", "--out", out], more].concat()))
}

#[test]
fn ridge_to_pixels_makes_a_run_that_can_be_scored_again_and_beats_the_mean_image() {
    let desk = Desk::new();
    let said = make(&desk, "ridge-pixels", "ridge", &SMALL);
    assert!(said.contains("report:") && said.contains("ridge/report.html") && !said.contains("partial"), "{said}");
    assert!(!desk.path("ridge.partial").exists());
    let manifest = json(&desk.path("ridge/run.json"));
    assert_eq!(manifest["baseline"]["name"], "ridge-pixels");
    let finished: Vec<&str> = manifest["finished"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(finished, ["fit", "reconstruct", "evaluate", "report"]);
    for (place, targets) in [(0, 3 * 32 * 32), (1, 60)] {
        let chosen = manifest["baseline"]["penalties"][place]["chosen"].as_array().unwrap();
        assert_eq!(chosen.iter().filter_map(Value::as_u64).sum::<u64>(), targets);
    }

    let before = std::fs::read(desk.path("ridge/scores.json")).unwrap();
    printed(&desk.run(&["evaluate", "ridge"]));
    assert_eq!(before, std::fs::read(desk.path("ridge/scores.json")).unwrap());
    let html = std::fs::read_to_string(desk.path("ridge/report.html")).unwrap();
    assert!(html.contains("no network was trained") && !html.contains("were trained on"));

    make(&desk, "mean", "mean", &[]);
    let (ridge, mean) = (json(&desk.path("ridge/scores.json")), json(&desk.path("mean/scores.json")));
    let of = |scores: &Value| score(scores, "identification.pairwise.pixcorr")["value"].as_f64().unwrap();
    assert!((of(&mean) - 0.5).abs() < 1e-9, "one answer for every item is at chance, not {}", of(&mean));
    assert!(of(&ridge) > of(&mean));
    assert!(score(&ridge, "encoder.r.median")["value"].as_f64().unwrap() > 0.0);
    let table = printed(&desk.run(&["compare", "mean", "ridge", "--draws", "200", "--scores", "image.pixcorr"]));
    assert!(table.contains("mean") && table.contains("ridge"), "{table}");

    let said = printed(&desk.run(&["report", "ridge", "--baselines", "mean"]));
    assert!(said.contains("report:"), "{said}");
    let against = json(&desk.path("ridge/baselines.json"));
    assert_eq!(against["variants"].as_array().unwrap().len(), 2);
    let html = || std::fs::read_to_string(desk.path("ridge/report.html")).unwrap();
    assert!(html().contains("Against mean: ") && html().contains("paired by image"));
    printed(&desk.run(&["report", "ridge"]));
    assert!(html().contains("Against mean: "), "a later report has the comparison too");

    let said = desk.refusal(&["report", "ridge", "--baselines", "ridge"]);
    assert!(said.contains("the run itself"), "{said}");
    let manifest = std::fs::read_to_string(desk.path("mean/run.json")).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let data = parsed["inputs"].as_array().unwrap().iter().find(|input| input["role"] == "data set").unwrap().clone();
    let sha256 = data["sha256"].as_str().unwrap();
    desk.write("mean/run.json", &manifest.replace(sha256, &"0".repeat(64)));
    let said = desk.refusal(&["report", "ridge", "--baselines", "mean"]);
    for part in
        ["another data set", "SHA-256 000000000000…", &sha256[..12], "afterimage baseline mean ridge/experiment.toml"]
    {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }

    let missing = mean["not_computed"].as_array().unwrap();
    assert!(missing.iter().any(|m| m["name"] == "encoder"));
}

#[test]
fn retrieval_answers_with_unpaired_images_and_never_with_a_candidate() {
    let desk = Desk::new();
    let candidates =
        ["--set", "data.external=[\"simulation/unpaired/unpaired.npy\"]", "--set", "data.external_limit=20"];
    make(
        &desk,
        "retrieval",
        "found",
        &[&["--no-encoder", "--layer", "fire3", "--grid", "4"], &candidates[..]].concat(),
    );
    let manifest = json(&desk.path("found/run.json"));
    assert_eq!(manifest["data"]["unpaired_images"], 40, "the 20 candidates are no answers");
    let names: Vec<&str> =
        manifest["baseline"]["retrieved"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(names.len(), 10);
    let pool = afterimage_formats::npy::read_u8(&desk.path("simulation/unpaired/unpaired.npy")).unwrap();
    let answers = afterimage_formats::npy::read_f32(&desk.path("found/reconstructions.npy")).unwrap();
    for answer in answers.outer_iter() {
        let is = |image: &ndarray::ArrayViewD<'_, u8>| {
            image.indexed_iter().all(|(at, &v)| (answer[[at[2], at[0], at[1]]] - f32::from(v) / 255.0).abs() < 1e-6)
        };
        assert!(pool.outer_iter().any(|image| is(&image)), "an answer is no image of the pool");
    }
}

#[test]
fn images_of_inverted_features_depend_on_the_responses_and_on_the_prior() {
    let desk = Desk::new();
    let quick = ["--no-encoder", "--layers", "relu1,fire3", "--grid", "4", "--steps", "8"];
    make(&desk, "features", "pixels", &quick);
    make(&desk, "features", "natural", &[&quick[..], &["--spread", "natural"]].concat());
    make(&desk, "features", "deep", &[&quick[..], &["--prior", "deep"]].concat());
    let of = |run: &str| afterimage_formats::npy::read_f32(&desk.path(run).join("reconstructions.npy")).unwrap();
    let (pixels, natural, deep) = (of("pixels"), of("natural"), of("deep"));
    for images in [&pixels, &natural, &deep] {
        assert!(images.iter().all(|x| (0.0..=1.0).contains(x)));
        assert_ne!(images.index_axis(ndarray::Axis(0), 0), images.index_axis(ndarray::Axis(0), 1));
    }
    assert!(pixels != natural && pixels != deep);
    let record = &json(&desk.path("deep/run.json"))["baseline"];
    assert_eq!((&record["options"]["prior"], &record["options"]["layers"]), (&"deep".into(), &"relu1,fire3".into()));
    let targets: Vec<&str> =
        record["penalties"].as_array().unwrap().iter().filter_map(|one| one["targets"].as_str()).collect();
    assert_eq!(targets, ["features of relu1", "features of fire3"]);
}

/// Copies a data set; responses to test images become others, all else stays.
fn with_other_test_responses(from: &Path, to: &Path) {
    let data = DataSet::open(from).unwrap();
    let header = data.header();
    let mut writer = DataSetWriter::create(to, header.clone()).unwrap();
    let stimuli: Vec<u32> = (0..header.stimuli.len() as u32).collect();
    writer.append_stimuli(data.images(&stimuli).unwrap().view()).unwrap();
    let mut responses = data.responses(0, header.trials.len()).unwrap();
    for (mut row, trial) in responses.outer_iter_mut().zip(&header.trials) {
        if header.stimuli[trial.stimulus as usize].split == Split::Test {
            row.mapv_inplace(|v| 5.0 - 2.0 * v);
        }
    }
    writer.append_responses(responses.view(), &header.trials).unwrap();
    writer.finish().unwrap();
}

#[test]
fn held_out_responses_reach_nothing_that_is_fitted() {
    let desk = Desk::new();
    make(&desk, "ridge-pixels", "one", &SMALL);
    with_other_test_responses(&desk.path("simulation/subject.afterimage"), &desk.path("other.afterimage"));
    make(&desk, "ridge-pixels", "two", &[&SMALL[..], &["--set", "data.dataset=other.afterimage"]].concat());
    for name in ["encoder/predicted.npy", "statistics.json"] {
        let of = |run: &str| std::fs::read(desk.path(run).join(name)).unwrap();
        assert!(of("one") == of("two"), "{name} differs");
    }
    let of = |run: &str| json(&desk.path(run).join("run.json"))["baseline"]["penalties"].clone();
    assert_eq!(of("one"), of("two"));
    let of = |run: &str| std::fs::read(desk.path(run).join("reconstructions.npy")).unwrap();
    assert!(of("one") != of("two"), "the responses were not changed at all");
}

#[test]
fn same_seed_gives_the_same_bytes() {
    let desk = Desk::new();
    make(&desk, "retrieval", "one", &SMALL);
    make(&desk, "retrieval", "two", &[&SMALL[..], &["--set", "device.threads=1"]].concat());
    let quick = ["--no-encoder", "--layers", "fire3", "--steps", "3"];
    make(&desk, "features", "three", &quick);
    make(&desk, "features", "four", &[&quick[..], &["--set", "device.threads=1"]].concat());
    let of = |run: &str| std::fs::read(desk.path(run).join("reconstructions.npy")).unwrap();
    assert!(of("three") == of("four"), "descent depends on the number of threads");
    for name in ["reconstructions.npy", "encoder/predicted.npy", "scores.json", "statistics.json", "audit.json"] {
        let of = |run: &str| std::fs::read(desk.path(run).join(name)).unwrap();
        assert!(of("one") == of("two"), "{name} differs");
    }
}

#[test]
fn what_cannot_be_fitted_is_refused_and_leaves_nothing() {
    let desk = Desk::new();
    let refused = |args: &[&str], words: &[&str]| {
        let said = desk.refusal(&[&["baseline"], args, &["experiment.toml", "--out", "run"]].concat());
        words.iter().for_each(|word| assert!(said.contains(word), "\"{word}\" is missing in: {said}"));
        assert!(!desk.path("run").exists() && !desk.path("run.partial").exists(), "a refusal left a folder");
    };
    refused(&["retrieval", "--layer", "fire99"], &["fire99", "squeezenet1_1", "fire5"]);
    refused(&["features", "--layers", "relu1,fire99"], &["fire99", "squeezenet1_1", "fire5"]);
    refused(&["retrieval", "--set", "data.unpaired=[]"], &["data.unpaired"]);
    refused(&["ridge-pixels", "--pixels", "65"], &["--pixels", "65", "64"]);
    refused(&["ridge-pixels", "--folds", "90"], &["90 folds", "48 stimuli"]);
    refused(&["mean", "--set", "sed=1"], &["sed", "seed"]);
    desk.write("taken", "");
    let said = desk.refusal(&["baseline", "mean", "experiment.toml", "--out", "taken"]);
    assert!(said.contains("taken") && said.contains("--out"), "{said}");
}

#[test]
fn networks_are_not_trained_into_a_baseline() {
    let desk = Desk::new();
    make(&desk, "mean", "mean", &[]);
    for args in [
        &["run", "experiment.toml", "--out", "mean", "--resume"][..],
        &["train", "encoder", "experiment.toml", "--out", "mean"],
        &["reconstruct", "mean"],
    ] {
        let said = desk.refusal(args);
        assert!(said.contains("is the baseline mean"), "{args:?}: {said}");
    }
}
