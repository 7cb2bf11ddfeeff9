//! The documented preset: its values, with comments from the schema.

use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

use crate::keys::{Key, about};

/// Columns of a comment.
const WIDTH: usize = 120;

/// `text` with the comment of every key written again.
pub(crate) fn commented(text: &str, schema: &Value) -> String {
    let mut document: DocumentMut = text.parse().unwrap();
    comment_keys(document.as_table_mut(), schema);
    format!("{}\n{document}", comment(&about(schema)))
}

fn comment_keys(table: &mut dyn TableLike, schema: &Value) {
    for (mut key, item) in table.iter_mut() {
        let schema = &schema["properties"][key.get()];
        match item {
            Item::Table(inner) => {
                inner.decor_mut().set_prefix(format!("\n{}", comment(&about(schema))));
                comment_keys(inner, schema);
            }
            _ => key.leaf_decor_mut().set_prefix(comment(&words(schema, item))),
        }
    }
}

/// What the comment of a key says: the description, the choices or the keys of a row, and the range.
fn words(schema: &Value, item: &Item) -> String {
    let key = Key { name: String::new(), schema };
    let mut words = vec![key.about()];
    let choices = key.choices();
    if choices.iter().any(|(_, about)| about.is_empty()) {
        let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
        words.push(format!("One of {}.", names.join(", ")));
    } else {
        words.extend(choices.iter().map(|(name, about)| format!("{name}: {about}")));
    }
    let row = item.as_array().and_then(|rows| rows.get(0)?.as_inline_table());
    for (name, _) in row.into_iter().flatten() {
        words.push(format!("`{name}`: {}", about(&schema["items"]["properties"][name])));
    }
    words.extend(key.range().filter(|_| !key.is_open_ended()).map(|range| format!("Range: {range}.")));
    words.join(" ")
}

/// `text` as lines of a comment.
fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > WIDTH) {
            lines.push(String::from("#"));
        }
        let line = lines.last_mut().unwrap();
        line.push(' ');
        line.push_str(word);
    }
    lines.join("\n") + "\n"
}
