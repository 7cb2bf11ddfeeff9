//! `study.toml`: the design and the exclusion rules, fixed before the first answer.

use std::collections::BTreeSet;

use afterimage_formats::digest::sha256_bytes;
use serde::{Deserialize, Serialize};

use crate::{Result, Stimuli, StudyError, StudyFolder, folder, store};

/// Version of the design and of [`plan`](crate::plan); other versions have other trials.
pub(crate) const DESIGN_VERSION: u32 = 1;
/// Maximum number of images to choose from: each has a digit key.
pub const MAX_WAYS: usize = 10;

/// The design of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Version of the design, 1 today.
    pub version: u32,
    /// Title shown to participants.
    pub title: String,
    /// Language; the words are in `strings.LANGUAGE.toml`.
    pub language: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Number of images to choose from; chance is `1 / ways`.
    pub ways: usize,
    /// Reconstructions per participant.
    pub trials: usize,
    /// Practice trials with feedback, not analysed.
    pub practice: usize,
    /// Undistorted images among them.
    pub attention: usize,
    /// True if participants are asked for age band and eyesight, both optional.
    pub questions: bool,
    /// Completion code for recruitment platforms; empty for none.
    pub completion_code: String,
    /// Exclusion rules of the analysis.
    pub exclusion: Exclusion,
}

/// Exclusion rules, fixed before the first answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Exclude participants who did not finish.
    pub unfinished: bool,
    /// Minimum share of correct attention checks; 0 for no rule.
    pub min_attention: f64,
    /// Minimum median response time over the reconstructions, in milliseconds; 0 for no rule.
    pub min_median_ms: f64,
    /// Minimum response time of a single answer, in milliseconds; a faster answer is stored, and left out of the analysis. 0 for no
    /// rule, as in designs of earlier versions.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_trial_ms: f64,
}

/// Minimum response time of an answer, milliseconds: faster than people recognise an image and press a key.
pub const MIN_TRIAL_MS: f64 = 250.0;

/// A design of an earlier version keeps its fingerprint: the key is not written if it has no effect.
fn is_zero(ms: &f64) -> bool {
    *ms == 0.0
}

impl Design {
    /// Chance level.
    pub fn chance(&self) -> f64 {
        1.0 / self.ways as f64
    }

    /// Number of trials of one participant: practice, reconstructions and attention checks.
    pub fn trials_in_all(&self) -> usize {
        self.practice + self.trials + self.attention
    }

    /// Reads `study.toml`.
    ///
    /// # Errors
    /// [`StudyError::Io`], [`StudyError::File`] if it is not valid.
    pub fn read(study: &StudyFolder) -> Result<Self> {
        let path = study.design_file();
        let text = folder::read(&path)?;
        let design: Self = toml::from_str(&text).map_err(|error| StudyError::File {
            path: path.clone(),
            message: format!("is not a valid design: {error}"),
        })?;
        design.check().map_err(|message| StudyError::File { path, message })?;
        Ok(design)
    }

