//! The progress of a stage that does different things one after the other.

use std::sync::atomic::{AtomicU64, Ordering};

use afterimage_train::Observer;

use crate::error::{Result, bail};

/// Parts of a step, so that the progress within it is seen.
const PARTS: u64 = 100;

/// Some steps of about the same length.
pub(crate) struct Steps<'a> {
    observer: &'a dyn Observer,
    work: &'static str,
    total: u64,
    /// Steps that have begun.
    begun: AtomicU64,
}

impl<'a> Steps<'a> {
    /// Work of `total` steps begins.
    pub(crate) fn new(observer: &'a dyn Observer, work: &'static str, total: usize) -> Self {
        let total = total.max(1) as u64;
        observer.progress(work, 0, total * PARTS);
        Self { observer, work, total, begun: AtomicU64::new(0) }
    }

    /// The next step begins, and the one before is done.
    ///
    /// # Errors
    /// If the user has requested a stop: nothing of the stage was written yet.
    pub(crate) fn next(&self, what: &str) -> Result<()> {
        if self.observer.interrupted() {
            bail!(
                "stopped in {}, which begins again when the command is run again (with --resume for `run`)",
                self.work
            );
        }
        let step = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        self.set((step - 1) * PARTS);
        self.observer.working_on(&format!("{what}, {step} of {}", self.total.max(step)));
        Ok(())
    }

    /// The step is at `done` of `of`.
    pub(crate) fn part(&self, done: usize, of: usize) {
        let before = self.begun.load(Ordering::Relaxed).saturating_sub(1) * PARTS;
        self.set(before + PARTS * done.min(of) as u64 / of.max(1) as u64);
    }

    /// Never at the beginning nor at the end, which [`Steps::new`] and the drop say.
    fn set(&self, position: u64) {
        self.observer.progress(self.work, position.clamp(1, self.total * PARTS - 1), self.total * PARTS);
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        let all = self.total * PARTS;
        self.observer.progress(self.work, all, all);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use afterimage_run::{layout::Phase, log::Record};

    use super::*;

    /// Notes what it is told, and stops when asked to.
    #[derive(Default)]
    struct Noted {
        said: Mutex<Vec<String>>,
        stop: bool,
    }

    impl Observer for Noted {
        fn begin(&self, _: Phase, _: u64, _: u64, _: u32) {}
        fn step(&self, _: Phase, _: f64) {}
        fn epoch(&self, _: &Record) {}
        fn end(&self, _: Phase) {}
        fn interrupted(&self) -> bool {
            self.stop
        }
        fn progress(&self, work: &str, done: u64, total: u64) {
            self.said.lock().unwrap().push(format!("{work} {done}/{total}"));
        }
        fn working_on(&self, what: &str) {
            self.said.lock().unwrap().push(what.to_owned());
        }
    }

    #[test]
    fn steps_go_from_nothing_to_all_with_their_parts_and_names() {
        let noted = Noted::default();
        {
            let steps = Steps::new(&noted, "scoring", 2);
            steps.next("SSIM").unwrap();
            steps.part(1, 4);
            steps.next("LPIPS").unwrap();
            steps.part(9, 4);
        }
        let said = noted.said.into_inner().unwrap();
        let expected = [
            "scoring 0/200",
            "scoring 1/200",
            "SSIM, 1 of 2",
            "scoring 25/200",
            "scoring 100/200",
            "LPIPS, 2 of 2",
            "scoring 199/200",
            "scoring 200/200",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn stop_is_met_between_two_steps() {
        let noted = Noted { stop: true, ..Noted::default() };
        let said = Steps::new(&noted, "scoring", 2).next("SSIM").unwrap_err().to_string();
        assert!(said.starts_with("stopped in scoring"), "{said}");
    }
}
