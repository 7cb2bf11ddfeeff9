//! Differences between the runs on the same held-out images, from any of them as the reference.
//!
//! The numbers are those of `afterimage compare` with its defaults. Those from the first run are computed when the runs are
//! opened, others when somebody asks for them; each only once.

use std::sync::OnceLock;

use afterimage_eval::comparison::{Options, ScoredRun, compare, compare_pair};
use afterimage_run::comparison::Comparison;

use crate::{Catalog, Result};

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

/// The scored runs with their differences.
#[derive(Debug)]
pub(crate) struct Compared {
    scored: Vec<ScoredRun>,
    /// Place of each run of the catalogue in `scored`, if it was evaluated.
    places: Vec<Option<usize>>,
    /// Differences from each run as the reference, `[run][main score]`.
    from: Vec<OnceLock<Vec<Vec<Difference>>>>,
}

impl Compared {
    /// Reads what a comparison needs. A single run is not compared.
    ///
    /// # Errors
    /// [`crate::ViewError::Scores`].
    pub(crate) fn read(catalog: &Catalog) -> Result<Self> {
        let (mut scored, mut places) = (Vec::new(), Vec::new());
        for run in &catalog.runs {
            let is_compared = catalog.runs.len() > 1 && run.score_file.is_some();
            places.push(is_compared.then_some(scored.len()));
            if is_compared {
                let mut read = ScoredRun::read(run.folder.root())?;
                read.label.clone_from(&run.label);
                scored.push(read);
            }
        }
        let from = catalog.runs.iter().map(|_| OnceLock::new()).collect();
        let compared = Self { scored, places, from };
        compared.differences(catalog, 0);
        Ok(compared)
    }

    /// Returns every run minus the reference in every main score, `[run][main score]`.
    pub(crate) fn differences(&self, catalog: &Catalog, reference: usize) -> &[Vec<Difference>] {
        self.from[reference].get_or_init(|| {
            let runs = 0..catalog.runs.len();
            runs.map(|run| self.between(&catalog.main, reference, run)).collect()
        })
    }

    fn between(&self, main: &[String], reference: usize, run: usize) -> Vec<Difference> {
        let all = |difference: Difference| vec![difference; main.len()];
        if run == reference {
            return all(Difference::Reference);
        }
        let scored = |run: usize| self.places[run].map(|place| &self.scored[place]);
        let (Some(reference), Some(run)) = (scored(reference), scored(run)) else {
            return all(Difference::Missing("not evaluated".into()));
        };
        let known = |name: &&String| [reference, run].iter().any(|run| run.scores.get(name).is_some());
        // The p-value is not shown: the test has one draw.
        let scores = main.iter().filter(known).cloned().collect();
        let options = Options { scores, permutations: 1, ..Options::default() };
        match compare_pair(reference, run, &options) {
            Ok(pair) => main.iter().map(|name| of_row(&pair, name)).collect(),
            Err(error) => all(Difference::Missing(error.to_string())),
        }
    }

    /// Compares all evaluated runs, as `afterimage compare` does.
    ///
    /// # Errors
    /// Those of [`compare`], in words; if the reference was not evaluated.
    pub(crate) fn whole(&self, reference: usize) -> std::result::Result<Comparison, String> {
        let place = self.places.get(reference).copied().flatten();
        let place = place.ok_or("the reference has no scores: run `afterimage evaluate` first")?;
        compare(&self.scored, &Options { baseline: place, ..Options::default() }).map_err(|error| error.to_string())
    }
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
