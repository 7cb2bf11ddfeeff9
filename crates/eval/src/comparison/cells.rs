//! The value of a variant in a score, and its difference from the baseline.

use afterimage_run::comparison::Cell;
use afterimage_run::scores::Score;
use afterimage_statistics::{Difference, Interval, deviation, hierarchical_mean, mean, paired_difference};

use super::group::{Group, Subject};
use super::{Options, ScoredRun};
use crate::score::{interval_of_mean, is_fraction};

/// A value per image; undefined ones are `None`.
type Items = Vec<Option<f64>>;

/// The cell of a variant; `None` if some run of it lacks the score.
pub(super) fn cell(name: &str, group: &Group, baseline: &Group, options: &Options) -> Option<Cell> {
    let scores: Vec<&Score> = group.runs().map(|run| run.scores.get(name)).collect::<Option<_>>()?;
    let items: Result<Vec<Items>, String> = group.subjects.iter().map(|s| of_subject(name, s)).collect();
    let by_subject = |of: &dyn Fn(&[f64]) -> Option<f64>| {
        let mut runs = scores.iter().map(|s| s.value);
        let of_subjects: Vec<Option<f64>> =
            group.subjects.iter().map(|s| of(&runs.by_ref().take(s.runs.len()).collect::<Vec<_>>())).collect();
        of_subjects.into_iter().collect::<Option<Vec<f64>>>().map(|v| mean(&v))
    };
    let is_baseline = std::ptr::eq(group, baseline);
    let (difference, note) = match (&items, is_baseline || !options.paired) {
        (_, true) => (None, None),
        (Err(reason), _) => (None, Some(reason.clone())),
        (Ok(items), false) => match difference(name, group, items, baseline, options) {
            Ok((difference, note)) => (Some(difference), note),
            Err(reason) => (None, Some(reason)),
        },
    };
    Some(Cell {
        value: by_subject(&|v| Some(mean(v))).unwrap_or(f64::NAN),
        interval: interval(&scores, items.as_deref().ok(), options),
        chance: scores.iter().map(|s| s.chance).collect::<Option<Vec<f64>>>().map(|c| mean(&c)),
        n: group.subjects.iter().filter_map(|s| s.runs[0].scores.get(name)).map(|s| s.n).sum(),
        by_run: scores.iter().map(|s| s.value.is_finite().then_some(s.value)).collect(),
        spread: by_subject(&deviation),
        difference,
        note,
    })
}

/// Values per image of a subject, averaged over its seeds; the reason where the score has none.
fn of_subject(name: &str, subject: &Subject) -> Result<Items, String> {
    let runs: Vec<Items> = subject.runs.iter().map(|run| values(run, name)).collect::<Result<_, _>>()?;
    let n = runs[0].len();
    if runs.iter().any(|r| r.len() != n) {
        return Err("the seeds have different numbers of images".into());
    }
    let at = |i: usize| runs.iter().map(|r| r[i]).collect::<Option<Vec<f64>>>().map(|v| mean(&v));
    Ok((0..n).map(at).collect())
}

/// Values per image of a run: those of the items, or pseudo-values, whose mean is the score.
fn values(run: &ScoredRun, name: &str) -> Result<Items, String> {
    let score = run.scores.get(name).ok_or("a seed lacks this score")?;
    let images = run.pictures.len();
    if score.pseudo_values.len() == images {
        return Ok(score.pseudo_values.iter().copied().map(Some).collect());
    }
    if score.item_kind != "image" {
        return Err(format!("not paired: its items are {}s, not images", score.item_kind));
    }
    if score.per_item.len() != images {
        return Err("not paired: the score has no value per image".into());
    }
    let defined: Vec<f64> = score.per_item.iter().flatten().copied().collect();
    if (mean(&defined) - score.value).abs() > 1e-6 * (1.0 + score.value.abs()) || defined.is_empty() {
        return Err("not paired: the score is not a mean over images".into());
    }
    Ok(score.per_item.clone())
}

/// Interval of the value: the run's own with one run, else over the images after averaging seeds.
fn interval(scores: &[&Score], items: Option<&[Items]>, options: &Options) -> Option<Interval> {
    if let [score] = scores {
        return score.interval.clone();
    }
    let subjects: Vec<Vec<f64>> = items?.iter().map(|i| i.iter().flatten().copied().collect()).collect();
    match subjects.as_slice() {
        [images] => {
            let are_fractions = scores.iter().all(|score| is_fraction(score));
            interval_of_mean(images, are_fractions, options.resamples, options.seed)
        }
        _ => hierarchical_mean(&subjects, options.resamples, options.seed),
    }
}

/// Variant minus baseline with a remark, or the reason why there is none.
fn difference(
    name: &str,
    group: &Group,
    items: &[Items],
    baseline: &Group,
    options: &Options,
) -> Result<(Difference, Option<String>), String> {
    let mut note = None;
    let mut subjects = Vec::new();
    for ((subject, items), base) in group.subjects.iter().zip(items).zip(&baseline.subjects) {
        let (ours, theirs) = (subject.runs[0].scores.get(name), base.runs[0].scores.get(name));
        let theirs = theirs.ok_or("the baseline lacks this score")?;
        note = note.or(measured_alike(ours.ok_or("a seed lacks this score")?, theirs)?);
        let base = of_subject(name, base)?;
        subjects.push(pair(items, &base));
    }
    let mut difference = paired_difference(&subjects, options.resamples, options.permutations, options.seed)
        .ok_or("fewer than two images are defined in both")?;
    if let ([ours], [theirs]) = (group.subjects.as_slice(), baseline.subjects.as_slice()) {
        difference.by_seed = by_seed(name, ours, theirs)?;
    }
    Ok((difference, note))
}

/// Differences of the images that are defined in both.
fn pair(ours: &Items, theirs: &Items) -> Vec<f64> {
    ours.iter().zip(theirs).filter_map(|(a, b)| Some((*a)? - (*b)?)).collect()
}

/// Mean difference at each seed that both have, ascending.
fn by_seed(name: &str, ours: &Subject, theirs: &Subject) -> Result<Vec<f64>, String> {
    let mut seeds: Vec<(u64, f64)> = Vec::new();
    for run in &ours.runs {
        if let Some(other) = theirs.runs.iter().find(|r| r.seed() == run.seed()) {
            seeds.push((run.seed(), mean(&pair(&values(run, name)?, &values(other, name)?))));
        }
    }
    seeds.sort_by_key(|(seed, _)| *seed);
    Ok(seeds.into_iter().map(|(_, d)| d).collect())
}

/// Refuses scores of one name that are measured differently; remarks on what differs otherwise.
fn measured_alike(a: &Score, b: &Score) -> Result<Option<String>, String> {
    if a.metric != b.metric {
        return Err(format!("not paired: measured as \"{}\", the baseline as \"{}\"", a.metric, b.metric));
    }
    if (a.ways, a.candidates, &a.unit) != (b.ways, b.candidates, &b.unit) {
        let of = |s: &Score| format!("{} candidates", s.candidates.unwrap_or(0));
        return Err(format!("not paired: {} against {} of the baseline", of(a), of(b)));
    }
    let repeats = |s: &Score| s.repeats_averaged.map_or("unknown".into(), |(low, high)| format!("{low} to {high}"));
    Ok((a.repeats_averaged != b.repeats_averaged)
        .then(|| format!("repeats averaged: {} against {} of the baseline", repeats(a), repeats(b))))
}
