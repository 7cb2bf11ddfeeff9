//! Session and run of each trial: from columns, from files, or by counts.

mod numbers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use numbers::{numbers, of_file};

use crate::import::columns::{Column, Role};
use crate::import::order::Order;
use crate::import::table::Opened;
use crate::manifest::{Grouping, Manifest};
use crate::{Error, Result};

/// Where each trial was recorded.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Session and run of each trial, or of each `[stimulus, repeat]`.
    pub(crate) of: Vec<[u16; 2]>,
    /// Whether a column, a file or a count states any.
    pub(crate) stated: bool,
    /// How they are known, for the provenance.
    pub(crate) steps: Vec<String>,
}

impl Places {
    fn of_one_run(trials: usize) -> Self {
        Self { of: vec![[0; 2]; trials], ..Self::default() }
    }

    /// Takes in the numbers of a grouping and where they are from.
    fn add(&mut self, grouping: usize, what: &str, (numbers, source): (Vec<u16>, String)) {
        self.steps.push(format!("{what} from {source}"));
        self.of.iter_mut().zip(numbers).for_each(|(place, number)| place[grouping] = number);
        self.stated = true;
    }

    /// Says so if nothing is stated.
    fn finish(mut self) -> Self {
        if !self.stated {
            self.steps.push("sessions and runs not stated: all trials are taken for one run".to_owned());
        }
        self
    }
}

/// The two groupings, with the key of each and its words.
const GROUPINGS: [(Role, &str, &str); 2] =
    [(Role::Session, "trials.session", "sessions"), (Role::Run, "trials.run", "runs")];

fn stated(manifest: &Manifest, role: Role) -> Option<&Grouping> {
    let keys = &manifest.trials;
    if role == Role::Session { keys.session.as_ref() } else { keys.run.as_ref() }
}

/// The files that the manifest names for sessions and runs, of those that exist.
pub(super) fn files(manifest: &Manifest) -> Vec<PathBuf> {
    let named = GROUPINGS.into_iter().filter_map(|(role, ..)| match stated(manifest, role)? {
        Grouping::Named(name) => Some(PathBuf::from(name)),
        Grouping::Counts(_) => None,
    });
    named.filter(|file| manifest.resolve(file).is_file()).collect()
}

/// Sessions and runs of `trials` trials.
///
/// # Errors
/// [`Error::Manifest`] naming the key for a name that is neither a column nor a file, another number of trials, and trials
/// of one run that are not consecutive; [`Error::Mismatch`] naming the column that is empty or contradicts another.
pub(crate) fn of_trials(manifest: &Manifest, opened: &Opened, order: &Order, trials: usize) -> Result<Places> {
    let mut places = Places::of_one_run(trials);
    for (at, (role, key, what)) in GROUPINGS.into_iter().enumerate() {
        let found = match stated(manifest, role) {
            None => of_columns(manifest, &opened.of_role(role), &order.of_role(role))?,
            Some(Grouping::Counts(counts)) => Some((of_counts(manifest, key, counts, trials)?, format!("{counts:?}"))),
            Some(Grouping::Named(name)) => Some(named(manifest, key, name, opened, order)?),
        };
        let Some(found) = found else { continue };
        if found.0.len() != trials {
            let reason = format!("{key} has {} entries for {trials} trials", found.0.len());
            return Err(Error::manifest(&manifest.path, reason));
        }
        places.add(at, what, found);
    }
    refuse_split_runs(manifest, &places.of)?;
    Ok(places.finish())
}

/// Sessions and runs of `[stimuli, repeats]`, which only files can give.
///
/// # Errors
/// [`Error::Manifest`] naming the key for another source, and for another number of values.
pub(crate) fn of_repeats(manifest: &Manifest, stimuli: usize, repeats: usize) -> Result<Places> {
    let mut places = Places::of_one_run(stimuli * repeats);
    for (at, (role, key, what)) in GROUPINGS.into_iter().enumerate() {
        let wrong = |fact: String| {
            let reason =
                format!("{fact}: the responses are [voxels, stimuli, repeats], so give a file [{stimuli}, {repeats}]");
            Error::manifest(&manifest.path, reason)
        };
        let name = match stated(manifest, role) {
            None => continue,
            Some(Grouping::Named(name)) if manifest.resolve(Path::new(name)).is_file() => name,
            Some(_) => return Err(wrong(format!("{key} is not a file"))),
        };
        let numbers = of_file(manifest, key, name)?;
        if numbers.len() != stimuli * repeats {
            return Err(wrong(format!("{key} has {} entries", numbers.len())));
        }
        places.add(at, what, (numbers, name.clone()));
    }
    Ok(places.finish())
}