    /// Description of an invalid value, if any.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        let rules = &self.exclusion;
        match self {
            d if d.version != DESIGN_VERSION => {
                Err(format!("has version {}, this program knows {DESIGN_VERSION}", d.version))
            }
            d if !(2..=MAX_WAYS).contains(&d.ways) => Err(format!("has ways = {}, expected 2 to {MAX_WAYS}", d.ways)),
            d if d.trials == 0 => Err("has trials = 0, expected at least 1".into()),
            d if d.language.is_empty() || !d.language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                Err(format!("has language = {:?}, expected a tag such as \"en\" or \"pt-BR\"", d.language))
            }
            _ if !(0.0..=1.0).contains(&rules.min_attention) => {
                Err(format!("has exclusion.min_attention = {}, expected a share from 0 to 1", rules.min_attention))
            }
            _ if !(rules.min_median_ms >= 0.0 && rules.min_median_ms.is_finite()) => {
                Err(format!("has exclusion.min_median_ms = {}, expected 0 or more", rules.min_median_ms))
            }
            _ if !(rules.min_trial_ms >= 0.0 && rules.min_trial_ms.is_finite()) => {
                Err(format!("has exclusion.min_trial_ms = {}, expected 0 or more", rules.min_trial_ms))
            }
            d if rules.min_attention > 0.0 && d.attention == 0 => {
                Err("has exclusion.min_attention without attention checks: set it to 0, or attention to 1 or more"
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Description of a value that does not fit these images, if any.
    pub(crate) fn fits(&self, stimuli: &Stimuli) -> std::result::Result<(), String> {
        let different: BTreeSet<&str> = stimuli.items.iter().map(|item| item.shown.pixels.as_str()).collect();
        if different.len() < self.ways {
            return Err(format!(
                "has ways = {}, and {} different test images: use fewer ways",
                self.ways,
                different.len()
            ));
        }
        if self.trials > stimuli.judged.len() {
            let judged = stimuli.judged.len();
            return Err(format!(
                "has trials = {}, and {judged} judged items: no participant sees an item \
                                twice",
                self.trials
            ));
        }
        for (what, wanted, there) in [
            ("practice", self.practice, stimuli.practice.len()),
            ("attention", self.attention, stimuli.attention.len()),
        ] {
            if wanted != there {
                return Err(format!(
                    "has {what} = {wanted}, but was created with {there} such images: restore the value, or create a \
                     new study"
                ));
            }
        }
        Ok(())
    }

    /// Reads design and images of a study, and returns their fingerprint.
    ///
    /// # Errors
    /// Errors of reading; [`StudyError::File`] if they do not match each other, or changed after the first participant.
    pub(crate) fn read_with_pictures(study: &StudyFolder) -> Result<(Self, Stimuli, String)> {
        let (design, stimuli) = (Self::read(study)?, Stimuli::read(study)?);
        let fault = |message: String| StudyError::File { path: study.design_file(), message };
        design.fits(&stimuli).map_err(fault)?;
        let fingerprint = design.fingerprint(&stimuli);
        let met = store::fingerprint(&store::open(&study.database_file())?, None)?;
        if met.is_some_and(|met| met != fingerprint) {
            return Err(fault(
                "or pictures.json changed after the first participant: restore it, or create a new study (only title, \
                 language, questions and completion_code may change)"
                    .into(),
            ));
        }
        Ok((design, stimuli, fingerprint))
    }

    /// SHA-256 of everything that an answer depends on: layout, rules and images, without title, language, questions
    /// and code.
    ///
    /// It is stored with the first participant; a different design is refused from then on.
    pub fn fingerprint(&self, stimuli: &Stimuli) -> String {
        let fixed = Self {
            title: String::new(),
            language: String::new(),
            questions: false,
            completion_code: String::new(),
            ..self.clone()
        };
        let json = serde_json::to_vec(&(fixed, stimuli)).unwrap_or_default();
        sha256_bytes(&json)
    }

    /// Text of the file, with a comment for each key.
    pub(crate) fn document(&self) -> String {
        let text = |text: &str| toml::Value::String(text.into()).to_string();
        let (rules, Self { seed, ways, trials, practice, attention, questions, .. }) = (&self.exclusion, self);
        format!(
            r#"# A human test of reconstructions. From the first participant on, `serve` and `analyze` refuse a changed seed, number
# or rule: only title, language, questions and completion_code may change then.

version = {DESIGN_VERSION}
# Shown above the page.
title = {title}
# The text of the page is in strings.LANGUAGE.toml.
language = {language}
# Seed of every draw: items, runs, candidates, positions, order.
seed = {seed}
# Number of images to choose from, 2 to {MAX_WAYS}; chance is 1/ways.
ways = {ways}
# Reconstructions that each participant judges, each item at most once.
trials = {trials}
# Practice trials, with blurred images and feedback; not analysed.
practice = {practice}
# Attention checks: undistorted images among the reconstructions.
attention = {attention}
# Ask for age band and eyesight, both optional.
questions = {questions}
# Completion code for recruitment platforms; "" for none.
completion_code = {code}

# Exclusion rules of the analysis. Set them before the first answer.
[exclusion]
# Exclude participants who did not finish.
unfinished = {unfinished}
# Exclude participants with a smaller share of correct attention checks; 0 for no rule.
min_attention = {min_attention:?}
# Exclude participants with a shorter median response time over the reconstructions, in milliseconds; 0 for no rule.
# Without response times (no JavaScript), the rule does not apply.
min_median_ms = {min_median_ms:?}
# Leave out single answers that were faster, in milliseconds; 0 for no rule. They are stored and counted.
min_trial_ms = {min_trial_ms:?}
"#,
            title = text(&self.title),
            language = text(&self.language),
            code = text(&self.completion_code),
            unfinished = rules.unfinished,
            min_attention = rules.min_attention,
            min_median_ms = rules.min_median_ms,
            min_trial_ms = rules.min_trial_ms,
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn design() -> Design {
        Design {
            version: DESIGN_VERSION,
            title: "A \"quoted\" title".into(),
            language: "en".into(),
            seed: 3,
            ways: 5,
            trials: 12,
            practice: 2,
            attention: 3,
            questions: true,
            completion_code: "ABC".into(),
            exclusion: Exclusion { unfinished: true, min_attention: 0.75, min_median_ms: 300.0, min_trial_ms: 0.0 },
        }
    }

    #[test]
    fn commented_file_reads_back_as_the_design() {
        let read: Design = toml::from_str(&design().document()).unwrap();
        assert_eq!(read, design());
    }

    #[test]
    fn impossible_designs_are_refused() {
        let changed = |change: fn(&mut Design)| {
            let mut design = design();
            change(&mut design);
            design.check().unwrap_err()
        };
        assert!(changed(|d| d.ways = 11).contains("2 to 10"));
        assert!(changed(|d| d.trials = 0).contains("at least 1"));
        assert!(changed(|d| d.attention = 0).contains("without attention checks"));
        assert!(changed(|d| d.exclusion.min_attention = f64::NAN).contains("from 0 to 1"));
        assert!(changed(|d| d.exclusion.min_trial_ms = -1.0).contains("min_trial_ms"));
        assert!(changed(|d| d.language = "../x".into()).contains("a tag"));
    }

    #[test]
    fn fingerprint_follows_what_answers_depend_on() {
        let stimuli = crate::stimuli::tests::stimuli(8, 1);
        let of = |change: fn(&mut Design)| {
            let mut design = design();
            change(&mut design);
            design.fingerprint(&stimuli)
        };
        assert_eq!(of(|_| ()), of(|d| d.title = "another".into()));
        assert_ne!(of(|_| ()), of(|d| d.exclusion.min_median_ms = 200.0));
        assert_ne!(of(|_| ()), of(|d| d.exclusion.min_trial_ms = 200.0));
        // A design of an earlier version has no such key, and keeps its fingerprint.
        assert!(!serde_json::to_string(&design()).unwrap().contains("min_trial_ms"));
        let document = design().document();
        let older: String =
            document.lines().filter(|line| !line.starts_with("min_trial_ms")).collect::<Vec<_>>().join("\n");
        assert_eq!(toml::from_str::<Design>(&older).unwrap(), design());
        assert_ne!(design().fingerprint(&stimuli), design().fingerprint(&crate::stimuli::tests::stimuli(9, 1)));
    }
}
