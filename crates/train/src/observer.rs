//! Progress of training and of other long work, and the request to stop.

use afterimage_run::{layout::Phase, log::Record};

/// Receives progress and may request a stop.
pub trait Observer: Sync {
    /// A phase of `epochs` epochs begins, or continues after `done` of `total` steps.
    fn begin(&self, phase: Phase, done: u64, total: u64, epochs: u32);
    /// A step is done; `objective` is the sum of its terms.
    fn step(&self, phase: Phase, objective: f64);
    /// An epoch is done.
    fn epoch(&self, record: &Record);
    /// A phase is done.
    fn end(&self, phase: Phase);
    /// Called after each step: true stops training once a checkpoint is written.
    fn interrupted(&self) -> bool {
        false
    }
    /// Work of another kind, such as `"classes"`, is at `done` of `total`. At 0 it begins, at `total` it ends.
    fn progress(&self, _work: &str, _done: u64, _total: u64) {}
    /// What the work of [`Observer::progress`] is doing now, such as `"LPIPS, 3 of 9"`.
    fn working_on(&self, _what: &str) {}
    /// A stage of an experiment begins, under its name in `run.json`.
    fn stage(&self, _name: &str) {}
    /// What came of the stage so far, such as `"median r 0.64 on validation"`, to be said when it is done.
    fn fact(&self, _fact: &str) {}
    /// The stage is done.
    fn stage_done(&self, _done: &StageDone<'_>) {}
    /// All checks have passed, and work begins.
    fn start(&self, _start: &Start<'_>) {}
    /// A line for the user: what begins now, or a fact after `note: ` or `warning: `.
    fn note(&self, _line: &str) {}
}

/// A stage that is done.
#[derive(Debug, Clone, Copy)]
pub struct StageDone<'a> {
    /// Its name in `run.json`.
    pub name: &'a str,
    /// Its time, seconds.
    pub secs: f64,
    /// Largest resident memory of the process so far, MiB; `None` if the system does not say.
    pub peak_memory_mib: Option<u64>,
}

/// What a command is about to work on, as it stands after all checks.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// Trials of the data set.
    pub trials: usize,
    /// Recorded items by part: a stimulus, or a trial where trials are not averaged.
    pub items: Parts,
    /// What is predicted and decoded from, and its word in the plural.
    pub voxels: (usize, &'a str),
    /// Side of the images, pixels.
    pub side_px: usize,
    /// Unpaired images for training or retrieval; none if neither is asked for.
    pub unpaired: Option<usize>,
    /// External candidates of the identification.
    pub external: usize,
    /// Device of the networks.
    pub device: &'a str,
    /// Threads of the processor.
    pub threads: usize,
    /// The least memory that training takes, bytes: data, networks and optimiser, without activations.
    pub memory_bytes: u64,
}

/// Number of items by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// What is fitted on.
    pub training: usize,
    /// What selects.
    pub validation: usize,
    /// What is scored.
    pub test: usize,
}

/// Ignores progress and never requests a stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _: Phase, _: u64, _: u64, _: u32) {}
    fn step(&self, _: Phase, _: f64) {}
    fn epoch(&self, _: &Record) {}
    fn end(&self, _: Phase) {}
}