/// Numbers of columns that must agree, and where the first is.
fn of_columns(manifest: &Manifest, table: &[&Column], list: &[&Column]) -> Result<Option<(Vec<u16>, String)>> {
    let responses = manifest.responses.file.display().to_string();
    let order = manifest.images.order.clone().unwrap_or_default();
    let of_table = table.iter().map(|column| (*column, responses.as_str()));
    let mut first: Option<(Vec<u16>, String)> = None;
    for (column, file) in of_table.chain(list.iter().map(|column| (*column, order.as_str()))) {
        let path = manifest.resolve(Path::new(file));
        if let Some(row) = column.texts.iter().position(String::is_empty) {
            return Err(Error::mismatch(&path, format!("column \"{}\" is empty in row {}", column.name, row + 1)));
        }
        let (numbers, source) = (numbers(&column.texts), format!("the column \"{}\" of {file}", column.name));
        match &first {
            Some((known, other)) if *known != numbers => {
                let reason = format!(
                    "{source} differs from {other}: name the right one with trials.session or trials.run, or the wrong \
                     one in responses.ignore"
                );
                return Err(Error::mismatch(&path, reason));
            }
            Some(_) => (),
            None => first = Some((numbers, source)),
        }
    }
    Ok(first)
}

/// The column or the file of a name; a name of both is refused.
fn named(manifest: &Manifest, key: &str, name: &str, opened: &Opened, order: &Order) -> Result<(Vec<u16>, String)> {
    let is_called = |column: &&Column| column.name == name;
    let table: Vec<&Column> = opened.trial_columns().filter(is_called).collect();
    let list: Vec<&Column> = order.columns.iter().filter(is_called).collect();
    let is_file = manifest.resolve(Path::new(name)).is_file();
    let wrong = |reason: String| Err(Error::manifest(&manifest.path, reason));
    match of_columns(manifest, &table, &list)? {
        Some(_) if is_file => wrong(format!("{key} = \"{name}\" is the name of a column and of a file: rename one")),
        Some(found) => Ok(found),
        None if is_file => Ok((of_file(manifest, key, name)?, name.to_owned())),
        None => {
            let known: Vec<String> = opened
                .trial_columns()
                .chain(&order.columns)
                .filter(|column| !column.name.is_empty())
                .map(|column| format!("\"{}\"", column.name))
                .collect();
            let known = if known.is_empty() { "there are none".to_owned() } else { known.join(", ") };
            wrong(format!("{key} = \"{name}\" is neither a file nor a column of the trials ({known})"))
        }
    }
}

/// Numbers 1, 1, ... 2, 2, ... by the number of trials of each.
fn of_counts(manifest: &Manifest, key: &str, counts: &[usize], trials: usize) -> Result<Vec<u16>> {
    let sum = counts.iter().try_fold(0_usize, |sum, &count| sum.checked_add(count));
    let wrong = |reason: String| Err(Error::manifest(&manifest.path, reason));
    if counts.contains(&0) || counts.len() > usize::from(u16::MAX) {
        return wrong(format!("{key} counts at least one trial each, of at most {} groups", u16::MAX));
    }
    if sum != Some(trials) {
        let sum = sum.map_or_else(|| "too many".to_owned(), |sum| sum.to_string());
        return wrong(format!("{key} adds up to {sum} trials, expected {trials}: give the trials of each, in order"));
    }
    let repeated = |(at, &count): (usize, &usize)| std::iter::repeat_n(at as u16 + 1, count);
    Ok(counts.iter().enumerate().flat_map(repeated).collect())
}

/// Refuses runs that are not consecutive, wherever sessions and runs are from: most often runs were numbered again in each
/// session and no session is stated, else the trials were shuffled. Also a run of counted trials that lies in two sessions.
fn refuse_split_runs(manifest: &Manifest, places: &[[u16; 2]]) -> Result<()> {
    let wrong = |reason: String| Err(Error::manifest(&manifest.path, reason));
    let counted = matches!(manifest.trials.run, Some(Grouping::Counts(_)));
    let mut seen = BTreeSet::new();
    for (trial, place) in places.iter().enumerate() {
        let before = trial.checked_sub(1).map(|before| places[before]);
        if before == Some(*place) {
            continue;
        }
        let [session, run] = *place;
        if counted && before.is_some_and(|[_, other]| other == run) {
            return wrong(format!("run {run} lies in two sessions, with trial {} in session {session}", trial + 1));
        }
        if !seen.insert(*place) {
            return wrong(format!(
                "the trials of session {session}, run {run} are not consecutive: they go on at trial {}; sort the rows by time \
                 or, if runs are numbered again in each session, state the sessions (trials.session, or a column \"session\")",
                trial + 1
            ));
        }
    }
    Ok(())
}
