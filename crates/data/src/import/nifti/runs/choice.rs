//! Which runs are held out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Named, RunId, below, file_name, number, shared_folders, short_name};
use crate::header::Split;
use crate::import::nifti::table::Shown;
use crate::import::volumes::stem;
use crate::{Error, Result};

/// Runs that a user names.
///
/// ```
/// use afterimage_data::RunChoice;
/// assert_eq!("run-02".parse::<RunChoice>(),  Ok(RunChoice::Number(2)));
/// assert_eq!("ses-02".parse::<RunChoice>(),  Ok(RunChoice::Session("02".into())));
/// assert_eq!("ses-02:run-1".parse::<RunChoice>(),  Ok(RunChoice::InSession { session: "02".into(), run: 1 }));
/// assert_eq!("sub-01_task-x_bold.nii.gz".parse::<RunChoice>(),  Ok(RunChoice::File("sub-01_task-x_bold.nii.gz".into())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunChoice {
    /// The run of this number in every session.
    Number(u16),
    /// All runs of a session, by its number or label, as in `ses-02`.
    Session(String),
    /// A run of one session.
    InSession {
        /// The session's number or label, as in `ses-02`.
        session: String,
        /// The run's number.
        run: u16,
    },
    /// All runs of a series, by the name of its file.
    File(String),
}

impl From<u16> for RunChoice {
    fn from(run: u16) -> Self {
        Self::Number(run)
    }
}

impl FromStr for RunChoice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let run_of = |text: &str| number(text).filter(|_| session_label(text).is_none());
        if let Some(run) = run_of(text) {
            return Ok(Self::Number(run));
        }
        if let Some(session) = session_label(text) {
            return Ok(Self::Session(session.to_owned()));
        }
        let parts = text.split_once(':').and_then(|(session, run)| Some((session.trim(), run_of(run)?)));
        Ok(match parts.filter(|(session, _)| !session.to_ascii_lowercase().starts_with("run")) {
            Some((session, run)) => {
                let label = session_label(session).unwrap_or(session);
                Self::InSession { session: label.to_owned(), run }
            }
            None => Self::File(text.to_owned()),
        })
    }
}

impl fmt::Display for RunChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(run) => write!(f, "{run}"),
            Self::Session(session) => write!(f, "session {session}"),
            Self::InSession { session, run } => write!(f, "{session}:{run}"),
            Self::File(name) => f.write_str(name),
        }
    }
}

/// The part of each run that is held out.
#[derive(Debug, Default)]
pub(in crate::import::nifti) struct Held {
    parts: BTreeMap<RunId, Split>,
    /// The runs of each part with their files, for people.
    pub(in crate::import::nifti) test: Vec<String>,
    pub(in crate::import::nifti) validation: Vec<String>,
}

/// The runs that there are, and where.
struct Known<'a> {
    series: &'a [PathBuf],
    names: &'a [Named],
    /// The series of each run that has trials.
    runs: BTreeMap<RunId, BTreeSet<usize>>,
    /// Whether the number of a series' runs is its place in the order given.
    by_place: Vec<bool>,
}

impl Held {
    /// # Errors
    /// [`Error::Mismatch`] with the runs there are for one that no trial is of, for one that is named twice, or where a
    /// number means one series by its place and another by its name.
    pub(in crate::import::nifti) fn of(
        (test, validation): (&[RunChoice], &[RunChoice]),
        shown: &[Shown],
        names: &[Named],
        series: &[PathBuf],
    ) -> Result<Self> {
        let mut runs = BTreeMap::<RunId, BTreeSet<usize>>::new();
        for (index, shown) in shown.iter().enumerate() {
            for trial in &shown.trials {
                runs.entry(trial.run).or_default().insert(index);
            }
        }
        let by_place = names.iter().zip(shown).map(|(name, shown)| !name.by_name && !shown.states_runs).collect();
        let known = Known { series, names, runs, by_place };
        let mut held = Self::default();
        for (choices, part) in [(test, Split::Test), (validation, Split::Validation)] {
            for choice in choices {
                for run in known.chosen(choice)? {
                    if held.parts.insert(run, part).is_some_and(|other| other != part) {
                        let reason =
                            format!("{} is held out for the test and for validation: choose one", known.words(run));
                        return Err(Error::mismatch(&series[0], reason));
                    }
                }
            }
        }
        let words = |part| {
            let runs = held.parts.iter().filter(|(_, of)| **of == part);
            runs.map(|(run, _)| known.words(*run)).collect::<Vec<String>>()
        };
        let (test, validation) = (words(Split::Test), words(Split::Validation));
        Ok(Self { test, validation, ..held })
    }

    pub(in crate::import::nifti) fn part(&self, run: RunId) -> Split {
        self.parts.get(&run).copied().unwrap_or(Split::Train)
    }
}

