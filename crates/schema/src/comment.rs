//! Comments of keys in TOML.

use crate::{Key, about};

/// Columns of a comment.
const WIDTH: usize = 120;

/// `text` as lines of a comment, each with its line end.
pub fn comment(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.chars().count() + 1 + word.chars().count() > WIDTH) {
            lines.push(String::from("#"));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}

impl Key<'_> {
    /// What the comment of a key says: the description, the choices or the keys `row` of each entry, and the range.
    pub fn words<'a>(&self, row: impl IntoIterator<Item = &'a str>) -> String {
        let mut words = vec![self.about()];
        let choices = self.choices();
        if choices.iter().any(|(_, about)| about.is_empty()) {
            let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
            words.push(format!("One of {}.", names.join(", ")));
        } else {
            words.extend(choices.iter().map(|(name, about)| format!("{name}: {about}")));
        }
        for name in row {
            words.push(format!("`{name}`: {}", about(&self.schema["items"]["properties"][name])));
        }
        words.extend(self.range().filter(|_| !self.is_open_ended()).map(|range| format!("Range: {range}.")));
        words.join(" ")
    }
}
