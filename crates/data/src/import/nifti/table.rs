//! Tables that say what was shown when.

mod names;
mod open;
mod volumes;

use std::ops::Range;
use std::path::Path;

use afterimage_formats::table::Table;

use super::NiftiOptions;
use super::kind::{self, Kind, Rows};
use super::runs::{Named, RunId, number};
use super::timing::{Timing, Tr};
use crate::header::LeftOut;
use crate::{Error, Result};

const CONDITIONS: [&str; 5] = ["trial_type", "condition", "label", "labels", "category"];
const PICTURES: [&str; 4] = ["stimulus", "stim_file", "image", "picture"];
const RUNS: [&str; 3] = ["run", "chunk", "chunks"];
const SESSIONS: [&str; 3] = ["session", "ses", "sess"];
const TIMES: [&str; 2] = ["onset", "duration"];

/// A trial and the volumes it is the mean of.
pub(super) struct Trial {
    pub(super) name: String,
    pub(super) class: Option<String>,
    pub(super) run: RunId,
    pub(super) volumes: Range<usize>,
}

/// What a series shows.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) trials: Vec<Trial>,
    pub(super) run_of_volume: Vec<RunId>,
    /// Whether the table numbers the runs.
    pub(super) states_runs: bool,
    /// Whether the table numbers the sessions.
    pub(super) states_sessions: bool,
    /// Whether trials are of runs whose volumes are not known.
    pub(super) runs_of_volumes_unknown: bool,
    /// Pairs of trials that share some of their volumes, and the first of them in words.
    pub(super) shared: (usize, Option<String>),
    /// Whether the trials are in another order than the rows of the table.
    pub(super) sorted_by_time: bool,
    /// What the volumes are.
    pub(super) kind: Kind,
    /// Trials that the end of their run cuts short.
    pub(super) cut: usize,
    /// Where a row is a volume of a time series: how many volumes show a stimulus, and by how many the delay moves them.
    pub(super) blocks: Option<(usize, usize)>,
    /// Where a row is a volume of a time series: blocks that go on with the stimulus of the one before after rows without one, and
    /// the first of them in words.
    pub(super) resumed: (usize, Option<String>),
    /// Trials whose volumes follow those of another trial of the same stimulus without a gap.
    pub(super) adjoining: usize,
    /// The time between volumes, where it was needed.
    pub(super) tr: Option<Tr>,
    pub(super) left_out: Vec<LeftOut>,
}

/// What a row of the table shows.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its place, from 0.
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) class: Option<String>,
}

/// Reads the table of a series.
pub(super) fn read(path: &Path, timing: Timing<'_>, named: &Named, options: &NiftiOptions) -> Result<Shown> {
    let table = open::open(path, options.image_column.as_deref())?;
    let table = Columns { table: &table, path, options };
    table.refuse_other_session(timing, named)?;
    let shown = if table.find(&["onset"]).is_some() && !options.betas {
        kind::of(Rows::Events, timing, options)?;
        table.events(timing, named)?
    } else {
        table.volumes(timing, named.id)?
    };
    if shown.trials.is_empty() {
        return Err(Error::mismatch(path, "no row of it is a trial"));
    }
    refuse_other_run(path, timing.series, &shown, named)?;
    Ok(shown)
}

/// A table of one run, with another number than the name of its series, is mostly the table of another series. Where names
/// have sessions, tables may count runs over all of them.
fn refuse_other_run(path: &Path, series: &Path, shown: &Shown, named: &Named) -> Result<()> {
    let first = shown.trials[0].run;
    let is_one = shown.trials.iter().all(|trial| trial.run == first);
    if !named.by_name || named.has_session || !shown.states_runs || !is_one || first.run == named.id.run {
        return Ok(());
    }
    let reason = format!(
        "its trials are of run {}, but its series \"{}\" is called run {}: give the tables in the order of the series",
        first.run,
        series.display(),
        named.id.run
    );
    Err(Error::mismatch(path, reason))
}

pub(super) struct Columns<'a> {
    table: &'a Table,
    path: &'a Path,
    options: &'a NiftiOptions,
}

