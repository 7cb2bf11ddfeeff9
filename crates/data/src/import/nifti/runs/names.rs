//! The runs of series by the names of their files.

use std::path::{Path, PathBuf};

use afterimage_formats::names::{entity, natural_cmp};

use super::{RunId, file_name, number, shared_folders, versions};
use crate::import::nifti::table::Shown;
use crate::import::order::{find_out_of_order, texts};
use crate::import::subject;
use crate::{Error, Result};

/// The run of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import::nifti) struct Named {
    pub(in crate::import::nifti) id: RunId,
    /// Whether the number of the run is that of the name, rather than the place in the order given.
    pub(in crate::import::nifti) by_name: bool,
    /// The number in the name.
    pub(in crate::import::nifti) label: Option<u16>,
    /// Whether the name states a session.
    pub(in crate::import::nifti) has_session: bool,
    /// `02` of `ses-02`.
    pub(in crate::import::nifti) session_label: Option<String>,
}

/// What a name says, before runs are numbered.
struct Labels {
    subject: Option<String>,
    session: Option<String>,
    run: Option<u16>,
}

impl Labels {
    /// Names of files come before those of folders; folders that all series share do not number them.
    fn of(path: &Path, shared: usize) -> Self {
        let file = file_name(path);
        let folders: Vec<String> = path.ancestors().skip(1).map(file_name).collect();
        let own = &folders[..folders.len() - shared.min(folders.len())];
        let first =
            |of: &dyn Fn(&String) -> Option<String>, among: &[String]| of(&file).or_else(|| among.iter().find_map(of));
        let counted = |words: &'static [&'static str]| move |name: &String| counted(name, words).map(|n| n.to_string());
        let session = first(&|name| entity(name, "ses").map(str::to_owned), &folders);
        let session = session.or_else(|| first(&counted(&["session", "sess", "ses"]), own));
        let run = first(
            &|name| entity(name, "run").and_then(number).map(|n| n.to_string()).or_else(|| counted(&["run"])(name)),
            own,
        );
        Self { subject: subject::stated(path), session, run: run.and_then(|run| number(&run)) }
    }

    fn session_key(&self) -> (Option<String>, Option<String>) {
        // `ses-1` and `ses-01` are one session.
        let session = self.session.as_ref().map(|label| number(label).map_or(label.clone(), |n| n.to_string()));
        (self.subject.clone(), session)
    }
}

/// The number behind a word, as in `run2`, `run_02` or `betas_session01`.
fn counted(name: &str, words: &[&str]) -> Option<u16> {
    let lower = name.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(['.', '_', '-', ' ']).collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let digits = words.iter().find_map(|word| part.strip_prefix(word))?;
        if digits.is_empty() { parts.get(at + 1)?.parse().ok() } else { digits.parse().ok() }
    })
}

/// The runs of series in the order given.
///
/// # Errors
/// [`Error::Mismatch`] for a series that is given twice, or one scan in two versions.
pub(in crate::import::nifti) fn of_series(series: &[PathBuf]) -> Result<Vec<Named>> {
    versions::refuse_twice(series)?;
    let shared = shared_folders(series);
    let labels: Vec<Labels> = series.iter().map(|path| Labels::of(path, shared)).collect();
    let sessions = sessions(&labels);
    versions::refuse_versions(series, &|one, other| {
        (sessions[one], labels[one].run) == (sessions[other], labels[other].run)
    })?;
    let mut named: Vec<Option<Named>> = vec![None; series.len()];
    for at in 0..series.len() {
        if named[at].is_some() {
            continue;
        }
        let inside: Vec<usize> = (at..series.len()).filter(|&other| sessions[other] == sessions[at]).collect();
        let by_name = have_numbers(&labels, &inside);
        for (place, &index) in inside.iter().enumerate() {
            let run = labels[index].run.filter(|_| by_name).unwrap_or((place + 1).min(usize::from(u16::MAX)) as u16);
            named[index] = Some(Named {
                id: RunId { session: sessions[index], run },
                by_name,
                label: labels[index].run,
                has_session: labels[index].session.is_some(),
                session_label: labels[index].session.clone(),
            });
        }
    }
    Ok(named.into_iter().flatten().collect())
}

