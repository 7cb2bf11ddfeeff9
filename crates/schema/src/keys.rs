//! The keys of a schema, with what a reader is told of each.

use serde_json::Value;

use crate::{Range, properties};

/// A key of a schema.
#[derive(Debug, Clone)]
pub struct Key<'a> {
    /// Dotted; `[]` stands for each entry of a list of tables.
    pub name: String,
    /// What is declared of its value.
    pub schema: &'a Value,
}

/// All keys of a schema, without the tables that they stand in.
pub fn keys(schema: &Value) -> Vec<Key<'_>> {
    let mut found = Vec::new();
    collect("", schema, &mut found);
    found
}

fn collect<'a>(prefix: &str, schema: &'a Value, found: &mut Vec<Key<'a>>) {
    for (name, inner) in properties(schema) {
        let name = dotted(prefix, name);
        if inner["properties"].is_object() {
            collect(&name, inner, found);
        } else {
            collect(&format!("{name}[]"), &inner["items"], found);
            found.push(Key { name, schema: inner });
        }
    }
}

/// The name of a key in a section, such as `data.dataset`; the section of keys at the top is empty.
pub fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

impl Key<'_> {
    /// Its description in one paragraph.
    pub fn about(&self) -> String {
        about(self.schema)
    }

    /// The schema of the value, or of each entry of a list.
    fn entry(&self) -> &Value {
        if self.schema["items"].is_object() { &self.schema["items"] } else { self.schema }
    }

    /// Each name that is accepted, with its description; empty for open text and numbers.
    pub fn choices(&self) -> Vec<(String, String)> {
        let of = |key: &str| self.entry()[key].as_array().cloned().unwrap_or_default();
        let described = of("oneOf").into_iter().map(|one| (one["const"].to_string(), about(&one)));
        let plain = of("enum").into_iter().filter(Value::is_string).map(|name| (name.to_string(), String::new()));
        described.chain(plain).collect()
    }

    /// The range of a number.
    pub fn range(&self) -> Option<Range> {
        Range::of(self.entry())
    }

    /// True where the upper end of the range only keeps a slip of the keyboard out.
    pub fn is_open_ended(&self) -> bool {
        const FAR: f64 = 1e6;
        let entry = self.entry();
        let ends = [&entry["maximum"], &entry["exclusiveMaximum"], &entry["anyOf"][1]["maximum"]];
        ends.into_iter().filter_map(Value::as_f64).any(|end| end >= FAR)
    }

    /// The type in words.
    pub fn kind(&self) -> String {
        kind(self.schema)
    }

    /// The example that is declared, or else the first choice.
    pub fn example(&self) -> Option<Value> {
        let declared = self.schema["examples"].as_array().and_then(|examples| examples.first()).cloned();
        let choice = || serde_json::from_str(&self.choices().first()?.0).ok();
        declared.or_else(choice)
    }
}

fn kind(schema: &Value) -> String {
    if let Some(kinds) = schema["anyOf"].as_array().filter(|_| Range::of(schema).is_none()) {
        return kinds.iter().map(kind).collect::<Vec<_>>().join(", or ");
    }
    let inner = |key: &str| Some(&schema[key]).filter(|inner| inner.is_object());
    if let Some(entry) = inner("items") {
        let count = schema["maxItems"].as_u64().filter(|most| schema["minItems"].as_u64() == Some(*most));
        return count.map_or_else(|| "list".to_owned(), |count| format!("list of {count}")) + ": " + &kind(entry);
    }
    if let Some(entry) = inner("additionalProperties") {
        return format!("by name: {}", kind(entry));
    }
    let name = match schema["type"].as_str().unwrap_or("string") {
        "boolean" => "`true` or `false`",
        "object" => "tables",
        "string" if schema["format"] == "path" => "path",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "",
    };
    // The whole range of a type is not a range of the key.
    let is_of_type = schema["minimum"] == 0 && schema["maximum"] == u16::MAX;
    let declared = Range::of(schema).filter(|_| schema["format"] != "uint16" || !is_of_type);
    declared.map_or_else(|| name.to_owned(), |range| range.to_string())
}

/// The description of a schema in one line, for readers of a page: without examples in Rust, and with links of the
/// documentation of Rust as the name that they link to.
pub fn about(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    let prose: String = text.split("```").step_by(2).collect();
    let mut words = prose.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some(start) = words.find("[`") {
        let Some(length) = words[start..].find("`]") else { break };
        let link = words[start + 2..start + length].to_owned();
        let name = link.rsplit("::").next().unwrap_or(&link);
        words.replace_range(start..start + length + 2, name);
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::about;

    #[test]
    fn a_page_has_neither_examples_nor_links_of_rust() {
        let text = "Left out by\n[`crate::DataSet::leave_out`].\n\n```\nuse a::B;\n```";
        assert_eq!(about(&json!({ "description": text })), "Left out by leave_out.");
    }
}
