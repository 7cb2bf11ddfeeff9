//! Metrics of reconstructions as a user asks for them: weights listed and installed, scores computed or listed as not computed.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::{Desk, ONE_EPOCH, printed, program};
use afterimage_config::BackboneKind;
use afterimage_model::backbone::Architecture as _;
use afterimage_run::{Artefact, RunFolder, manifest::Manifest, scores::ScoreFile};

/// A network's stand-in: the right input and output, no weights.
fn stand_in(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/tests/onnx").join(name).with_extension("onnx")
}

/// Runs the program in the folder, with a folder of weights beside it.
fn run(desk: &Desk, args: &[&str]) -> Output {
    let mut command = program();
    command.env("AFTERIMAGE_WEIGHTS", desk.path("weights")).current_dir(desk.path("")).args(args).output().unwrap()
}

fn install(desk: &Desk, name: &str, file: &Path) -> Output {
    run(desk, &["weights", "get", name, "--from", file.to_str().unwrap()])
}

#[test]
fn metrics_with_weights_are_computed_and_the_others_say_what_to_fetch() {
    let desk = Desk::new();
    for name in ["clip_vit_l14", "efficientnet_lite0", "swav_resnet50"] {
        printed(&install(&desk, name, &stand_in(name)));
    }
    let set = r#"evaluation.metrics=["nsd", "efficientnet-lite0", "ms-ssim", "lpips-alex", "dists"]"#;
    let train = ["train", "decoder", "experiment.toml", "--out", "run", "--set", set];
    for args in [&[&train[..], &ONE_EPOCH].concat()[..], &["reconstruct", "run"], &["evaluate", "run"]] {
        printed(&run(&desk, args));
    }
    let folder = RunFolder::open(desk.path("run")).unwrap();
    let file = ScoreFile::read(&folder).unwrap();
    let computed = [
        "image.pixcorr",
        "image.ssim",
        "image.ms-ssim",
        "identification.pairwise.clip",
        "identification.pairwise.efficientnet-lite0",
        "image.efficientnet-lite0",
        "image.swav",
    ];
    for name in computed {
        let score = file.get(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(score.n, 10, "{name}");
        assert!(score.value.is_finite() && score.interval.is_some() && score.chance.is_some(), "{name}");
    }
    assert!(file.get("identification.pairwise.clip").unwrap().metric.contains("224x224"));
    let missing = [
        ("identification.pairwise.alexnet2", "afterimage weights get alexnet"),
        ("identification.pairwise.alexnet5", "afterimage weights get alexnet"),
        ("identification.pairwise.inception", "scripts/export_onnx.py inception_v3"),
        ("image.efficientnet-b1", "scripts/export_onnx.py efficientnet_b1"),
        ("image.lpips-alex", "afterimage weights get alexnet"),
        ("identification.external.lpips-alex", "afterimage weights get alexnet"),
        ("identification.pairwise.lpips-alex", "afterimage weights get alexnet"),
        ("image.dists", "L2 pooling"),
    ];
    for (name, fragment) in missing {
        let entry = file.not_computed.iter().find(|entry| entry.name == name);
        let reason = &entry.unwrap_or_else(|| panic!("{name} is not listed")).reason;
        assert!(reason.contains(fragment), "{name}: {reason}");
        assert!(file.get(name).is_none());
    }
    let inputs = Manifest::read(&folder).unwrap().inputs;
    let weights = inputs.iter().find(|input| input.role == "weights of clip_vit_l14").unwrap();
    assert_eq!(weights.sha256.len(), 64);
}

/// A safetensors file of AlexNet in which every value is `value`.
fn alexnet_of(desk: &Desk, name: &str, value: f32) -> PathBuf {
    let (mut header, mut bytes) = (serde_json::Map::new(), Vec::new());
    for (tensor, shape) in BackboneKind::AlexNet.parameters() {
        let first = bytes.len();
        (0..shape.iter().product()).for_each(|_: usize| bytes.extend(value.to_le_bytes()));
        let offsets = [first, bytes.len()];
        header.insert(tensor, serde_json::json!({ "dtype": "F32", "shape": shape, "data_offsets": offsets }));
    }
    let header = serde_json::to_vec(&header).unwrap();
    let content = [&(header.len() as u64).to_le_bytes()[..], &header, &bytes].concat();
    let path = desk.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn weights_that_are_broken_or_not_published_are_no_perfect_score() {
    let desk = Desk::new();
    for (value, more, expected) in [
        (f32::NAN, &[][..], "tensor \"features.0.weight\" in"),
        (f32::NAN, &["--unverified"][..], "has NaN at place 0"),
        (0.0, &[][..], "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02"),
        (0.0, &["--unverified"][..], "the same for two different images"),
    ] {
        let file = alexnet_of(&desk, "alexnet-owt-7be5be79.safetensors", value);
        let get = ["weights", "get", "alexnet", "--from", file.to_str().unwrap()];
        let output = run(&desk, &[&get[..], more].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{said}");
        assert!(!desk.path("weights").exists());
    }
    // Files that were put into the folder by hand.
    let set = r#"evaluation.metrics=["pixcorr", "lpips-alex", "alexnet2"]"#;
    let train = ["train", "decoder", "experiment.toml", "--out", "run", "--set", set];
    for args in [&[&train[..], &ONE_EPOCH].concat()[..], &["reconstruct", "run"]] {
        printed(&run(&desk, args));
    }
    for (value, expected) in [(f32::NAN, "has NaN at place 0"), (0.0, "features are the same for all")] {
        alexnet_of(&desk, "weights/alexnet.safetensors", value);
        printed(&run(&desk, &["evaluate", "run"]));
        let file = ScoreFile::read(&RunFolder::open(desk.path("run")).unwrap()).unwrap();
        assert!(file.get("image.pixcorr").is_some());
        for name in ["image.lpips-alex", "identification.pairwise.lpips-alex", "identification.pairwise.alexnet2"] {
            let entry = file.not_computed.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name}"));
            assert!(file.get(name).is_none() && entry.reason.contains(expected), "{}", entry.reason);
        }
    }
    let file = ScoreFile::read(&RunFolder::open(desk.path("run")).unwrap()).unwrap();
    assert!(
        file.warnings.iter().any(|w| w.contains("not a published file") && w.contains("alexnet")),
        "{:?}",
        file.warnings
    );
    let list = printed(&run(&desk, &["weights", "list"]));
    assert!(list.contains("not that of a known published file"), "{list}");
}

#[test]
fn the_list_says_what_each_metric_needs() {
    let desk = Desk::new();
    printed(&install(&desk, "clip_vit_l14", &stand_in("clip_vit_l14")));
    let list = printed(&run(&desk, &["weights", "list"]));
    for line in [
        "  ssim: nothing",
        "  clip: clip_vit_l14, installed",
        "  inception: inception_v3, not installed",
        "  lpips-squeeze: squeezenet1_1-torchvision, not installed",
    ] {
        assert!(list.lines().any(|l| l == line), "\"{line}\" is missing in: {list}");
    }
    let rows: serde_json::Value = serde_json::from_str(&printed(&run(&desk, &["weights", "list", "--json"]))).unwrap();
    let alexnet = rows.as_array().unwrap().iter().find(|row| row["name"] == "alexnet").unwrap();
    assert_eq!(alexnet["metrics"], serde_json::json!(["lpips-alex", "alexnet2", "alexnet5"]));
}

#[test]
fn a_network_under_another_name_is_refused() {
    let desk = Desk::new();
    let cases = [
        (install(&desk, "clip_vit_l14", &stand_in("inception_v3")), "its input has shape"),
        (run(&desk, &["weights", "get", "inception_v3"]), "scripts/export_onnx.py inception_v3"),
        (run(&desk, &["weights", "get", "inception"]), "inception_v3"),
    ];
    for (output, expected) in cases {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
    assert!(!desk.path("weights").exists());
}
