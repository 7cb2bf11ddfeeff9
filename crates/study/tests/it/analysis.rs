//! The analysis of answers that are known: what goes in through the server comes out in the numbers.

use std::collections::BTreeMap;

use crate::common::visitor::{Page, Visitor};
use crate::common::{options, served, study, wide};
use afterimage_run::study::Analysis;
use afterimage_study::analysis::{Draws, analyze, tables};
use afterimage_study::{Exclusion, Options, Stimuli, StudyError, StudyFolder, export, store};

const DRAWS: Draws = Draws { resamples: 400, permutations: 400, seed: 1 };

/// What each file shows: item, and run where it is a reconstruction.
fn meanings(study: &StudyFolder) -> BTreeMap<String, (usize, Option<usize>)> {
    let stimuli = Stimuli::read(study).unwrap();
    let mut meanings = BTreeMap::new();
    for (index, item) in stimuli.items.iter().enumerate() {
        meanings.insert(item.shown.file.clone(), (index, None));
        let runs = item.reconstructions.iter().enumerate();
        runs.for_each(|(run, picture)| {
            meanings.insert(picture.file.clone(), (index, Some(run)));
        });
    }
    let copies = stimuli.practice.iter().chain(&stimuli.attention);
    copies.for_each(|copied| {
        meanings.insert(copied.picture.file.clone(), (copied.item, None));
    });
    meanings
}

/// Goes through a study; `is_right` decides by item and run (none for practice and checks), and what was decided for
/// reconstructions is given.
fn take_part(
    visitor: &mut Visitor,
    meanings: &BTreeMap<String, (usize, Option<usize>)>,
    response_ms: &str,
    is_right: impl Fn(usize, Option<usize>) -> bool,
) -> Vec<(usize, usize, bool)> {
    let mut decided = Vec::new();
    visitor.begin().unwrap();
    while let Some(Page { target, options, proof, trial }) = visitor.look().unwrap() {
        let (item, run) = meanings[&target];
        let right = options.iter().position(|file| meanings[file].0 == item).expect("the shown picture is there");
        let is_right = is_right(item, run);
        let choice = if is_right { right } else { (right + 1) % options.len() };
        let page = Page { target, options, proof, trial };
        assert_eq!(visitor.answer(&page, choice + 1, response_ms).unwrap().status, 303);
        decided.extend(run.map(|run| (item, run, is_right)));
    }
    decided
}

fn analysis(study: &StudyFolder) -> Analysis {
    analyze(study, DRAWS).unwrap()
}

#[test]
fn answers_faster_than_the_design_allows_are_left_out_one_by_one_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rules = Exclusion { unfinished: true, min_attention: 1.0, min_median_ms: 0.0, min_trial_ms: 250.0 };
    let created = study(folder.path(), 20, 1, &Options { exclusion: rules, ..options() });
    let (address, link) = served(&created.study, wide());
    let meanings = meanings(&created.study);
    let mut visitor = Visitor::new(address, &link);
    visitor.begin().unwrap();
    // The participant knows every image, and hurries over every item whose number divides by five: those are all wrong.
    while let Some(due) = visitor.look().unwrap() {
        let (item, run) = meanings[&due.target];
        let right = due.options.iter().position(|file| meanings[file].0 == item).unwrap();
        let hurries = run.is_some() && item % 5 == 0;
        let choice = if hurries { (right + 1) % due.options.len() } else { right };
        // At the limit itself an answer counts; without a time it does too.
        let ms = if hurries {
            "249.9"
        } else if item == 1 {
            ""
        } else {
            "250"
        };
        visitor.answer(&due, choice + 1, ms).unwrap();
    }
    let found = analysis(&created.study);
    assert_eq!((found.min_trial_ms, found.too_fast, found.participants[0].too_fast), (250.0, 4, 4));
    assert_eq!((found.accuracy[0].value, found.accuracy[0].answers, found.participants[0].answers), (1.0, 16, 16));
    assert_eq!(found.accuracy[0].of_everybody, 0.8);
    let notes = found.notes.join(" ");
    assert!(notes.contains("4 of 20 answers were given in less than 250 ms"), "{notes}");
    assert!(notes.contains("1 participant:") && !notes.contains("1 participants"), "{notes}");
    let rows = export::export(&created.study, false).unwrap();
    assert_eq!(rows.lines().skip(1).filter(|row| row.ends_with(",1,0")).count(), 4, "{rows}");
}

