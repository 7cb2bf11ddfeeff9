//! Rows that say themselves that they are out of order, by an index, numbers of trials, runs and sessions, or times.

use std::path::Path;

use afterimage_formats::table::Table;

use super::role::Role;
use super::voxels::falls;
use crate::{Error, Result};

/// Columns of times and volumes, in small letters, which rise within a run.
const TIMES: [&str; 8] = ["onset", "onsets", "time", "timestamp", "volume", "vol", "tr", "scan"];

/// A column by its name and texts.
pub(crate) type Named<'a> = (&'a str, &'a [String]);

/// Says which column falls from one row to the next, for rows that are paired with something by their order. `None` if
/// none does.
///
/// An index or a number of trials may begin again in each run, so sessions, runs and trials are compared together. Numbers
/// that repeat say nothing by themselves, and neither do labels without a number.
pub(crate) fn out_of_order(columns: &[Named<'_>]) -> Option<String> {
    let of = |role: Role| columns.iter().filter(move |(name, _)| Role::of(name, true) == Some(role));
    let shown = |name: &str| if name.is_empty() { "without a name".to_owned() } else { format!("\"{name}\"") };
    let says = |name: &str, row: usize, [before, after]: [&str; 2]| {
        format!("the column {} has {before} in row {} and then {after}", shown(name), row + 1)
    };
    for (name, texts) in of(Role::Index) {
        if let Some((row, _)) = falls(texts) {
            return Some(says(name, row, [&texts[row], &texts[row + 1]]));
        }
    }
    let places: Vec<(&str, &[String], Vec<f64>)> = [Role::Session, Role::Run]
        .into_iter()
        .filter_map(|role| of(role).find_map(|(name, texts)| Some((*name, *texts, numbers(texts)?))))
        .collect();
    let place = |row: usize| -> Vec<f64> { places.iter().map(|(_, _, numbers)| numbers[row]).collect() };
    let rows = columns.first().map_or(0, |(_, texts)| texts.len());
    let blocks: Vec<usize> = (1..rows).filter(|&row| place(row) != place(row - 1)).collect();
    // Rows in the order of their images go back and forth between runs, which is no order of theirs.
    let mut different: Vec<Vec<f64>> = std::iter::once(0).chain(blocks.iter().copied()).map(place).collect();
    different.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    different.dedup();
    if different.len() == blocks.len() + 1
        && let Some(&row) = blocks.iter().find(|&&row| place(row) < place(row - 1))
    {
        let (name, texts, _) = places.iter().find(|(.., numbers)| numbers[row] < numbers[row - 1])?;
        return Some(says(name, row - 1, [&texts[row - 1], &texts[row]]));
    }
    let times = columns.iter().filter(|(name, _)| TIMES.contains(&name.to_ascii_lowercase().as_str()));
    for (name, texts) in of(Role::Trial).chain(times) {
        let Some(numbers) = numbers(texts) else { continue };
        let mut seen: Vec<(Vec<f64>, f64)> = (0..rows).map(|row| (place(row), numbers[row])).collect();
        let fall = seen.windows(2).position(|pair| pair[1].0 == pair[0].0 && pair[1].1 < pair[0].1);
        seen.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let repeats = seen.windows(2).any(|pair| pair[0] == pair[1]);
        if let (Some(row), false) = (fall, repeats) {
            return Some(says(name, row, [&texts[row], &texts[row + 1]]));
        }
    }
    None
}

/// Refuses a table whose columns say that its rows are out of order; its rows are taken in their order for `what`.
///
/// # Errors
/// [`Error::Mismatch`] with the column and the rows.
pub(crate) fn refuse_shuffled(path: &Path, table: &Table, what: &str) -> Result<()> {
    let texts = |column: usize| -> Result<Vec<String>> {
        Ok(table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect())
    };
    let columns = (0..table.names().len()).map(texts).collect::<Result<Vec<_>>>()?;
    let named: Vec<Named<'_>> =
        table.names().iter().map(String::as_str).zip(columns.iter().map(Vec::as_slice)).collect();
    match out_of_order(&named) {
        Some(said) => {
            let reason = format!("its rows are taken in their order for {what}, but {said}: sort the rows");
            Err(Error::mismatch(path, reason))
        }
        None => Ok(()),
    }
}

/// Numbers, or those at the ends of labels such as `ses-02`; `None` if a text has none.
fn numbers(texts: &[String]) -> Option<Vec<f64>> {
    let number = |text: &String| {
        let text = text.trim();
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        text.parse().or_else(|_| text[stem.len()..].parse()).ok().filter(|number: &f64| number.is_finite())
    };
    texts.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(columns: &[(&str, &[&str])]) -> String {
        let texts: Vec<Vec<String>> =
            columns.iter().map(|(_, t)| t.iter().map(|t| (*t).to_owned()).collect()).collect();
        let named: Vec<Named<'_>> =
            columns.iter().zip(&texts).map(|((name, _), texts)| (*name, texts.as_slice())).collect();
        out_of_order(&named).unwrap_or_default()
    }

    #[test]
    fn what_falls_within_its_run_is_out_of_order() {
        for (columns, row) in [
            (&[("", &["1", "0", "2"][..])][..], "without a name has 1 in row 1 and then 0"),
            (&[("trial", &["0", "2", "1"])], "\"trial\" has 2 in row 2 and then 1"),
            (&[("run", &["2", "2", "1", "1"])], "\"run\" has 2 in row 2 and then 1"),
            (&[("session", &["ses-02", "ses-02", "ses-01"])], "\"session\" has ses-02 in row 2 and then ses-01"),
            (
                &[("run", &["1", "1", "2", "2"]), ("trial", &["0", "1", "1", "0"])],
                "\"trial\" has 1 in row 3 and then 0",
            ),
            (&[("onset", &["4.0", "2.5", "7"])], "\"onset\" has 4.0 in row 1 and then 2.5"),
        ] {
            assert!(said(columns).contains(row), "{columns:?}: {}", said(columns));
        }
    }

    #[test]
    fn numbers_that_begin_again_and_rows_sorted_otherwise_are_in_order() {
        for columns in [
            &[("", &["0", "1", "0", "1"][..])][..],
            &[("run", &["1", "1", "2", "2"]), ("trial", &["0", "1", "0", "1"])],
            &[("session", &["1", "1", "2", "2"]), ("run", &["1", "2", "1", "2"])],
            &[("run", &["1", "2", "1", "2"])],
            &[("session", &["pre", "post", "post"])],
            &[("trial", &["3", "3", "1"])],
            &[("onset", &["n/a", "2", "1"])],
            &[("duration", &["4", "2", "1"])],
        ] {
            assert_eq!(said(columns), "", "{columns:?}");
        }
    }
}
