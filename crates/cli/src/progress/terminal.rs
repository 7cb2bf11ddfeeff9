//! The progress of an experiment: bars, a line per epoch and per stage, notes.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use afterimage_run::{layout::Phase, log::Record};
use afterimage_train::{
    Observer,
    observer::{StageDone, Start},
};
use serde_json::json;

use super::words::{duration, losses, size};
use super::{Bar, was_interrupted};
use crate::log;

/// Time after which the duration of a phase is told, if its first epoch takes longer.
const FIRST_ESTIMATE: Duration = Duration::from_secs(20);
/// Seconds from which the duration of a phase is worth a line.
const WORTH_A_LINE: f64 = 10.0;
/// Seconds from which a stage without results has a line.
const LONG_STAGE: f64 = 1.0;

/// Shows the progress and the notes of an experiment.
#[derive(Default)]
pub(crate) struct Terminal {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    bar: Option<Bar>,
    training: Option<Training>,
    facts: Vec<String>,
}

/// A phase in training.
struct Training {
    phase: Phase,
    epochs: u32,
    /// Epochs done.
    epoch: u32,
    started: Instant,
    is_estimated: bool,
}

impl Terminal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while held")
    }
}

impl State {
    /// Prints above the bar, if any.
    fn print(&self, print: impl FnOnce()) {
        if let Some(bar) = &self.bar { bar.above(print) } else { print() }
    }

    fn on_bar(&self, f: impl FnOnce(&Bar)) {
        if let Some(bar) = &self.bar {
            f(bar);
        }
    }

    /// Removes the bar.
    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish();
        }
    }

    /// Tells once how long the phase will take, from what was measured so far.
    fn estimate(&mut self, is_epoch: bool) {
        let Some(left) = self.bar.as_ref().and_then(Bar::secs_left) else { return };
        let Some(training) = &mut self.training else { return };
        if training.is_estimated || !(is_epoch || training.started.elapsed() >= FIRST_ESTIMATE) {
            return;
        }
        training.is_estimated = true;
        let all = training.started.elapsed().as_secs_f64() + left;
        if all < WORTH_A_LINE {
            return;
        }
        let (name, epochs) = (training.phase.name(), training.epochs);
        let text = format!("{name}: {epochs} epochs take about {}, going by the first steps", duration(all));
        let fields = json!({ "epochs": epochs, "secs_expected": all, "secs_left": left });
        self.print(|| log::event("estimate", &text, fields));
    }
}

impl Observer for Terminal {
    fn begin(&self, phase: Phase, done: u64, total: u64, epochs: u32) {
        let mut state = self.state();
        state.finish();
        state.bar = Some(Bar::of_training(phase.name(), done, total));
        let steps_per_epoch = (total / u64::from(epochs.max(1))).max(1);
        let epoch = (done / steps_per_epoch) as u32;
        state.training = Some(Training { phase, epochs, epoch, started: Instant::now(), is_estimated: false });
    }

    fn step(&self, _: Phase, objective: f64) {
        let mut state = self.state();
        let about = state.training.as_ref().map(|training| (training.epoch + 1, training.epochs));
        state.on_bar(|bar| {
            bar.advance(|| json!({ "epoch": about.map(|of| of.0), "epochs": about.map(|of| of.1), "loss": objective }))
        });
        state.estimate(false);
    }

    fn epoch(&self, record: &Record) {
        let mut state = self.state();
        state.estimate(true);
        let Some(training) = &mut state.training else { return };
        training.epoch = record.epoch;
        let (epochs, name) = (training.epochs, record.phase.name());
        let text = format!("epoch {} of {epochs}: {}", record.epoch, losses(record));
        let left = state.bar.as_ref().and_then(Bar::secs_left);
        if log::has_bars() {
            state.on_bar(|bar| bar.message(text));
        } else {
            let secs = duration(record.secs);
            let in_words = left.filter(|&secs| secs > 0.0);
            let in_words = in_words.map_or_else(String::new, |secs| format!(", {} left", duration(secs)));
            let fields = json!({
                "phase": name, "epoch": record.epoch, "epochs": epochs, "step": record.step,
                "learning_rate": record.learning_rate, "train": record.train, "validation": record.validation,
                "secs": record.secs, "secs_left": left,
            });
            log::event("epoch", &format!("{name}: {text}; {secs}{in_words}"), fields);
        }
    }

    fn end(&self, _: Phase) {
        let mut state = self.state();
        state.finish();
        state.training = None;
    }

    fn interrupted(&self) -> bool {
        was_interrupted()
    }

    fn progress(&self, work: &str, done: u64, total: u64) {
        let mut state = self.state();
        if done == 0 || state.bar.as_ref().is_none_or(|bar| bar.label != work) {
            if done == total {
                return;
            }
            state.finish();
            state.bar = Some(Bar::new(work, done, total));
        }
        state.on_bar(|bar| bar.set(done));
        if done == total {
            state.finish();
        }
    }

    fn working_on(&self, what: &str) {
        self.state().on_bar(|bar| bar.message(what.to_owned()));
    }

    fn stage(&self, name: &str) {
        log::enter(name);
        self.state().facts.clear();
        if log::is_json() {
            log::event("stage", &format!("{name} begins"), json!({}));
        }
    }

    fn fact(&self, fact: &str) {
        self.state().facts.push(fact.to_owned());
    }

    fn stage_done(&self, done: &StageDone<'_>) {
        let mut state = self.state();
        state.finish();
        let facts = std::mem::take(&mut state.facts);
        if facts.is_empty() && done.secs < LONG_STAGE && !log::is_json() {
            return;
        }
        let memory = done.peak_memory_mib.map(|mib| format!("peak memory {}", size(mib)));
        let parts: Vec<String> = facts.iter().cloned().chain([duration(done.secs)]).chain(memory).collect();
        let fields = json!({ "facts": facts, "secs": done.secs, "peak_memory_mib": done.peak_memory_mib });
        log::event("stage_done", &format!("{}: {}", done.name, parts.join(", ")), fields);
    }

    fn start(&self, start: &Start<'_>) {
        let (items, (voxels, unit)) = (&start.items, start.voxels);
        let lines = [
            format!(
                "data: {} trials of {voxels} {unit}; {} training, {} validation and {} test items; images of {} px",
                start.trials, items.training, items.validation, items.test, start.side_px
            ),
            match start.unpaired {
                Some(unpaired) => format!("images without responses: {unpaired} unpaired, {} external", start.external),
                None => format!("images without responses: {} external", start.external),
            },
            format!(
                "device: {}, {} threads; data and networks take at least {} of memory, activations come on top",
                start.device,
                start.threads,
                size(start.memory_bytes >> 20)
            ),
        ];
        let fields = json!({
            "trials": start.trials, "training_items": items.training, "validation_items": items.validation,
            "test_items": items.test, "voxels": voxels, "unit": unit, "side_px": start.side_px,
            "unpaired": start.unpaired, "external": start.external, "device": start.device, "threads": start.threads,
            "memory_bytes": start.memory_bytes,
        });
        self.state().print(|| log::event("start", &lines.join(if log::is_json() { "; " } else { "\n" }), fields));
    }

    fn note(&self, line: &str) {
        self.state().print(|| log::note(line));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.finish();
        }
    }
}
