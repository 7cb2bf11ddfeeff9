//! What is generated from the experiment's fields: the comments of the documented preset, the reference page and the JSON schema.
//!
//! `UPDATE_CONFIG=1 cargo test --release -p afterimage-config --test generated` writes the files again.

mod page;
mod preset;

use std::path::{Path, PathBuf};

use afterimage_config::{Experiment, preset_names, preset_text, schema};
use afterimage_schema::keys;
use serde_json::Value;

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn generated_files_are_those_of_the_fields() {
    let schema = schema();
    let json = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let files = [
        ("crates/config/presets/gaziv2022.toml", preset::commented(&preset_text("gaziv2022").unwrap(), &schema)),
        ("docs/configuration.md", page::page(&schema)),
        ("docs/experiment.schema.json", json),
    ];
    let mut differing = Vec::new();
    for (name, expected) in files {
        let path = at_root(name);
        if std::env::var_os("UPDATE_CONFIG").is_some() {
            std::fs::write(&path, &expected).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        // The order of keys in JSON is that of the build's features.
        let value = |text: &str| serde_json::from_str::<Value>(text).ok();
        if found != expected && !(name.ends_with(".json") && value(&found) == value(&expected)) {
            differing.push(name);
        }
    }
    let about = &schema["properties"]["preset"]["description"];
    for name in preset_names() {
        assert!(about.as_str().is_some_and(|text| text.contains(&format!(" {name}"))), "{name} is missing in {about}");
    }
    assert!(differing.is_empty(), "{differing:?} differ from the fields: look at them, then run with UPDATE_CONFIG=1");
}

/// The part of JSON schema that an experiment's schema uses, applied to a document.
fn faults(schema: &Value, value: &Value, key: &str, found: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        for (name, inner) in value.as_object().into_iter().flatten() {
            match properties.get(name) {
                Some(schema) => faults(schema, inner, &format!("{key}.{name}"), found),
                None => found.push(format!("{key}.{name} is unknown")),
            }
        }
    }
    for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
        faults(&schema["items"], inner, &format!("{key}[{i}]"), found);
    }
    let chosen = |one: &Value| one["const"] == *value;
    if schema["oneOf"].as_array().is_some_and(|choices| !choices.iter().any(chosen))
        || schema["enum"].as_array().is_some_and(|names| !names.contains(value))
    {
        found.push(format!("{key} = {value} is none of the choices"));
    }
    if schema["default"].is_null() && key.contains('.') && schema["properties"].is_null() && !key.contains('[') {
        found.push(format!("{key} has no default"));
    }
}

#[test]
fn every_preset_fits_the_schema() {
    for name in preset_names() {
        let mut found = Vec::new();
        let preset = serde_json::to_value(Experiment::preset(&name).unwrap()).unwrap();
        faults(&schema(), &preset, "", &mut found);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn every_key_has_a_description() {
    for key in keys(&schema()) {
        assert!(!key.about().is_empty(), "{} has none", key.name);
    }
}
