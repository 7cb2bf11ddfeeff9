//! Every bad input is answered with what is wrong, where, and the mend.

use std::path::Path;

use crate::common::{Desk, MANIFEST, printed};
use ndarray::{Array2, Array4};

/// Asserts that all fragments occur.
fn says(said: &str, fragments: &[&str]) {
    for fragment in fragments {
        assert!(said.contains(fragment), "\"{fragment}\" is missing in: {said}");
    }
}

fn small_images(desk: &Desk, n: usize) {
    let pixels = Array4::<u8>::from_shape_fn((n, 64, 64, 3), |(i, y, x, c)| (i * 40 + y * 3 + x * 2 + c) as u8);
    afterimage_formats::npy::write_u8(&desk.path("images.npy"), pixels.view().into_dyn()).unwrap();
}

fn responses(desk: &Desk, matrix: &Array2<f32>) {
    afterimage_formats::npy::write_f32(&desk.path("responses.npy"), matrix.view().into_dyn()).unwrap();
}

fn import(desk: &Desk, manifest: &str) -> String {
    desk.write("manifest.toml", manifest);
    let said = desk.refusal(&["import", "generic", "manifest.toml", "--out", "made.afterimage"]);
    assert!(!desk.path("made.afterimage").exists(), "a refused import left a data set");
    said
}

#[test]
fn experiment_mistakes_name_the_key_and_the_nearest_one() {
    let desk = Desk::new();
    let with = |line: &str| {
        let text = std::fs::read_to_string(desk.path("experiment.toml")).unwrap();
        desk.write("bad.toml", &format!("{line}\n{text}"));
        desk.refusal(&["run", "bad.toml", "--out", "run"])
    };
    says(&with("sed = 1"), &["sed", "seed", "bad.toml"]);
    let set = |setting: &str| desk.refusal(&["run", "experiment.toml", "--out", "run", "--set", setting]);
    says(&set("encoder.drop_out=0.5"), &["encoder.drop_out", "encoder.dropout"]);
    says(&set("encoder.dropout=1.5"), &["encoder.dropout", "1.5"]);
    says(&set("image.side=61"), &["image.side", "61", "multiple of 8"]);
    says(&set("encoder.backbone=vgg91"), &["vgg91", "vgg19"]);
    says(&set("decoder.groups=3"), &["decoder.groups", "3"]);
    says(&set("data.roi=V1 + V9"), &["V9", "V1", "V4"]);
    assert!(!desk.path("run").join("encoder").join("model.safetensors").exists());
}

#[test]
fn missing_files_are_named() {
    let desk = Desk::new();
    says(&desk.refusal(&["run", "nowhere.toml", "--out", "run"]), &["nowhere.toml"]);
    says(&desk.refusal(&["inspect", "nowhere.afterimage"]), &["nowhere.afterimage"]);
    says(&desk.refusal(&["report", "nowhere"]), &["nowhere"]);
    let set = ["run", "experiment.toml", "--out", "run", "--set", "data.unpaired=[\"no-photos\"]"];
    says(&desk.refusal(&set), &["no-photos"]);
}

#[test]
fn missing_weights_say_where_they_are_found() {
    let desk = Desk::new();
    let args = ["run", "experiment.toml", "--out", "run", "--set", "decoder.image_loss.backbone=vgg16"];
    let taps = ["--set", "decoder.image_loss.taps=[\"pool1\"]", "--set", "decoder.image_loss.weights=[1.0]"];
    let said = desk.refusal(&[&args[..], &taps[..]].concat());
    says(&said, &["vgg16", "afterimage weights get vgg16", "--from"]);
}

#[test]
fn device_that_was_not_built_in_is_refused() {
    let desk = Desk::new();
    let said = desk.refusal(&["run", "experiment.toml", "--out", "run", "--device", "cuda"]);
    says(&said, &["cuda", "--features"]);
}

#[test]
fn unwritable_run_folder_is_named() {
    let desk = Desk::new();
    desk.write("file", "");
    let said = desk.refusal(&["run", "experiment.toml", "--out", "file/run"]);
    says(&said, &["file/run"]);
}

