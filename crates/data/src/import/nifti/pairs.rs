//! Which table belongs to which series.

use std::path::{Path, PathBuf};

use afterimage_formats::names::{entity, natural_cmp};

use super::bids;
use super::runs::{file_name, number};
use crate::import::order::{find_out_of_order, texts};
use crate::{Error, Result};

const EVENTS: [&str; 2] = [".tsv", ".tsv.gz"];

/// The tables that are named, or those of events that BIDS has for each series.
///
/// # Errors
/// [`Error::Mismatch`] for another number of tables than series, tables in another order, or a series without one.
pub(super) fn tables(series: &[PathBuf], tables: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if tables.is_empty() {
        return series.iter().map(|series| table_of(series)).collect();
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

fn table_of(series: &Path) -> Result<PathBuf> {
    let found = bids::describing(series, Some("events"), &EVENTS)?.into_iter().next();
    found.ok_or_else(|| {
        Error::mismatch(series, "there is no table of events, such as X_events.tsv, next to it: name one with --tables")
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

/// Shells list `events10` before `events2`, or before `events1`, but `run-02` before `run-10`.
fn refuse_other_order(series: &[PathBuf], tables: &[PathBuf]) -> Result<()> {
    // A table of several series is given for each of them, which no shell does.
    let is_repeated = (1..tables.len()).any(|at| tables[..at].contains(&tables[at]));
    if is_repeated || series.iter().zip(tables).all(|(series, table)| is_same_run(series, table)) {
        return Ok(());
    }
    let [of_series, of_tables] = [texts(series), texts(tables)];
    let is_out_of_order = find_out_of_order(&of_series).is_some() || find_out_of_order(&of_tables).is_some();
    if is_out_of_order && ranks(&of_series) != ranks(&of_tables) {
        let at = ranks(&of_series).iter().zip(ranks(&of_tables)).position(|(a, b)| *a != b).unwrap_or(0);
        let reason = format!(
            "series and tables are in different orders by the numbers in their names: \"{}\" stands with \"{}\"; give both \
             in the order of the scans, as $(ls -v ...) lists them, or name each table after its series, as \
             X_run-2_events.tsv of X_run-2_bold.nii.gz",
            of_series[at], of_tables[at]
        );
        return Err(Error::mismatch(&tables[at], reason));
    }
    Ok(())
}

/// Whether both names state the same run, and the same session or none.
fn is_same_run(series: &Path, table: &Path) -> bool {
    let names = [file_name(series), file_name(table)];
    let [runs, sessions] = ["run", "ses"].map(|key| names.each_ref().map(|name| entity(name, key).map(number)));
    runs[0].flatten().is_some() && runs[0] == runs[1] && sessions[0] == sessions[1]
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
        let message = refusal(&["bold_10.nii", "bold_1.nii", "bold_2.nii"], &["e1.tsv", "e2.tsv", "e10.tsv"]);
        assert!(message.contains("\"bold_10.nii\" stands with \"e1.tsv\""), "{message}");
        assert!(refusal(&["a.nii"], &["a.tsv", "b.tsv"]).contains("2 tables for 1 series"));
    }

    #[test]
    fn order_that_is_the_same_on_both_sides_is_no_question() {
        for (series, of) in [
            (["run-1.nii", "run-10.nii", "run-2.nii"], ["e1.tsv", "e10.tsv", "e2.tsv"]),
            (["run-1.nii", "run-2.nii", "run-10.nii"], ["e1.tsv", "e2.tsv", "e10.tsv"]),
            (["run-1.nii", "run-2.nii", "run-10.nii"], ["run-1_events.tsv"; 3]),
            (["run-10.nii", "run-1.nii", "run-2.nii"], ["e10.tsv", "e1.tsv", "e2.tsv"]),
            (["b1.nii", "b2.nii", "b3.nii"], ["list2.tsv", "list1.tsv", "list2.tsv"]),
            (["run-2.nii", "run-10.nii", "run-1.nii"], ["b/run-2.tsv", "c/run-10.tsv", "a/run-1.tsv"]),
        ] {
            assert_eq!(tables(&paths(&series), &paths(&of)).unwrap(), paths(&of));
        }
    }
}
