//! Runs compared and ablated from the command line.

use crate::common::{Desk, printed};
use serde_json::Value;

/// Settings that make a run of the small experiment last a second or two.
const QUICK: [&str; 6] =
    ["--set", "encoder.epochs=1", "--set", "decoder.epochs=1", "--set", "evaluation.resamples=100"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn ablation_is_kept_resumed_and_equal_to_plain_runs() {
    let desk = Desk::new();
    let args = [
        "ablate",
        "experiment.toml",
        "--over",
        "unpaired,perceptual,roi=V1,without-roi=V1",
        "--seeds",
        "2",
        "--out",
        "ablation",
    ];
    let args = [&args[..], &QUICK[..], &["--json"][..]].concat();
    let comparison = json(&printed(&desk.run(&args)));
    let labels: Vec<&str> =
        comparison["variants"].as_array().unwrap().iter().map(|v| v["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["full", "supervised only", "no perceptual term", "V1 only", "without V1"]);
    for name in ["ablation.html", "ablation.csv", "ablation.json"] {
        assert!(desk.path("ablation").join(name).is_file(), "{name}");
    }
    let row = &comparison["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["name"] == "identification.pairwise.perceptual")
        .unwrap();
    let cells = row["cells"].as_array().unwrap();
    assert!(
        cells
            .iter()
            .skip(1)
            .all(|c| c["difference"]["p_holm"].is_number() && c["by_run"].as_array().unwrap().len() == 2),
        "{row}"
    );

    // The encoder is that of the full run where nothing it reads differs, and the bits are those of training again.
    desk.scored("plain", &[&["--ablate", "unpaired", "--seed", "1"][..], &QUICK[..]].concat());
    let bytes = |name: &str| std::fs::read(desk.path(name)).unwrap();
    for file in ["encoder/model.safetensors", "decoder/model.safetensors", "reconstructions.npy"] {
        let (ours, theirs) =
            (bytes(&format!("ablation/supervised-only-seed1/{file}")), bytes(&format!("plain/{file}")));
        assert!(ours == theirs, "{file} differs");
    }
    let manifest = |name: &str| String::from_utf8(bytes(&format!("ablation/{name}/run.json"))).unwrap();
    assert!(manifest("supervised-only-seed0").contains("encoder trained in"));
    assert!(!manifest("v1-only-seed0").contains("encoder trained in"));
    let voxels = |name: &str| json(&manifest(name))["data"]["voxels"].as_u64().unwrap();
    assert_eq!(voxels("v1-only-seed0") + voxels("without-v1-seed0"), voxels("full-seed0"));

    // What is finished stays; what is missing is made again.
    let finished =
        std::fs::metadata(desk.path("ablation/full-seed0/decoder/model.safetensors")).unwrap().modified().unwrap();
    std::fs::remove_dir_all(desk.path("ablation/no-perceptual-term-seed1")).unwrap();
    assert_eq!(json(&printed(&desk.run(&args))), comparison);
    let now =
        std::fs::metadata(desk.path("ablation/full-seed0/decoder/model.safetensors")).unwrap().modified().unwrap();
    assert_eq!(now, finished);
    let said = desk.refusal(&["ablate", "experiment.toml", "--over", "unpared", "--out", "x"]);
    assert!(said.contains("unpared") && said.contains("unpaired"), "{said}");
}

#[test]
fn compared_runs_give_table_page_and_csv() {
    let desk = Desk::with_scores();
    desk.rename_run("full");
    desk.scored("less", &[&QUICK[..], &["--ablate", "unpaired"]].concat());
    let args = ["compare", "full", "less", "--draws", "200", "--out", "comparison", "--csv", "table.csv"];
    let text = printed(&desk.run(&args));
    for part in ["Pairwise identification", "best: the value with *", "worse than full", "by Holm", "compare.html"] {
        assert!(text.contains(part), "\"{part}\" is missing in: {text}");
    }
    let matrix = text.split("best: ").next().unwrap();
    assert!(matrix.lines().all(|line| line.chars().count() <= 100), "{matrix}");
    assert!(!text.contains("percentile"), "{text}");
    let text = printed(&desk.run(&[&args[..5], &["--verbose"]].concat()));
    for part in ["variant minus \"full\"", "difference", "percentile", "p, Holm"] {
        assert!(text.contains(part), "\"{part}\" is missing in: {text}");
    }
    let table = std::fs::read_to_string(desk.path("table.csv")).unwrap();
    assert!(table.starts_with("score,variant,baseline"), "{table}");
    assert!(
        table.lines().any(|l| l.starts_with("identification.pairwise.perceptual,less,full,fraction,true,0.5")),
        "{table}"
    );
    let page = std::fs::read_to_string(desk.path("comparison/compare.html")).unwrap();
    assert!(page.contains("<svg class=\"chart\"") && !page.contains("src=\"http"));
    assert!(page.contains("<table class=\"matrix runs\"") && page.contains("as less reconstructs it"));
    let turned =
        json(&printed(&desk.run(&["compare", "full", "less", "--baseline", "less", "--draws", "200", "--json"])));
    assert_eq!(turned["variants"][0]["label"], "less");

    let said = desk.refusal(&["compare", "full"]);
    assert!(said.contains("is the only one"), "{said}");
    let said = desk.refusal(&["compare", "full", "full"]);
    assert!(said.contains("given twice"), "{said}");
    let said = desk.refusal(&["compare", "full", "less", "--baseline", "other"]);
    assert!(said.contains("\"other\" is not one of the runs"), "{said}");
    let said = desk.refusal(&["compare", "full", "simulation"]);
    assert!(said.contains("simulation") && said.contains("not a run folder"), "{said}");
}