#[test]
fn divergence_names_the_step_and_the_term() {
    let desk = Desk::new();
    let args = ["run", "experiment.toml", "--out", "run", "--set", "encoder.learning_rate=1e30"];
    let said = desk.refusal(&args);
    says(&said, &["encoder", "step", "term", "encoder.learning_rate"]);
    // After the last step no loss tells.
    let last = ["--set", "encoder.epochs=1", "--set", "encoder.batch=48", "--set", "encoder.milestones=[1]"];
    let said = desk.refusal(&[&["run", "experiment.toml", "--out", "last"], &args[4..], &last].concat());
    says(&said, &["encoder", "predicted response", "encoder.learning_rate"]);
    assert!(!desk.path("last/decoder").exists());
}

#[test]
fn import_refuses_what_does_not_fit_and_leaves_nothing() {
    let desk = Desk::new();
    small_images(&desk, 20);
    let matrix = Array2::from_shape_fn((20, 7), |(i, j)| ((i * 7 + j) % 5) as f32);
    responses(&desk, &matrix.t().to_owned());
    says(&import(&desk, MANIFEST), &["7", "20", "orientation"]);
    responses(&desk, &matrix);
    says(&import(&desk, &MANIFEST.replace("orientation", "orientaton")), &["orientaton", "orientation"]);
    says(&import(&desk, &MANIFEST.replace("responses.npy", "gone.npy")), &["gone.npy"]);
    says(&import(&desk, &MANIFEST.replace("test = 4", "test = 20")), &["20", "test"]);
    truncate(&desk.path("responses.npy"), 200);
    says(&import(&desk, MANIFEST), &["responses.npy"]);
    let mut bad = matrix.clone();
    bad[[3, 2]] = f32::NAN;
    responses(&desk, &bad);
    says(&import(&desk, MANIFEST), &["responses.npy", "NaN"]);
}

#[test]
fn import_and_inspect_end_with_what_was_left_out() {
    let desk = Desk::new();
    small_images(&desk, 20);
    responses(&desk, &Array2::from_shape_fn((19, 7), |(i, j)| ((i * 7 + j) % 5) as f32));
    desk.write("order.txt", &(0..19).map(|at| format!("{at:02}\n")).collect::<String>());
    let manifest = MANIFEST.replace("\"sorted\"", "\"order.txt\"").replace("test = 4", "test = 4\nvalidation = 0");
    desk.write("manifest.toml", &manifest);
    let made = ["import", "generic", "manifest.toml", "--out", "made.afterimage"];
    for command in [&made[..], &["inspect", "made.afterimage"]] {
        let said = printed(&desk.run(command));
        let last = said.lines().rfind(|line| !line.trim_start().starts_with("next: ")).unwrap();
        assert_eq!(last.trim(), "left out: 1 image that no trial shows (19)");
    }
}

#[test]
fn damaged_picture_is_named() {
    let desk = Desk::new();
    let first = std::fs::read_dir(desk.path("simulation/unpaired")).unwrap().flatten().next().unwrap().path();
    let picture =
        if first.is_dir() { std::fs::read_dir(&first).unwrap().flatten().next().unwrap().path() } else { first };
    truncate(&picture, 40);
    let said = desk.refusal(&["run", "experiment.toml", "--out", "run"]);
    says(&said, &[picture.file_name().unwrap().to_str().unwrap()]);
}

fn truncate(path: &Path, bytes: u64) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn values_of_a_wrong_type_show_the_line_of_the_users_file() {
    let desk = Desk::new();
    desk.write("bad.toml", "preset = \"v4\"\n\n[encoder]\nepochs = \"many\"\nbatch = 3\n");
    let run = |more: &[&str]| desk.refusal(&[&["run", "bad.toml", "--out", "run"][..], more].concat());
    says(
        &run(&[]),
        &[
            "encoder.epochs = \"many\" is impossible: expected a whole number",
            "bad.toml, line 4, column 10",
            "4 | epochs = \"many\"\n  |          ^^^^^^",
        ],
    );
    desk.write("bad.toml", "preset = \"v4\"\n\n[encodr]\nepochs = 3\n");
    says(&run(&[]), &["unknown key \"encodr\"", "line 3", "3 | [encodr]"]);
    desk.write("bad.toml", "preset = \"v5\"\n");
    says(&run(&[]), &["unknown preset \"v5\"", "1 | preset = \"v5\"", "^^^^"]);
    desk.write("bad.toml", "preset = \"v4\"\n[encoder\n");
    says(&run(&[]), &["line 2", "[encoder"]);
    desk.write("bad.toml", "preset = \"v4\"\n");
    says(
        &run(&["--set", "decoder.epochs=few"]),
        &["decoder.epochs", "--> --set", "| decoder.epochs = \"few\"", "^^^^^"],
    );
    says(&run(&["--set", "data.exclude_duplicates=3"]), &["data.exclude_duplicates = 3", "expected true or false"]);
    assert!(!desk.path("run").exists());
}

