//! Progress on stderr, with the time left; plain lines if stderr is not a terminal.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use afterimage_run::{layout::Phase, log::Record};
use afterimage_train::Observer;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Seconds between lines if stderr is not a terminal.
const LINE_SECS: u64 = 10;

/// Makes Ctrl-C and SIGTERM request a clean stop: training saves, an import removes its partial output. A second signal
/// ends the process at once.
pub(crate) fn listen() {
    // An existing handler, as in a second run of the same process, is kept.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("\nstopping after this step; press Ctrl-C again to stop at once");
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
    last_line: Mutex<Instant>,
}

impl Bar {
    /// A bar at `done` of `total`.
    pub(crate) fn new(label: &str, done: u64, total: u64) -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(total) } else { ProgressBar::hidden() };
        bar.set_length(total);
        let style =
            ProgressStyle::with_template("{prefix:>12} {bar:32} {pos}/{len} {elapsed} elapsed, {eta} left {msg}");
        bar.set_style(style.expect("a valid template"));
        bar.set_prefix(label.to_owned());
        bar.set_position(done);
        bar.reset_eta();
        Self { bar, label: label.to_owned(), last_line: Mutex::new(Instant::now()) }
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

    fn advance(&self) {
        self.bar.inc(1);
        self.line();
    }

    /// One line every few seconds for logs.
    fn line(&self) {
        if !self.bar.is_hidden() {
            return;
        }
        let Ok(mut last) = self.last_line.try_lock() else { return };
        if last.elapsed() >= Duration::from_secs(LINE_SECS) {
            *last = Instant::now();
            let (position, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
            eprintln!(
                "{}: {position}/{total}, {:.0} s left {}",
                self.label,
                self.bar.eta().as_secs_f64(),
                self.bar.message()
            );
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish();
    }
}

/// Shows the progress and the notes of an experiment.
#[derive(Default)]
pub(crate) struct Terminal {
    bar: Mutex<Option<Bar>>,
}

impl Terminal {
    fn with(&self, f: impl FnOnce(&Bar)) {
        if let Some(bar) = self.bar.lock().expect("no panic while held").as_ref() {
            f(bar);
        }
    }
}

impl Observer for Terminal {
    fn begin(&self, phase: Phase, done: u64, total: u64) {
        *self.bar.lock().expect("no panic while held") = Some(Bar::new(phase.name(), done, total));
    }

    fn step(&self, _: Phase, _: f64) {
        self.with(Bar::advance);
    }

    fn epoch(&self, record: &Record) {
        let total = record.train.get("total").copied().unwrap_or(f64::NAN);
        let validation = record.validation.get("total").map(|v| format!(", validation {v:.4}")).unwrap_or_default();
        self.with(|bar| bar.message(format!("epoch {}: {total:.4}{validation}", record.epoch)));
    }

    fn end(&self, _: Phase) {
        self.with(Bar::finish);
    }

    fn interrupted(&self) -> bool {
        was_interrupted()
    }

    fn progress(&self, work: &str, done: u64, total: u64) {
        if done == 0 {
            *self.bar.lock().expect("no panic while held") = Some(Bar::new(work, 0, total));
            return;
        }
        self.with(|bar| bar.set(done));
        if done == total {
            self.with(Bar::finish);
        }
    }

    fn note(&self, line: &str) {
        eprintln!("{line}");
    }
}
