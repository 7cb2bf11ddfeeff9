//! Ranges of numbers: declared at a field, checked in a document, written in a schema and in words.

use std::fmt;

use schemars::Schema;
use serde_json::{Map, Value as Json, json};
use toml::{Table, Value};

/// Accepted values of a number. Bounds are included unless the name says otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// A whole number.
    Whole(i64, i64),
    /// An odd whole number.
    Odd(i64, i64),
    /// A multiple of the first.
    MultipleOf(i64, i64, i64),
    /// 0, or a whole number.
    ZeroOr(i64, i64),
    /// One of two.
    Either(i64, i64),
    /// A real number.
    Real(f64, f64),
    /// A real number above the first.
    Above(f64, f64),
    /// A real number below the second.
    Below(f64, f64),
}
use Range::{Above, Below, Either, MultipleOf, Odd, Real, Whole, ZeroOr};

/// Declares the range of a field's number, or of each number of a list, in its schema.
pub fn within(range: Range) -> impl FnMut(&mut Schema) {
    move |schema| {
        let entry = entry(schema);
        let keywords = range.keywords();
        entry.remove("minimum"); // of unsigned types, also where 0 is none of the range
        entry.extend(keywords.as_object().cloned().unwrap_or_default());
    }
}

/// The schema of a value, or of each entry of a list.
pub fn entry(schema: &mut Schema) -> &mut Map<String, Json> {
    let object = schema.ensure_object();
    if object.get("items").is_some_and(Json::is_object) {
        return object.get_mut("items").and_then(Json::as_object_mut).expect("is an object");
    }
    object
}

/// Every numeric key of a schema with its range; `[]` is any entry of a list.
pub fn ranges(schema: &Json) -> Vec<(String, Range)> {
    let mut found = Vec::new();
    collect("", schema, &mut found);
    found
}

fn collect(key: &str, schema: &Json, found: &mut Vec<(String, Range)>) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        collect(&if key.is_empty() { name.clone() } else { format!("{key}.{name}") }, inner, found);
    }
    if schema["items"].is_object() {
        collect(&format!("{key}[]"), &schema["items"], found);
    }
    found.extend(Range::of(schema).map(|range| (key.to_owned(), range)));
}

impl Range {
    /// Range declared by a schema.
    pub fn of(schema: &Json) -> Option<Self> {
        let whole = |schema: &Json| Some((schema["minimum"].as_i64()?, schema["maximum"].as_i64()?));
        let real = |low: &str, high: &str| Some((schema[low].as_f64()?, schema[high].as_f64()?));
        let either = |schema: &Json| Some((schema["enum"][0].as_i64()?, schema["enum"][1].as_i64()?));
        if schema["type"] == "number" {
            let above = real("exclusiveMinimum", "maximum").map(|(low, high)| Above(low, high));
            let below = real("minimum", "exclusiveMaximum").map(|(low, high)| Below(low, high));
            return above.or(below).or(real("minimum", "maximum").map(|(low, high)| Real(low, high)));
        }
        if let Some((one, other)) = either(schema) {
            return Some(Either(one, other));
        }
        if let Some((low, high)) = whole(&schema["anyOf"][1]) {
            return Some(ZeroOr(low, high));
        }
        let (low, high) = whole(schema)?;
        Some(match schema["multipleOf"].as_i64() {
            Some(step) => MultipleOf(step, low, high),
            None if schema["not"].is_object() => Odd(low, high),
            None => Whole(low, high),
        })
    }

    /// As keywords of a JSON schema.
    fn keywords(self) -> Json {
        match self {
            Whole(low, high) => json!({ "minimum": low, "maximum": high }),
            Odd(low, high) => json!({ "minimum": low, "maximum": high, "not": { "multipleOf": 2 } }),
            MultipleOf(step, low, high) => json!({ "minimum": low, "maximum": high, "multipleOf": step }),
            ZeroOr(low, high) => json!({ "anyOf": [{ "const": 0 }, { "minimum": low, "maximum": high }] }),
            Either(one, other) => json!({ "enum": [one, other] }),
            Real(low, high) => json!({ "minimum": low, "maximum": high }),
            Above(low, high) => json!({ "exclusiveMinimum": low, "maximum": high }),
            Below(low, high) => json!({ "minimum": low, "exclusiveMaximum": high }),
        }
    }

