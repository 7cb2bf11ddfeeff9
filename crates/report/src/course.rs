//! The course of training: each term of the objective over epochs, in training and next to it in validation.

pub(crate) mod terms;

use std::collections::{BTreeMap, BTreeSet};

use afterimage_run::log::{COMPARABLE, Record, TOTAL};

use maud::Markup;

use crate::plot::{Line, Lines, lines, range};
use terms::words;

/// What the names of the decoder's terms on recorded pairs begin with; the terms of validation have the rest of the name.
const PAIRED: &str = "paired.";

/// A quantity of validation that no sum contains.
const NOT_SUMMED: &str = "median_r";

/// A range of more than this factor is drawn on a logarithmic scale.
const LOG_FROM: f64 = 8.0;

/// A term over epochs.
pub(crate) struct Course {
    /// Its name in the log.
    pub(crate) name: String,
    /// What a reader sees.
    pub(crate) title: String,
    /// Epoch and value in training, weight included.
    pub(crate) train: Vec<(f64, f64)>,
    /// Epoch and value in validation, at the weight that the term has in training.
    pub(crate) validation: Vec<(f64, f64)>,
}

impl Course {
    /// All values, training first.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.train.iter().chain(&self.validation).map(|point| point.1)
    }

    /// The chart over epochs; none without a value.
    pub(crate) fn chart(&self, label: &str, size: (f64, f64)) -> Option<Markup> {
        let (low, high) = range(self.values())?;
        let line =
            |class, points: &[(f64, f64)]| Line { class, points: points.to_vec(), band: Vec::new(), dots: false };
        lines(&Lines {
            size,
            x_title: "epoch",
            y_title: "",
            label,
            x_log: false,
            y_log: low > 0.0 && high / low > LOG_FROM,
            y_range: None,
            lines: vec![line("a", &self.train), line("b", &self.validation)],
        })
    }
}

/// The courses of a phase's records in the order of their charts.
pub(crate) fn courses(records: &[&Record]) -> Vec<Course> {
    let weight = paired_weight(records);
    terms(records).into_iter().map(|name| course(records, name, weight)).collect()
}

fn course(records: &[&Record], name: String, paired_weight: f64) -> Course {
    let train = points(records, |record| record.train.get(&name).copied());
    let validation = points(records, |record| match name.strip_prefix(PAIRED) {
        // The sum of all terms has none next to it: validation has fewer, so its sum is of other terms.
        _ if name == TOTAL && !has_same_terms(record) => None,
        Some(own) => record.validation.get(own).map(|value| paired_weight * value),
        None => record.validation.get(&name).copied(),
    });
    Course { title: words(&name), name, train, validation }
}

/// Whether training sums the terms that validation sums, and no others.
fn has_same_terms(record: &Record) -> bool {
    let of = |terms: &BTreeMap<String, f64>| -> BTreeSet<String> {
        let own = terms.keys().filter(|name| ![COMPARABLE, TOTAL, NOT_SUMMED].contains(&name.as_str()));
        own.map(|name| name.strip_prefix(PAIRED).unwrap_or(name).to_owned()).collect()
    };
    of(&record.train) == of(&record.validation)
}

/// The names of all courses: what is comparable first, then the sum, then terms. A term of validation is drawn with that of
/// the recorded pairs.
fn terms(records: &[&Record]) -> Vec<String> {
    let names: BTreeSet<&String> = records.iter().flat_map(|r| r.train.keys().chain(r.validation.keys())).collect();
    let is_paired = |name: &str| names.contains(&format!("{PAIRED}{name}"));
    let mut names: Vec<String> = names.iter().filter(|name| !is_paired(name)).map(|name| (*name).clone()).collect();
    names.sort_by_key(|name| [COMPARABLE, TOTAL].iter().position(|first| name == first).unwrap_or(2));
    names
}

/// The weight of recorded pairs in training, by which a term of validation is multiplied to stand next to theirs: the sum of
/// their terms, weight included, over the sum without; 1 in logs of earlier versions.
fn paired_weight(records: &[&Record]) -> f64 {
    let of = |record: &&Record| {
        let paired: f64 =
            record.train.iter().filter(|(name, _)| name.starts_with(PAIRED)).map(|(_, value)| value).sum();
        Some(paired / record.train.get(COMPARABLE)?).filter(|weight| weight.is_finite() && *weight > 0.0)
    };
    records.last().and_then(of).unwrap_or(1.0)
}

fn points(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Vec<(f64, f64)> {
    let of = |record: &&Record| Some((f64::from(record.epoch), value(record)?));
    records.iter().filter_map(of).filter(|point| point.1.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(train: &[(&str, f64)], validation: &[(&str, f64)]) -> Record {
        let of = |terms: &[(&str, f64)]| terms.iter().map(|(name, value)| (name.to_string(), *value)).collect();
        let fields = serde_json::json!({
            "phase": "encoder", "epoch": 1, "step": 1, "learning_rate": 0.1, "unix_secs": 0.0, "train": {}, "validation": {},
            "secs": 1.0, "loader_wait_secs": 0.0
        });
        let empty: Record = serde_json::from_value(fields).unwrap();
        Record { train: of(train), validation: of(validation), ..empty }
    }

    #[test]
    fn sums_are_compared_only_if_they_are_of_the_same_terms() {
        let validated = |train: &[(&str, f64)]| {
            let record = record(train, &[("mse", 1.0), ("median_r", 0.3), (TOTAL, 1.0)]);
            let of = courses(&[&record]);
            of.into_iter().find(|course| course.name == TOTAL).unwrap().validation.len()
        };
        // Logs of earlier versions have no sum of the common terms.
        assert_eq!(validated(&[("mse", 1.0), ("map_l1", 0.5), (TOTAL, 1.5)]), 0);
        assert_eq!(validated(&[("mse", 1.0), (TOTAL, 1.0)]), 1);
        assert_eq!(validated(&[("mse", 1.0), ("map_l1", 0.5), (COMPARABLE, 1.0), (TOTAL, 1.5)]), 0);
    }
}
