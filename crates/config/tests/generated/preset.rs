//! The documented preset: its values, with comments from the schema.

use afterimage_schema::{Key, about, comment};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

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

/// The comment of a key in words.
fn words(schema: &Value, item: &Item) -> String {
    let row = item.as_array().and_then(|rows| rows.get(0)?.as_inline_table());
    Key { name: String::new(), schema }.words(row.into_iter().flatten().map(|(name, _)| name))
}
