//! The provenance statement of a run: for every input of a reconstruction, where it came from and whether test items could be in
//! it, from what the folder says.

mod selection;
mod weights;

use afterimage_config::{Experiment, Normalise};
use afterimage_data::audit::{Check, Verdict};
use afterimage_run::{
    Artefact, RunFolder,
    artefact::AuditFile,
    manifest::{Input, Manifest},
    provenance::{Provenance, Statement, TestItems},
};
use afterimage_statistics::counted;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::session::DATA_SET;

/// What is read of `audit.json`.
#[derive(Serialize, Deserialize)]
struct Audit {
    checks: Vec<Check>,
}

/// What the folder of a run says.
struct Known {
    manifest: Manifest,
    experiment: Experiment,
    audit: Option<Vec<Check>>,
}

/// The statement of a run, from its folder only.
///
/// # Errors
/// If the folder is no run, or a file of it is damaged.
pub fn of(run: &RunFolder) -> Result<Provenance> {
    with(run, Manifest::read(run)?)
}

/// As [`of`], with a manifest that is not written yet.
///
/// # Errors
/// See [`of`].
pub(crate) fn with(run: &RunFolder, manifest: Manifest) -> Result<Provenance> {
    let audit = AuditFile::<Audit>::read_if_present(run)?.map(|file| file.0.checks);
    let known = Known { manifest, experiment: run.experiment()?, audit };
    let mut statements = vec![known.training_pairs(), known.statistics()];
    statements.extend(weights::of(&known));
    statements.push(known.unpaired());
    statements.extend(known.photographs());
    statements.push(known.classes());
    statements.extend(selection::of(&known));
    statements.push(known.responses());
    statements.push(selection::not_known(&known));
    Ok(Provenance::new(statements))
}

/// A statement.
fn state(about: &str, said: impl Into<String>, test_items: TestItems) -> Statement {
    Statement { about: about.into(), said: said.into(), test_items }
}

impl Known {
    fn input(&self, role: &str) -> Option<&Input> {
        self.manifest.inputs.iter().find(|input| input.role == role)
    }

    /// The check of the audit with that beginning of its name.
    fn check(&self, name: &str) -> Option<&Check> {
        self.audit.as_ref()?.iter().find(|check| check.name.starts_with(name))
    }

    /// What a check found, in a sentence, and what follows for test items.
    fn found(&self, name: &str) -> (String, TestItems) {
        let Some(check) = self.check(name) else {
            return ("The run has no audit of it.".into(), TestItems::Unknown);
        };
        let test_items = match check.verdict {
            Verdict::Pass => TestItems::NotFound,
            Verdict::Warn | Verdict::Fail => TestItems::Present,
            Verdict::NotApplicable => TestItems::Unknown,
        };
        (format!("Audit, {}: {}.", check.name, check.detail), test_items)
    }

    fn training_pairs(&self) -> Statement {
        let (data, scored) = (&self.manifest.data, &self.manifest.scored_run);
        let set = scored.as_ref().map(|of| &of.trained_on).or(self.input(DATA_SET));
        let from = set.map_or_else(String::new, |set| format!(" of \"{}\" (SHA-256 {})", set.path, set.sha256));
        let prefix = if scored.is_some() {
            "same image in test and the run's training"
        } else {
            "same image in test and training"
        };
        let (audit, test_items) = self.found(prefix);
        let items = counted(data.training_items, "item");
        state("Training pairs", format!("{items}{from}. {audit}"), test_items)
    }

    fn statistics(&self) -> Statement {
        let (audit, test_items) = self.found("normalisation and selection");
        let how = match self.experiment.data.normalise {
            Normalise::Zscore => "Responses are standardised by mean and standard deviation of the training items.",
            Normalise::None => "Responses are not standardised.",
        };
        let said = format!("{how} {audit}");
        let test_items = if test_items == TestItems::NotFound { TestItems::Excluded } else { test_items };
        state("Statistics of responses", said, test_items)
    }

    fn unpaired(&self) -> Statement {
        let about = "Unpaired images";
        let Some(input) = self.input("unpaired images") else {
            return state(about, "None: nothing was trained on images without responses.", TestItems::Excluded);
        };
        let data = &self.experiment.data;
        let (audit, test_items) = self.found("same image in test and unpaired");
        let left_out = match (data.exclude_duplicates, data.exclude_test_classes) {
            (true, true) => "Copies of test images and images of their classes were left out before.",
            (true, false) => "Copies of test images were left out before; images of their classes were not.",
            (false, true) => {
                "Images of test classes were left out before; copies of test images were not looked for to leave out."
            }
            (false, false) => "Nothing was left out for being like a test image.",
        };
        let images = input.count.map_or_else(String::new, |n| format!("{} ", counted(n, "image")));
        let whose = if self.manifest.scored_run.is_some() {
            " These are the test images of the run's own data set."
        } else {
            ""
        };
        let said = format!(
            "{images}from {}. {left_out}{whose} {audit} Other photographs of the same scenes are not found by an audit.",
            input.path
        );
        state(about, said, test_items)
    }

    /// What reconstructions take from photographs directly.
    fn photographs(&self) -> Option<Statement> {
        if let Some(baseline) = self.manifest.baseline.as_ref().filter(|baseline| !baseline.retrieved.is_empty()) {
            let said = format!(
                "The baseline {} answers with whole unpaired images: nothing in them was drawn from responses.",
                baseline.name
            );
            return Some(state("Retrieved images", said, self.found("same image in test and unpaired").1));
        }
        let said = self.experiment.photograph_part().filter(|_| self.manifest.baseline.is_none())?;
        Some(state("Fine structure of photographs", said, self.found("same image in test and unpaired").1))
    }

    fn classes(&self) -> Statement {
        let use_of_classes = if self.experiment.data.exclude_test_classes {
            "Names of classes were used to leave out unpaired images, and for scores of classification; no network reads them, \
             and no text or caption goes into a reconstruction."
        } else {
            "No network reads them, and no text or caption goes into a reconstruction; they are used for scores of \
             classification only."
        };
        let (audit, _) = self.found(if self.manifest.scored_run.is_some() {
            "test classes in the run's"
        } else {
            "test classes in training"
        });
        state("Class names", format!("{use_of_classes} {audit}"), TestItems::Excluded)
    }

    fn responses(&self) -> Statement {
        let data = &self.manifest.data;
        let (least, most) = data.test_repeats;
        let repeats =
            if least == most { counted(least as usize, "repeat") } else { format!("{least} to {most} repeats") };
        let said = format!(
            "{} of the held-out part; each response is the mean of {repeats}. Scores are of all of them, in the order of the \
             data set; none was selected by its score.",
            counted(data.test_items, "item")
        );
        state("Decoded responses", said, TestItems::ByDesign)
    }
}