    /// True if a number lies in the range.
    pub fn holds(self, value: &Value) -> bool {
        let real = |test: &dyn Fn(f64) -> bool| {
            let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
            number.is_some_and(test)
        };
        let whole = |test: &dyn Fn(i64) -> bool| value.as_integer().is_some_and(test);
        match self {
            Whole(low, high) => whole(&|v| (low..=high).contains(&v)),
            Odd(low, high) => whole(&|v| (low..=high).contains(&v) && v % 2 == 1),
            MultipleOf(step, low, high) => whole(&|v| (low..=high).contains(&v) && v % step == 0),
            ZeroOr(low, high) => whole(&|v| v == 0 || (low..=high).contains(&v)),
            Either(one, other) => whole(&|v| v == one || v == other),
            Real(low, high) => real(&|v| (low..=high).contains(&v)),
            Above(low, high) => real(&|v| v > low && v <= high),
            Below(low, high) => real(&|v| (low..high).contains(&v)),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whole(low, high) => write!(f, "a whole number from {low} to {high}"),
            Odd(low, high) => write!(f, "an odd number from {low} to {high}"),
            MultipleOf(step, low, high) => write!(f, "a multiple of {step} from {low} to {high}"),
            ZeroOr(low, high) => write!(f, "0, or a whole number from {low} to {high}"),
            Either(one, other) => write!(f, "{one} or {other}"),
            Real(low, high) => write!(f, "a number from {low:?} to {high:?}"),
            Above(low, high) => write!(f, "a number above {low:?}, at most {high:?}"),
            Below(low, high) => write!(f, "a number from {low:?}, below {high:?}"),
        }
    }
}

/// A number out of its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The dotted key.
    pub key: String,
    /// The value found.
    pub got: String,
    /// What is accepted.
    pub expected: String,
}

/// The first number of a document that is out of its range, also one in quotes, since settings on a command line quote
/// numbers that TOML does not parse. Missing keys and values that are not numbers are left to the parser.
pub fn find_outside(ranges: &[(String, Range)], document: &Table) -> Option<Outside> {
    ranges.iter().find_map(|(key, range)| {
        let outside = |value: &&Value| {
            let quoted = value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
            (quoted || value.is_integer() || value.is_float()) && !range.holds(value)
        };
        let value = values(document, key).into_iter().find(outside)?;
        Some(Outside { key: key.replace("[]", ""), got: value.to_string(), expected: range.to_string() })
    })
}

/// The values of a key, written as in [`ranges`].
pub fn values<'a>(document: &'a Table, key: &str) -> Vec<&'a Value> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let Some(found) = document.get(first.trim_end_matches("[]")) else { return Vec::new() };
    let entries: Vec<&Value> =
        if first.ends_with("[]") { found.as_array().into_iter().flatten().collect() } else { vec![found] };
    if rest.is_empty() {
        return entries;
    }
    entries.into_iter().filter_map(Value::as_table).flat_map(|table| values(table, rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_range_are_accepted_and_what_lies_beyond_is_not() {
        let whole = |range: Range, v: i64| range.holds(&Value::Integer(v));
        let real = |range: Range, v: f64| range.holds(&Value::Float(v));
        assert_eq!([99, 100, 1000, 1001].map(|v| whole(Whole(100, 1000), v)), [false, true, true, false]);
        assert_eq!([0, 1, 2, 31, 33].map(|v| whole(Odd(1, 31), v)), [false, true, false, true, false]);
        assert_eq!([60, 64, 65, 224, 232].map(|v| whole(MultipleOf(8, 64, 224), v)), [false, true, false, true, false]);
        assert_eq!([0, 31, 32, 1024, 1025].map(|v| whole(ZeroOr(32, 1024), v)), [true, false, true, true, false]);
        assert_eq!([3, 4, 5, 8].map(|v| whole(Either(4, 8), v)), [false, true, false, true]);
        assert_eq!([0.0, 0.5, 0.51].map(|v| real(Real(0.0, 0.5), v)), [true, true, false]);
        assert_eq!([0.0, 1e-9, 1.0, 1.01].map(|v| real(Above(0.0, 1.0), v)), [false, true, true, false]);
        assert_eq!([0.0, 0.99, 1.0].map(|v| real(Below(0.0, 1.0), v)), [true, true, false]);
        assert!(whole(Real(0.0, 1e30), 3), "a whole number is a number");
    }
}
