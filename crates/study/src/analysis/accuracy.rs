//! Accuracy against chance, per item, and differences between runs.

use afterimage_run::study::{Accuracy, ItemResult, RunComparison};
use afterimage_statistics::{
    Crossed, Difference, crossed_difference, crossed_mean, holm, paired_difference, sign_flip, wilson_interval,
};

use super::{Answered, Draws, median_ms};
use crate::plan::Kind;
use crate::store::Recorded;

/// Accuracy of all runs together if there are several, then of each run.
pub(super) fn accuracy(study: &Answered, judged: &[&Recorded], draws: Draws) -> Vec<Accuracy> {
    let runs = study.stimuli.runs.len();
    let mut rows: Vec<Accuracy> = (0..runs).map(|run| row(study, judged, Some(run), draws)).collect();
    let p: Vec<f64> = rows.iter().map(|row| row.p.as_ref().map_or(f64::NAN, |p| p.value)).collect();
    for (row, p) in rows.iter_mut().zip(holm(&p)) {
        row.p_holm = p.is_finite().then_some(p);
    }
    if runs > 1 {
        rows.insert(0, row(study, judged, None, draws));
    }
    rows
}

fn row(study: &Answered, judged: &[&Recorded], run: Option<usize>, draws: Draws) -> Accuracy {
    let of_run = |answer: &&Recorded| run.is_none_or(|run| answer.run == Some(run));
    let answers: Vec<&Recorded> = judged.iter().copied().filter(of_run).collect();
    let everybody: Vec<&Recorded> = study.answers.iter().filter(|a| a.kind == Kind::Main).filter(of_run).collect();
    let above: Vec<f64> = distinct(&answers, |a| a.place)
        .into_iter()
        .map(|p| share(&answers, |a| a.place == p) - study.design.chance())
        .collect();
    Accuracy {
        run: run.map(|run| study.stimuli.runs[run].label.clone()),
        value: share(&answers, |_| true),
        interval: crossed_mean(&crossed_answers(&answers), draws.resamples, draws.seed),
        p: (above.len() >= 2).then(|| sign_flip(&above, draws.permutations, draws.seed)),
        p_holm: None,
        participants: above.len(),
        items: distinct(&answers, |a| a.item).len(),
        answers: answers.len(),
        median_ms: median_ms(answers.iter().copied()),
        of_everybody: share(&everybody, |_| true),
    }
}

/// Every judged item under every run.
pub(super) fn items(study: &Answered, judged: &[&Recorded]) -> Vec<ItemResult> {
    let cells = study.stimuli.judged.iter().flat_map(|item| (0..study.stimuli.runs.len()).map(move |run| (*item, run)));
    cells
        .map(|(item, run)| {
            let answers: Vec<&Recorded> =
                judged.iter().copied().filter(|a| a.item == item && a.run == Some(run)).collect();
            let right = answers.iter().filter(|a| a.is_right()).count();
            ItemResult {
                item: study.stimuli.items[item].name.clone(),
                run: study.stimuli.runs[run].label.clone(),
                answers: answers.len(),
                right,
                accuracy: right as f64 / answers.len() as f64,
                interval: wilson_interval(right, answers.len()),
                median_ms: median_ms(answers.into_iter()),
            }
        })
        .collect()
}

/// Compares every run with every earlier one, over the items judged under both; p is Holm-corrected over all pairs.
pub(super) fn comparisons(study: &Answered, judged: &[&Recorded], draws: Draws) -> Vec<RunComparison> {
    let label = |run: usize| study.stimuli.runs[run].label.clone();
    let of = |run: usize| judged.iter().copied().filter(|a| a.run == Some(run)).collect::<Vec<_>>();
    let runs = study.stimuli.runs.len();
    let pairs = (0..runs).flat_map(|a| (a + 1..runs).map(move |b| (a, b)));
    let mut found: Vec<RunComparison> = pairs
        .filter_map(|(a, b)| {
            let (first, second) = (of(a), of(b));
            let differences: Vec<f64> = distinct(&first, |x| x.item)
                .into_iter()
                .filter(|item| second.iter().any(|x| x.item == *item))
                .map(|item| share(&second, |x| x.item == item) - share(&first, |x| x.item == item))
                .collect();
            let difference = paired_difference(&[differences], draws.resamples, draws.permutations, draws.seed)?;
            let crossed =
                crossed_difference(&crossed_answers(&first), &crossed_answers(&second), draws.resamples, draws.seed);
            Some(RunComparison { baseline: label(a), run: label(b), difference, crossed })
        })
        .collect();
    Difference::correct(found.iter_mut().map(|pair| &mut pair.difference));
    found
}

/// Answers as 1 and 0, by participant and item.
fn crossed_answers(answers: &[&Recorded]) -> Vec<Crossed> {
    answers.iter().map(|a| Crossed { row: a.place, column: a.item, value: f64::from(u8::from(a.is_right())) }).collect()
}

/// Share of correct answers among those selected; NaN without any.
fn share(answers: &[&Recorded], of: impl Fn(&Recorded) -> bool) -> f64 {
    let (right, all) = answers.iter().filter(|a| of(a)).fold((0, 0), |n, a| (n.0 + usize::from(a.is_right()), n.1 + 1));
    f64::from(right as u32) / f64::from(all)
}

/// The values that occur, in order.
fn distinct(answers: &[&Recorded], of: fn(&Recorded) -> usize) -> Vec<usize> {
    let mut values: Vec<usize> = answers.iter().map(|a| of(a)).collect();
    values.sort_unstable();
    values.dedup();
    values
}
