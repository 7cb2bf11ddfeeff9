//! A wrong start costs nothing: what may change in a run does, what lies in the way is replaced when asked, and nothing else is
//! ever deleted.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Desk, ONE_EPOCH, epochs, printed, program};
use afterimage_run::{Artefact, RunFolder, manifest::Manifest, scores::ScoreFile};

fn says(said: &str, fragments: &[&str]) {
    for fragment in fragments {
        assert!(said.contains(fragment), "\"{fragment}\" is missing in: {said}");
    }
}

/// A command with settings.
fn set<'a>(command: &[&'a str], settings: &[&'a str]) -> Vec<&'a str> {
    let set = settings.iter().flat_map(|&setting| ["--set", setting]);
    command.iter().copied().chain(set).collect()
}

fn manifest(run: &Path) -> Manifest {
    Manifest::read(&RunFolder::open(run).unwrap()).unwrap()
}

/// The keys of each recorded change, in their order.
fn changed(run: &Path) -> Vec<Vec<String>> {
    let keys = |change: &afterimage_run::manifest::Change| change.keys.iter().map(|key| key.key.clone()).collect();
    manifest(run).changes.iter().map(keys).collect()
}

#[test]
fn keys_that_no_finished_phase_read_change_on_resume_and_are_recorded() {
    let desk = Desk::new();
    let run = desk.path("run");
    let started = [&["train", "encoder", "experiment.toml", "--out", "run"][..], &ONE_EPOCH].concat();
    printed(&desk.run(&started));
    let weights = std::fs::read(run.join("encoder/model.safetensors")).unwrap();
    let resumed = [&["run", "experiment.toml", "--out", "run", "--resume"][..], &ONE_EPOCH].concat();
    let with = |settings: &[&'static str]| set(&resumed, settings);

    // What the encoder read is refused with both values, and so is a change that the checks do not pass.
    let said = desk.refusal(&with(&["encoder.dropout=0.125", "data.external_limit=7"]));
    says(&said, &["encoder.dropout was ", ", is 0.125", "configuration differs", "--overwrite"]);
    assert!(!said.contains("external_limit"), "a key that may change is named: {said}");
    let said = desk.refusal(&with(&["data.external=[\"nowhere\"]"]));
    says(&said, &["data.external", "nowhere"]);
    assert_eq!(changed(&run), Vec::<Vec<String>>::new());

    // Keys of later phases change, and the encoder stays.
    let output = desk.run(&with(&["data.external_limit=20", "decoder.batch_paired=4"]));
    printed(&output);
    says(&String::from_utf8_lossy(&output.stderr), &["changed in this run: ", "decoder.batch_paired was 8, is 4"]);
    assert_eq!(std::fs::read(run.join("encoder/model.safetensors")).unwrap(), weights);
    assert_eq!(changed(&run), [["data.external_limit", "decoder.batch_paired"]]);
    let change = &manifest(&run).changes[0].keys[0];
    assert_eq!((change.was.as_u64(), change.is.as_u64()), (Some(1000), Some(20)));
    let experiment = RunFolder::open(&run).unwrap().experiment().unwrap();
    assert_eq!((experiment.data.external_limit, experiment.decoder.batch_paired), (20, 4));
    assert_eq!(manifest(&run).data.external_images, 20);

    // Now the decoder has read its keys too.
    let said = desk.refusal(&with(&["data.external_limit=20", "decoder.batch_paired=8"]));
    says(&said, &["decoder.batch_paired was 4, is 8"]);
}

#[test]
fn evaluate_sets_keys_of_the_scores_alone_and_keeps_them() {
    let desk = Desk::with_scores();
    let run = desk.path("run");
    let scores = || std::fs::read(run.join("scores.json")).unwrap();
    let before = scores();
    let evaluate = |settings: &[&'static str]| set(&["evaluate", "run"], settings);
    for (setting, fragments) in [
        ("encoder.dropout=0.125", &["encoder.dropout was ", ", is 0.125"][..]),
        ("seed=9", &["seed was 0, is 9"]),
        ("evaluation.classification.classes=[\"nowhere\"]", &["evaluation.classification.classes", "nowhere"]),
        // The decoder was trained on these images, so it could tell them from the shown ones.
        (
            "data.external=[\"simulation/unpaired/unpaired.npy\"]",
            &["none of the 60 images of data.external", "60 are unpaired images that this run was trained on"],
        ),
        (
            "data.unpaired=[\"simulation/external/external.npy\"]",
            &["data.unpaired", "the images that this run was begun with"],
        ),
    ] {
        says(&desk.refusal(&evaluate(&[setting])), fragments);
    }
    assert_eq!(scores(), before, "a refused change left its mark");
    assert!(changed(&run).is_empty());

    let file = || ScoreFile::read(&RunFolder::open(&run).unwrap()).unwrap();
    assert!(file().get("identification.external.perceptual.3way").is_none());
    printed(&desk.run(&evaluate(&["evaluation.ways=[2, 3]", "evaluation.classification.classes=[]"])));
    assert!(file().get("identification.external.perceptual.3way").is_some());
    assert!(!run.join("classification.json").exists(), "classes of the configuration before are left");
    assert_eq!(changed(&run)[0][0], "evaluation.classification.classes");
    printed(&desk.run(&["evaluate", "run"]));
    assert!(file().get("identification.external.perceptual.3way").is_some(), "the run did not keep its keys");
    printed(&desk.run(&["report", "run"]));
}

#[test]
fn overwrite_replaces_a_run_and_nothing_else() {
    let desk = Desk::with_scores();
    let run = desk.path("run");
    let again = [&["run", "experiment.toml", "--out", "run"][..], &ONE_EPOCH].concat();
    says(&desk.refusal(&again), &["already holds a run", "--resume", "--overwrite"]);
    let replace = [&again[..], &["--overwrite"]].concat();
    let before = std::fs::read(run.join("encoder/model.safetensors")).unwrap();
    let kept = || std::fs::read(run.join("encoder/model.safetensors")).unwrap() == before;

    desk.write("run/notes.txt", "mine");
    says(&desk.refusal(&replace), &["\"notes.txt\"", "not replaced"]);
    std::fs::remove_file(run.join("notes.txt")).unwrap();
    let wrong = [&replace[..], &["--set", "data.external=[\"nowhere\"]"]].concat();
    says(&desk.refusal(&wrong), &["nowhere"]);
    let baseline = ["baseline", "mean", "experiment.toml", "--out", "run", "--overwrite"];
    says(&desk.refusal(&baseline), &["is an experiment folder, not the folder of a baseline"]);
    says(&desk.refusal(&["demo", "--out", "run", "--overwrite"]), &["not the folder of a demonstration"]);
    assert!(kept() && run.join("scores.json").is_file(), "a refused command changed the run");
    for command in ["run", "train"] {
        let network: &[&str] = if command == "train" { &["encoder"] } else { &[] };
        for out in ["simulation/subject.afterimage", "simulation", "."] {
            let args = [&[command][..], network, &["experiment.toml", "--out", out, "--overwrite"]].concat();
            says(&desk.refusal(&args), &["is not replaced"]);
        }
    }
    assert!(desk.path("simulation/subject.afterimage/zarr.json").is_file());

    printed(&desk.run(&[&replace[..], &["--set", "data.external=[]"]].concat()));
    assert!(!kept() && run.join("report.html").is_file());
    assert_eq!(manifest(&run).data.external_images, 0);
    assert!(changed(&run).is_empty(), "a new run has no history");
}

#[test]
fn a_folder_without_anything_trained_is_begun_again() {
    let desk = Desk::with_scores();
    let run = desk.path("run");
    // As a run that was stopped before its first checkpoint: nothing is finished, and no network is there.
    for folder in ["encoder", "decoder"] {
        std::fs::remove_dir_all(run.join(folder)).unwrap();
    }
    let mut begun = manifest(&run);
    begun.finished.clear();
    std::fs::write(run.join("run.json"), serde_json::to_vec(&begun).unwrap()).unwrap();
    let command = ["train", "encoder", "experiment.toml", "--out", "run", "--set", "encoder.dropout=0.125"];
    printed(&desk.run(&[&command[..], &ONE_EPOCH].concat()));
    assert_eq!(RunFolder::open(&run).unwrap().experiment().unwrap().encoder.dropout, 0.125);
    assert_eq!(manifest(&run).finished, ["encoder"]);
}

#[test]
fn baselines_are_replaced_when_the_new_one_is_finished() {
    let desk = Desk::new();
    let mean = ["baseline", "mean", "experiment.toml", "--out", "mean"];
    printed(&desk.run(&mean));
    says(&desk.refusal(&mean), &["already there", "--overwrite"]);
    let created = manifest(&desk.path("mean")).outputs;
    let replace = [&mean[..], &["--overwrite", "--set", "evaluation.resamples=300"]].concat();
    says(&desk.refusal(&[&replace[..], &["--set", "data.external=[\"nowhere\"]"]].concat()), &["nowhere"]);
    assert_eq!(manifest(&desk.path("mean")).outputs, created);
    printed(&desk.run(&replace));
    assert_ne!(manifest(&desk.path("mean")).outputs["scores.json"], created["scores.json"]);
    assert!(!desk.path("mean.partial").exists());

    // What needs networks says what a baseline lacks, and what to do.
    says(
        &desk.refusal(&["decode", "x.npy", "--run", "mean", "--out", "decoded"]),
        &["has no networks", "afterimage run"],
    );
    says(&desk.refusal(&["reconstruct", "mean"]), &["has no networks", "afterimage evaluate mean"]);
    // Its scores can be computed otherwise, what it was fitted with cannot be changed.
    let said = desk.refusal(&["evaluate", "mean", "--set", "data.normalise=none"]);
    says(&said, &["data.normalise was \"zscore\", is \"none\""]);
    printed(&desk.run(&["evaluate", "mean", "--set", "evaluation.resamples=200"]));
    assert_eq!(changed(&desk.path("mean")), [["evaluation.resamples"]]);
    says(&desk.refusal(&["compare", "mean"]), &["is the only one", "afterimage baseline mean"]);
}

#[cfg(unix)]
#[test]
fn a_stop_is_no_error() {
    let desk = Desk::new();
    let args = ["run", "experiment.toml", "--out", "run", "--set", "encoder.epochs=1000"];
    let mut command = program();
    command.current_dir(desk.path("")).args(args).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let start = Instant::now();
    while epochs(&desk.path("run"), "encoder") == 0 {
        assert!(start.elapsed() < Duration::from_secs(300), "no epoch after five minutes");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let last = said.lines().next_back().unwrap();
    assert!(last.starts_with("stopped in the encoder") && last.contains("--resume"), "{said}");
}

#[test]
fn places_and_data_sets_that_are_something_else_are_refused_with_what_they_are() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("mine")).unwrap();
    std::fs::write(desk.path("mine/notes.txt"), "mine").unwrap();
    says(&desk.refusal(&["run", "experiment.toml", "--out", "mine"]), &["notes.txt", "choose another --out"]);
    assert_eq!(std::fs::read_dir(desk.path("mine")).unwrap().count(), 1, "a refused run left something");
    for (path, what) in
        [("mine", "is a folder without a zarr.json"), ("mine/notes.txt", "is a file, not"), ("none", "is not there")]
    {
        let setting = format!("data.dataset={path}");
        let said = desk.refusal(&set(&["run", "experiment.toml", "--out", "new"], &[&setting]));
        says(&said, &["data.dataset", path, what, "afterimage import"]);
    }
}
