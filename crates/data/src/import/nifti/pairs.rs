//! Which table belongs to which series.

use std::path::{Path, PathBuf};

use afterimage_formats::names::{entity, natural_cmp, order_conflict};

use super::bids;
use super::runs::{file_name, number};
use crate::{Error, Result};

const EVENTS: [&str; 2] = [".tsv", ".tsv.gz"];

/// The tables that are named, or those of events that BIDS has for each series.
///
/// # Errors
/// [`Error::Mismatch`] for another number of tables than series, tables in another order, or a series without one.
pub(super) fn tables(series: &[PathBuf], tables: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if tables.is_empty() {
        return series.iter().map(|series| beside(series)).collect();
    }
    if tables.len() != series.len() {
        let reason = format!("{} tables for {} series: name one for each", tables.len(), series.len());
        return Err(Error::mismatch(&tables[0], reason));
    }
    if tables.iter().any(|table| *table != tables[0]) {
        series.iter().zip(tables).try_for_each(|(series, table)| refuse_other_entities(series, table))?;
        refuse_other_order(series, tables)?;
    }
    Ok(tables.to_vec())
}

fn beside(series: &Path) -> Result<PathBuf> {
    let found = bids::describing(series, Some("events"), &EVENTS)?.into_iter().next();
    found.ok_or_else(|| {
        Error::mismatch(series, "there is no table of events, such as X_events.tsv, beside it: name one with --tables")
    })
}

/// `run-2_events.tsv` is not the table of `run-1_bold.nii.gz`.
fn refuse_other_entities(series: &Path, table: &Path) -> Result<()> {
    let names = [file_name(series), file_name(table)];
    for key in ["sub", "ses", "task", "run"] {
        let [Some(of_series), Some(of_table)] = [0, 1].map(|at: usize| entity(&names[at], key)) else { continue };
        let same = of_series == of_table || number(of_series).is_some() && number(of_series) == number(of_table);
        if !same {
            let reason = format!(
                "it is of {key}-{of_table}, but stands where the table of \"{}\" should: give the tables in the order of \
                 the series",
                series.display()
            );
            return Err(Error::mismatch(table, reason));
        }
    }
    Ok(())
}

/// The shell lists `events10` before `events2`, but `run-02` before `run-10`.
fn refuse_other_order(series: &[PathBuf], tables: &[PathBuf]) -> Result<()> {
    let [of_series, of_tables] =
        [series, tables].map(|paths| paths.iter().map(|path| file_name(path)).collect::<Vec<_>>());
    let is_shells = |names: &Vec<String>| names.is_sorted() && order_conflict(names).is_some();
    if (is_shells(&of_series) || is_shells(&of_tables)) && ranks(&of_series) != ranks(&of_tables) {
        let at = ranks(&of_series).iter().zip(ranks(&of_tables)).position(|(a, b)| *a != b).unwrap_or(0);
        let reason = format!(
            "series and tables are in the order of their letters, which differs between them: \"{}\" stands with \"{}\"; \
             give both in the order of the scans, as $(ls -v ...) lists them",
            of_series[at], of_tables[at]
        );
        return Err(Error::mismatch(&tables[at], reason));
    }
    Ok(())
}

/// The place of each name in the order of the numbers.
fn ranks(names: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| natural_cmp(&names[a], &names[b]));
    let mut ranks = vec![0; names.len()];
    order.into_iter().enumerate().for_each(|(rank, at)| ranks[at] = rank);
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn table_of_another_run_or_order_is_refused() {
        let refusal = |series: &[&str], of: &[&str]| tables(&paths(series), &paths(of)).unwrap_err().to_string();
        let message = refusal(&["run-01_bold.nii", "run-02_bold.nii"], &["run-2_events.tsv", "run-1_events.tsv"]);
        assert!(message.contains("it is of run-2") && message.contains("run-01_bold.nii"), "{message}");
        let message = refusal(&["bold_01.nii", "bold_02.nii", "bold_10.nii"], &["e1.tsv", "e10.tsv", "e2.tsv"]);
        assert!(message.contains("\"bold_02.nii\" stands with \"e10.tsv\""), "{message}");
        assert!(refusal(&["a.nii"], &["a.tsv", "b.tsv"]).contains("2 tables for 1 series"));
    }

    #[test]
    fn order_that_is_the_same_on_both_sides_is_no_question() {
        for (series, of) in [
            (["run-1.nii", "run-10.nii", "run-2.nii"], ["e1.tsv", "e10.tsv", "e2.tsv"]),
            (["run-1.nii", "run-2.nii", "run-10.nii"], ["e1.tsv", "e2.tsv", "e10.tsv"]),
            (["run-1.nii", "run-2.nii", "run-10.nii"], ["run-1_events.tsv"; 3]),
        ] {
            assert_eq!(tables(&paths(&series), &paths(&of)).unwrap(), paths(&of));
        }
    }
}
