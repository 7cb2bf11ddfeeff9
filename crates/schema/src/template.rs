//! A commented TOML file with every key of a schema, to be filled in.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Key, about, comment, properties};

/// Every key of a schema, sections in their order, each with its comment: required keys with their example, others with
/// their default, and those that may be missing commented out, with their example.
pub fn template(schema: &Value) -> String {
    let mut text = comment(&about(schema));
    section(&mut text, "", schema);
    text
}

fn section(text: &mut String, path: &str, schema: &Value) {
    let mut sections = Vec::new();
    for (name, inner) in properties(schema) {
        if inner["properties"].is_object() {
            sections.push((name, inner));
            continue;
        }
        let key = Key { name: name.clone(), schema: inner };
        let is_required = is_required(schema, name);
        let value = if is_required { key.example() } else { inner.get("default").cloned().filter(is_worth_a_line) };
        let missing = value.is_none();
        let value = value.or_else(|| key.example()).map(|value| toml_of(&value)).unwrap_or_default();
        let note = if is_required { " Required." } else { "" };
        // Writing into a string cannot fail.
        let _ = write!(text, "\n{}", comment(&format!("{}{note}", key.words([]))));
        let _ = writeln!(text, "{}{name} = {value}", if missing { "# " } else { "" });
    }
    for (name, inner) in sections {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let _ = write!(text, "\n{}[{path}]\n", comment(&about(inner)));
        section(text, &path, inner);
    }
}

/// True if a file without the key is refused.
fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
}

/// An empty list says less than an example.
fn is_worth_a_line(value: &Value) -> bool {
    value.as_array().is_none_or(|entries| !entries.is_empty())
}

fn toml_of(value: &Value) -> String {
    toml::Value::try_from(value).map(|value| value.to_string()).unwrap_or_default()
}
