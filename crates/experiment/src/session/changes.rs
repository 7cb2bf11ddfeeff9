//! Changes of a run's configuration: which keys may still change, and what is computed again.
//!
//! A key that decided weights keeps its value; what nothing has read yet may change. The folder then has the new
//! `experiment.toml`, and `run.json` every key that was changed, with both values, the command and the time.

use std::fs;

use afterimage_config::settings::{self, Difference};
use afterimage_config::{Experiment, join_paths};
use afterimage_run::layout::{
    BIOLOGY, CLASSIFICATION, FRONT, PICTURES, PREDICTIONS, Phase, RECONSTRUCTIONS, REGIONS, RunFile, SCORES, VALIDITY,
};
use afterimage_run::manifest::{Change, ChangedKey};

use super::Session;
use super::inputs::absolute;
use crate::error::{Context as _, Result, bail};
use crate::program::timestamp;
use crate::stage::{FRONT_STAGE, REPORT, Stage};

/// Keys of what is made of the decoder's images, which are read when these are reconstructed.
const COMPOSITION: [&str; 5] = [
    "decoder.linear.blur",
    "decoder.linear.share",
    "decoder.linear.detail",
    "decoder.photographs.blur",
    "decoder.photographs.detail",
];
/// Keys that a baseline does not read: those of its scores.
const AFTER_BASELINE: [&str; 6] = ["preset", "name", "device.", "data.external", "data.external_limit", "evaluation."];
/// Keys of paths. An input that was moved is the same input, as its hash shows.
const PATHS: [&str; 4] = ["data.dataset", "data.unpaired", "data.exclusions", "data.external"];
/// Keys of the evaluation that only the stage `evaluate` reads.
const OF_SCORES: [&str; 3] = ["evaluation.classification.", "evaluation.metrics", "evaluation.averaging_curve"];
/// Keys that receptive fields depend on, by their intervals and by the accuracy of voxels.
const OF_BIOLOGY: [&str; 3] = ["evaluation.averaging", "evaluation.resamples", "evaluation.permutations"];

impl Session {
    /// Gives the run another configuration, in this session; the folder has it from the next [`Session::check`] or stage on.
    ///
    /// What a phase read that was trained, or is in training, keeps its value. Data that were moved are the same if their
    /// content is. What was computed from a changed key is not finished any more.
    ///
    /// # Errors
    /// If a key that decided weights differs, with each such key and both values, or if other data lie at a changed path.
    pub fn change(&mut self, mut experiment: Experiment) -> Result<()> {
        absolute(&mut experiment)?;
        let differences = experiment.differences(&self.experiment);
        if differences.is_empty() {
            return Ok(());
        }
        let kept: Vec<Difference> = differences.into_iter().filter(|difference| self.keeps(&difference.key)).collect();
        if !kept.is_empty() {
            bail!(
                "the configuration differs from the one that \"{}\" was trained with: {}; set these keys back (the run has \
                 {}), choose another --out, or begin it again with --overwrite",
                self.run.root().display(),
                settings::in_words(&kept),
                self.run.experiment_file().display()
            );
        }
        let before = std::mem::replace(&mut self.experiment, experiment);
        if let Err(error) = self.refuse_other_data(&before) {
            self.experiment = before;
            return Err(error);
        }
        self.written.get_or_insert(before);
        Ok(())
    }

    /// True if what was trained read a key.
    fn keeps(&self, key: &str) -> bool {
        if PATHS.contains(&key) {
            return false;
        }
        if self.manifest.baseline.is_some() {
            return !any(&AFTER_BASELINE, key) || key == "evaluation.averaging";
        }
        [Phase::Encoder, Phase::Decoder].into_iter().filter(|&phase| self.run.has_weights(phase)).any(|phase| {
            let of_phase =
                !any(&COMPOSITION, key) && key.starts_with(phase.name()) && key[phase.name().len()..].starts_with('.');
            // The checkpoint of a phase in training belongs to all of its keys.
            self.experiment.settings_of(phase).contains_key(key) || of_phase && !self.is_trained(phase)
        })
    }

    /// Refuses other data than those that the run was begun with.
    fn refuse_other_data(&self, before: &Experiment) -> Result<()> {
        self.data()?;
        let uses_unpaired = self.manifest.baseline.is_some() || self.experiment.decoder.cycle_weight > 0.0;
        if !self.has_seen_unpaired() || !uses_unpaired || before.data.unpaired == self.experiment.data.unpaired {
            return Ok(());
        }
        match self.choice()? {
            Some(kept) if kept.has_unpaired() => kept.refuse_other_unpaired(&self.experiment),
            _ if self.manifest.baseline.is_some() => Ok(()),
            _ => bail!(
                "data.unpaired differs from the images that \"{}\" was trained with: set it back, or choose another --out",
                self.run.root().display()
            ),
        }
    }

