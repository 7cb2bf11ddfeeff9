//! Keys of files, declared once.
//!
//! A field of a struct declares a key: its doc comment gives meaning, unit and source, its type and [`Range`] what is
//! accepted, `serde(default)` the default, `schemars(example)` an example. From these come the checks of values, the JSON
//! schema ([`declared`]), reference pages ([`table`]), commented files ([`comment`], [`template`]) and the names that an
//! unknown key is compared with.
//!
//! ```
//! use afterimage_schema::{Range, declared, keys, within};
//! use schemars::JsonSchema;
//!
//! /// A session.
//! #[derive(JsonSchema)]
//! struct Session {
//!     /// Number of trials.
//!     #[schemars(transform = within(Range::Whole(1, 1000)))]
//!     trials: u32,
//! }
//!
//! let schema = declared::<Session>();
//! let keys = keys(&schema);
//! assert_eq!((keys[0].name.as_str(), keys[0].about().as_str()), ("trials", "Number of trials."));
//! assert_eq!(keys[0].kind(), "a whole number from 1 to 1000");
//! ```

mod comment;
mod keys;
mod order;
mod page;
mod range;
mod template;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

pub use comment::comment;
pub use keys::{Key, about, dotted, keys};
pub use order::{in_order, properties};
pub use page::table;
pub use range::{Outside, Range, entry, find_outside, ranges, values, within};
pub use template::template;

/// The JSON schema (draft 2020-12) of a struct, without references. A field that may be missing has the schema of its
/// value, since TOML has no null.
pub fn declared<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    remove_null(&mut schema);
    schema
}

/// Takes null, the value of a missing field, from what is accepted.
fn remove_null(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.get("default").is_some_and(Value::is_null) {
        object.remove("default");
    }
    let is_null = |kind: &Value| kind == "null" || kind["type"] == "null" || kind.is_null();
    for list in ["type", "enum", "anyOf"] {
        let Some(entries) = object.get_mut(list).and_then(Value::as_array_mut) else { continue };
        entries.retain(|entry| !is_null(entry));
        if let ("type" | "anyOf", [only]) = (list, entries.as_slice()) {
            let only = only.clone();
            object.remove(list);
            match only.as_object() {
                Some(fields) => fields.iter().for_each(|(key, value)| {
                    object.entry(key).or_insert_with(|| value.clone());
                }),
                None => _ = object.insert(list.to_owned(), only),
            }
        }
    }
    for (key, inner) in object.iter_mut() {
        match key.as_str() {
            "properties" => inner.as_object_mut().into_iter().flatten().for_each(|(_, field)| remove_null(field)),
            "anyOf" | "oneOf" => inner.as_array_mut().into_iter().flatten().for_each(remove_null),
            "items" | "additionalProperties" => remove_null(inner),
            _ => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file.
    #[derive(serde::Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct File {
        /// Width.
        width: Option<f32>,
        /// Kind.
        kind: Option<Kind>,
        /// Names.
        #[schemars(example = "a*")]
        names: Option<Names>,
        /// Count.
        #[serde(default)]
        #[schemars(transform = within(Range::Whole(0, 9)))]
        count: u16,
        /// An inner table.
        #[serde(default)]
        inner: Inner,
    }

    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    #[allow(dead_code)]
    enum Kind {
        /// Of one.
        One,
        /// Of the other.
        Other,
    }

    #[derive(serde::Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Names {
        /// A pattern.
        Pattern(String),
        /// A list.
        List(Vec<String>),
    }

    /// Inside.
    #[derive(Default, serde::Serialize, serde::Deserialize, JsonSchema)]
    #[serde(default)]
    struct Inner {
        /// Seed.
        #[schemars(transform = within(Range::Whole(0, 99)))]
        seed: u64,
    }

    #[test]
    fn optional_fields_have_the_schema_of_their_value() {
        let schema = declared::<File>();
        let kinds: Vec<(String, String)> =
            keys(&schema).into_iter().map(|key| (key.name.clone(), key.kind())).collect();
        let kind = |name: &str| kinds.iter().find(|(key, _)| key == name).unwrap().1.as_str();
        assert_eq!(kind("width"), "a number");
        assert_eq!(kind("names"), "text, or list: text");
        assert_eq!(kind("count"), "a whole number from 0 to 9");
        assert_eq!(kind("inner.seed"), "a whole number from 0 to 99");
        let all = keys(&schema);
        let choices = all.iter().find(|key| key.name == "kind").unwrap().choices();
        assert_eq!(choices[1], ("\"other\"".to_owned(), "Of the other.".to_owned()));
    }

    #[test]
    fn template_has_every_key_and_comments_out_those_that_may_be_missing() {
        let text = template(&declared::<File>());
        for line in ["# width = ", "# kind = \"one\"", "# names = \"a*\"", "count = 0", "[inner]", "seed = 0"] {
            assert!(text.lines().any(|found| found.starts_with(line)), "{line}: {text}");
        }
        assert!(text.parse::<toml::Table>().is_ok(), "{text}");
    }
}