/// The session of each: the number of `ses-` where all have one, else counted from 1; 0 if not stated.
fn sessions(labels: &[Labels]) -> Vec<u16> {
    let mut keys: Vec<_> = labels.iter().map(Labels::session_key).collect();
    let of = keys.clone();
    keys.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| natural(a.1.as_deref(), b.1.as_deref())));
    keys.dedup();
    let subjects = keys.iter().any(|key| key.0 != keys[0].0);
    let numbers: Option<Vec<u16>> = keys.iter().map(|key| number(key.1.as_deref()?)).collect();
    let session = |key| {
        let place = keys.iter().position(|known| known == key).unwrap_or(0);
        match &numbers {
            Some(numbers) if !subjects => numbers[place],
            _ if keys.len() == 1 => 0,
            _ => (place + 1) as u16,
        }
    };
    of.iter().map(session).collect()
}

fn natural(a: Option<&str>, b: Option<&str>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => natural_cmp(a, b),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

/// Whether each series of a session has a number of its own in its name.
fn have_numbers(labels: &[Labels], inside: &[usize]) -> bool {
    let is_own = |(place, &at): (usize, &usize)| {
        labels[at].run.is_some() && !inside[..place].iter().any(|&other| labels[other].run == labels[at].run)
    };
    inside.iter().enumerate().all(is_own)
}

/// Order counts where neither names nor tables number the runs; shells list `bold_10` before `bold_2`, or before `bold_1`.
///
/// # Errors
/// [`Error::Mismatch`] where such series of a session are given in another order than that of the numbers in them.
pub(in crate::import::nifti) fn refuse_shells_order(
    series: &[PathBuf],
    named: &[Named],
    shown: &[Shown],
) -> Result<()> {
    let by_place = |at: &usize| !named[*at].by_name && !shown[*at].states_runs;
    let counted: Vec<usize> = (0..series.len()).filter(by_place).collect();
    for &first in &counted {
        let inside = counted.iter().filter(|&&at| named[at].id.session == named[first].id.session);
        let inside: Vec<&PathBuf> = inside.map(|&at| &series[at]).collect();
        refuse_disorder(&inside, "neither names nor tables number their runs", "run-1, run-2")?;
    }
    Ok(())
}

/// # Errors
/// [`Error::Mismatch`] where the numbers in the names of series that are counted in the order given do not rise.
pub(super) fn refuse_disorder<P: AsRef<Path>>(series: &[P], why: &str, names: &str) -> Result<()> {
    let paths = texts(series);
    let Some((first, second)) = find_out_of_order(&paths) else { return Ok(()) };
    let reason = format!(
        "series are counted in the order given, since {why}, and \"{first}\" is given before \"{second}\": give them in \
         the order of the numbers, as $(ls -v ...) lists them, or call them {names}"
    );
    Err(Error::mismatch(Path::new(second), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<(u16, u16)> {
        let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        of_series(&paths).unwrap().iter().map(|named| (named.id.session, named.id.run)).collect()
    }

    #[test]
    fn numbers_of_bids_count_whatever_the_order() {
        assert_eq!(
            of(&["sub-01_run-1_bold.nii", "sub-01_run-10_bold.nii", "sub-01_run-2_bold.nii"]),
            [(0, 1), (0, 10), (0, 2)]
        );
        assert_eq!(of(&["ses-10_run-1_bold.nii", "ses-2_run-1_bold.nii"]), [(10, 1), (2, 1)]);
        assert_eq!(of(&["sub-01/ses-02/run2.nii", "sub-01/ses-01/run10.nii"]), [(2, 2), (1, 10)]);
        assert_eq!(of(&["ses-imagery_bold.nii", "ses-percept_bold.nii"]), [(1, 1), (2, 1)]);
        assert_eq!(of(&["betas_session03.nii", "betas_session12.nii"]), [(3, 1), (12, 1)]);
    }

    #[test]
    fn folders_number_the_runs_of_files_that_do_not() {
        assert_eq!(of(&["d/run-02/bold.nii", "d/run-03/bold.nii", "d/run-04/bold.nii"]), [(0, 2), (0, 3), (0, 4)]);
        assert_eq!(of(&["run2.feat/filtered.nii", "run3.feat/filtered.nii"]), [(0, 2), (0, 3)]);
        assert_eq!(of(&["s/Run_2/a.nii", "s/Run_4/a.nii"]), [(0, 2), (0, 4)]);
        assert_eq!(of(&["session2/run_3/a.nii", "session3/run_5/a.nii"]), [(2, 3), (3, 5)]);
        assert_eq!(of(&["sub-01_run_02_bold.nii", "sub-01_run_04_bold.nii"]), [(0, 2), (0, 4)]);
        // A folder of all series, or of several, numbers none of them.
        assert_eq!(of(&["run2/a.nii", "run2/b.nii"]), [(0, 1), (0, 2)]);
        assert_eq!(of(&["run-5/x.nii"]), [(0, 1)]);
        assert_eq!(of(&["run-1/a.nii", "run-1/b.nii", "run-2/a.nii"]), [(0, 1), (0, 2), (0, 3)]);
    }

    #[test]
    fn subjects_in_two_spellings_make_no_sessions() {
        assert_eq!(of(&["sub-01_run-1_bold.nii", "sub-1_run-2_bold.nii"]), [(0, 1), (0, 2)]);
    }

    #[test]
    fn names_without_numbers_are_counted_from_one_in_the_order_given() {
        assert_eq!(of(&["b.nii", "a.nii"]), [(0, 1), (0, 2)]);
        assert_eq!(of(&["bold_1.nii", "bold_2.nii", "bold_10.nii"]), [(0, 1), (0, 2), (0, 3)]);
        assert_eq!(of(&["task-x_run-1_bold.nii", "task-y_run-1_bold.nii"]), [(0, 1), (0, 2)]);
    }

    #[test]
    fn order_of_the_shell_and_repeated_runs_are_refused() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<PathBuf>>();
        let refusal = |names: &[&str]| of_series(&paths(names)).unwrap_err().to_string();
        let order = |names: &[&str], states_runs: bool| {
            let series = paths(names);
            let shown: Vec<Shown> = names.iter().map(|_| Shown { states_runs, ..Shown::default() }).collect();
            let refused = refuse_shells_order(&series, &of_series(&series).unwrap(), &shown);
            refused.err().map(|error| error.to_string()).unwrap_or_default()
        };
        let message = order(&["bold_1.nii", "bold_10.nii", "bold_2.nii"], false);
        assert!(
            message.contains("\"bold_10.nii\" is given before \"bold_2.nii\"") && message.contains("ls -v"),
            "{message}"
        );
        assert_eq!(order(&["bold_1.nii", "bold_10.nii", "bold_2.nii"], true), "");
        assert_eq!(order(&["bold_1.nii", "bold_2.nii", "bold_10.nii"], false), "");
        let message = order(&["bold_10.nii", "bold_1.nii", "bold_2.nii"], false);
        assert!(message.contains("\"bold_10.nii\" is given before \"bold_1.nii\""), "{message}");
        let message = order(&["r1/bold.nii", "r10/bold.nii", "r2/bold.nii"], false);
        assert!(message.contains("\"r10/bold.nii\" is given before \"r2/bold.nii\""), "{message}");
        assert_eq!(order(&["before.nii", "after.nii"], false), "");
        let message = refusal(&["run-1_space-T1w_bold.nii", "run-1_space-MNI_bold.nii"]);
        assert!(message.contains("another version") && message.contains("space-T1w"), "{message}");
        assert!(refusal(&["a.nii", "a.nii"]).contains("given twice"));
    }
}
