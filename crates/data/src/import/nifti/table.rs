//! Tables that say what was shown when.

mod open;

use std::ops::Range;
use std::path::Path;

use afterimage_formats::table::Table;

use super::NiftiOptions;
use super::runs::{Named, RunId, number};
use super::timing::{Timing, Tr};
use crate::header::LeftOut;
use crate::import::columns::refuse_shuffled;
use crate::{Error, Result};

const CONDITIONS: [&str; 5] = ["trial_type", "condition", "label", "labels", "category"];
const PICTURES: [&str; 4] = ["stimulus", "stim_file", "image", "picture"];
const RUNS: [&str; 3] = ["run", "chunk", "chunks"];
const SESSIONS: [&str; 3] = ["session", "ses", "sess"];

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
    /// Whether trials are cut from a time series; otherwise each volume is a trial, as betas are.
    pub(super) is_of_time_series: bool,
    /// Trials that the end of their run cuts short.
    pub(super) cut: usize,
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
    let table = open::open(path)?;
    let table = Columns { table: &table, path, options };
    table.refuse_other_session(timing, named)?;
    let shown = if table.find(&["onset"]).is_some() {
        table.events(timing, named)?
    } else if table.find(&PICTURES).is_some() && options.images.is_some() {
        table.trials(timing, named.id)?
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
            } else if self.options.rest.contains(&name) || class.as_ref().is_some_and(|class| self.is_rest(class)) {
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
        self.options.rest.iter().any(|rest| rest == name)
    }

    /// What a row shows: an image if there are any, else its condition.
    fn names(&self) -> Result<(Vec<String>, Vec<Option<String>>)> {
        // A table without names has the condition first and the run second.
        let conditions = if self.table.names().is_empty() { Some(0) } else { self.find(&CONDITIONS) };
        let texts = |column: usize| -> Result<Vec<String>> {
            Ok(self.table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect())
        };
        let classes = conditions.map(texts).transpose()?;
        let pictures = self.find(&PICTURES).filter(|_| self.options.images.is_some());
        let names = match (pictures, &classes) {
            (Some(column), _) => texts(column)?,
            (None, Some(classes)) if self.options.images.is_none() => classes.clone(),
            _ => {
                let wanted = if self.options.images.is_some() { PICTURES.join(", ") } else { CONDITIONS.join(", ") };
                let known = if self.table.names().is_empty() {
                    "no line of names".to_owned()
                } else {
                    format!("the columns {}", self.table.names().join(", "))
                };
                let advice = if self.find(&PICTURES).is_some() { ", or give the images with --images" } else { "" };
                return Err(self.wrong(format!("it has {known}, and none of {wanted}: name one of them so{advice}")));
            }
        };
        let classes = match classes {
            Some(classes) => classes.into_iter().map(Some).collect(),
            None => vec![None; names.len()],
        };
        Ok((names, classes))
    }

    /// The run of each row by the columns of run and session; `None` without either.
    pub(super) fn stated_runs(&self, of: RunId) -> Result<Option<Vec<RunId>>> {
        let bare = self.table.names().is_empty() && self.table.width() > 1;
        let runs = if bare { Some(1) } else { self.find(&RUNS) };
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

    fn refuse_other_length(&self, timing: Timing<'_>) -> Result<()> {
        let rows = self.table.len();
        if rows == timing.volumes {
            return refuse_shuffled(self.path, self.table, "the volumes");
        }
        let known = [&CONDITIONS[..], &PICTURES, &RUNS, &SESSIONS].concat().join(", ");
        let advice = match self.table.names() {
            [] if rows == timing.volumes + 1 => {
                format!(": its first line is no row if a column has one of the names {known}")
            }
            [] => String::new(),
            names => format!(" and the columns {}: events need a column \"onset\"", names.join(", ")),
        };
        Err(self.wrong(format!(
            "it has {rows} rows for {} volumes of \"{}\"{advice}",
            timing.volumes,
            timing.series.display()
        )))
    }

    /// A row for each volume with an image's name: a trial is a volume.
    fn trials(&self, timing: Timing<'_>, run: RunId) -> Result<Shown> {
        self.refuse_other_length(timing)?;
        let stated = self.stated_runs(run)?;
        let states_runs = stated.is_some();
        let runs = stated.unwrap_or_else(|| vec![run; timing.volumes]);
        let (rows, left_out) = self.rows()?;
        let trial = |Row { at, name, class }| Trial { name, class, run: runs[at], volumes: at..at + 1 };
        let trials = rows.into_iter().map(trial).collect();
        let states_sessions = self.find(&SESSIONS).is_some();
        Ok(Shown { trials, run_of_volume: runs, states_runs, states_sessions, left_out, ..Shown::default() })
    }

    /// Blocks of consecutive volumes of one condition; what the delay pushes out of the run is cut off.
    fn volumes(&self, timing: Timing<'_>, run: RunId) -> Result<Shown> {
        self.refuse_other_length(timing)?;
        let stated = self.stated_runs(run)?;
        let states_runs = stated.is_some();
        let runs = stated.unwrap_or_else(|| vec![run; timing.volumes]);
        let (names, classes) = self.names()?;
        let tr = if timing.delay_secs == 0.0 { None } else { Some(timing.tr()?) };
        let delay = tr.as_ref().map_or(0, |tr| (timing.delay_secs / tr.secs).round() as usize);
        let mut trials: Vec<Trial> = Vec::new();
        let (mut first, mut cut, mut pushed_out) = (0, 0, 0);
        while first < names.len() {
            let same = |at: &usize| names[*at] == names[first] && runs[*at] == runs[first];
            let end = (first..names.len()).take_while(same).last().unwrap_or(first) + 1;
            if !is_missing(&names[first]) && !self.is_rest(&names[first]) {
                let last = (first..(end + delay).min(names.len())).take_while(|&at| runs[at] == runs[first]).last();
                let volumes = (first + delay)..last.unwrap_or(first) + 1;
                if volumes.is_empty() {
                    pushed_out += 1;
                } else {
                    cut += usize::from(volumes.end < end + delay);
                    let (name, class) = (names[first].clone(), classes[first].clone());
                    trials.push(Trial { name, class, run: runs[first], volumes });
                }
            }
            first = end;
        }
        let (_, mut left_out) = self.rows()?;
        left_out.extend(LeftOut::counted("block", "that the delay moves past the end of its run", pushed_out));
        let states_sessions = self.find(&SESSIONS).is_some();
        Ok(Shown {
            trials,
            run_of_volume: runs,
            states_runs,
            states_sessions,
            is_of_time_series: true,
            cut,
            tr,
            left_out,
            ..Shown::default()
        })
    }
}

fn is_missing(name: &str) -> bool {
    name.is_empty() || name.eq_ignore_ascii_case("n/a")
}
