//! What is generated from the fields of the manifest and of a data set's header: the template, the reference pages, the schema.
//!
//! `UPDATE_CONFIG=1 cargo test --release -p afterimage-data --test it generated` writes the files again.

use std::path::Path;

use afterimage_data::manifest::{TEMPLATE, schema};
use afterimage_data::{Header, LAYOUT_VERSION, Manifest};
use afterimage_schema::{Key, about, declared, keys, properties, table, template};
use serde_json::Value;

const MANIFEST_HEAD: &str = "# Manifest of `import generic`

<!-- Generated from the fields of crates/data/src/manifest: UPDATE_CONFIG=1 cargo test --release -p afterimage-data --test it generated -->

A manifest is a TOML file that joins a table of responses with images. `afterimage import generic --template > manifest.toml` prints one
with every key, ready to be edited; `afterimage import generic manifest.toml --out NAME.afterimage` reads it. The shortest one:

```toml
name = \"my recording\"

[responses]
file = \"responses.npy\"
orientation = \"trials_by_voxels\"

[images]
source = \"images\"
```

Relative paths start at the folder of the manifest. An unknown key, a value of another type or a value out of its range is refused, by
name. `docs/manifest.schema.json` is the JSON schema of the file: an editor that reads it completes and checks keys while you type. How
trials and images are paired, and which columns of a table are voxels: [imports](imports.md).
";

const HEADER_MARK: &str = "<!-- Generated from the fields of crates/data/src/header";

/// The default of a key, or that it is required.
fn default(schema: &Value, name: &str) -> String {
    let required = schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name));
    match &schema["properties"][name]["default"] {
        _ if required => "required".into(),
        Value::Null => "none".into(),
        value => format!("`{value}`"),
    }
}

fn example(key: &Key<'_>) -> String {
    key.example().map_or_else(String::new, |value| format!("`{}`", toml::Value::try_from(value).unwrap()))
}

fn manifest_page() -> String {
    let schema = schema();
    let is_section = |inner: &Value| inner["properties"].is_object();
    let section = |title: &str, words: &str, schema: &Value| {
        let rows = properties(schema).into_iter().filter(|(_, inner)| !is_section(inner));
        let rows = rows.map(|(name, schema)| Key { name: name.clone(), schema });
        table(title, words, &["default", "example"], rows, |key| vec![default(schema, &key.name), example(key)])
    };
    let mut page = MANIFEST_HEAD.to_owned() + &section("Top level", "Keys before the first section.", &schema);
    for (name, inner) in properties(&schema) {
        if is_section(inner) {
            page += &section(&format!("`[{name}]`"), &about(inner), inner);
        } else if is_section(&inner["items"]) {
            page += &section(&format!("`[[{name}]]`"), &about(&inner["items"]), &inner["items"]);
        }
    }
    page
}

/// The end of the page of data sets: a table for each part of the header.
fn header_tables() -> String {
    let schema = declared::<Header>();
    let mut text =
        format!("{HEADER_MARK}: UPDATE_CONFIG=1 cargo test --release -p afterimage-data --test it generated -->\n");
    parts(&mut text, "header", &schema);
    text
}

/// The tables of a part and of the parts in it; lists and maps of parts are named with `[]` and `.NAME`.
fn parts(text: &mut String, path: &str, schema: &Value) {
    let rows = properties(schema).into_iter().map(|(name, schema)| Key { name: name.clone(), schema });
    *text += &table(&format!("`{path}`"), &about(schema), &[], rows, |_| Vec::new());
    for (name, inner) in properties(schema) {
        for (ending, inner) in [("", inner), ("[]", &inner["items"]), (".NAME", &inner["additionalProperties"])] {
            if inner["properties"].is_object() {
                parts(text, &format!("{path}.{name}{ending}"), inner);
            }
        }
    }
}

#[test]
fn generated_files_are_those_of_the_fields() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let data_set = read("docs/data-set.md");
    let (head, _) = data_set.split_once(HEADER_MARK).unwrap_or((&data_set, ""));
    let files = [
        ("crates/data/assets/manifest.template.toml", template(&schema())),
        ("docs/manifest.md", manifest_page()),
        ("docs/manifest.schema.json", serde_json::to_string_pretty(&schema()).unwrap() + "\n"),
        ("docs/data-set.md", format!("{head}{}", header_tables())),
    ];
    let mut differing = Vec::new();
    for (name, expected) in files {
        if std::env::var_os("UPDATE_CONFIG").is_some() {
            std::fs::write(root.join(name), &expected).unwrap();
        }
        let found = read(name);
        // The order of keys in JSON is that of the build's features.
        let value = |text: &str| serde_json::from_str::<Value>(text).ok();
        if found != expected && !(name.ends_with(".json") && value(&found) == value(&expected)) {
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "{differing:?} differ from the fields: look at them, then run with UPDATE_CONFIG=1");
    assert!(data_set.contains(&format!("layout {LAYOUT_VERSION}")), "docs/data-set.md is about another layout");
}

#[test]
fn every_key_has_a_description_and_what_it_needs_for_the_template() {
    for key in keys(&schema()) {
        assert!(!key.about().is_empty(), "{} has no description", key.name);
        // An entry of a list is in the example of the list.
        let is_in_list = key.name.contains("[]");
        let has_value = is_in_list || key.schema.get("default").is_some() || key.example().is_some();
        assert!(has_value, "{} has neither a default nor an example", key.name);
    }
    for key in keys(&declared::<Header>()) {
        assert!(!key.about().is_empty(), "{} has no description", key.name);
    }
}

/// Each key that is commented out is accepted with its example, by itself or with the key that it needs.
#[test]
fn template_is_a_manifest_and_so_is_it_with_each_further_key() {
    let plain = Manifest::parse(TEMPLATE, Path::new("m.toml")).unwrap();
    assert_eq!(plain.split, afterimage_data::manifest::SplitKeys::default());
    let schema = schema();
    let mut tried = 0;
    for key in keys(&schema) {
        let name = key.name.rsplit('.').next().unwrap();
        let Some(line) = TEMPLATE.lines().find(|line| line.starts_with(&format!("# {name} = "))) else { continue };
        let order = "# order = ";
        let with = |text: &str| {
            let line = |line: &str| match line.strip_prefix("# ") {
                Some(rest) if line == text || (name == "column" && line.starts_with(order)) => rest.to_owned(),
                // An array is one of several in its file, and not both keys say what is tested.
                None if name == "array" && line.starts_with("file = ") => "file = \"responses.mat\"".into(),
                None if name == "test_list" && line.starts_with("test = ") => String::new(),
                _ => line.to_owned(),
            };
            TEMPLATE.lines().map(line).collect::<Vec<_>>().join("\n")
        };
        let changed = Manifest::parse(&with(line), Path::new("m.toml")).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(changed, plain, "{line}");
        tried += 1;
    }
    assert!(tried >= 12, "only {tried} keys are commented out");
    for key in keys(&schema).into_iter().filter(|key| !key.name.contains("[]")) {
        let name = key.name.rsplit('.').next().unwrap();
        let has = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{name} = "));
        assert!(TEMPLATE.lines().any(has), "{} is missing in the template", key.name);
    }
}
