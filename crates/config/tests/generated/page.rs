//! The reference page: one table per section.

use afterimage_config::{preset_names, preset_text};
use afterimage_schema::{Key, about};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, TableLike};

const HEAD: &str = "# Configuration

<!-- Generated from the fields of crates/config: UPDATE_CONFIG=1 cargo test --release -p afterimage-config --test generated -->

An experiment file is TOML. It names a preset and contains only the keys that differ from it:

```toml
preset = \"demo\"

[data]
dataset = \"recordings.afterimage\"

[encoder]
epochs = 20
```

`afterimage config --preset demo` prints a preset with every key and its comment; `afterimage config experiment.toml` prints a file
of yours with every default filled in; `--set encoder.epochs=20` changes a key for one command. An unknown key, a value of another
type or a value out of its range is refused, by name. `docs/experiment.schema.json` is the JSON schema of the file: an editor that
reads it completes and checks keys while you type.

Paths may be relative: they start at the folder of the file. An empty path (`\"\"`) means none. Defaults are those of the preset
`gaziv2022`; where another preset has another value, it is listed with the preset's name.
";

/// A preset with its name.
type Preset = (String, DocumentMut);

pub(crate) fn page(schema: &Value) -> String {
    let presets: Vec<Preset> =
        preset_names().into_iter().map(|name| (name.clone(), preset_text(&name).unwrap().parse().unwrap())).collect();
    let mut page = HEAD.to_owned();
    section(&mut page, "", schema, &presets);
    page
}

/// The table of a section, then its subsections, in the order of the documented preset.
fn section(page: &mut String, path: &str, schema: &Value, presets: &[Preset]) {
    let title = if path.is_empty() { "Top level".to_owned() } else { format!("`[{path}]`") };
    let about = if path.is_empty() { "Keys before the first section.".to_owned() } else { about(schema) };
    let dotted = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let names: Vec<String> = table_at(&presets[0].1, path).iter().map(|(name, _)| name.to_owned()).collect();
    let (sections, keys): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| schema["properties"][name]["properties"].is_object());
    let rows = keys.iter().map(|name| (dotted(name), &schema["properties"][name]));
    table(page, &title, &about, rows, presets);
    for name in keys {
        let row = &schema["properties"][&name]["items"];
        let Some(first) = find(&presets[0].1, &dotted(&name)).and_then(rows_of) else { continue };
        let keys: Vec<String> = first[0].iter().map(|(key, _)| key.to_owned()).collect();
        let rows = keys.iter().map(|key| (format!("{}.{key}", dotted(&name)), &row["properties"][key]));
        let title = format!("`{}`, for each entry", dotted(&name));
        table(
            page,
            &title,
            "Every key is required. The values of the entries are listed in their order.",
            rows,
            presets,
        );
    }
    for name in sections {
        section(page, &dotted(&name), &schema["properties"][&name], presets);
    }
}

fn table<'a>(
    page: &mut String,
    title: &str,
    about: &str,
    rows: impl Iterator<Item = (String, &'a Value)>,
    presets: &[Preset],
) {
    let keys = rows.map(|(name, schema)| Key { name, schema });
    *page += &afterimage_schema::table(title, about, &["default"], keys, |key| vec![defaults(&key.name, presets)]);
}

/// The value in the first preset, and in the others where they differ.
fn defaults(path: &str, presets: &[Preset]) -> String {
    let of = |preset: &Preset| value_at(&preset.1, path);
    let first = of(&presets[0]);
    let mut words = vec![format!("`{first}`")];
    let others = presets[1..].iter().filter(|preset| of(preset) != first);
    words.extend(others.map(|preset| format!("{} `{}`", preset.0, of(preset))));
    words.join("; ")
}

fn value_at(document: &DocumentMut, path: &str) -> String {
    if let Some(item) = find(document, path) {
        return match rows_of(item) {
            Some(rows) => format!("{} entries", rows.len()),
            None => one_line(item),
        };
    }
    let (list, key) = path.rsplit_once('.').unwrap();
    let rows = find(document, list).and_then(rows_of).unwrap();
    rows.iter().map(|row| one_line(row.get(key).unwrap())).collect::<Vec<_>>().join(", ")
}

fn one_line(item: &Item) -> String {
    item.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn table_at<'a>(document: &'a DocumentMut, path: &str) -> &'a dyn TableLike {
    let whole: &dyn TableLike = document.as_table();
    if path.is_empty() { whole } else { find(document, path).unwrap().as_table_like().unwrap() }
}

fn find<'a>(document: &'a DocumentMut, path: &str) -> Option<&'a Item> {
    path.split('.').try_fold(document.as_item(), |item, name| item.get(name))
}

/// The rows of a list of tables.
fn rows_of(item: &Item) -> Option<Vec<&dyn TableLike>> {
    let rows: Vec<&dyn TableLike> =
        item.as_array()?.iter().filter_map(|value| value.as_inline_table().map(|row| row as &dyn TableLike)).collect();
    (!rows.is_empty()).then_some(rows)
}
