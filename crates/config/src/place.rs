//! Where in a text of the user's a key has its value, and how a message shows it.
//!
//! An experiment is read from the user's text laid over a preset, and the parser counts the lines of the whole. Errors name
//! the key instead, and this module finds its line in what the user wrote.

use std::ops::Range;

use afterimage_schema::dotted;
use toml_edit::{Document, Item, TableLike, Value};

/// The range of bytes of a key's value; of a key that a message names without the row of its list, in the first row that has
/// it.
pub(crate) fn of_key(text: &str, key: &str) -> Option<Range<usize>> {
    let document = Document::parse(text).ok()?;
    let (mut found, mut place) = (document.as_item(), None);
    for part in key.split('.') {
        let name = part.split('[').next()?;
        found = match found {
            item if item.is_table_like() => item.as_table_like()?.get(name)?,
            item => return row(item, name).or(item.span()),
        };
        place = found.span();
    }
    place
}

/// The range of the value of `name` in the first row of a list of tables that has it.
fn row(list: &Item, name: &str) -> Option<Range<usize>> {
    let value = |table: &dyn TableLike| table.get(name).and_then(Item::span);
    match list {
        Item::ArrayOfTables(tables) => tables.iter().find_map(|table| value(table)),
        Item::Value(Value::Array(rows)) => {
            rows.iter().filter_map(Value::as_inline_table).find_map(|table| value(table))
        }
        _ => None,
    }
}

/// The range of the first value that is this string.
pub(crate) fn of_string(text: &str, string: &str) -> Option<Range<usize>> {
    fn find(item: &Item, string: &str) -> Option<Range<usize>> {
        match item {
            Item::Value(value) => find_value(value, string),
            Item::Table(table) => table.iter().find_map(|(_, item)| find(item, string)),
            Item::ArrayOfTables(tables) => {
                tables.iter().find_map(|table| table.iter().find_map(|(_, item)| find(item, string)))
            }
            Item::None => None,
        }
    }
    fn find_value(value: &Value, string: &str) -> Option<Range<usize>> {
        match value {
            Value::String(text) if text.value() == string => value.span(),
            Value::Array(values) => values.iter().find_map(|value| find_value(value, string)),
            Value::InlineTable(table) => table.iter().find_map(|(_, value)| find_value(value, string)),
            _ => None,
        }
    }
    find(Document::parse(text).ok()?.as_item(), string)
}

/// The dotted key whose value lies at an offset.
pub(crate) fn key_at(text: &str, offset: usize) -> Option<String> {
    fn find(table: &dyn TableLike, prefix: &str, offset: usize) -> Option<String> {
        table.iter().find_map(|(name, item)| {
            let key = dotted(prefix, name);
            match item {
                Item::Value(Value::Array(rows)) => rows
                    .iter()
                    .filter_map(Value::as_inline_table)
                    .find_map(|row| find(row, &key, offset))
                    .or_else(|| item.span().filter(|span| span.contains(&offset)).map(|_| key.clone())),
                _ => match item.as_table_like() {
                    Some(inner) => find(inner, &key, offset),
                    None => item.span().filter(|span| span.contains(&offset)).map(|_| key),
                },
            }
        })
    }
    find(Document::parse(text).ok()?.as_table(), "", offset)
}

/// The line of a range with its number, and carets below; `name` is the file, or an option of the command line, which has no
/// lines.
pub(crate) fn excerpt(name: &str, text: &str, range: Range<usize>) -> String {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.start..].find('\n').map_or(text.len(), |at| range.start + at);
    let line = text[start..end].trim_end_matches('\r');
    let column = text[start..range.start].chars().count();
    let carets = "^".repeat(text[range.start..range.end.min(end)].chars().count().max(1));
    let number = (text[..start].matches('\n').count() + 1).to_string();
    let (place, number) = if name.starts_with("--") {
        (name.to_owned(), " ".to_owned())
    } else {
        (format!("{name}, line {number}, column {}", column + 1), number)
    };
    let (margin, indent) = (" ".repeat(number.len()), " ".repeat(column));
    format!("{margin}--> {place}\n{margin} |\n{number} | {line}\n{margin} | {indent}{carets}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "preset = \"v4\"\n[encoder]\nepochs = \"3\" # three\nbranches = [\n  { tap = \"a\", pool = 9 },\n]\n[decoder.image_loss]\nbackbone = \"vgg91\"\n";

    fn at(range: Option<Range<usize>>) -> &'static str {
        &TEXT[range.unwrap()]
    }

    #[test]
    fn keys_are_found_in_tables_dotted_tables_and_rows() {
        assert_eq!(at(of_key(TEXT, "preset")), "\"v4\"");
        assert_eq!(at(of_key(TEXT, "encoder.epochs")), "\"3\"");
        assert_eq!(at(of_key(TEXT, "encoder.branches.pool")), "9");
        assert_eq!(at(of_key(TEXT, "decoder.image_loss.backbone")), "\"vgg91\"");
        assert_eq!(of_key(TEXT, "encoder.batch"), None);
        assert_eq!(of_key("encoder.epochs = 3", "encoder.epochs"), Some(17..18));
        assert_eq!(at(of_string(TEXT, "vgg91")), "\"vgg91\"");
    }

    #[test]
    fn offsets_give_their_key() {
        let key = |part: &str| key_at(TEXT, TEXT.find(part).unwrap());
        assert_eq!(key("\"3\"").unwrap(), "encoder.epochs");
        assert_eq!(key("9 }").unwrap(), "encoder.branches.pool");
        assert_eq!(key("# three"), None);
    }

    #[test]
    fn excerpt_has_line_column_and_carets() {
        let shown = excerpt("mine.toml", TEXT, of_key(TEXT, "encoder.epochs").unwrap());
        assert_eq!(shown, " --> mine.toml, line 3, column 10\n  |\n3 | epochs = \"3\" # three\n  |          ^^^");
    }
    #[test]
    fn an_option_has_no_line_number() {
        let shown = excerpt("--set", "encoder.epochs = \"few\"", 17..22);
        assert_eq!(shown, " --> --set\n  |\n  | encoder.epochs = \"few\"\n  |                  ^^^^^");
    }
}
