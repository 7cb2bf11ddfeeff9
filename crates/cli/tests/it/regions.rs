//! Regions, single voxels and synthesis from the command line.

use std::path::Path;

use crate::common::{Desk, printed};
use serde_json::Value;

const QUICK: [&str; 6] =
    ["--set", "encoder.epochs=2", "--set", "decoder.epochs=2", "--set", "evaluation.resamples=100"];

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn score<'a>(scores: &'a Value, name: &str) -> &'a Value {
    scores.as_array().unwrap().iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn run_tells_regions_apart_and_all_voxels_score_as_the_whole_run_does() {
    let desk = Desk::with_run();
    let found = json(&desk.path("run/regions.json"));
    let whole = json(&desk.path("run/scores.json"));
    let names: Vec<&str> = found["regions"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["HVC", "LOC", "LVC", "V1", "V2", "V3", "V4"]);
    for (question, shared) in [
        (
            "encoding",
            &["identification.encoding.2way", "identification.encoding.10way", "identification.encoding.rank"][..],
        ),
        (
            "decoding",
            &["identification.external.perceptual.5way", "identification.pairwise.perceptual", "image.pixcorr"],
        ),
    ] {
        let conditions = found[question].as_array().unwrap();
        assert_eq!(conditions.len(), 1 + 2 * names.len(), "{question}");
        assert_eq!((&conditions[0]["part"], &conditions[0]["voxels"]), (&Value::from("all"), &Value::from(60)));
        for name in shared {
            let (ours, theirs) = (score(&conditions[0]["scores"], name), score(&whole["scores"], name));
            // The whole run has also what the mean training image scores, and a remark where p and interval seem to differ.
            let same = |score: &Value| {
                let mut score = score.clone();
                ["mean_image", "notes"].iter().for_each(|key| drop(score.as_object_mut().unwrap().remove(*key)));
                score
            };
            assert_eq!(same(ours), same(theirs), "{name}");
        }
        for condition in &conditions[1..] {
            let differences = condition["differences"].as_array().unwrap();
            assert_eq!(differences.len(), condition["scores"].as_array().unwrap().len());
            assert!(
                differences
                    .iter()
                    .all(|d| d["difference"]["p_holm"].as_f64() >= d["difference"]["p"]["value"].as_f64())
            );
        }
    }
    assert_eq!(found["single"]["voxels"].as_array().unwrap().len(), 60);
    let table = std::fs::read_to_string(desk.path("run/regions.csv")).unwrap();
    assert!(table.lines().any(|l| l.starts_with("decoding,V1,without,")), "{table}");
    assert_eq!(std::fs::read_to_string(desk.path("run/regions-voxels.csv")).unwrap().lines().count(), 61);
    let report = std::fs::read_to_string(desk.path("run/report.html")).unwrap();
    assert!(report.contains("<section id=\"regions\"") && report.contains("What the decoder uses"));

    let before = std::fs::read(desk.path("run/regions.json")).unwrap();
    let said = printed(&desk.run(&["regions", "run"]));
    assert!(said.contains("only V1 ") && said.contains("without LOC") && said.contains("regions.csv"), "{said}");
    assert_eq!(std::fs::read(desk.path("run/regions.json")).unwrap(), before);
    printed(&desk.run(&["regions", "run", "--subsets", "3"]));
    assert_ne!(std::fs::read(desk.path("run/regions.json")).unwrap(), before);
}