    /// Writes a changed configuration: first the change into `run.json`, then `experiment.toml`. What was computed from a
    /// changed key is removed, so that no number of another configuration is left.
    pub(crate) fn write_changes(&mut self) -> Result<()> {
        let Some(before) = self.written.take() else { return Ok(()) };
        let differences = self.experiment.differences(&before);
        if differences.is_empty() {
            return Ok(());
        }
        self.note(&format!("changed in this run: {}", settings::in_words(&differences)));
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| text.into());
        let key = |d: &Difference| ChangedKey { key: d.key.clone(), was: value(&d.was), is: value(&d.is) };
        let keys: Vec<ChangedKey> = differences.iter().map(key).collect();
        // A process that was killed between both files has recorded the change already.
        if self.manifest.changes.last().is_none_or(|last| last.keys != keys) {
            let command = self.caller.program.command.clone();
            self.manifest.changes.push(Change { at: timestamp(), command, keys });
        }
        self.manifest.name.clone_from(&self.experiment.name);
        let threads = rayon::current_num_threads();
        self.manifest.device = format!("{}, {threads} threads", self.experiment.device.name);
        for input in &mut self.manifest.inputs {
            match input.role.as_str() {
                super::DATA_SET => input.path = join_paths(&self.experiment.data.dataset),
                super::EXCLUSIONS => input.path = join_paths(&self.experiment.data.exclusions),
                _ => {}
            }
        }
        self.remove_what_depends_on(&differences)?;
        self.manifest.write(&self.run)?;
        Ok(self.run.write_experiment(&self.experiment)?)
    }

    fn remove_what_depends_on(&mut self, differences: &[Difference]) -> Result<()> {
        let any_key = |test: fn(&str) -> bool| differences.iter().any(|difference| test(&difference.key));
        let mut stale: Vec<(&str, &[RunFile])> = vec![(REPORT, &[])];
        if any_key(|key| key == "evaluation.averaging" || any(&COMPOSITION, key)) {
            stale.push((Stage::Reconstruct.name(), &[RECONSTRUCTIONS, PICTURES, PREDICTIONS]));
        }
        if any_key(|key| is_of_evaluation(key) || any(&COMPOSITION, key)) {
            stale.push((Stage::Evaluate.name(), &[SCORES, CLASSIFICATION]));
            stale.push((FRONT_STAGE, &[FRONT]));
            for other in self.run.on_others()? {
                fs::remove_dir_all(other.root())
                    .with_context(|| format!("cannot remove \"{}\"", other.root().display()))?;
                self.note(&format!("removed, since it was computed before the change: {}", other.root().display()));
            }
        }
        if any_key(|key| any(&COMPOSITION, key) || is_of_evaluation(key) && !any(&OF_SCORES, key)) {
            stale.push((Stage::Regions.name(), &[REGIONS]));
        }
        if any_key(|key| {
            let of_classes = key.starts_with("evaluation.classification.");
            any(&COMPOSITION, key) || is_of_evaluation(key) && !of_classes
        }) {
            stale.push((Stage::Validity.name(), &[VALIDITY]));
        }
        if any_key(|key| any(&OF_BIOLOGY, key)) {
            stale.push((Stage::Biology.name(), &[BIOLOGY]));
        }
        for (stage, files) in stale {
            self.manifest.finished.retain(|finished| finished != stage);
            for path in files.iter().map(|&file| self.run.path(file)).filter(|path| path.is_file()) {
                fs::remove_file(&path).with_context(|| format!("cannot remove \"{}\"", path.display()))?;
                self.note(&format!("removed, since it was computed before the change: {}", path.display()));
            }
        }
        Ok(())
    }
}

/// True for a key that a score depends on and no weight.
fn is_of_evaluation(key: &str) -> bool {
    (key.starts_with("evaluation.") && !key.starts_with("evaluation.cache_")) || key.starts_with("data.external")
}

/// True for a key of a list, where a dot or underscore at the end of an entry stands for all keys that begin so.
fn any(list: &[&str], key: &str) -> bool {
    list.iter().any(|entry| key == *entry || (entry.ends_with(['.', '_']) && key.starts_with(entry)))
}