impl Known<'_> {
    fn chosen(&self, choice: &RunChoice) -> Result<Vec<RunId>> {
        let inside = |(run, series): (&RunId, &BTreeSet<usize>)| match choice {
            RunChoice::Number(number) => run.run == *number,
            RunChoice::Session(session) => series.iter().any(|&at| self.is_session(run.session, at, session)),
            RunChoice::InSession { session, run: number } => {
                run.run == *number && series.iter().any(|&at| self.is_session(run.session, at, session))
            }
            RunChoice::File(name) => series.iter().any(|&at| self.is_called(at, name)),
        };
        let found: Vec<RunId> =
            self.runs.iter().filter(|(run, series)| inside((*run, *series))).map(|(run, _)| *run).collect();
        if found.is_empty() {
            let all: Vec<String> = self.runs.keys().map(|run| self.words(*run)).collect();
            let reason = format!("run {choice} is to be held out, but no trial is of it; there are {}", all.join(", "));
            return Err(Error::mismatch(&self.series[0], reason));
        }
        match choice {
            RunChoice::Number(number) => found.iter().try_for_each(|run| self.refuse_two_meanings(*number, *run))?,
            RunChoice::File(name) => self.refuse_namesakes(name)?,
            _ => (),
        }
        Ok(found)
    }

    /// The run `2` by its place must not be `bold_3` where another series is called `bold_2`.
    fn refuse_two_meanings(&self, wanted: u16, run: RunId) -> Result<()> {
        let Some(&at) = self.runs.get(&run).and_then(|series| series.first()).filter(|&&at| self.by_place[at]) else {
            return Ok(());
        };
        let shared = shared_folders(self.series);
        let text = |path: &PathBuf| below(&path.with_file_name(stem(path)), shared);
        let numbers: Vec<Vec<u64>> = self.series.iter().map(|path| numbers(&text(path))).collect();
        // The number of a session is in the names of all its series.
        let is_near = |index: &usize| self.names[*index].id.session == self.names[at].id.session;
        let everywhere = |number: &u64| (0..numbers.len()).filter(is_near).all(|index| numbers[index].contains(number));
        let called = |index: &usize| {
            is_near(index) && numbers[*index].iter().any(|number| *number == u64::from(wanted) && !everywhere(number))
        };
        let labelled = |index: &usize| *index != at && self.names[*index].label == Some(wanted);
        let other = (0..self.series.len()).find(labelled);
        match other.or_else(|| (0..self.series.len()).find(called).filter(|_| !called(&at))) {
            Some(other) => {
                let reason = format!(
                    "run {wanted} is this series by its place, but \"{}\" by its name: hold out by the name of the file",
                    self.series[other].display()
                );
                Err(Error::mismatch(&self.series[at], reason))
            }
            None => Ok(()),
        }
    }

    /// Series in folders may have one name.
    fn refuse_namesakes(&self, name: &str) -> Result<()> {
        let is_called = |path: &&PathBuf| file_name(path) == name || stem(path) == name;
        match self.series.iter().filter(is_called).collect::<Vec<_>>()[..] {
            [first, second, ..] if !self.series.iter().any(|path| path == Path::new(name)) => {
                let reason = format!(
                    "\"{name}\" is to be held out, and \"{}\" is called so too: name it with its folder",
                    second.display()
                );
                Err(Error::mismatch(first, reason))
            }
            _ => Ok(()),
        }
    }

    fn is_session(&self, session: u16, series: usize, wanted: &str) -> bool {
        let label = self.names[series].session_label.as_deref();
        match (label, number(wanted)) {
            // A label that is a number has that number, or else a place.
            (Some(label), Some(wanted)) => number(label).unwrap_or(session) == wanted,
            (Some(label), None) => label == wanted,
            (None, wanted) => wanted == Some(session),
        }
    }

    /// By its file, with folders in front or not, or by a folder that not all series are in.
    fn is_called(&self, at: usize, name: &str) -> bool {
        let (path, name_path) = (&self.series[at], Path::new(name));
        let own = below(path, shared_folders(self.series));
        let in_folder = || Path::new(&own).ancestors().skip(1).any(|folder| folder == name_path);
        !name.is_empty() && (path.ends_with(name_path) || stem(path) == name || in_folder())
    }

    /// A run with its session, if there are several, and its files.
    fn words(&self, run: RunId) -> String {
        let first = self.runs.keys().next().map(|run| run.session);
        let several = self.runs.keys().any(|run| Some(run.session) != first);
        let files: Vec<String> =
            self.runs.get(&run).into_iter().flatten().map(|&at| short_name(self.series, at)).collect();
        let session = if several { format!(" of session {}", run.session) } else { String::new() };
        format!("run {}{session} ({})", run.run, files.join(", "))
    }
}

/// `02` of `ses-02`, `session 02` or `sess02`; labels that are no numbers need a separator.
fn session_label(text: &str) -> Option<&str> {
    let text = text.trim();
    let after = ["session", "sess", "ses"].iter().find_map(|word| {
        text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)).map(|_| &text[word.len()..])
    })?;
    let label = after.trim_start_matches(['-', '_', ' ']);
    let is_label = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_label && (label.len() < after.len() || number(label).is_some())).then_some(label)
}

/// The numbers in a name.
fn numbers(name: &str) -> Vec<u64> {
    name.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}
