//! Differences between the runs on the same held-out images, from any of them as the reference.
//!
//! The numbers are those of `afterimage compare` with its defaults, computed when somebody asks for them, and only once.

use std::collections::HashSet;
use std::sync::OnceLock;

use afterimage_eval::comparison::{Options, compare, compare_each, is_one_experiment};
use afterimage_run::comparison::Comparison;

use crate::Catalog;

/// A run minus the reference in one score.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Difference {
    /// The run is the reference.
    Reference,
    /// The mean over images, and the ends of its 95 % interval if it has one.
    Found { value: f64, interval: Option<[f64; 2]>, n: usize },
    /// There is none, with the reason if one is known.
    Missing(String),
}

/// Every run minus a reference.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// `[run][main score]`.
    pub(crate) of: Vec<Vec<Difference>>,
    /// What a reader must know of the pairs, as `afterimage compare` says it.
    pub(crate) notes: Vec<String>,
}

/// The differences that somebody asked for, from each run as the reference.
#[derive(Debug)]
pub(crate) struct Compared {
    /// `[reference]`.
    differences: Vec<OnceLock<Differences>>,
    /// `[reference]`; the reason where there is nothing to compare.
    whole: Vec<OnceLock<std::result::Result<Comparison, String>>>,
}

impl Compared {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let runs = || catalog.runs.iter();
        Self {
            differences: runs().map(|_| OnceLock::new()).collect(),
            whole: runs().map(|_| OnceLock::new()).collect(),
        }
    }

    /// Returns every run minus the reference in every main score, with the notes on each pair.
    pub(crate) fn differences(&self, catalog: &Catalog, reference: usize) -> &Differences {
        self.differences[reference].get_or_init(|| {
            let mut found = Differences::default();
            for run in 0..catalog.runs.len() {
                let (differences, notes) = between(catalog, reference, run);
                found.of.push(differences);
                found.notes.extend(notes);
            }
            let mut known = HashSet::new();
            found.notes.retain(|note| known.insert(note.clone()));
            found
        })
    }

    /// Returns the reference compared in full with all runs that have a difference from it, as by `afterimage compare`. Runs of one
    /// experiment that differ only in their seed are variants of their own if there is nothing else to compare.
    ///
    /// # Errors
    /// Why no run can be compared with the reference, in words.
    pub(crate) fn whole(&self, catalog: &Catalog, reference: usize) -> &std::result::Result<Comparison, String> {
        self.whole[reference].get_or_init(|| self.compare(catalog, reference))
    }

    fn compare(&self, catalog: &Catalog, reference: usize) -> std::result::Result<Comparison, String> {
        let (mut runs, mut left_out) = (Vec::new(), Vec::new());
        for (run, differences) in catalog.runs.iter().zip(&self.differences(catalog, reference).of) {
            let is_compared = |difference: &Difference| !matches!(difference, Difference::Missing(_));
            match &run.scored {
                Some(scored) if differences.iter().any(is_compared) => runs.push(scored),
                _ => left_out.push((run.label.as_str(), reason(differences))),
            }
        }
        let found = runs.iter().position(|run| run.label == catalog.runs[reference].label);
        let Some(place) = found.filter(|_| runs.len() > 1) else {
            let reasons = left_out.iter().map(|(label, reason)| format!("{label}: {reason}"));
            return Err(reasons.collect::<Vec<_>>().join("; "));
        };
        let options = Options { baseline: place, ..Options::default() };
        let compared = if is_one_experiment(&runs) {
            runs[..=place].rotate_right(1);
            compare_each(&runs, &options)
        } else {
            compare(&runs, &options)
        };
        let mut comparison = compared.map_err(|error| error.to_string())?;
        comparison.notes.extend(left_out.iter().map(|(label, reason)| format!("{label} is not shown here: {reason}.")));
        Ok(comparison)
    }
}

/// Returns the differences of a run from the reference in the main scores, and the notes on the two. A note that does not name one
/// of them gets both names in front.
fn between(catalog: &Catalog, reference: usize, run: usize) -> (Vec<Difference>, Vec<String>) {
    let all = |difference: Difference| (vec![difference; catalog.main.len()], Vec::new());
    let scored = |run: usize| catalog.runs[run].scored.as_ref();
    let (Some(of_reference), Some(of_run)) = (scored(reference), scored(run)) else {
        return all(Difference::Missing(format!(
            "{} has no scores",
            catalog.runs[if scored(run).is_none() { run } else { reference }].label
        )));
    };
    if run == reference {
        return all(Difference::Reference);
    }
    let known = |name: &&String| [of_reference, of_run].iter().any(|run| run.scores.get(name).is_some());
    // The p-value is not shown: the test has one draw.
    let scores = catalog.main.iter().filter(known).cloned().collect();
    let options = Options { scores, permutations: 1, ..Options::default() };
    match compare_each(&[of_reference, of_run], &options) {
        Ok(pair) => {
            let [of_reference, of_run] = [reference, run].map(|run| catalog.runs[run].label.as_str());
            let is_of_one = |note: &str| [of_reference, of_run].iter().any(|label| note.starts_with(label));
            let named = |note: &String| {
                if is_of_one(note) { note.clone() } else { format!("{of_run} and {of_reference}: {note}") }
            };
            let notes = pair.notes.iter().map(named).collect();
            (catalog.main.iter().map(|name| of_row(&pair, name)).collect(), notes)
        }
        Err(error) => all(Difference::Missing(error.to_string())),
    }
}

/// Returns why a run has no difference.
fn reason(differences: &[Difference]) -> String {
    let reasons = differences.iter().filter_map(|difference| match difference {
        Difference::Missing(reason) if !reason.is_empty() => Some(reason.clone()),
        _ => None,
    });
    reasons.into_iter().next().unwrap_or_else(|| "it has none of the main scores".into())
}

/// Returns the difference of the second variant of a pair.
fn of_row(pair: &Comparison, name: &str) -> Difference {
    let row = pair.rows.iter().find(|row| row.name == name);
    let missing = || Difference::Missing(String::new());
    let Some(Some(cell)) = row.and_then(|row| row.cells.get(1)) else { return missing() };
    match (&cell.difference, &cell.note) {
        (Some(found), _) => Difference::Found {
            value: found.value,
            interval: found.interval.as_ref().map(|interval| [interval.low, interval.high]),
            n: found.n,
        },
        (None, note) => Difference::Missing(note.clone().unwrap_or_default()),
    }
}
