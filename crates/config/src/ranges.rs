//! Ranges of the numbers of an experiment.
//!
//! The upper bounds are far above those of sensible experiments; they prevent a typing error from starting millions of
//! threads, resamples or layers. Weights and learning rates are bounded by single precision.

use std::sync::LazyLock;

pub(crate) use afterimage_schema::{Range, entry, values, within};
use toml::Table;

use crate::{ConfigError, Result};

pub(crate) use Range::{Above, Below, Either, MultipleOf, Odd, Real, Whole, ZeroOr};

/// Range of the weight of a loss or a penalty.
pub(crate) const WEIGHT: Range = Real(0.0, 1e30);
pub(crate) const RATE: Range = Above(0.0, 1e30);
pub(crate) const SIDE: Range = ZeroOr(32, 1024);
pub(crate) const IMAGES: Range = Whole(0, 1_000_000_000);
pub(crate) const EPOCHS: Range = Whole(1, 1_000_000);
pub(crate) const WAYS: Range = Whole(2, 1_000_000);
pub(crate) const DRAWS: Range = Whole(100, 1_000_000);

/// Every numeric key of an experiment with its range.
pub(crate) static RANGES: LazyLock<Vec<(String, Range)>> =
    LazyLock::new(|| afterimage_schema::ranges(&crate::schema::declared()));

/// Refuses the first number of an experiment that is out of range.
///
/// # Errors
/// [`ConfigError::BadValue`] with key, value and range.
pub(crate) fn check_numbers(document: &Table) -> Result<()> {
    match afterimage_schema::find_outside(&RANGES, document) {
        Some(outside) => Err(ConfigError::BadValue { key: outside.key, got: outside.got, expected: outside.expected }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use afterimage_schema::dotted;
    use toml::Value;

    use super::*;
    use crate::Experiment;

    /// Keys of all numbers in a document, written as in [`RANGES`].
    fn numbers(prefix: &str, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Integer(_) | Value::Float(_) => found.push(prefix.to_owned()),
            Value::Array(entries) => entries.iter().for_each(|entry| numbers(&format!("{prefix}[]"), entry, found)),
            Value::Table(table) => {
                table.iter().for_each(|(key, value)| numbers(&dotted(prefix, key), value, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_number_of_the_schema_has_a_range() {
        let mut experiment = Experiment::preset("gaziv2022").unwrap();
        experiment.evaluation.perceptual_weights = vec![1.0; 5]; // empty in every preset
        let mut found = Vec::new();
        numbers("", &Value::try_from(&experiment).unwrap(), &mut found);
        found.sort();
        found.dedup();
        let mut known: Vec<&str> = RANGES.iter().map(|(key, _)| key.as_str()).collect();
        known.sort_unstable();
        assert_eq!(found, known);
    }

    /// Text with one number of the documented preset replaced.
    fn with(key: &str, value: Value) -> String {
        fn put(table: &mut Table, key: &str, value: Value) {
            let (first, rest) = key.split_once('.').unwrap_or((key, ""));
            let entry = table.get_mut(first.trim_end_matches("[]")).unwrap();
            match (entry, rest) {
                (Value::Array(entries), "") => *entries = vec![value],
                (Value::Array(entries), _) => put(entries[0].as_table_mut().unwrap(), rest, value),
                (entry, "") => *entry = value,
                (entry, _) => put(entry.as_table_mut().unwrap(), rest, value),
            }
        }
        let mut table = Table::try_from(Experiment::preset("gaziv2022").unwrap()).unwrap();
        put(&mut table, key, value);
        toml::to_string(&table).unwrap()
    }

    #[test]
    fn every_number_out_of_its_range_is_refused_by_key_value_and_range() {
        let too = [
            Value::Integer(-1),
            Value::Float(-0.5),
            Value::Float(f64::NAN),
            Value::Float(f64::INFINITY),
            Value::Float(1e300),
        ];
        for (key, range) in RANGES.iter() {
            for value in &too {
                let text = with(key, value.clone());
                let said = Experiment::from_text(&text, Path::new("mine.toml")).unwrap_err().to_string();
                let expected = format!("{} = {value} is impossible: expected {range}", key.replace("[]", ""));
                assert_eq!(said.lines().next(), Some(expected.as_str()));
            }
        }
    }
}
