//! Tables of keys for reference pages in Markdown.

use crate::Key;

/// The title, the introduction and the head of a table of keys; `columns` follow key, meaning and what is accepted.
fn head(title: &str, about: &str, columns: &[&str]) -> String {
    let all: Vec<&str> = ["key", "meaning", "accepted"].into_iter().chain(columns.iter().copied()).collect();
    let line = "|---".repeat(all.len());
    format!("\n## {title}\n\n{about}\n\n| {} |\n{line}|\n", all.join(" | "))
}

/// The row of a key; `cells` are those of the further columns.
fn row(key: &Key<'_>, cells: &[String]) -> String {
    let name = key.name.rsplit('.').next().unwrap_or(&key.name);
    let first = [format!("`{name}`"), key.about(), accepted(key)];
    let cells: Vec<String> = first.iter().chain(cells).map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A table with a row per key; `cells` gives those of the further columns.
pub fn table<'a>(
    title: &str,
    about: &str,
    columns: &[&str],
    keys: impl IntoIterator<Item = Key<'a>>,
    cells: impl Fn(&Key<'a>) -> Vec<String>,
) -> String {
    head(title, about, columns) + &keys.into_iter().map(|key| row(&key, &cells(&key))).collect::<String>()
}

fn accepted(key: &Key<'_>) -> String {
    let word = |(name, about): &(String, String)| {
        if about.is_empty() { format!("`{name}`") } else { format!("`{name}`: {about}") }
    };
    let choices = key.choices();
    let separator = if choices.iter().any(|(_, about)| about.is_empty()) { ", " } else { "<br>" };
    if choices.is_empty() { key.kind() } else { choices.iter().map(word).collect::<Vec<_>>().join(separator) }
}
