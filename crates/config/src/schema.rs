//! The JSON schema of an experiment file, from the doc comments, types and ranges of the fields.

use serde_json::Value;

use crate::Experiment;

/// The JSON schema (draft 2020-12) of an experiment file, with the defaults of the preset "gaziv2022". All keys are
/// optional, except those of a branch.
///
/// Each value's `description` is the doc comment of its field; numbers carry their range, names their choices.
pub fn schema() -> Value {
    let mut schema = declared();
    let defaults = Experiment::preset("gaziv2022").map(|preset| serde_json::to_value(preset).unwrap_or_default());
    fill(&mut schema, &defaults.unwrap_or_default());
    schema
}

/// Like [`schema`], without the defaults.
pub(crate) fn declared() -> Value {
    afterimage_schema::declared::<Experiment>()
}

/// Adds defaults to the keys of a table, which makes them optional.
fn fill(schema: &mut Value, default: &Value) {
    let Some(object) = schema.as_object_mut() else { return };
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else {
        object.insert("default".to_owned(), default.clone());
        return;
    };
    properties.iter_mut().for_each(|(key, inner)| fill(inner, &default[key]));
    object.remove("required");
}
