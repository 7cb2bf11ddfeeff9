//! A small simulated recording and the program, as a user has them.

mod shared;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use afterimage_sim::{SimConfig, Simulation};

/// A folder with a small recording and an experiment on it.
pub(crate) struct Desk {
    folder: PathBuf,
    /// Removes the folder in the end.
    _temporary: Option<tempfile::TempDir>,
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

/// Settings that leave one epoch of each phase, for tests that ask nothing of what is learned.
pub(crate) const ONE_EPOCH: [&str; 4] = ["--set", "encoder.epochs=1", "--set", "decoder.epochs=1"];

/// The recording of a desk.
pub(crate) fn recording() -> SimConfig {
    SimConfig {
        voxels: 60,
        train: 48,
        validation: 8,
        test: 10,
        unpaired: 60,
        external: 30,
        classes: 30,
        class_images: 3,
        ..SimConfig::default()
    }
}

impl Desk {
    /// The recording and `experiment.toml`.
    pub(crate) fn new() -> Self {
        Self::copied("simulated", |_| ())
    }

    /// With the folder `run`, trained, reconstructed and scored.
    pub(crate) fn with_scores() -> Self {
        Self::copied("scored", |desk| desk.scored("run", &[]))
    }

    /// With the folder `run`, which `afterimage run` made.
    pub(crate) fn with_run() -> Self {
        Self::copied("finished", |desk| {
            printed(&desk.run(&["run", "experiment.toml", "--out", "run"]));
        })
    }

    /// With another recording.
    pub(crate) fn with(recording: SimConfig) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let desk = Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) };
        desk.simulate(recording);
        desk
    }

    /// A copy of the shared desk `name`, which `finish` completes when it is made.
    fn copied(name: &str, finish: impl FnOnce(&Desk)) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        shared::copy(name, temporary.path(), |folder| {
            let desk = Self { folder: folder.to_owned(), _temporary: None };
            desk.simulate(recording());
            finish(&desk);
        });
        Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    fn simulate(&self, recording: SimConfig) {
        let simulation = self.path("simulation");
        std::fs::create_dir(&simulation).unwrap();
        Simulation::generate(recording, &simulation, |_| {}).unwrap();
        self.write("experiment.toml", EXPERIMENT);
    }

    /// Gives the folder `run` another name.
    pub(crate) fn rename_run(&self, name: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::rename(self.path("run"), self.path(name)).unwrap();
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs the program in the folder.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        program().current_dir(&self.folder).args(args).output().unwrap()
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
        command.current_dir(&self.folder).args(args).stdout(Stdio::null()).stderr(Stdio::null());
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
