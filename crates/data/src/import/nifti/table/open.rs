//! Tables as they lie: with tabs, commas, semicolons or blanks, with a line of names or PyMVPA's two columns without one.

use std::path::Path;

use afterimage_formats::table::Table;
use afterimage_formats::text;

use super::{CONDITIONS, PICTURES, RUNS, SESSIONS, TIMES};
use crate::Result;

/// What stands between the columns of a line, if it is not blanks.
const SEPARATORS: [char; 3] = [',', '\t', ';'];

/// Lines with `#` in front are comments, unless the first is the line of names: one with a known name, or `also`.
pub(super) fn open(path: &Path, also: Option<&str>) -> Result<Table> {
    let is_known = |word: &str| is_known(word, also);
    let text = strip_comments(&text::read(path)?, &is_known);
    let line = text.lines().next().unwrap_or_default();
    if line.contains(SEPARATORS) {
        let is_named = line.split(SEPARATORS).any(is_known);
        return Ok(Table::of_text(path, &text, is_named, None)?);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() == 1 && is_known(words[0]) {
        // One column, whose values may hold blanks.
        return Ok(Table::of_text(path, &text, true, Some(b'\t'))?);
    }
    let single = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.lines().map(|line| single(line) + "\n").collect();
    Ok(Table::of_text(path, &text, words.into_iter().any(is_known), Some(b' '))?)
}

fn is_known(word: &str, also: Option<&str>) -> bool {
    let known = [&CONDITIONS[..], &PICTURES, &RUNS, &SESSIONS, &TIMES].concat();
    let word = word.trim().trim_matches('"');
    // A number is a column of a table without names.
    let also = also.filter(|also| also.parse::<usize>().is_err());
    known.into_iter().chain(also).any(|name| word.eq_ignore_ascii_case(name))
}

fn strip_comments(text: &str, is_known: &dyn Fn(&str) -> bool) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        match line.trim_start().strip_prefix('#') {
            None => lines.push(line),
            Some(names) if lines.is_empty() && names.split([',', '\t', ';', ' ']).any(is_known) => {
                lines.push(names.trim_start());
            }
            Some(_) => {}
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        open(&path, None).unwrap()
    }

    #[test]
    fn comments_and_empty_fields_at_the_end_are_no_part_of_a_table() {
        let table =
            read("e.tsv", "# made by hand\nonset\tduration\ttrial_type\t\n# break\n0\t2\tface\t\t\n2\t2\thouse\n");
        assert_eq!((table.names(), table.len()), (&["onset", "duration", "trial_type"].map(String::from)[..], 2));
        assert_eq!(table.texts(2).unwrap(), ["face", "house"]);
        assert_eq!(read("e.txt", "# condition run\nface 0\n").names(), ["condition", "run"]);
    }

    #[test]
    fn one_column_may_be_called_as_any_known_name() {
        for name in ["stimulus", "stim_file", "Image", "condition", "Trial_Type"] {
            let table = read("t.tsv", &format!("{name}\na b.png\nc.png\n"));
            assert_eq!(table.texts(0).unwrap(), ["a b.png", "c.png"], "{name}");
        }
        assert_eq!(read("t.txt", "face  0\nhouse   1\n").i64s(1).unwrap(), [0, 1]);
    }
}
