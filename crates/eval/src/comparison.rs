//! Runs set side by side on the same held-out images, with paired differences.
//!
//! A *variant* is one experiment: its runs differ in nothing but the seed and, where subjects are told apart, the data
//! set. Values per image are averaged over the seeds of a variant first; what is then compared is one number per image.
//! With several subjects each keeps its own images, and the subjects count alike.

mod cells;
mod each;
mod group;
mod notes;
mod run;
mod same;
mod select;

use std::borrow::Borrow;

use afterimage_run::comparison::{COMPARISON_VERSION, Comparison, Row, Variant};
use afterimage_run::scores::NotComputed;
use afterimage_statistics::Difference;

pub use each::compare_each;
pub use group::is_one_experiment;
pub use notes::earlier_intervals;
pub use run::ScoredRun;
pub use select::DEFAULT_SCORES;

use crate::Result;
use group::Group;

/// Bootstrap resamples, and draws of the sign-flip test, unless others are asked for.
pub const DRAWS: usize = 10_000;

/// How runs are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Title of the comparison.
    pub title: String,
    /// Index of a run of the baseline.
    pub baseline: usize,
    /// False: the runs may have different test images, and no difference is taken.
    pub paired: bool,
    /// True: data sets are subjects, and runs on different ones belong to one variant if nothing else differs.
    pub subjects: bool,
    /// Names of scores, `*` for any characters; [`DEFAULT_SCORES`] where empty.
    pub scores: Vec<String>,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of the sign-flip test.
    pub permutations: usize,
    /// Seed of every draw.
    pub seed: u64,
}

impl Default for Options {
    /// Differences of the default scores from the first run, by [`DRAWS`] draws.
    fn default() -> Self {
        Self {
            title: "Runs compared".into(),
            baseline: 0,
            paired: true,
            subjects: false,
            scores: Vec::new(),
            resamples: DRAWS,
            permutations: DRAWS,
            seed: 0,
        }
    }
}

/// Sets runs side by side.
///
/// Differences are variant minus baseline, see [`afterimage_statistics::paired_difference`], with p Holm-corrected over
/// the variants of each score. A score has none if it is measured differently in the two, if it is not a mean over
/// images and has no pseudo-values, and if it is missing; each such cell says why.
///
/// # Errors
/// [`crate::EvalError::NotTheSameImages`] if runs to be paired differ in the names or the content of their held-out
/// images; [`crate::EvalError::Runs`] with a single variant, a subject that a variant lacks or a shown image that cannot be read;
/// [`crate::EvalError::NoSuchScore`].
pub fn compare<R: Borrow<ScoredRun>>(runs: &[R], options: &Options) -> Result<Comparison> {
    let groups = group::groups(runs, options)?;
    if options.paired {
        same::check(&groups)?;
    }
    of_groups(&groups, options)
}

/// Sets variants side by side whose images were compared before.
fn of_groups(groups: &[Group], options: &Options) -> Result<Comparison> {
    let names = select::names(groups, &options.scores)?;
    let mut not_compared = Vec::new();
    let mut rows = Vec::new();
    for name in &names {
        rows.extend(row(name, groups, options, &mut not_compared));
    }
    let tests = correct(&mut rows);
    let variant = |g: &Group| Variant {
        label: g.label.clone(),
        runs: g.runs().map(|r| r.path.clone()).collect(),
        seeds: g.runs().map(ScoredRun::seed).collect(),
    };
    let subjects =
        if options.subjects { groups[0].subjects.iter().map(|s| s.title.clone()).collect() } else { Vec::new() };
    Ok(Comparison {
        version: COMPARISON_VERSION,
        title: options.title.clone(),
        paired: options.paired,
        subjects,
        variants: groups.iter().map(variant).collect(),
        notes: notes::of(groups, options, &rows),
        rows,
        not_compared,
        tests,
        resamples: options.resamples,
        permutations: options.permutations,
        seed: options.seed,
    })
}

/// One score of all variants; none if no run has it.
fn row(name: &str, groups: &[Group], options: &Options, not_compared: &mut Vec<NotComputed>) -> Option<Row> {
    let first = groups.iter().flat_map(Group::runs).find_map(|run| run.scores.get(name))?;
    let cells = groups.iter().map(|group| cells::cell(name, group, &groups[0], options)).collect();
    for group in groups {
        for run in group.runs().filter(|run| run.scores.get(name).is_none()) {
            let reason = run.scores.not_computed.iter().find(|m| m.name == name).map(|m| m.reason.clone());
            let reason = reason.unwrap_or_else(|| format!("\"{}\" has no such score", run.path));
            not_compared.push(NotComputed { name: format!("{name} of {}", group.label), reason });
        }
    }
    Some(Row {
        name: name.to_owned(),
        title: first.title.clone(),
        metric: first.metric.clone(),
        definition: first.definition.clone(),
        unit: first.unit.clone(),
        higher_is_better: first.higher_is_better,
        chance: first.chance.filter(|c| {
            let of_runs = groups.iter().flat_map(Group::runs).filter_map(|run| run.scores.get(name));
            of_runs.into_iter().all(|s| s.chance.is_some_and(|other| (other - c).abs() < 1e-9))
        }),
        item_kind: first.item_kind.clone(),
        cells,
    })
}

/// Holm over the variants of each score; the largest number of p-values that one correction runs over.
///
/// One measure is one family. Its n-way variants are the same ranks read at several difficulties, and its variants of
/// runs are the tests that multiply: a family over all of them would make a difference harder to see only because it is
/// shown in four ways.
fn correct(rows: &mut [Row]) -> usize {
    let family =
        |row: &mut Row| Difference::correct(row.cells.iter_mut().flatten().filter_map(|cell| cell.difference.as_mut()));
    rows.iter_mut().map(family).max().unwrap_or(0)
}
