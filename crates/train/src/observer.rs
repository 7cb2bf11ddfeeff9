//! How training tells of its progress.

use afterimage_run::{layout::Phase, log::Record};

/// Told of progress; asked whether to stop.
pub trait Observer: Sync {
    /// A phase begins, or goes on after `done` of `total` steps.
    fn begin(&self, phase: Phase, done: u64, total: u64);
    /// A step is done, with its objective.
    fn step(&self, phase: Phase, objective: f64);
    /// An epoch is done.
    fn epoch(&self, record: &Record);
    /// A phase is done.
    fn end(&self, phase: Phase);
    /// Asked after each step: true stops training after a checkpoint is safe.
    fn interrupted(&self) -> bool {
        false
    }
    /// Work of another kind, such as `"classes"`, is at `done` of `total`.
    fn progress(&self, _work: &str, _done: u64, _total: u64) {}
    /// A line for the user: what begins now, or after `note: ` or `warning: ` what to know.
    fn note(&self, _line: &str) {}
}

/// Says nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _: Phase, _: u64, _: u64) {}
    fn step(&self, _: Phase, _: f64) {}
    fn epoch(&self, _: &Record) {}
    fn end(&self, _: Phase) {}
}
