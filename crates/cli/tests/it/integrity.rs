//! What a run wrote is what is read again: changed files, edited configurations and a second writer are refused by name.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Desk, ONE_EPOCH, epochs, printed, program};
use ndarray::Array4;
use serde_json::Value;

/// Asserts that all fragments occur.
fn says(said: &str, fragments: &[&str]) {
    for fragment in fragments {
        assert!(said.contains(fragment), "\"{fragment}\" is missing in: {said}");
    }
}

/// Changes one bit in the middle of a file.
fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Takes the hashes out of `run.json`, as an earlier version wrote it.
fn without_hashes(desk: &Desk, run: &str) {
    let path = desk.path(run).join("run.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let outputs = manifest.as_object_mut().unwrap().remove("outputs").expect("hashes of the outputs");
    assert!(outputs.as_object().unwrap().len() > 10);
    fs::write(&path, serde_json::to_vec(&manifest).unwrap()).unwrap();
}

#[test]
fn changed_outputs_are_refused_by_name_by_all_that_read_them() {
    let desk = Desk::with_run();
    desk.scored("other", &[&["--seed", "1"], &ONE_EPOCH[..]].concat());
    let encode = ["encode", "simulation/unpaired/unpaired.npy", "--run", "run", "--out", "out.npy"];
    let decode = ["decode", "simulation/subject.afterimage", "--run", "run", "--out", "decoded"];
    let synthesize = ["synthesize", "--run", "run", "--out", "driven", "--voxel", "0"];
    let compare = ["compare", "run", "other"];
    let study = ["study", "create", "run", "--out", "study"];
    let export = ["export", "maps", "run", "--out", "maps"];
    let view = ["view", "run", "--listen", "127.0.0.1:0"];
    let (reconstruct, evaluate) = (["reconstruct", "run"], ["evaluate", "run"]);
    let (biology, regions, report) = (["biology", "run"], ["regions", "run"], ["report", "run"]);
    let readers: [(&str, &str, &[&[&str]]); 12] = [
        ("encoder/model.safetensors", "delete it", &[&reconstruct, &encode, &biology, &synthesize]),
        ("decoder/model.safetensors", "delete it", &[&reconstruct, &decode, &regions]),
        ("encoder/predicted.npy", "afterimage reconstruct", &[&evaluate, &regions]),
        ("reconstructions.npy", "afterimage reconstruct", &[&evaluate]),
        ("statistics.json", "afterimage train encoder", &[&reconstruct, &evaluate, &encode, &decode, &view]),
        ("voxels.json", "afterimage train encoder", &[&decode, &encode, &export, &report]),
        ("pictures.json", "afterimage reconstruct", &[&evaluate, &report, &compare, &study, &view]),
        ("scores.json", "afterimage evaluate", &[&report, &compare, &study, &export, &biology, &view]),
        ("shown/0003.png", "afterimage reconstruct", &[&evaluate, &report, &compare, &study, &view]),
        ("classification.json", "afterimage evaluate", &[&report]),
        ("biology.json", "afterimage biology", &[&report, &view]),
        ("audit.json", "afterimage train decoder", &[&report]),
    ];
    for (name, remedy, commands) in readers {
        let path = desk.path("run").join(name);
        let whole = fs::read(&path).unwrap();
        flip(&path);
        for command in commands {
            let said = desk.refusal(command);
            says(&said, &[path.file_name().unwrap().to_str().unwrap(), "SHA-256", remedy]);
        }
        fs::write(&path, whole).unwrap();
    }
    for command in [&reconstruct[..], &evaluate, &encode, &decode, &export, &compare, &report] {
        let output = desk.run(command);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("not checked"), "{command:?}");
        printed(&output);
    }
}