#[test]
fn part_of_the_brain_and_baselines_say_what_they_cannot_tell() {
    let desk = Desk::new();
    printed(&desk.run(&[&["run", "experiment.toml", "--out", "v1", "--set", "data.roi=V1"][..], &QUICK[..]].concat()));
    let found = json(&desk.path("v1/regions.json"));
    let missing: Vec<&str> =
        found["not_computed"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    for name in ["alone.V2", "without.V1", "without.LVC"] {
        assert!(missing.contains(&name), "{name}: {missing:?}");
    }
    printed(&desk.run(&["baseline", "mean", "experiment.toml", "--out", "mean"]));
    let said = printed(&desk.run(&["regions", "mean"]));
    assert!(said.contains("predicts no responses") && said.contains("no decoder network"), "{said}");
    let said = desk.refusal(&["synthesize", "--run", "mean", "--voxel", "1", "--out", "images"]);
    assert!(said.contains("baseline mean"), "{said}");
}

#[test]
fn images_are_made_compared_and_the_same_for_the_same_seed() {
    let desk = Desk::with_run();
    let free = ["--prior", "pixels"];
    let args = ["synthesize", "--run", "run", "--voxel", "3", "--region", "V1 + V2", "--steps", "60", "--starts", "2"];
    let args = [&args[..], &free].concat();
    let said = printed(&desk.run(&[&args[..], &["--out", "images"]].concat()));
    assert!(said.contains("voxel 3") && said.contains("V1 + V2") && said.contains("synthesis.html"), "{said}");
    let found = json(&desk.path("images/synthesis.json"));
    for target in found["targets"].as_array().unwrap() {
        for image in target["images"].as_array().unwrap() {
            let course: Vec<f64> = image["course"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
            let response = image["response"].as_f64().unwrap();
            assert!(response > course[0] && course.last() > course.first(), "{image}");
            assert!(image["percentile"].as_f64().unwrap() > 99.0, "{image}");
            assert!(desk.path("images").join(image["picture"].as_str().unwrap()).is_file());
        }
        let best = &target["best_natural"];
        assert!(desk.path("images").join(best["picture"].as_str().unwrap()).is_file());
        assert!(best["response"].as_f64() > target["natural"][0].as_f64());
    }
    let natural: u64 = found["natural"].as_array().unwrap().iter().filter_map(|n| n["images"].as_u64()).sum();
    assert!((48..=108).contains(&natural), "{natural}");

    printed(&desk.run(&[&args[..], &["--out", "again"]].concat()));
    let pictures: Vec<String> = std::fs::read_dir(desk.path("images"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(pictures.len(), 2 * 3 + 2);
    for name in pictures {
        let bytes = |folder: &str| std::fs::read(desk.path(folder).join(&name)).unwrap();
        assert!(bytes("images") == bytes("again"), "{name}");
    }
    let decoded = ["synthesize", "--run", "run", "--region", "V1", "--objective", "contrast"];
    let said = printed(&desk.run(&[&decoded[..], &["--steps", "20", "--starts", "1", "--out", "decoded"]].concat()));
    assert!(said.contains("V1 against the rest"), "{said}");
    assert_eq!(json(&desk.path("decoded/synthesis.json"))["settings"]["prior"], "decoder");
    let down = ["synthesize", "--run", "run", "--voxel", "3", "--minimize", "--steps", "40", "--out", "down"];
    printed(&desk.run(&[&down[..], &free].concat()));
    let low = json(&desk.path("down/synthesis.json"));
    assert!(low["targets"][0]["reached"][0].as_f64() < found["targets"][0]["natural"][0].as_f64());

    let refused = |more: &[&str]| desk.refusal(&[&["synthesize", "--run", "run", "--out", "x"], more].concat());
    let said = refused(&["--voxel", "60"]);
    assert!(said.contains("no voxel 60") && said.contains("0 to 59"), "{said}");
    let said = refused(&["--region", "V9"]);
    assert!(said.contains("V9") && said.contains("\"LOC\""), "{said}");
    let said = refused(&["--region", "all", "--objective", "contrast"]);
    assert!(said.contains("every voxel"), "{said}");
    assert!(refused(&[]).contains("--voxel"));
    assert!(!desk.path("x").exists());
    let said = desk.refusal(&[&args[..], &["--out", "images"]].concat());
    assert!(said.contains("not empty"), "{said}");
}