#[test]
fn files_and_folders_of_another_kind_are_called_what_they_are() {
    let desk = Desk::new();
    let data = "simulation/subject.afterimage";
    desk.write("manifest.toml", MANIFEST);
    let out = ["--out", "made"];
    let said = |args: &[&str]| desk.refusal(&[args, &out].concat());
    says(&said(&["run", data]), &["is a data set, not an experiment file", "dataset = ", "gaziv2022-keras, demo, v4"]);
    says(&said(&["run", "manifest.toml"]), &["is a manifest", "afterimage import generic manifest.toml"]);
    says(&said(&["run", "simulation"]), &["is a folder, not an experiment file"]);
    says(
        &said(&["import", "generic", "experiment.toml"]),
        &["is an experiment file, not a manifest", "afterimage run"],
    );
    says(&said(&["import", "generic", data]), &["is a data set, not a manifest"]);
    let found = |command: &str| format!("`afterimage {command} {data}`");
    for command in ["inspect", "audit"] {
        let said = desk.refusal(&[command, "experiment.toml"]);
        says(&said, &["is an experiment file, not a data set", &found(command)]);
    }
    // The data set of a run is read from its own file; without one, its place is said.
    std::fs::create_dir(desk.path("old")).unwrap();
    desk.write("old/run.json", "{}");
    says(
        &desk.refusal(&["audit", "old"]),
        &["is an experiment folder, not a data set", "data.dataset in old/experiment"],
    );
    desk.write("old/experiment.toml", &format!("preset = \"demo\"\n[data]\ndataset = \"../{data}\"\n"));
    says(&desk.refusal(&["audit", "old"]), &["`afterimage audit old/../simulation/subject.afterimage`"]);
    // Of a run that was copied with its data set, that one is named.
    desk.write(
        "old/experiment.toml",
        "preset = \"demo\"\n[data]\ndataset = \"/gone/run/simulation/subject.afterimage\"\n",
    );
    std::fs::create_dir(desk.path("old/simulation")).unwrap();
    printed(&desk.run(&["prepare", data, "--average", "--out", "old/simulation/subject.afterimage"]));
    says(&desk.refusal(&["inspect", "old"]), &["`afterimage inspect old/simulation/subject.afterimage`"]);
    says(&desk.refusal(&["audit", "manifest.toml"]), &["is a manifest", "afterimage import generic"]);
    says(&desk.refusal(&["report", data]), &["is a data set, not an experiment folder", "afterimage run"]);
    says(&desk.refusal(&["evaluate", "experiment.toml"]), &["is an experiment file, not an experiment folder"]);
    // Importers: a folder where a file is read, with the files that may be meant, and the reverse.
    std::fs::create_dir(desk.path("god")).unwrap();
    desk.write("god/Subject1.mat", "");
    let said = desk.refusal(&["import", "god", "god", "--images", "simulation", "--out", "made"]);
    says(&said, &["\"god\"", "expected a file", "bdpy", "Subject1.mat"]);
    let said = desk.refusal(&["import", "algonauts2023", "experiment.toml", "--test", "9", "--out", "made"]);
    says(&said, &["is the file \"experiment.toml\"", "expected a folder", "training_split"]);
    // A data set in the way names the option that replaces it.
    let said = desk.refusal(&["prepare", data, "--average", "--out", data]);
    says(&said, &["exists already", "--overwrite"]);
    assert!(!desk.path("made").exists());
}

