//! Progress on stderr, with the time left: a bar on a terminal, lines elsewhere, objects with `--log json`.

mod terminal;
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::log;
pub(crate) use terminal::Terminal;
use words::duration;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Time between lines about the same work if stderr is not a terminal.
const LINES: Duration = Duration::from_secs(10);
/// The same while a network is trained, which has a line per epoch.
const TRAINING_LINES: Duration = Duration::from_secs(60);
/// Time between objects about the same work with `--log json`.
const OBJECTS: Duration = Duration::from_secs(5);

/// Makes Ctrl-C and SIGTERM request a clean stop: training saves, an import removes its partial output. A second signal
/// ends the process at once.
pub(crate) fn listen() {
    // An existing handler, as in a second run of the same process, is kept.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(crate::INTERRUPTED.into());
        }
        log::note("stopping after this step; press Ctrl-C again to stop at once");
    });
}

/// True once the user has requested a stop.
pub(crate) fn was_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A bar for work of a known length.
pub(crate) struct Bar {
    bar: ProgressBar,
    label: String,
    from: u64,
    total: u64,
    started: Instant,
    every: Duration,
    last: Mutex<Last>,
}

/// The last line about a bar.
struct Last {
    at: Instant,
    text: String,
}

impl Bar {
    /// A bar at `done` of `total`.
    pub(crate) fn new(label: &str, done: u64, total: u64) -> Self {
        Self::with_lines(label, done, total, if log::is_json() { OBJECTS } else { LINES })
    }

    /// As [`Bar::new`], with fewer lines if stderr is not a terminal.
    fn of_training(label: &str, done: u64, total: u64) -> Self {
        Self::with_lines(label, done, total, if log::is_json() { OBJECTS } else { TRAINING_LINES })
    }

    fn with_lines(label: &str, done: u64, total: u64, every: Duration) -> Self {
        let bar = if log::has_bars() { ProgressBar::new(total) } else { ProgressBar::hidden() };
        bar.set_length(total);
        let style =
            ProgressStyle::with_template("{prefix:>12} {bar:32} {percent:>3} % {elapsed} elapsed, {eta} left  {msg}");
        bar.set_style(style.expect("a valid template"));
        bar.set_prefix(label.to_owned());
        bar.set_position(done);
        bar.reset_eta();
        let (label, started) = (label.to_owned(), Instant::now());
        let last = Mutex::new(Last { at: started, text: String::new() });
        Self { bar, label, from: done, total, started, every, last }
    }

    /// Sets the position.
    pub(crate) fn set(&self, position: u64) {
        self.bar.set_position(position);
        self.line();
    }

    /// Sets the message next to the bar.
    pub(crate) fn message(&self, message: String) {
        self.bar.set_message(message);
        self.line();
    }

    /// One step further; `about` gives what an object about it has besides.
    fn advance(&self, about: impl FnOnce() -> Value) {
        self.bar.inc(1);
        self.line_with(about);
    }

    /// Seconds left, if the rest takes as long as what was done since the bar began; `None` before anything was.
    pub(crate) fn secs_left(&self) -> Option<f64> {
        secs_left(self.from, self.bar.position(), self.total, self.started.elapsed())
    }

    /// Prints a line above the bar.
    fn above(&self, print: impl FnOnce()) {
        if self.bar.is_hidden() { print() } else { self.bar.suspend(print) }
    }

    fn line(&self) {
        self.line_with(|| json!({}));
    }

    /// A line at times, where there is no bar to see; never the same twice in a row.
    fn line_with(&self, about: impl FnOnce() -> Value) {
        if !self.bar.is_hidden() {
            return;
        }
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.at.elapsed() < self.every {
            return;
        }
        let (done, what, left) = (self.bar.position(), self.bar.message(), self.secs_left());
        let in_words = left.map_or_else(String::new, |secs| format!(", {} left", duration(secs)));
        let on = if what.is_empty() { String::new() } else { format!(": {what}") };
        let text = format!("{}: {} %{in_words}{on}", self.label, 100 * done / self.total.max(1));
        if last.text != text {
            let mut fields = json!({
                "work": self.label, "what": what, "done": done, "total": self.total,
                "secs_elapsed": self.started.elapsed().as_secs_f64(), "secs_left": left,
            });
            if let (Value::Object(fields), Value::Object(more)) = (&mut fields, about()) {
                fields.extend(more);
            }
            log::event("progress", &text, fields);
        }
        *last = Last { at: Instant::now(), text };
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn secs_left(from: u64, done: u64, total: u64, elapsed: Duration) -> Option<f64> {
    let since = done.checked_sub(from).filter(|&since| since > 0)?;
    Some(elapsed.as_secs_f64() / since as f64 * total.saturating_sub(done) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_that_of_the_rest_at_the_rate_so_far_and_unknown_before_anything_is_done() {
        let four = Duration::from_secs(4);
        assert_eq!(secs_left(0, 2, 10, four), Some(16.0));
        assert_eq!(secs_left(6, 8, 10, four), Some(4.0), "what was done before a resume took no time now");
        assert_eq!(secs_left(6, 6, 10, four), None);
        assert_eq!(secs_left(0, 10, 10, four), Some(0.0));
    }
}