#[test]
fn what_the_refusal_advises_makes_the_file_again() {
    let desk = Desk::with_scores();
    let again = ["train", "encoder", "run/experiment.toml", "--out", "run", "--resume"];
    let commands: [(&str, &[&str]); 5] = [
        ("statistics.json", &again),
        ("voxels.json", &again),
        ("audit.json", &["train", "decoder", "run/experiment.toml", "--out", "run", "--resume"]),
        ("reconstructions.npy", &["reconstruct", "run"]),
        ("scores.json", &["evaluate", "run"]),
    ];
    for (name, command) in commands {
        let path = desk.path("run").join(name);
        let whole = fs::read(&path).unwrap();
        flip(&path);
        printed(&desk.run(command));
        assert!(whole == fs::read(&path).unwrap(), "{name} is another");
    }
    printed(&desk.run(&["report", "run"]));
}

#[test]
fn run_without_hashes_opens_and_says_what_is_not_checked() {
    let desk = Desk::with_scores();
    without_hashes(&desk, "run");
    let note = |args: &[&str]| {
        let output = desk.run(args);
        printed(&output);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        said.lines().find(|line| line.contains("not checked")).unwrap_or_default().to_owned()
    };
    says(&note(&["report", "run"]), &["encoder/model.safetensors", "decoder/model.safetensors", "scores.json"]);
    let said = note(&["reconstruct", "run"]);
    says(&said, &["encoder/model.safetensors", "reconstructions.npy"]);
    let said = note(&["evaluate", "run"]);
    assert!(said.contains("decoder/model.safetensors") && !said.contains("reconstructions.npy"), "{said}");
    printed(&desk.run(&["train", "decoder", "run/experiment.toml", "--out", "run", "--resume"]));
    printed(&desk.run(&["train", "encoder", "run/experiment.toml", "--out", "run", "--resume"]));
    assert_eq!(note(&["report", "run"]), "");
}

#[test]
fn reconstructions_outside_of_0_to_1_are_refused_with_file_and_value() {
    let desk = Desk::with_scores();
    without_hashes(&desk, "run");
    let path = desk.path("run/reconstructions.npy");
    let whole: Array4<f32> = afterimage_formats::npy::read_f32(&path).unwrap().into_dimensionality().unwrap();
    let scores = fs::read(desk.path("run/scores.json")).unwrap();
    let with = |change: &dyn Fn(&mut Array4<f32>)| {
        let mut values = whole.clone();
        change(&mut values);
        afterimage_formats::npy::write_f32(&path, values.view().into_dyn()).unwrap();
        let said = desk.refusal(&["evaluate", "run"]);
        says(&said, &["reconstructions.npy", "afterimage reconstruct run"]);
        said
    };
    says(&with(&|values| values.mapv_inplace(|v| v * 255.0)), &["0..1", "divide images of 0..255 by 255"]);
    says(&with(&|values| values[[2, 1, 3, 4]] = -0.25), &["-0.25", "[2, 1, 3, 4]"]);
    says(&with(&|values| values[[0, 0, 0, 7]] = f32::NAN), &["NaN", "[0, 0, 0, 7]"]);
    says(&with(&|values| *values = values.slice(ndarray::s![..9, .., .., ..]).to_owned()), &["[9, 3,", "[10, 3,"]);
    let bytes = whole.mapv(|v| (v * 255.0) as u8);
    afterimage_formats::npy::write_u8(&path, bytes.view().into_dyn()).unwrap();
    says(&desk.refusal(&["evaluate", "run"]), &["reconstructions.npy"]);
    assert_eq!(scores, fs::read(desk.path("run/scores.json")).unwrap());
}

