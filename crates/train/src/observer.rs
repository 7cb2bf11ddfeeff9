//! Progress of training and of other long work, and the request to stop.

use afterimage_run::{layout::Phase, log::Record};

/// Receives progress and may request a stop.
pub trait Observer: Sync {
    /// A phase begins, or continues after `done` of `total` steps.
    fn begin(&self, phase: Phase, done: u64, total: u64);
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
    /// Work of another kind, such as `"classes"`, is at `done` of `total`.
    fn progress(&self, _work: &str, _done: u64, _total: u64) {}
    /// A line for the user: what begins now, or a fact after `note: ` or `warning: `.
    fn note(&self, _line: &str) {}
}

/// Ignores progress and never requests a stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _: Phase, _: u64, _: u64) {}
    fn step(&self, _: Phase, _: f64) {}
    fn epoch(&self, _: &Record) {}
    fn end(&self, _: Phase) {}
}