#[test]
fn regions_of_a_data_set_without_any_are_explained() {
    let desk = Desk::new();
    small_images(&desk, 20);
    responses(&desk, &Array2::from_shape_fn((20, 7), |(i, j)| ((i * 7 + j) % 5) as f32));
    desk.write("manifest.toml", &MANIFEST.replace("test = 4", "test = 4\nvalidation = 0"));
    printed(&desk.run(&["import", "generic", "manifest.toml", "--out", "bare.afterimage"]));
    let said = desk.refusal(&["prepare", "bare.afterimage", "--roi", "V4", "--out", "v4.afterimage"]);
    says(&said, &["there is no region \"V4\"", "this data set has no regions", "voxels.regions"]);
}

#[test]
fn audit_fails_with_a_code_of_its_own() {
    let desk = Desk::new();
    let data = afterimage_data::DataSet::open(&desk.path("simulation/subject.afterimage")).unwrap();
    let training: Vec<u32> = (0..20).collect();
    let shown = data.images(&[data.held_out().stimuli(), training].concat()).unwrap();
    afterimage_formats::npy::write_u8(&desk.path("leak.npy"), shown.view().into_dyn()).unwrap();
    let audit = ["audit", "simulation/subject.afterimage"];
    let code = |more: &[&str]| {
        let output = desk.run(&[&audit[..], more].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (clean, said) = code(&[]);
    assert_eq!(clean, Some(0), "{said}");
    let leak = ["--unpaired", "leak.npy"];
    let (found, said) = code(&leak);
    assert_eq!(found, Some(3), "{said}");
    says(&said, &["FAIL", "10 duplicates"]);
    assert_eq!(code(&[&leak[..], &["--json"]].concat()).0, Some(3));
    let (_, said) = code(&[&leak[..], &["--fix", "list.toml"]].concat());
    says(&said, &["--exclusions list.toml, with the same options"]);
    let (fixed, said) = code(&[&leak[..], &["--exclusions", "list.toml"]].concat());
    assert_eq!(fixed, Some(0), "{said}");
    says(&said, &["0 duplicates"]);
    let (strict, warned) = code(&["--strict"]);
    assert_eq!(strict, Some(if warned.contains("WARN") { 3 } else { 0 }), "{warned}");
}

#[test]
fn program_names_itself_and_misspelt_words() {
    let desk = Desk::new();
    let version = printed(&desk.run(&["--version"]));
    assert!(version.starts_with(&format!("afterimage {}", env!("CARGO_PKG_VERSION"))), "{version}");
    let said = desk.refusal(&["rnu", "experiment.toml"]);
    says(&said, &["unrecognized subcommand 'rnu'", "'run'"]);
    let said = desk.refusal(&["run", "experiment.toml", "--out", "made", "--epochs", "3"]);
    says(&said, &["--set decoder.epochs=3 or --set encoder.epochs=3"]);
    assert_eq!(desk.run(&["rnu"]).status.code(), Some(2));
}

#[test]
fn presets_are_headed_by_their_own_name() {
    let desk = Desk::new();
    let head = |args: &[&str]| printed(&desk.run(args)).lines().take(2).collect::<Vec<_>>().join("\n");
    says(&head(&["config", "--preset", "v4"]), &["on the preset \"v4\"", "preset = \"v4\""]);
    says(&head(&["config", "experiment.toml"]), &["on the preset \"demo\""]);
    says(&head(&["config"]), &["The\n# defaults are the preset \"gaziv2022\""]);
    for preset in ["v4", "demo", "gaziv2022-keras"] {
        let text = printed(&desk.run(&["config", "--preset", preset]));
        assert!(text.contains("\nbranches = [\n  {"), "{preset}: {text}");
    }
}

#[test]
fn missing_network_of_the_default_names_the_presets_that_need_none() {
    let desk = Desk::new();
    desk.write("plain.toml", "[data]\ndataset = \"simulation/subject.afterimage\"\n");
    let said = desk.refusal(&["run", "plain.toml", "--out", "run"]);
    says(&said, &["afterimage weights get vgg19", "preset = \"v4\"", "afterimage demo"]);
}
