//! What later stages would miss is refused before the first step of training, and a refused start leaves nothing behind.

use std::path::Path;

use crate::common::{Desk, printed};
use afterimage_data::{DataSet, DataSetWriter, Split};
use afterimage_run::{Artefact, RunFolder, scores::ScoreFile};

/// Settings under which both phases take a second.
const QUICK: [&str; 8] = [
    "--set",
    "encoder.epochs=1",
    "--set",
    "encoder.milestones=[]",
    "--set",
    "decoder.epochs=1",
    "--set",
    "decoder.milestones=[]",
];

/// What the program says to a refused `command`, which must have left no folder.
fn refused(desk: &Desk, command: &[&str], settings: &[&str]) -> String {
    let set: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    let said = desk.refusal(&[command, &["experiment.toml", "--out", "made"], &set].concat());
    for left in ["made", "made.partial"] {
        assert!(!desk.path(left).exists(), "{command:?} {settings:?} left {left}: {said}");
    }
    assert!(!said.contains("epoch 1"), "it was trained before the refusal: {said}");
    said
}

#[track_caller]
fn says(said: &str, fragments: &[&str]) {
    for fragment in fragments {
        assert!(said.contains(fragment), "\"{fragment}\" is missing in: {said}");
    }
}

/// Copies a data set with only the first `tests` test images and, where asked, without its validation part.
fn with_tests(from: &Path, to: &Path, tests: usize, validation: bool) {
    let data = DataSet::open(from).unwrap();
    let mut header = data.header().clone();
    let mut left = tests;
    for info in &mut header.stimuli {
        if info.split == Split::Test {
            if left == 0 {
                info.split = Split::Excluded;
            }
            left = left.saturating_sub(1);
        }
        if info.split == Split::Validation && !validation {
            info.split = Split::Excluded;
        }
    }
    let mut writer = DataSetWriter::create(to, header.clone()).unwrap();
    let rows: Vec<u32> = (0..header.stimuli.len() as u32).collect();
    writer.append_stimuli(data.images(&rows).unwrap().view()).unwrap();
    writer.append_responses(data.responses(0, header.trials.len()).unwrap().view(), &header.trials).unwrap();
    writer.finish().unwrap();
}

fn desk_with_tests(tests: usize) -> Desk {
    let desk = Desk::new();
    with_tests(&desk.path("simulation/subject.afterimage"), &desk.path("few.afterimage"), tests, true);
    desk
}

#[test]
fn every_command_that_trains_refuses_what_its_last_stage_would_miss() {
    let desk = Desk::new();
    let commands: [&[&str]; 5] = [
        &["run"],
        &["train", "encoder"],
        &["train", "decoder"],
        &["baseline", "mean"],
        &["ablate", "--over", "unpaired"],
    ];
    for command in commands {
        let said = refused(&desk, command, &["data.external=[\"nowhere\"]"]);
        says(&said, &["data.external", "nowhere", "correct the path"]);
        says(&refused(&desk, command, &["device.name=cuda"]), &["cuda"]);
        says(&refused(&desk, command, &["device.name=gpu"]), &["gpu", "cpu"]);
        says(&refused(&desk, command, &["data.roi=V1 - V1"]), &["V1 - V1", "no voxel"]);
        says(&refused(&desk, command, &["data.exclusions=gone.toml"]), &["gone.toml"]);
        says(&refused(&desk, command, &["data.dataset=gone.afterimage"]), &["gone.afterimage"]);
        if command[0] != "train" {
            let said = refused(&desk, command, &["evaluation.metrics=[\"ssim\", \"clip\", \"lpips-vgg\"]"]);
            says(&said, &["\"clip\"", "clip_vit_l14", "\"lpips-vgg\"", "afterimage weights get vgg16"]);
            let said = refused(&desk, command, &["evaluation.classification.classes=[\"nowhere\"]"]);
            says(&said, &["evaluation.classification.classes", "nowhere"]);
        }
    }
    for command in [&["run"][..], &["train", "decoder"], &["ablate", "--over", "perceptual"]] {
        says(&refused(&desk, command, &["data.unpaired=[\"nowhere\"]"]), &["data.unpaired", "nowhere"]);
        says(
            &refused(&desk, command, &["encoder.backbone=vgg19"]),
            &["encoder.backbone", "afterimage weights get vgg19"],
        );
        let said = refused(&desk, command, &["decoder.image_loss.backbone=vgg16"]);
        says(&said, &["decoder.image_loss.backbone", "afterimage weights get vgg16"]);
        let taps = "decoder.image_loss.taps=[\"relu1\", \"fire3\", \"fire5\", \"fire88\"]";
        says(&refused(&desk, command, &[taps]), &["fire88", "fire8"]);
        let branch = "encoder.branches=[{ tap = \"fire9\", pool = 4, kernel = 3, stride = 1, channels = 8 }]";
        says(&refused(&desk, command, &[branch]), &["fire9", "encoder.backbone_side"]);
    }
    // Once corrected, the same command works in the same place.
    printed(&desk.run(&[&["train", "encoder", "experiment.toml", "--out", "made"][..], &QUICK].concat()));
}

