//! The keys of a schema, with what a reader is told of each.

use serde_json::Value;

use afterimage_config::Range;

/// A key of the schema.
pub(crate) struct Key<'a> {
    /// Dotted; `[]` stands for each entry of a list of tables.
    pub(crate) name: String,
    pub(crate) schema: &'a Value,
}

/// All keys but the tables.
pub(crate) fn keys(schema: &Value) -> Vec<Key<'_>> {
    let mut found = Vec::new();
    collect("", schema, &mut found);
    found
}

fn collect<'a>(prefix: &str, schema: &'a Value, found: &mut Vec<Key<'a>>) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if inner["properties"].is_object() {
            collect(&name, inner, found);
        } else {
            collect(&format!("{name}[]"), &inner["items"], found);
            found.push(Key { name, schema: inner });
        }
    }
}

impl Key<'_> {
    /// Its description in one paragraph.
    pub(crate) fn about(&self) -> String {
        about(self.schema)
    }

    /// The schema of the value, or of each entry of a list.
    fn entry(&self) -> &Value {
        if self.schema["items"].is_object() { &self.schema["items"] } else { self.schema }
    }

    /// Each name that is accepted, with its description; empty for open text and numbers.
    pub(crate) fn choices(&self) -> Vec<(String, String)> {
        let of = |key: &str| self.entry()[key].as_array().cloned().unwrap_or_default();
        let described = of("oneOf").into_iter().map(|one| (one["const"].to_string(), about(&one)));
        let plain = of("enum").into_iter().filter(Value::is_string).map(|name| (name.to_string(), String::new()));
        described.chain(plain).collect()
    }

    /// The range of a number.
    pub(crate) fn range(&self) -> Option<Range> {
        Range::of(self.entry())
    }

    /// True where the upper end of the range only keeps a slip of the keyboard out.
    pub(crate) fn is_open_ended(&self) -> bool {
        const FAR: f64 = 1e6;
        let entry = self.entry();
        let ends = [&entry["maximum"], &entry["exclusiveMaximum"], &entry["anyOf"][1]["maximum"]];
        ends.into_iter().filter_map(Value::as_f64).any(|end| end >= FAR)
    }

    /// The type in words.
    pub(crate) fn kind(&self) -> String {
        let name = match self.entry()["type"].as_str().unwrap_or("string") {
            "boolean" => "`true` or `false`",
            "object" => "tables",
            "string" => "text",
            _ => "",
        };
        let name = self.range().map_or_else(|| name.to_owned(), |range| range.to_string());
        if self.schema["items"].is_object() { format!("list: {name}") } else { name }
    }
}

/// The description of a schema, each paragraph in one line.
pub(crate) fn about(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
