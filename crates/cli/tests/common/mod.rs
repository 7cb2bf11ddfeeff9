//! A small simulated recording and the program, as a user has them.

#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use afterimage_sim::{SimConfig, Simulation, Written};

/// A folder with a small recording and an experiment on it.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    /// What the simulation wrote.
    pub(crate) written: Written,
}

/// Epochs of both phases, and an experiment so small that a run takes seconds.
const EXPERIMENT: &str = r#"
preset = "demo"
name = "small"

[data]
dataset = "simulation/subject.afterimage"
unpaired = ["simulation/unpaired/unpaired.npy"]
external = ["simulation/external/external.npy"]

[encoder]
epochs = 5
batch = 8
milestones = [3]

[decoder]
channels = 8
groups = 4
batch_paired = 8
batch_unpaired = 8
epochs = 5
milestones = [3]
checkpoint_every = 1

[evaluation.classification]
classes = ["simulation/classes/classes.npy"]
superclasses = "simulation/classes/superclasses.csv"

[evaluation]
cache_folder = "cache"
cache_gib = 0.1
resamples = 200
permutations = 200
"#;

/// Joins `responses.npy` and `images.npy`.
pub(crate) const MANIFEST: &str = r#"
name = "small"
image_side = 64
[responses]
file = "responses.npy"
orientation = "trials_by_voxels"
[images]
source = "images.npy"
order = "sorted"
[split]
test = 4
seed = 0
"#;

impl Desk {
    /// Writes the recording and `experiment.toml`.
    pub(crate) fn new() -> Self {
        Self::with_test_images(10)
    }

    /// The same with another number of test images.
    pub(crate) fn with_test_images(test: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = SimConfig {
            voxels: 60,
            train: 48,
            validation: 8,
            test,
            unpaired: 60,
            external: 30,
            classes: 30,
            class_images: 3,
            ..SimConfig::default()
        };
        let simulation = folder.path().join("simulation");
        std::fs::create_dir(&simulation).unwrap();
        let written = Simulation::generate(config, &simulation, |_| {}).unwrap();
        std::fs::write(folder.path().join("experiment.toml"), EXPERIMENT).unwrap();
        Self { folder, written }
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs the program in the folder.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        program().current_dir(self.folder.path()).args(args).output().unwrap()
    }

    /// Makes a run up to its scores, without what a whole run looks for besides.
    pub(crate) fn scored(&self, out: &str, more: &[&str]) {
        let train = ["train", "decoder", "experiment.toml", "--out", out];
        for args in [&[&train[..], more].concat()[..], &["reconstruct", out], &["evaluate", out]] {
            printed(&self.run(args));
        }
    }

    /// Starts the program in the folder and lets it run.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = program();
        command.current_dir(self.folder.path()).args(args).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Runs the program, which must fail, and gives what it said.
    pub(crate) fn refusal(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{args:?} was not refused");
        assert!(!said.contains("panicked"), "{args:?}: {said}");
        said
    }
}

/// The program, with folders of weights and features that do not exist.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
    command.env("AFTERIMAGE_WEIGHTS", "/nonexistent").env("AFTERIMAGE_CACHE", "/nonexistent");
    command
}

/// What a command printed, which must have succeeded.
pub(crate) fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Lines of a run's log that belong to `phase`.
pub(crate) fn epochs(run: &Path, phase: &str) -> usize {
    let log = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap_or_default();
    log.lines().filter(|line| line.contains(&format!("\"phase\":\"{phase}\""))).count()
}