#[test]
fn sources_that_are_no_images_are_refused_without_being_read() {
    let desk = Desk::new();
    for key in ["data.unpaired", "data.external", "evaluation.classification.classes"] {
        says(&refused(&desk, &["run"], &[&format!("{key}=[\"/\"]")]), &[key, "root of the file system"]);
    }
    if cfg!(unix) {
        let made = std::process::Command::new("mkfifo").arg(desk.path("pipe.npy")).status();
        let pipe = made.is_ok_and(|status| status.success()).then_some("pipe.npy");
        for source in ["/dev/zero"].into_iter().chain(pipe) {
            for key in ["data.unpaired", "data.external", "evaluation.classification.classes"] {
                let said = refused(&desk, &["run"], &[&format!("{key}=[\"{source}\"]")]);
                says(&said, &[key, source, "neither a folder nor a file"]);
            }
        }
    }
    desk.write("notes.txt", "no image");
    says(&refused(&desk, &["run"], &["data.unpaired=[\"notes.txt\"]"]), &["data.unpaired", "notes.txt"]);
    std::fs::create_dir(desk.path("empty")).unwrap();
    says(&refused(&desk, &["run"], &["data.external=[\"empty\"]"]), &["data.external", "empty"]);
}

#[test]
fn a_pool_of_which_nothing_is_left_says_what_took_it() {
    let desk = Desk::new();
    let same = "data.external=[\"simulation/unpaired/unpaired.npy\"]";
    let said = refused(&desk, &["run"], &[same]);
    says(
        &said,
        &["none of the 60 images of data.unpaired", "60 are external candidates", "data.external_limit = 1000"],
    );
    let said = refused(&desk, &["baseline", "retrieval", "--no-encoder"], &[same]);
    says(&said, &["60 are external candidates"]);
    // With fewer candidates the rest is trained on, as before.
    let some = ["--set", same, "--set", "data.external_limit=20"];
    let command = ["train", "encoder", "experiment.toml", "--out", "some"];
    let output = desk.run(&[&command[..], &some, &QUICK].concat());
    printed(&output);
    says(&String::from_utf8_lossy(&output.stderr), &["40 unpaired, 20 external", "60 voxels", "10 test items"]);

    // The shown test images themselves: copies are no candidates.
    let data = DataSet::open(&desk.path("simulation/subject.afterimage")).unwrap();
    let shown = data.images(&data.held_out().stimuli()).unwrap();
    afterimage_formats::npy::write_u8(&desk.path("copies.npy"), shown.view().into_dyn()).unwrap();
    let said = refused(&desk, &["run"], &["data.external=[\"copies.npy\"]"]);
    says(&said, &["none of the 10 images of data.external", "10 are copies of test images"]);
    let said = refused(&desk, &["run"], &["data.unpaired=[\"copies.npy\"]"]);
    says(&said, &["10 are copies of test images (data.exclude_duplicates)"]);
}

#[test]
fn without_test_images_a_run_is_refused_and_training_warns() {
    let desk = desk_with_tests(0);
    let few = "data.dataset=few.afterimage";
    for command in [&["run"][..], &["baseline", "mean"], &["ablate", "--over", "unpaired"]] {
        says(&refused(&desk, command, &[few]), &["has no test image", "afterimage prepare", "afterimage train"]);
    }
    let cycle = ["decoder.response_cycle_weight=0.1", "decoder.response_cycle_on=test", few];
    says(&refused(&desk, &["train", "decoder"], &cycle), &["response_cycle_on", "no test image"]);
    let command = ["train", "decoder", "experiment.toml", "--out", "made", "--set", few];
    let output = desk.run(&[&command[..], &QUICK].concat());
    printed(&output);
    says(&String::from_utf8_lossy(&output.stderr), &["warning: ", "has no test image", "and 0 test items"]);
    assert!(desk.path("made/decoder/model.safetensors").is_file());
    says(&desk.refusal(&["reconstruct", "made"]), &["test"]);
}

#[test]
fn early_stopping_without_a_validation_part_is_refused() {
    let desk = Desk::new();
    with_tests(&desk.path("simulation/subject.afterimage"), &desk.path("bare.afterimage"), 10, false);
    for phase in ["encoder", "decoder"] {
        let stop = format!("{phase}.early_stopping=2");
        for without in ["data.dataset=bare.afterimage", "data.train_on_validation=true"] {
            let said = refused(&desk, &["train", "encoder"], &[&stop, without]);
            says(&said, &[&format!("{phase}.early_stopping = 2"), "validation part"]);
        }
    }
}

