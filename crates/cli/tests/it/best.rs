//! What makes the method better: the receptive-field part of the encoder, the linear path, and fine structure from photographs.

use std::path::Path;

use afterimage_formats::npy;
use ndarray::ArrayD;

use crate::common::{Desk, ONE_EPOCH, printed};

/// The three parts, on a run of one epoch.
const PARTS: &[&str] = &[
    "encoder.fields.levels=2",
    "encoder.fields.layers=[\"fire3\"]",
    "decoder.linear.pixels=8",
    "decoder.photographs.images=20",
    "decoder.photographs.layers=[\"fire5\", \"fire8\"]",
];

/// `--set` for each.
fn settings<'a>(of: &[&'a str]) -> Vec<&'a str> {
    of.iter().flat_map(|&setting| ["--set", setting]).collect()
}

fn reconstructions(folder: &Path) -> ArrayD<f32> {
    npy::read_f32(&folder.join("reconstructions.npy")).unwrap()
}

/// What a command said besides its result; it must have succeeded.
fn said(desk: &Desk, args: &[&str]) -> String {
    let output = desk.run(args);
    printed(&output);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn run_holds_them_decodes_as_it_reconstructed_and_detail_may_change_afterwards() {
    let desk = Desk::new();
    let args = [&["run", "experiment.toml", "--out", "run"][..], &ONE_EPOCH, &settings(PARTS)].concat();
    let told = said(&desk, &args);
    for part in ["receptive-field part of the encoder", "linear path", "20 of 60 unpaired images are kept"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let pictures = std::fs::read_to_string(desk.path("run/pictures.json")).unwrap();
    assert!(pictures.contains("\"photograph\": \"unpaired"), "{pictures}");
    let before = reconstructions(&desk.path("run"));

    // The same images from the command line.
    printed(&desk.run(&[
        "decode",
        "--run",
        "run",
        "simulation/subject.afterimage",
        "--average-by",
        "stimulus",
        "--out",
        "decoded",
    ]));
    let decoded = reconstructions(&desk.path("decoded"));
    let worst = decoded.iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(decoded.shape() == before.shape() && worst < 1e-4, "{worst}");

    // Whatever shows the images says what they are made of, and which photograph shares in each.
    for (file, part) in [
        ("decoded/items.csv", "file,name,responses,photograph\n0000.png,"),
        ("decoded/decode.json", "0.4 of the fine structure of an unpaired photograph"),
        ("run/scores.json", "no evidence of what was seen"),
        ("run/report.html", "What a reconstruction is made of: "),
        ("run/report.html", "This is said of reconstructions that contain fine structure of photographs"),
        ("run/figures/captions.md", "Last row: the photograph that each reconstruction took"),
        ("run/figures/reconstructions.svg", "photograph used"),
        ("run/report.html", "0.5 those of a ridge regression"),
        ("run/report.html", "They are those of the encoder network alone"),
        ("run/figures/captions.md", "of an unpaired photograph, the one most like the response"),
    ] {
        let text = std::fs::read_to_string(desk.path(file)).unwrap();
        assert!(text.contains(part), "{file}: {part}");
    }

    // What each strength costs and gives, on the validation part.
    let front: serde_json::Value = serde_json::from_str(&printed(&desk.run(&["front", "run", "--json"]))).unwrap();
    let keys: Vec<&str> =
        front["curves"].as_array().unwrap().iter().map(|curve| curve["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["decoder.photographs.detail", "decoder.linear.detail", "decoder.linear.share"]);
    let mut values = Vec::new();
    for point in front["curves"][0]["points"].as_array().unwrap() {
        let scores = point["scores"].as_array().unwrap();
        let value = |name: &str| scores.iter().find(|s| s["name"] == name).unwrap()["value"].as_f64().unwrap();
        assert!(scores.iter().all(|score| score["n"] == front["items"]), "{point}");
        assert!(!point.to_string().contains("test image"), "{point}");
        values.push([value("image.pixcorr"), value("image.ssim"), value("identification.pairwise.perceptual")]);
    }
    assert!(values.len() == 9 && values.first() != values.last(), "{values:?}");
    assert_eq!(reconstructions(&desk.path("run")), before, "the run's own images stay");
    let said_of = printed(&desk.run(&["front", "run"]));
    assert!(said_of.contains("decoder.photographs.detail, 0.4 in this run:"), "{said_of}");
    printed(&desk.run(&["report", "run"]));
    let page = std::fs::read_to_string(desk.path("run/report.html")).unwrap();
    assert!(page.contains("Fidelity and identification") && page.contains("0.4 in this run (marked)"));

    // More fine structure without training again.
    let more = ["run", "experiment.toml", "--out", "run", "--resume"];
    let changed = settings(&[PARTS, &["decoder.photographs.detail=1.0", "decoder.linear.detail=0.5"]].concat());
    let told = said(&desk, &[&more[..], &ONE_EPOCH, &changed].concat());
    assert!(!told.contains("decoder: epoch"), "{told}");
    let after = reconstructions(&desk.path("run"));
    assert_eq!(after.shape(), before.shape());
    assert_ne!(after, before);
    assert!(!desk.path("run/front.json").exists(), "it was computed before the change");

    // What decided weights stays.
    let other = settings(&[PARTS, &["decoder.linear.pixels=16"]].concat());
    let told = desk.refusal(&[&more[..], &ONE_EPOCH, &other].concat());
    assert!(told.contains("decoder.linear.pixels was 8, is 16"), "{told}");
}

#[test]
fn photographs_without_unpaired_images_and_unknown_layers_are_refused_before_any_work() {
    let desk = Desk::new();
    let refused = |extra: &[&str]| {
        let all = settings(&[PARTS, extra].concat());
        let said = desk.refusal(&[&["run", "experiment.toml", "--out", "run"][..], &all].concat());
        assert!(!desk.path("run").exists(), "{said}");
        said
    };
    assert!(refused(&["data.unpaired=[]"]).contains("data.unpaired names none"));
    assert!(refused(&["decoder.cycle_weight=0"]).contains("decoder.cycle_weight = 0 leaves out"));
    assert!(refused(&["decoder.photographs.layers=[\"fire99\"]"]).contains("fire99"));
    assert!(refused(&["encoder.fields.layers=[\"fire98\"]"]).contains("fire98"));
}