#[test]
fn edited_configuration_is_refused_where_the_networks_depend_on_it() {
    let desk = Desk::with_scores();
    let path = desk.path("run/experiment.toml");
    let whole = fs::read_to_string(&path).unwrap();
    let edit = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        fs::write(&path, whole.replacen(from, to, 1)).unwrap();
    };
    edit("seed = 0", "seed = 9");
    let resumed = ["run", "run/experiment.toml", "--out", "run", "--resume"];
    for command in [&resumed[..], &["evaluate", "run"], &["reconstruct", "run"], &["report", "run"]] {
        says(&desk.refusal(command), &["seed = 9", "seed 0", "experiment.toml"]);
    }
    let statistics = fs::read(desk.path("run/statistics.json")).unwrap();
    edit("channels = 8", "channels = 16");
    let decode = ["decode", "simulation/subject.afterimage", "--run", "run", "--out", "decoded"];
    let train = ["train", "decoder", "run/experiment.toml", "--out", "run", "--resume"];
    for command in [&["reconstruct", "run"][..], &decode, &train] {
        says(&desk.refusal(command), &["decoder.channels was 8, is 16", "model.safetensors"]);
    }
    edit("training_averaging = \"stimulus\"", "training_averaging = \"trials\"");
    says(&desk.refusal(&train), &["data.training_averaging was \"stimulus\", is \"trials\""]);
    assert_eq!(statistics, fs::read(desk.path("run/statistics.json")).unwrap());
    // What no network depends on may change.
    edit("permutations = 200", "permutations = 300");
    printed(&desk.run(&["evaluate", "run"]));
    says(&fs::read_to_string(desk.path("run/scores.json")).unwrap(), &["300 "]);
}

#[test]
fn resuming_names_the_keys_that_differ() {
    let desk = Desk::with_scores();
    let resume = ["run", "experiment.toml", "--out", "run", "--resume", "--set"];
    let said = desk.refusal(&[&resume[..], &["data.external=[\"elsewhere.npy\"]"]].concat());
    says(&said, &["data.external names", "elsewhere.npy", "not there"]);
    says(&desk.refusal(&[&resume[..], &["encoder.dropout=0.125"]].concat()), &["encoder.dropout was ", ", is 0.125"]);
}