#[test]
fn classes_are_listed_before_training() {
    let desk = Desk::new();
    let plain = ndarray::Array4::<u8>::from_shape_fn((4, 64, 64, 3), |(i, y, x, c)| (i * 40 + y * 3 + x * 2 + c) as u8);
    afterimage_formats::npy::write_u8(&desk.path("plain.npy"), plain.view().into_dyn()).unwrap();
    desk.write("superclasses.csv", "class,superclass\nunknown,thing\n");
    let said = refused(&desk, &["run"], &["evaluation.classification.superclasses=superclasses.csv"]);
    says(&said, &["superclasses.csv", "30 classes"]);
    let said = refused(&desk, &["run"], &["evaluation.classification.superclasses=gone.csv"]);
    says(&said, &["evaluation.classification.superclasses", "gone.csv"]);
    let said = refused(&desk, &["run"], &["evaluation.classification.classes=[\"plain.npy\"]"]);
    says(&said, &["evaluation.classification.classes", "none of 4 images has a class"]);
    let said = refused(&desk, &["run"], &["evaluation.classification.backbone=alexnet"]);
    says(&said, &["evaluation.classification.backbone", "afterimage weights get alexnet"]);
    let said = refused(&desk, &["run"], &["evaluation.classification.tap=fire99"]);
    says(&said, &["fire99", "fire9"]);
    let build = ["classes", "build", "simulation/classes/classes.npy", "--out", "bank.safetensors", "--preset", "demo"];
    printed(&desk.run(&[&build[..], &["--set", "evaluation.classification.tap=fire5"]].concat()));
    let said = refused(&desk, &["run"], &["evaluation.classification.classes=[\"bank.safetensors\"]"]);
    says(&said, &["bank.safetensors", "fire5", "fire9"]);
}

#[test]
fn ablate_checks_every_variant_before_the_first_is_trained() {
    let desk = Desk::new();
    let said = refused(&desk, &["ablate", "--over", "roi=V1 + V2|V1 - V1"], &[]);
    says(&said, &["V1 - V1", "no voxel"]);
    // The whole method learns from unpaired images; without them nothing would be left to learn from.
    let said = refused(&desk, &["ablate", "--over", "unpaired"], &["decoder.paired_weight=0.0"]);
    says(&said, &["decoder.paired_weight", "nothing would be learned"]);
}

#[test]
fn single_commands_look_for_their_files_first() {
    let desk = Desk::new();
    printed(&desk.run(&[&["train", "encoder", "experiment.toml", "--out", "run"][..], &QUICK].concat()));
    says(&desk.refusal(&["reconstruct", "run"]), &["no trained decoder"]);
    assert!(!desk.path("run/encoder/predicted.npy").exists(), "it predicted before it looked for the decoder");
    says(&desk.refusal(&["evaluate", "run"]), &["reconstructions.npy", "afterimage reconstruct run"]);
    desk.write("file", "");
    let said = desk.refusal(&["synthesize", "--run", "run", "--voxel", "3", "--out", "file/made"]);
    says(&said, &["cannot write into", "file/made"]);
    let build = ["classes", "build", "/dev/zero", "--out", "bank.safetensors", "--preset", "demo"];
    says(&desk.refusal(&build), &["/dev/zero", "neither a folder nor a file"]);
    let build = ["classes", "build", "simulation/classes/classes.npy", "--out", "file/bank.safetensors"];
    says(&desk.refusal(&[&build[..], &["--preset", "demo"]].concat()), &["file", "is not a folder"]);
}

#[test]
fn demo_is_refused_before_it_simulates() {
    let desk = Desk::new();
    for set in ["encoder.backbone=vgg19", "evaluation.metrics=[\"clip\"]", "device.name=cuda"] {
        desk.refusal(&["demo", "--out", "demo", "--set", set]);
        assert!(!desk.path("demo").exists(), "{set} left a folder");
    }
}

#[test]
fn with_few_test_images_what_is_undefined_says_so_and_the_rest_is_scored() {
    let desk = Desk::new();
    for tests in [1, 2, 3] {
        let (data, out) = (format!("few{tests}.afterimage"), format!("run{tests}"));
        with_tests(&desk.path("simulation/subject.afterimage"), &desk.path(&data), tests, true);
        let set = format!("data.dataset={data}");
        printed(&desk.run(&[&["run", "experiment.toml", "--out", &out, "--set", &set][..], &QUICK].concat()));
        let file = ScoreFile::read(&RunFolder::open(desk.path(&out)).unwrap()).unwrap();
        let reason = |name: &str| {
            file.not_computed.iter().find(|m| name.starts_with(m.name.as_str())).map(|m| m.reason.as_str())
        };
        // What needs others to compare with is undefined below the number it needs, and is never both.
        for (name, needed) in [
            ("image.pixcorr", 1),
            ("image.ssim", 1),
            ("identification.external.perceptual.5way", 1),
            ("identification.pairwise.perceptual", 2),
            ("identification.encoding.2way", 2),
            ("encoder.r.median", 3),
            ("diversity.distance", 3),
        ] {
            match (file.get(name), reason(name)) {
                (Some(score), None) => {
                    assert!(tests >= needed && score.value.is_finite() && score.n > 0, "{name} of {tests}: {score:?}");
                }
                (None, Some(reason)) => assert!(tests < needed && !reason.is_empty(), "{name} of {tests}: {reason}"),
                other => panic!("{name} of {tests} test images: {other:?}"),
            }
        }
        assert!(desk.path(&out).join("report.html").is_file());
    }
}