impl Columns<'_> {
    /// The first of some names that the table has, in these letters or others.
    fn find(&self, names: &[&str]) -> Option<usize> {
        let place = |same: &dyn Fn(&str, &str) -> bool| {
            names.iter().find_map(|name| self.table.names().iter().position(|known| same(known, name)))
        };
        place(&|known, name| known == name).or_else(|| place(&|known, name| known.eq_ignore_ascii_case(name)))
    }

    pub(super) fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::mismatch(self.path, reason.into())
    }

    /// A column of numbers, `n/a` as NaN.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        let column = self.find(&[name]).map_or_else(|| self.table.column(name), Ok)?;
        Ok(self.table.f64s(column)?)
    }

    /// Rows that are trials, and how many are not.
    pub(super) fn rows(&self) -> Result<(Vec<Row>, Vec<LeftOut>)> {
        let (names, classes) = self.names()?;
        let (mut unnamed, mut rest) = (0, 0);
        let mut rows = Vec::new();
        for (at, (name, class)) in names.into_iter().zip(classes).enumerate() {
            if is_missing(&name) {
                unnamed += 1;
            } else if self.is_rest(&name) || class.as_ref().is_some_and(|class| self.is_rest(class)) {
                rest += 1;
            } else {
                rows.push(Row { at, name, class: class.filter(|class| !is_missing(class)) });
            }
        }
        let what = format!("of {}", self.options.rest.join(", "));
        let left_out = [LeftOut::counted("row", "without a stimulus", unnamed), LeftOut::counted("row", &what, rest)];
        Ok((rows, left_out.into_iter().flatten().collect()))
    }

    fn is_rest(&self, name: &str) -> bool {
        self.options.rest.iter().any(|rest| rest.eq_ignore_ascii_case(name))
    }

    /// The run of each row by the columns of run and session; `None` without either.
    pub(super) fn stated_runs(&self, of: RunId) -> Result<Option<Vec<RunId>>> {
        let second = Some(1).filter(|_| self.table.width() > 1);
        let runs = if self.is_bare() { second } else { self.find(&RUNS) };
        let pictures = self.pictures()?;
        let runs = runs.filter(|column| Some(*column) != pictures);
        let sessions = self.find(&SESSIONS);
        if runs.is_none() && sessions.is_none() {
            return Ok(None);
        }
        let numbers = |column: Option<usize>, otherwise: u16| match column {
            Some(column) => self.whole(column),
            None => Ok(vec![otherwise; self.table.len()]),
        };
        let (runs, sessions) = (numbers(runs, of.run)?, numbers(sessions, of.session)?);
        Ok(Some(runs.into_iter().zip(sessions).map(|(run, session)| RunId { session, run }).collect()))
    }

    /// A series that is called session 3 shows no trial of session 4.
    fn refuse_other_session(&self, timing: Timing<'_>, named: &Named) -> Result<()> {
        let called = named.session_label.as_deref().and_then(number);
        let (Some(called), Some(column)) = (called, self.find(&SESSIONS)) else { return Ok(()) };
        let stated = self.whole(column)?;
        let Some(row) = stated.iter().position(|session| *session != called) else { return Ok(()) };
        Err(self.wrong(format!(
            "row {} is of session {}, but its series \"{}\" is called session {called}: give the tables in the order of \
             the series",
            row + 1,
            stated[row],
            timing.series.display()
        )))
    }

    /// Numbers of runs or sessions: `3`, `3.0` or `run-03`.
    fn whole(&self, column: usize) -> Result<Vec<u16>> {
        let read = |(row, text): (usize, &str)| {
            number(text).ok_or_else(|| {
                let name = self.table.names().get(column).map_or("2", String::as_str);
                self.wrong(format!(
                    "row {} of column {name} holds \"{text}\", expected a number from 0 to 65535",
                    row + 1
                ))
            })
        };
        self.table.texts(column)?.into_iter().enumerate().map(read).collect()
    }
}

fn is_missing(name: &str) -> bool {
    name.is_empty() || name.eq_ignore_ascii_case("n/a")
}
