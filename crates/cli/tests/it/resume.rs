//! A killed run resumes and ends where it would have ended, bit for bit.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::common::{Desk, epochs, printed};

/// Waits until `phase` has logged an epoch, then sends `signal`.
fn stop(mut child: Child, run: &Path, phase: &str, signal: &str) -> std::process::ExitStatus {
    let start = Instant::now();
    while epochs(run, phase) == 0 {
        assert!(start.elapsed() < Duration::from_secs(300), "no epoch of the {phase} after five minutes");
        assert!(child.try_wait().unwrap().is_none(), "the program ended before the {phase}");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(!status.success(), "the program had already ended");
    assert!(!run.join("scores.json").exists(), "the run was stopped too late to say anything");
    status
}

/// Everything a run learned and measured, without the times.
fn outcome(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> =
        ["encoder/model.safetensors", "decoder/model.safetensors", "reconstructions.npy", "encoder/predicted.npy"]
            .iter()
            .chain(&["scores.json", "statistics.json", "audit.json"])
            .map(|name| ((*name).to_owned(), std::fs::read(run.join(name)).unwrap()))
            .collect();
    let log = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    for (index, line) in log.lines().enumerate() {
        let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = record.as_object_mut().unwrap();
        for of_the_clock in ["secs", "loader_wait_secs", "unix_secs"] {
            assert!(fields.remove(of_the_clock).is_some(), "{of_the_clock}");
        }
        files.push((format!("metrics.jsonl, line {index}"), record.to_string().into_bytes()));
    }
    files
}

fn assert_same(desk: &Desk, a: &str, b: &str) {
    let (a, b) = (outcome(&desk.path(a)), outcome(&desk.path(b)));
    assert_eq!(a.len(), b.len());
    for ((name, left), (_, right)) in a.iter().zip(&b) {
        assert!(left == right, "{name} differs");
    }
}

#[test]
fn run_killed_in_both_phases_ends_as_one_never_killed() {
    let desk = Desk::with_run();
    let killed = desk.path("killed");
    let args = ["run", "experiment.toml", "--out", "killed"];
    stop(desk.start(&args), &killed, "encoder", "-KILL");
    let resumed = ["run", "experiment.toml", "--out", "killed", "--resume"];
    stop(desk.start(&resumed), &killed, "decoder", "-KILL");
    printed(&desk.run(&resumed));
    assert_same(&desk, "run", "killed");
    assert_eq!(epochs(&killed, "encoder") + epochs(&killed, "decoder"), 10);
}

#[test]
fn interrupted_run_saves_within_the_epoch_and_goes_on() {
    let desk = Desk::with_run();
    let stopped = desk.path("stopped");
    for phase in ["encoder", "decoder"] {
        let args = ["run", "experiment.toml", "--out", "stopped", "--resume"];
        let status = stop(desk.start(&args), &stopped, phase, "-INT");
        assert_eq!(status.code(), Some(130));
    }
    printed(&desk.run(&["run", "experiment.toml", "--out", "stopped", "--resume"]));
    assert_same(&desk, "run", "stopped");
}

#[test]
fn resuming_under_another_configuration_is_refused() {
    let desk = Desk::with_scores();
    let said = desk.refusal(&["run", "experiment.toml", "--out", "run", "--resume", "--set", "encoder.dropout=0.1"]);
    assert!(said.contains("configuration differs") && said.contains("experiment.toml"), "{said}");
    let said = desk.refusal(&["run", "experiment.toml", "--out", "run"]);
    assert!(said.contains("already holds a run") && said.contains("--resume"), "{said}");
}

#[test]
fn a_data_set_that_was_moved_is_found_where_the_run_says_it_is_now() {
    let desk = Desk::with_run();
    std::fs::create_dir(desk.path("elsewhere")).unwrap();
    std::fs::rename(desk.path("simulation/subject.afterimage"), desk.path("elsewhere/subject.afterimage")).unwrap();
    let commands = [["reconstruct", "run"], ["evaluate", "run"], ["biology", "run"], ["regions", "run"]];
    for command in commands {
        let said = desk.refusal(&command);
        for part in ["subject.afterimage", "is not at", "data.dataset in \"run/experiment.toml\""] {
            assert!(said.contains(part), "{command:?}: {said}");
        }
    }
    // What reads only the run goes on.
    for command in [["report", "run"], ["figures", "run"]] {
        printed(&desk.run(&command));
    }
    let file = desk.path("run/experiment.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let moved = text.replace("simulation/subject.afterimage", "elsewhere/subject.afterimage");
    assert_ne!(text, moved);
    std::fs::write(&file, moved).unwrap();
    for command in commands {
        printed(&desk.run(&command));
    }
}