#[test]
fn analysis_equals_the_answers_given_and_leaves_out_by_rule() {
    let folder = tempfile::tempdir().unwrap();
    let rules = Exclusion { unfinished: true, min_attention: 1.0, min_median_ms: 300.0, min_trial_ms: 0.0 };
    let created = study(folder.path(), 20, 2, &Options { trials: Some(10), exclusion: rules, ..options() });
    let (address, link) = served(&created.study, wide());
    let meanings = meanings(&created.study);
    let nothing = analyze(&created.study, DRAWS).unwrap_err();
    assert!(matches!(nothing, StudyError::NothingToAnalyse { .. }), "{nothing}");

    // Twelve people know the upper half of the items, and under the second run some more.
    let knows = |item: usize, run: Option<usize>| run.is_none_or(|run| item >= 10 - 4 * run);
    let mut decided = Vec::new();
    for person in 0..12 {
        let slip = move |item: usize, run: Option<usize>| {
            knows(item, run) ^ (run.is_some() && (item + person).is_multiple_of(9))
        };
        decided.extend(take_part(&mut Visitor::new(address, &link), &meanings, "900.5", slip));
    }
    // Who fails the checks, who hurries, and who goes away are left out.
    take_part(&mut Visitor::new(address, &link), &meanings, "900", |_, run| run.is_some());
    take_part(&mut Visitor::new(address, &link), &meanings, "120", |_, _| true);
    let mut gone = Visitor::new(address, &link);
    gone.begin().unwrap();
    let due = gone.look().unwrap().unwrap();
    gone.answer(&due, 1, "").unwrap();

    let found = analysis(&created.study);
    assert_eq!(found.participants.len(), 15);
    assert_eq!(found.rules.iter().map(|rule| rule.excluded).collect::<Vec<_>>(), [1, 1, 1], "{:?}", found.rules);
    assert_eq!(found.participants.iter().filter(|p| p.left_out.is_empty()).count(), 12);
    let of = |run: Option<usize>| {
        let of_run: Vec<_> = decided.iter().filter(|d| run.is_none_or(|run| d.1 == run)).collect();
        of_run.iter().filter(|d| d.2).count() as f64 / of_run.len() as f64
    };
    for (row, run) in found.accuracy.iter().zip([None, Some(0), Some(1)]) {
        assert!((row.value - of(run)).abs() < 1e-12, "{row:?}");
        let interval = row.interval.as_ref().unwrap();
        assert!(interval.low < row.value && row.value < interval.high);
        assert_eq!((row.participants, row.median_ms), (12, Some(900.5)));
    }
    assert_eq!((found.accuracy[0].answers, found.accuracy[1].answers, found.accuracy[2].answers), (120, 60, 60));
    for item in &found.items {
        let index: usize = item.item[5..].parse().unwrap();
        let run = usize::from(item.run == "run1");
        let mine: Vec<_> = decided.iter().filter(|d| (d.0, d.1) == (index, run)).collect();
        assert_eq!((item.answers, item.right), (mine.len(), mine.iter().filter(|d| d.2).count()), "{item:?}");
        assert_eq!(item.answers, 3, "the counterbalancing fills every cell alike");
    }
    // Every item has three answers under each run here, so that the mean of item differences is that of the runs.
    let pair = &found.comparisons[0];
    assert!((pair.difference.value - (of(Some(1)) - of(Some(0)))).abs() < 1e-12);
    assert_eq!(pair.difference.n, 20);
    // The made-up score grows with the item, as what people know does.
    assert!(found.machine.iter().all(|m| m.rho > 0.4 && m.n == 20 && m.interval.is_some()), "{:?}", found.machine);
    assert!(found.agreement.iter().all(|a| a.alpha > 0.1 && a.items == 20 && a.participants == 12));

    // Same seed, same bytes; and the file reads back.
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(text, serde_json::to_string(&analysis(&created.study)).unwrap());
    assert_eq!(serde_json::from_str::<Analysis>(&text).unwrap().accuracy, found.accuracy);
    let tables = tables(&found);
    let rows: Vec<usize> = tables.iter().map(|(_, table)| table.lines().count()).collect();
    assert_eq!(rows, [4, 2, 3, 3, 16, 41]);
}

#[test]
fn export_is_anonymous_and_forgetting_takes_everything() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &Options { questions: false, ..options() });
    let (address, link) = served(&created.study, wide());
    let meanings = meanings(&created.study);
    let mut visitors: Vec<Visitor> = (0..3).map(|_| Visitor::new(address, &link)).collect();
    for visitor in &mut visitors {
        take_part(visitor, &meanings, "800", |_, _| true);
    }
    let database = store::open(&created.study.database_file()).unwrap();
    let participants = store::participants(&database).unwrap();
    let exported = export::export(&created.study, false).unwrap();
    assert_eq!(exported.lines().count(), 1 + 3 * 12);
    assert!(exported.lines().skip(1).all(|line| line.starts_with('P')));
    for participant in &participants {
        assert!(!exported.contains(&participant.code) && !exported.contains(&participant.started.to_string()));
    }
    assert_eq!(exported, export::export(&created.study, false).unwrap());

    let look = |visitor: &mut Visitor| {
        let path = visitor.path.clone();
        visitor.client.get(&path).unwrap()
    };
    let page = look(&mut visitors[1]).body;
    assert!(page.contains(&participants[1].code) && page.contains("DONE-42"));
    assert_eq!(store::forget(&database, &participants[1].code).unwrap(), 12);
    assert_eq!(export::export(&created.study, false).unwrap().lines().count(), 1 + 2 * 12);
    // The server runs on, and knows the participant no more.
    assert_eq!(look(&mut visitors[1]).status, 404);
    assert_eq!(look(&mut visitors[0]).status, 200);
}
