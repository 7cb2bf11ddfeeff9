//! Session and run of each trial: from columns, from files, or by counts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use afterimage_formats::text;

use crate::import::columns::{self, Column, Role, whole};
use crate::import::matrix;
use crate::import::order::Order;
use crate::import::table::Opened;
use crate::manifest::{Grouping, Manifest};
use crate::{Error, Result};

/// Where each trial was recorded.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Session and run of each trial, or of each `[stimulus, repeat]`.
    pub(crate) of: Vec<[u16; 2]>,
    /// How they are known, for the provenance.
    pub(crate) steps: Vec<String>,
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
    let mut places = Places { of: vec![[0; 2]; trials], steps: Vec::new() };
    for (at, (role, key, what)) in GROUPINGS.into_iter().enumerate() {
        let found = match stated(manifest, role) {
            None => of_columns(manifest, &opened.of_role(role), &order.of_role(role))?,
            Some(Grouping::Counts(counts)) => Some((of_counts(manifest, key, counts, trials)?, format!("{counts:?}"))),
            Some(Grouping::Named(name)) => Some(named(manifest, key, name, opened, order)?),
        };
        let Some((numbers, source)) = found else { continue };
        if numbers.len() != trials {
            let reason = format!("{key} has {} entries for {trials} trials", numbers.len());
            return Err(Error::manifest(&manifest.path, reason));
        }
        places.steps.push(format!("{what} from {source}"));
        places.of.iter_mut().zip(numbers).for_each(|(place, number)| place[at] = number);
    }
    refuse_split_runs(manifest, &places.of)?;
    if places.steps.is_empty() {
        places.steps.push("sessions and runs not stated: all trials are taken for one run".to_owned());
    }
    Ok(places)
}

/// Sessions and runs of `[stimuli, repeats]`, which only files can give.
///
/// # Errors
/// [`Error::Manifest`] naming the key for another source, and for another number of values.
pub(crate) fn of_repeats(manifest: &Manifest, stimuli: usize, repeats: usize) -> Result<Places> {
    let mut places = Places { of: vec![[0; 2]; stimuli * repeats], steps: Vec::new() };
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
        places.steps.push(format!("{what} from {name}"));
        places.of.iter_mut().zip(numbers).for_each(|(place, number)| place[at] = number);
    }
    Ok(places)
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

/// One whole number per trial, whatever the shape.
fn of_file(manifest: &Manifest, key: &str, name: &str) -> Result<Vec<u16>> {
    let path = manifest.resolve(Path::new(name));
    let is_lines = name.to_ascii_lowercase().ends_with(".txt");
    if is_lines || matrix::is_text(&path) {
        let lines: Vec<String> = text::lines(&path)?.into_iter().map(|line| line.trim().to_owned()).collect();
        let number = |(at, line): (usize, &String)| {
            number(line).ok_or_else(|| {
                let reason = format!(
                    "line {} is \"{line}\", expected a whole number per line for {key}; a column of a table is named by \
                     its name",
                    at + 1
                );
                Error::mismatch(&path, reason)
            })
        };
        return lines.iter().enumerate().map(number).collect();
    }
    let values = matrix::read(&path, None)?;
    let number = |(at, &value): (usize, &f32)| {
        let number = Some(value).filter(|value| value.fract() == 0.0 && (0.0..=65535.0).contains(value));
        number.map(|value| value as u16).ok_or_else(|| {
            let reason = format!("entry {} is {value}, expected a whole number from 0 to 65535 for {key}", at + 1);
            Error::mismatch(&path, reason)
        })
    };
    // In C order, whatever the order in memory.
    values.as_standard_layout().iter().enumerate().map(number).collect()
}

/// The numbers of texts: those they are (`2`, `ses-02`), or else their places among the different texts, from 0.
fn numbers(texts: &[String]) -> Vec<u16> {
    let stem = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let prefix = texts.first().map(|text| stem(text)).unwrap_or_default();
    let whole: Option<Vec<u16>> = texts.iter().map(|text| number(text)).collect();
    let labelled =
        || -> Option<Vec<u16>> { texts.iter().map(|text| text.strip_prefix(&prefix)?.parse().ok()).collect() };
    whole.or_else(labelled).unwrap_or_else(|| columns::ranks(texts))
}

fn number(text: &str) -> Option<u16> {
    whole(text).filter(|value| (0.0..=65535.0).contains(value)).map(|value| value as u16)
}

/// Refuses runs that are not consecutive, where the manifest states sessions or runs: most often runs were numbered again in
/// each session and no session is stated. Also a run of counted trials that lies in two sessions.
fn refuse_split_runs(manifest: &Manifest, places: &[[u16; 2]]) -> Result<()> {
    let keys = &manifest.trials;
    if keys.session.is_none() && keys.run.is_none() {
        return Ok(());
    }
    let wrong = |reason: String| Err(Error::manifest(&manifest.path, reason));
    let mut seen = BTreeSet::new();
    for (trial, place) in places.iter().enumerate() {
        let before = trial.checked_sub(1).map(|before| places[before]);
        if before == Some(*place) {
            continue;
        }
        let [session, run] = *place;
        if let (Some(Grouping::Counts(_)), Some([_, other])) = (&keys.run, before)
            && other == run
        {
            return wrong(format!("run {run} lies in two sessions, with trial {} in session {session}", trial + 1));
        }
        if !seen.insert(*place) {
            return wrong(format!(
                "the trials of session {session}, run {run} are not consecutive: they go on at trial {}; sort the trials \
                 by time, or, if runs are numbered again in each session, set trials.session",
                trial + 1
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_source_are_kept() {
        let of = |texts: &[&str]| numbers(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["3", "1", "3.0"]), [3, 1, 3]);
        assert_eq!(of(&["ses-02", "ses-10"]), [2, 10]);
        assert_eq!(of(&["pre", "post", "pre"]), [1, 0, 1]);
        assert_eq!(of(&["0.5", "1.5"]), [0, 1]);
    }
}