#[test]
fn second_writer_is_refused_at_once_and_a_killed_one_locks_nobody_out() {
    let desk = Desk::new();
    let mut first = desk.start(&["run", "experiment.toml", "--out", "run", "--set", "encoder.epochs=400"]);
    let start = Instant::now();
    while epochs(&desk.path("run"), "encoder") == 0 {
        assert!(start.elapsed() < Duration::from_secs(300) && first.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    let resume = ["run", "experiment.toml", "--out", "run", "--resume", "--set", "encoder.epochs=400"];
    for command in [&resume[..], &["evaluate", "run"], &["reconstruct", "run"], &["biology", "run"], &["report", "run"]]
    {
        says(&desk.refusal(command), &["in use by", &format!("process {} on ", first.id()), "afterimage"]);
    }
    assert!(first.try_wait().unwrap().is_none(), "the first run ended");
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(fs::metadata(desk.path("run/run.lock")).unwrap().len() > 0, "the kill left what the holder wrote");
    let said = desk.refusal(&["evaluate", "run"]);
    assert!(!said.contains("in use"), "{said}");
}

/// Waits until a baseline has written what it fitted.
fn begun(desk: &Desk, child: &mut std::process::Child) {
    let start = Instant::now();
    while !desk.path("kbm.partial/statistics.json").is_file() {
        assert!(start.elapsed() < Duration::from_secs(120) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn folder_that_cannot_be_written_is_refused_before_scores_are_computed() {
    let desk = Desk::with_scores();
    let (lock, rivals) = (desk.path("run/run.lock"), desk.path("run/rivals"));
    fs::remove_dir_all(&rivals).unwrap();
    desk.write("run/rivals", "in the way");
    let start = Instant::now();
    says(&desk.refusal(&["evaluate", "run"]), &["cannot write into", "rivals"]);
    fs::remove_file(&rivals).unwrap();
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    says(&desk.refusal(&["evaluate", "run"]), &["cannot write", "run.lock"]);
    let took = start.elapsed();
    fs::remove_dir(&lock).unwrap();
    let start = Instant::now();
    printed(&desk.run(&["reconstruct", "run"]));
    printed(&desk.run(&["evaluate", "run"]));
    assert!(took < start.elapsed() / 2, "{took:?}: it computed first");
}

#[test]
fn killed_baseline_is_begun_again_and_two_of_one_name_do_not_meet() {
    let desk = Desk::new();
    let args = ["baseline", "ridge-pixels", "experiment.toml", "--out", "kbm", "--encoder-layers", "relu1,fire3"];
    let mut first = desk.start(&args);
    begun(&desk, &mut first);
    let said = desk.refusal(&args);
    says(&said, &["kbm.partial", "in use by", &first.id().to_string()]);
    assert!(desk.path("kbm.partial/statistics.json").is_file(), "the second one removed the first one's folder");
    first.kill().unwrap();
    first.wait().unwrap();
    // Killed while it removed the folder, `run.json` may be gone and other files there.
    fs::remove_file(desk.path("kbm.partial/run.json")).unwrap();
    printed(&desk.run(&args));
    assert!(desk.path("kbm/report.html").is_file() && !desk.path("kbm.partial").exists());
    // A folder that no baseline made stays.
    fs::create_dir(desk.path("mine.partial")).unwrap();
    desk.write("mine.partial/notes.txt", "mine");
    says(&desk.refusal(&["baseline", "mean", "experiment.toml", "--out", "mine"]), &["mine.partial", "rename it"]);
    assert!(desk.path("mine.partial/notes.txt").is_file());
}

#[test]
fn weights_that_are_not_finite_are_refused_on_load() {
    let desk = Desk::with_scores();
    without_hashes(&desk, "run");
    let path = desk.path("run/decoder/model.safetensors");
    let file = fs::read(&path).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
    let mut bytes: Vec<(String, Vec<usize>, Vec<u8>)> =
        tensors.iter().map(|(name, view)| (name.to_owned(), view.shape().to_vec(), view.data().to_vec())).collect();
    bytes[0].2[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    // As an earlier version wrote it: without a checksum.
    let progress = r#"{"epoch":5,"steps":30,"partial":{},"best":null,"finished":true,"fingerprint":""}"#;
    let views = bytes.iter().map(|(name, shape, data)| {
        (name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data).unwrap())
    });
    let metadata = [("progress".to_owned(), progress.to_owned())].into();
    fs::write(&path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
    says(&desk.refusal(&["reconstruct", "run"]), &["decoder/model.safetensors", "inf", &bytes[0].0]);
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_taken_or_refused_without_panic() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let odd = OsStr::from_bytes(b"caf\xe9");
    let run = |args: &[&OsStr]| program().current_dir(desk.path("")).args(args).output().unwrap();
    let plain = |args: &[&str]| args.iter().map(OsString::from).collect::<Vec<_>>();
    let with = |args: &[&str]| {
        let mut args = plain(args);
        args.push(odd.to_owned());
        args
    };
    let refs = |args: &[OsString]| run(&args.iter().map(OsString::as_os_str).collect::<Vec<_>>());
    let output = refs(&with(&["train", "encoder", "experiment.toml", "--json", "--out"]));
    says(&printed(&output), &["\"network\": \"encoder\""]);
    let manifest = fs::read_to_string(desk.path("").join(odd).join("run.json")).unwrap();
    assert!(manifest.contains(r"caf\\xE9"), "{manifest}");
    says(&printed(&refs(&with(&["report", "--json"]))), &["report.html"]);

    let mut args = plain(&["demo", "--out"]);
    args.push(OsStr::from_bytes(b"d\xe9mo").to_owned());
    let output = refs(&args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("not valid UTF-8"), "{said}");
    let folder = desk.path("").join(OsStr::from_bytes(b"r\xe9"));
    fs::create_dir(&folder).unwrap();
    fs::copy(desk.path("experiment.toml"), folder.join("experiment.toml")).unwrap();
    let mut args = plain(&["run"]);
    args.push(folder.join("experiment.toml").into_os_string());
    args.extend(plain(&["--out", "run"]));
    let output = refs(&args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("not valid UTF-8"), "{said}");
}
