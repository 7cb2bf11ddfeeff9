//! Labels of responses, read from a file: a list, an array or a column of a table.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Result, bail};

use afterimage_data::rows_out_of_order;
use afterimage_formats::{names::nfc, npy, table::Table, text};

/// First lines that name a column and are no labels, in lower case.
const HEADERS: [&str; 22] = [
    "label",
    "labels",
    "stimulus",
    "stimuli",
    "stim",
    "stim_file",
    "stimulus_id",
    "image",
    "images",
    "image_id",
    "file",
    "filename",
    "name",
    "id",
    "trial",
    "trial_type",
    "condition",
    "class",
    "category",
    "session",
    "run",
    "group",
];

/// One label for each of `rows` responses, from an `.npy`, the column `column` of a `.csv` or `.tsv`, or a list with
/// one label per line.
///
/// # Errors
/// If the file is damaged, if it has several columns and `column` is missing, or if it is ambiguous: the number of
/// labels differs from the number of responses, blank lines stand between labels, or the first line seems to name the
/// column.
pub(super) fn read(path: &Path, column: Option<&str>, rows: usize) -> Result<Vec<String>> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let is_table = plain.ends_with(".csv") || plain.ends_with(".tsv");
    let labels = match (column, is_table) {
        (Some(column), true) => read_column(path, column)?,
        (Some(_), false) => {
            bail!("\"{}\" has no columns: leave out --average-column, or give a .csv or .tsv", path.display())
        }
        (None, false) if plain.ends_with(".npy") => npy::read_labels(path)?,
        (None, _) => parse_lines(path, is_table, rows)?,
    };
    if labels.len() != rows {
        bail!("\"{}\" has {} labels for {rows} responses: give one label per response", path.display(), labels.len());
    }
    Ok(labels)
}

/// Refuses labels that mark a missing value, and returns the others in composed Unicode form.
pub(super) fn check(labels: Vec<String>, of: &str) -> Result<Vec<String>> {
    let is_missing = |label: &String| ["", "n/a", "nan"].contains(&label.trim().to_ascii_lowercase().as_str());
    if let Some(row) = labels.iter().position(is_missing) {
        bail!("response {row} has the label \"{}\" in \"{of}\": give each response a label", labels[row]);
    }
    Ok(labels.iter().map(|label| nfc(label.trim()).into_owned()).collect())
}

fn read_column(path: &Path, column: &str) -> Result<Vec<String>> {
    let table = Table::read(path)?;
    let place = table.column(column)?;
    if table.names().iter().filter(|name| *name == column).count() > 1 {
        bail!("\"{}\" has several columns \"{column}\": rename them", path.display());
    }
    let texts = |column| Ok(table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect());
    let columns = (0..table.width()).map(texts).collect::<Result<Vec<Vec<String>>>>()?;
    refuse_shuffled(path, &table.names().iter().cloned().zip(columns).collect::<Vec<_>>())?;
    Ok(table.texts(place)?.into_iter().map(str::to_owned).collect())
}

/// Refuses tables whose columns show that the rows are out of order, since labels and responses are paired by order.
pub(super) fn refuse_shuffled(path: &Path, columns: &[(String, Vec<String>)]) -> Result<()> {
    match rows_out_of_order(columns) {
        Some(said) => bail!(
            "labels and responses are paired by their order, but in \"{}\" {said}: sort the rows, or give one table with \
             responses and labels",
            path.display()
        ),
        None => Ok(()),
    }
}

/// Labels of a file with one column, without the column name.
fn parse_lines(path: &Path, is_table: bool, rows: usize) -> Result<Vec<String>> {
    let shown = path.display();
    let text = text::read(path)?;
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim).collect();
    if let Some(line) = lines.iter().position(|line| line.is_empty()) {
        bail!("\"{shown}\" has no label in line {}: give each response a label", line + 1);
    }
    let mut labels = if is_table { only_column(path)? } else { parse_list(path, &lines)? };
    let Some((first, rest)) = labels.split_first() else { bail!("\"{shown}\" contains no label") };
    let names_column = is_header(first, rest);
    if labels.len() == rows && names_column {
        bail!(
            "the first line of \"{shown}\", \"{first}\", seems to name the column, and {} labels for {rows} responses \
             follow: give each response a label (if \"{first}\" is a label, save the labels as .npy)",
            rest.len()
        );
    }
    // The first line of a table contains the column names, unless it is one of the labels.
    if labels.len() == rows + 1 && (names_column || is_table && !rest.contains(first)) {
        labels.remove(0);
    }
    Ok(labels)
}

/// The only column of a table besides an index without a name.
fn only_column(path: &Path) -> Result<Vec<String>> {
    let table = Table::read_bare(path)?;
    let columns: Vec<Vec<&str>> = (0..table.width()).map(|column| table.texts(column)).collect::<Result<_, _>>()?;
    let is_index = |texts: &Vec<&str>| {
        let first = texts.first().is_some_and(|name| name.trim().is_empty() || name.trim() == "Unnamed: 0");
        first && texts.iter().skip(1).enumerate().all(|(row, text)| text.trim() == row.to_string())
    };
    let of_labels: Vec<&Vec<&str>> = columns.iter().filter(|texts| columns.len() == 1 || !is_index(texts)).collect();
    match of_labels[..] {
        [only] => Ok(only.iter().map(|text| (*text).to_owned()).collect()),
        _ => {
            let names: Vec<&str> = columns.iter().filter_map(|texts| texts.first().copied()).collect();
            bail!(
                "\"{}\" has {} columns ({}): name the one with the labels with --average-column",
                path.display(),
                names.len(),
                names.join(", ")
            )
        }
    }
}

