//! Which scanner run a series or a trial is of.
//!
//! Runs and sessions have the numbers that the source gives them: `run-` and `ses-` of BIDS in the names, or columns of
//! the tables. Series without a number in their names are counted from 1 in the order given.

mod choice;
mod names;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::table::Shown;
use crate::{Error, Result};

pub(super) use choice::Held;
pub use choice::RunChoice;
pub(super) use names::{Named, of_series, refuse_shells_order};
pub(super) use versions::refuse_copies;

/// A scanner run: the same number in another session is another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RunId {
    pub(super) session: u16,
    pub(super) run: u16,
}

/// The number in `2`, `02`, `run-02`, `ses-2`, `session 2` or `2.0`.
pub(super) fn number(text: &str) -> Option<u16> {
    let text = text.trim().to_ascii_lowercase();
    let prefixes = ["run", "session", "sess", "ses"];
    let after = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    let bare = after.map_or(text.as_str(), |after| after.trim_start_matches(['-', '_', ' ']));
    let whole = bare.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|digit| digit == b'0'));
    whole.map_or(bare, |(whole, _)| whole).parse().ok()
}

/// Runs that two series number alike are not one run: where nothing states a session, each series becomes one.
///
/// # Errors
/// [`Error::Mismatch`] naming both tables where sessions are stated and runs collide all the same, or two series whose
/// order is not that of the numbers in their names.
pub(super) fn separate(
    shown: &mut [Shown],
    names: &[Named],
    (series, tables): (&[PathBuf], &[PathBuf]),
) -> Result<bool> {
    let Some((run, first, second)) = collision(shown) else { return Ok(false) };
    if names.iter().any(|name| name.has_session) || shown.iter().any(|shown| shown.states_sessions) {
        let reason = format!(
            "run {} of session {} is in \"{}\" too: number the runs of a session differently",
            run.run,
            run.session,
            tables[first].display()
        );
        return Err(Error::mismatch(&tables[second], reason));
    }
    names::refuse_disorder(
        series,
        "their tables number their runs alike and no name states a session",
        "ses-1, ses-2",
    )?;
    for (index, shown) in shown.iter_mut().enumerate() {
        let session = u16::try_from(index + 1).unwrap_or(u16::MAX);
        shown.trials.iter_mut().for_each(|trial| trial.run.session = session);
        shown.run_of_volume.iter_mut().for_each(|run| run.session = session);
    }
    Ok(true)
}

/// A run that two series have, and their places.
fn collision(shown: &[Shown]) -> Option<(RunId, usize, usize)> {
    let mut known = BTreeMap::new();
    for (index, shown) in shown.iter().enumerate() {
        let runs: BTreeSet<RunId> =
            shown.trials.iter().map(|trial| trial.run).chain(shown.run_of_volume.iter().copied()).collect();
        for run in runs {
            if let Some(first) = known.insert(run, index) {
                return Some((run, first, index));
            }
        }
    }
    None
}

/// The number of folders that all series lie in, from the root.
fn shared_folders(series: &[PathBuf]) -> usize {
    let folders = |path: &PathBuf| -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = path.ancestors().skip(1).map(Path::to_owned).collect();
        folders.reverse();
        folders
    };
    let all: Vec<Vec<PathBuf>> = series.iter().map(folders).collect();
    let first = all.first().map_or(&[][..], Vec::as_slice);
    (0..first.len()).take_while(|&at| all.iter().all(|other| other.get(at) == Some(&first[at]))).count()
}

/// What a series is called among others: its file, with its folders below those that all share where files are called alike.
pub(super) fn short_name(series: &[PathBuf], at: usize) -> String {
    let file = file_name(&series[at]);
    if series.iter().filter(|path| file_name(path) == file).count() < 2 {
        return file;
    }
    below(&series[at], shared_folders(series))
}

/// A path without its first `shared` folders.
fn below(path: &Path, shared: usize) -> String {
    let folders = path.ancestors().skip(1).count();
    let own = path.ancestors().nth(folders - shared.min(folders) + 1).unwrap_or(Path::new(""));
    path.strip_prefix(own).unwrap_or(path).to_string_lossy().into_owned()
}

/// What a file is called, without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
