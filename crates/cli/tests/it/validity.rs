//! The checks of validity from end to end: runs and baselines, the report, comparisons, permuted pairings.

use std::path::Path;

use crate::common::{Desk, printed};
use serde_json::Value;

const ENCODER: [&str; 4] = ["--field-levels", "2", "--encoder-layers", "relu1,fire3"];

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn list<'a>(of: &'a Value, key: &str) -> &'a Vec<Value> {
    of[key].as_array().unwrap()
}

fn kinds(found: &Value) -> Vec<&str> {
    list(found, "checks").iter().map(|check| check["kind"].as_str().unwrap()).collect()
}

/// The value of the score of a name, which is unique in the file.
fn value(found: &Value, name: &str) -> f64 {
    let conditions = list(found, "checks").iter().flat_map(|check| list(check, "conditions"));
    let mut scores = conditions.flat_map(|condition| list(condition, "scores")).filter(|score| score["name"] == name);
    let score = scores.next().unwrap_or_else(|| panic!("{name}"));
    assert!(scores.next().is_none(), "{name} twice");
    score["value"].as_f64().unwrap()
}

fn baseline(desk: &Desk, kind: &str, more: &[&str]) {
    printed(&desk.run(&[&["baseline", kind, "experiment.toml", "--out", kind], more].concat()));
}

#[test]
fn run_and_baselines_answer_every_check_and_a_decoder_that_ignores_responses_is_found_out() {
    let desk = Desk::with_run();
    baseline(&desk, "mean", &[]);
    baseline(&desk, "ridge-pixels", &ENCODER);
    baseline(&desk, "retrieval", &["--no-encoder"]);
    let said = printed(&desk.run(&["validity", "run", "ridge-pixels", "retrieval", "mean"]));
    assert!(said.contains("noiseless predictions") && said.contains("principal component"), "{said}");
    let all = ["recovery-ceiling", "chance", "bottleneck", "collapse", "nearest-training", "similarity", "candidates"];
    let (run, ridge) = (json(&desk.path("run/validity.json")), json(&desk.path("ridge-pixels/validity.json")));
    let (mean, retrieval) = (json(&desk.path("mean/validity.json")), json(&desk.path("retrieval/validity.json")));
    assert_eq!((kinds(&run), kinds(&ridge)), (all.to_vec(), all.to_vec()));
    assert_eq!(kinds(&retrieval), all[1..]);
    for found in [&run, &ridge, &mean, &retrieval] {
        assert!(found["reproduced"].as_f64().unwrap() < 1e-5, "{}", found["reproduced"]);
        assert_eq!(list(found, "items").len(), 10);
        assert!(list(found, "not_computed").iter().any(|missing| missing["name"] == "retrained"));
        let from = |found: &Value| value(found, "validity.similarity.nearer");
        assert_eq!(from(found), from(&run), "of the images alone");
    }
    let whole = json(&desk.path("run/scores.json"));
    let of_run = list(&whole, "scores").iter().find(|s| s["name"] == "identification.pairwise.perceptual").unwrap();
    assert_eq!(list(&run, "reference")[0]["value"], of_run["value"]);
    let last =
        list(&run, "checks").iter().find(|check| check["kind"] == "bottleneck").unwrap()["conditions"][6].clone();
    assert!(last["components"].as_u64().unwrap() >= 47, "{}", last["components"]);

    // The mean image is the same whatever the responses are; ridge regression needs them.
    for condition in ["permuted", "noise", "mean"] {
        let pairwise = value(&mean, &format!("validity.chance.{condition}.identification.pairwise.perceptual"));
        assert!((pairwise - 0.5).abs() < 1e-9, "{condition} {pairwise}");
    }
    let noise = value(&ridge, "validity.chance.noise.image.pixcorr.native");
    let own = list(&ridge, "reference").iter().find(|score| score["name"] == "image.pixcorr.native").unwrap();
    assert!(own["value"].as_f64().unwrap() > noise + 0.1, "{own} {noise}");
    assert!(value(&ridge, "validity.recovery-ceiling.ceiling.image.pixcorr.native") > noise);

    assert!(desk.path("run/nearest/0009.png").is_file());
    printed(&desk.run(&["report", "run"]));
    let html = std::fs::read_to_string(desk.path("run/report.html")).unwrap();
    for part in
        ["<section id=\"validity\"", "nearest training image", "principal axes", "What it scores without this brain"]
    {
        assert!(html.contains(part), "{part}");
    }
    let pattern = ["--scores", "validity.similarity.nearer", "--draws", "200"];
    let table = printed(&desk.run(&[&["compare", "run", "mean"], &pattern[..]].concat()));
    assert!(table.contains("nearer to training images"), "{table}");

    let before = std::fs::read(desk.path("run/validity.json")).unwrap();
    printed(&desk.run(&["validity", "run", "--verbose"]));
    assert_eq!(before, std::fs::read(desk.path("run/validity.json")).unwrap(), "the same bits again");
}

#[test]
fn recipe_is_trained_again_on_other_pairings_and_splits() {
    let desk = Desk::new();
    baseline(&desk, "ridge-pixels", &["--no-encoder"]);
    let said = printed(&desk.run(&["validity", "ridge-pixels", "--null", "3"]));
    assert!(said.starts_with("3 runs on permuted pairings") && said.contains("p ≤ 0.05"), "{said}");
    let found = json(&desk.path("ridge-pixels/null.json"));
    assert_eq!(found["runs"], 3);
    assert!(list(&found, "rows").iter().all(|row| list(row, "p").len() == 3));
    let scores = json(&desk.path("ridge-pixels/null/001/scores.json"));
    assert!(scores["warnings"].to_string().contains("data.pairings"), "{}", scores["warnings"]);

    let said = printed(&desk.run(&["validity", "ridge-pixels", "--retrain"]));
    assert!(said.contains("trained on shuffled pairings"), "{said}");
    let found = json(&desk.path("ridge-pixels/validity.json"));
    assert_eq!(kinds(&found).last(), Some(&"retrained"));
    let own = list(&found, "reference").iter().find(|score| score["name"] == "image.pixcorr.native").unwrap();
    let shuffled = value(&found, "validity.retrained.shuffled.image.pixcorr.native");
    assert!(own["value"].as_f64().unwrap() > shuffled + 0.05, "{own} {shuffled}");
    // What was trained is not trained again.
    let time = |path: &str| std::fs::metadata(desk.path(path)).unwrap().modified().unwrap();
    let before = time("ridge-pixels/retrained/clusters/scores.json");
    printed(&desk.run(&["validity", "ridge-pixels"]));
    assert_eq!(before, time("ridge-pixels/retrained/clusters/scores.json"));
    assert_eq!(kinds(&json(&desk.path("ridge-pixels/validity.json"))).last(), Some(&"retrained"));
}