/// Lines as labels, without a surrounding pair of quotes.
fn parse_list(path: &Path, lines: &[&str]) -> Result<Vec<String>> {
    let fields = |line: &&str, mark: char| if line.starts_with('"') { 1 } else { line.split(mark).count() };
    let same = |mark: char| {
        let first = lines.first().map_or(1, |line| fields(line, mark));
        first > 1 && lines.iter().all(|line| fields(line, mark) == first)
    };
    let is_number = |field: &str| field.parse::<f64>().is_ok();
    let numbers = same(' ') && lines.iter().all(|line| line.split_whitespace().all(is_number));
    if numbers || ['\t', ',', ';'].into_iter().any(same) {
        bail!(
            "\"{}\" has several fields per line (\"{}\"): save it as .csv or .tsv and name a column with \
             --average-column, or quote the labels",
            path.display(),
            lines[0]
        );
    }
    Ok(text::lines(path)?)
}

/// True if the first line looks like a column name and not like the other labels.
fn is_header(first: &str, rest: &[String]) -> bool {
    let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
    let word = first.trim_start_matches(['#', '%']).trim().to_ascii_lowercase();
    let known = HEADERS.contains(&word.as_str()) || first.starts_with('#');
    let others: HashSet<bool> = rest.iter().map(|label| is_number(label)).collect();
    let of_other_kind = others.len() == 1 && !others.contains(&is_number(first));
    (known || of_other_kind) && !rest.iter().any(|label| label == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str, column: Option<&str>, rows: usize) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path, column, rows)
    }

    #[track_caller]
    fn refused(name: &str, text: &str, column: Option<&str>, rows: usize, fragments: &[&str]) {
        let said = of(name, text, column, rows).unwrap_err().to_string();
        fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    }

    #[test]
    fn marks_line_ends_and_quotes_are_no_part_of_a_label() {
        for (name, text) in [
            ("l.txt", "\u{feff}a\nb\na\n"),
            ("l.txt", "a\r\nb\r\na\r\n\r\n"),
            ("l.txt", "\"a\"\n\"b\"\n\"a\"\n"),
            ("l.txt", "stimulus\na\nb\na\n"),
            ("l.csv", "\"a\"\nb\na\n"),
            ("l.csv", "\u{feff}stimulus\na\nb\na\n"),
            ("l.csv", "0\na\nb\na\n"),
            ("l.csv", ",label\n0,a\n1,b\n2,a\n"),
            ("l.csv", "Unnamed: 0,label\n0,a\n1,b\n2,a\n"),
        ] {
            assert_eq!(of(name, text, None, 3).unwrap(), ["a", "b", "a"], "{name}: {text:?}");
        }
        assert_eq!(of("l.txt", "1518878.010042\n1518878.010043\n", None, 2).unwrap()[1], "1518878.010043");
        assert_eq!(of("l.txt", "golden retriever\nleaf beetle\n", None, 2).unwrap()[0], "golden retriever");
    }

    #[test]
    fn a_table_of_several_columns_needs_the_name_of_one() {
        let text = "trial,stimulus\n0,a\n1,b\n2,a\n";
        refused("l.csv", text, None, 3, &["2 columns (trial, stimulus)", "--average-column"]);
        assert_eq!(of("l.csv", text, Some("stimulus"), 3).unwrap(), ["a", "b", "a"]);
        let shuffled = "trial,stimulus\n1,a\n0,b\n2,a\n";
        refused("l.csv", shuffled, Some("stimulus"), 3, &["\"trial\" has 1 in row 1 and then 0", "sort the rows"]);
        assert_eq!(of("l.tsv", "stimulus\trun\na\t0\nb\t0\n", Some("stimulus"), 2).unwrap(), ["a", "b"]);
        refused("l.csv", text, Some("image"), 3, &["\"image\"", "\"trial\", \"stimulus\""]);
        refused("l.csv", text, Some("stimulus"), 4, &["3 labels for 4 responses"]);
        refused("l.csv", "a,a\n1,2\n", Some("a"), 1, &["several columns \"a\""]);
        refused("s.csv", "a;1\nb;1\na;1\n", None, 3, &["2 columns"]);
        refused("s.txt", "a;1\nb;1\na;1\n", None, 3, &["several fields", "a;1"]);
        refused("s.txt", "1 0.5\n2 0.5\n1 0.5\n", None, 3, &["several fields"]);
        refused("s.txt", "a\nb\n", Some("x"), 2, &["no columns"]);
    }

    #[test]
    fn a_line_of_names_moves_no_label() {
        for name in ["m.txt", "m.csv"] {
            refused(name, "stimulus\na\nb\na\n", None, 4, &["\"stimulus\"", "3 labels for 4 responses"]);
            refused(name, "synset\n1\n2\n1\n", None, 4, &["\"synset\""]);
            refused(name, "stimulus\na\nb\n\na\n", None, 4, &["line 4"]);
            refused(name, "a\nb\na\nb\na\n", None, 4, &["5 labels for 4 responses"]);
            refused(name, "a\nb\n", None, 4, &["2 labels for 4 responses"]);
        }
        refused("m.txt", "c\na\nb\na\nb\n", None, 4, &["5 labels for 4 responses"]);
    }

    #[test]
    fn missing_labels_are_refused_and_two_spellings_of_one_name_are_one_label() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let labels = check(texts(&["cafe\u{301}", "café "]), "l.txt").unwrap();
        assert_eq!(labels[0], labels[1]);
        for missing in ["", "n/a", "NaN"] {
            let said = check(texts(&["a", missing]), "l.txt").unwrap_err().to_string();
            assert!(said.contains("response 1") && said.contains("l.txt"), "{said}");
        }
    }
}
