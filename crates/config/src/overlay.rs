//! Overlays one TOML document on another and keeps the comments of the lower one.

use std::path::Path;

use afterimage_schema::dotted;
use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::{ConfigError, Result};

/// The `preset` key of an experiment text.
pub(crate) fn preset_of(text: &str, path: &Path) -> Result<Option<String>> {
    Ok(parse(text, path)?.get("preset").and_then(Item::as_str).map(str::to_owned))
}

/// Overlays `upper` on `lower`; a key that `lower` lacks is refused, with the nearest key as a hint.
pub(crate) fn apply(lower: &str, upper: &str, path: &Path) -> Result<String> {
    let mut document = parse(lower, path)?;
    let upper = parse(upper, path)?;
    merge(document.as_table_mut(), upper.as_table(), "", path)?;
    Ok(document.to_string())
}

/// Converts `a.b=value` to TOML text.
pub(crate) fn setting(setting: &str) -> Result<String> {
    let bad = || ConfigError::BadValue {
        key: "--set".into(),
        got: format!("\"{setting}\""),
        expected: "key=value, such as decoder.epochs=40".into(),
    };
    let (key, value) = setting.split_once('=').ok_or_else(bad)?;
    let literal = format!("{} = {}", key.trim(), value.trim());
    if literal.parse::<DocumentMut>().is_ok() {
        return Ok(literal);
    }
    let quoted = format!("{} = {}", key.trim(), Value::from(value.trim()));
    quoted.parse::<DocumentMut>().map(|_| quoted).map_err(|_| bad())
}

/// The keys of a TOML text outside of all tables, and the names of its tables; `None` if it is not TOML.
pub fn top_level_keys(text: &str) -> Option<Vec<String>> {
    let document = text.parse::<DocumentMut>().ok()?;
    Some(document.iter().map(|(key, _)| key.to_owned()).collect())
}

/// The candidate nearest to `name`, if near enough for a hint.
pub fn nearest_name<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(name, c), c))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity > 0.7)
        .map(|(_, c)| c.to_owned())
}

fn parse(text: &str, path: &Path) -> Result<DocumentMut> {
    text.parse().map_err(|e: toml_edit::TomlError| ConfigError::Toml { path: path.into(), message: e.to_string() })
}

fn merge(lower: &mut dyn TableLike, upper: &dyn TableLike, prefix: &str, path: &Path) -> Result<()> {
    for (key, item) in upper.iter() {
        let dotted = dotted(prefix, key);
        let Some(known) = lower.get(key) else {
            return Err(unknown_key(lower, key, &dotted, path));
        };
        check_rows(known, item, &dotted, path)?;
        let known = lower.get_mut(key).expect("just found");
        match (known.is_table_like(), item.as_table_like()) {
            (true, Some(above)) => merge(known.as_table_like_mut().expect("is table-like"), above, &dotted, path)?,
            (true, None) | (false, Some(_)) => {
                let expected = if known.is_table_like() { format!("a table, as [{dotted}]") } else { "a value".into() };
                return Err(ConfigError::BadValue { key: dotted, got: item.type_name().into(), expected });
            }
            (false, None) => replace(known, item),
        }
    }
    Ok(())
}

/// Replaces a value and keeps the spaces and comment around it. Tables of a list are written inside its brackets, one
/// per line, as in the presets.
fn replace(known: &mut Item, item: &Item) {
    let decor = known.as_value().map(|v| v.decor().clone());
    *known = item.clone();
    if known.is_array_of_tables() {
        known.make_value();
        let rows = known.as_array_mut().expect("was a list of tables");
        rows.iter_mut().for_each(|row| row.decor_mut().set_prefix("\n  "));
        rows.set_trailing("\n");
        rows.set_trailing_comma(true);
    }
    if let (Some(decor), Some(value)) = (decor, known.as_value_mut()) {
        *value.decor_mut() = decor;
    }
}

/// In lists of tables, such as `encoder.branches`, every row must have the keys of the default rows.
fn check_rows(known: &Item, item: &Item, dotted: &str, path: &Path) -> Result<()> {
    let Some(pattern) = first_row(known) else { return Ok(()) };
    for row in rows(item) {
        for key in row {
            if !pattern.contains(&key) {
                return Err(ConfigError::UnknownKey {
                    path: path.into(),
                    nearest: nearest_name(&key, pattern.iter().map(String::as_str))
                        .map(|near| format!("{dotted}.{near}")),
                    key: format!("{dotted}.{key}"),
                });
            }
        }
    }
    Ok(())
}

fn first_row(item: &Item) -> Option<Vec<String>> {
    rows(item).into_iter().next()
}

fn rows(item: &Item) -> Vec<Vec<String>> {
    let keys = |t: &dyn TableLike| t.iter().map(|(k, _)| k.to_owned()).collect();
    match item {
        Item::ArrayOfTables(tables) => tables.iter().map(|t| keys(t)).collect(),
        Item::Value(Value::Array(values)) => {
            values.iter().filter_map(Value::as_inline_table).map(|t| keys(t)).collect()
        }
        _ => Vec::new(),
    }
}

fn unknown_key(lower: &dyn TableLike, key: &str, dotted: &str, path: &Path) -> ConfigError {
    let table = dotted.strip_suffix(key).unwrap_or_default();
    let nearest = nearest_name(key, lower.iter().map(|(k, _)| k)).map(|near| format!("{table}{near}"));
    ConfigError::UnknownKey { path: path.into(), key: dotted.to_owned(), nearest }
}
