//! Keys of an experiment with their values as text: those that a training phase reads, and those that differ between
//! two experiments.

use std::collections::BTreeMap;

use afterimage_schema::dotted;
use serde_json::Value;

use crate::{Experiment, Phase};

/// Dotted keys, such as `encoder.dropout`, with their values as JSON text.
pub type Settings = BTreeMap<String, String>;

/// Keys that determine the weights of the encoder. Paths are not among them: an input that was moved is the same input,
/// as its hash shows.
const ENCODER: [&str; 8] = [
    "seed",
    "image.",
    "encoder.",
    "data.roi",
    "data.training_averaging",
    "data.train_on_validation",
    "data.normalise",
    "data.pairings",
];
/// Further keys that determine the weights of the decoder.
const DECODER: [&str; 4] = ["decoder.", "data.unpaired_limit", "data.exclude_test_classes", "data.exclude_duplicates"];
/// Keys that change no weights.
const NEITHER: [&str; 8] = [
    "encoder.checkpoint_every",
    "decoder.checkpoint_every",
    "decoder.cache_mib",
    "decoder.linear.blur",
    "decoder.linear.share",
    "decoder.linear.detail",
    "decoder.photographs.blur",
    "decoder.photographs.detail",
];

/// A key with two different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The dotted key.
    pub key: String,
    /// Its value before, as JSON.
    pub was: String,
    /// Its value now, as JSON.
    pub is: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} was {}, is {}", self.key, short(&self.was), short(&self.is))
    }
}

impl Experiment {
    /// Every key with its value.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new();
        // Numbers, text, lists and tables with text keys are valid JSON.
        flatten("", &serde_json::to_value(self).unwrap_or_default(), &mut settings);
        settings
    }

    /// Keys that determine the weights of a phase, with their values. The decoder is trained through the encoder, so
    /// its keys include those of the encoder.
    pub fn settings_of(&self, phase: Phase) -> Settings {
        let of = |key: &String, list: &[&str]| {
            list.iter().any(|part| key == part || (part.ends_with('.') && key.starts_with(part)))
        };
        let mut settings = self.settings();
        settings.retain(|key, _| {
            let read = of(key, &ENCODER) || (phase == Phase::Decoder && of(key, &DECODER));
            read && !NEITHER.contains(&key.as_str())
        });
        settings
    }

    /// Keys whose values differ from those of `before`.
    pub fn differences(&self, before: &Self) -> Vec<Difference> {
        differences(&before.settings(), &self.settings())
    }
}

/// Keys of both with different values. A key of only one belongs to another version of the software.
pub fn differences(before: &Settings, now: &Settings) -> Vec<Difference> {
    let differs = |(key, was): (&String, &String)| {
        let is = now.get(key).filter(|is| *is != was)?;
        Some(Difference { key: key.clone(), was: was.clone(), is: is.clone() })
    };
    before.iter().filter_map(differs).collect()
}

/// Differences in one line: the first four, and how many more there are.
pub fn in_words(differences: &[Difference]) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> = differences.iter().take(SHOWN).map(ToString::to_string).collect();
    if differences.len() > SHOWN {
        words.push(format!("and {} more", differences.len() - SHOWN));
    }
    words.join("; ")
}

fn flatten(prefix: &str, value: &Value, settings: &mut Settings) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(&dotted(prefix, name), value, settings);
            }
        }
        Value::Array(rows) if rows.iter().any(Value::is_object) => {
            settings.insert(prefix.to_owned(), format!("{} rows", rows.len()));
            rows.iter().enumerate().for_each(|(i, row)| flatten(&format!("{prefix}[{i}]"), row, settings));
        }
        _ => drop(settings.insert(prefix.to_owned(), value.to_string())),
    }
}

/// Lists can be long; their beginning usually identifies them.
fn short(value: &str) -> String {
    const LENGTH: usize = 300;
    if value.chars().count() <= LENGTH {
        return value.to_owned();
    }
    value.chars().take(LENGTH).chain("...".chars()).collect()
}
