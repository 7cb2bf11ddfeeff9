//! The page of a comparison, and the averaging curve of a run's report.

use afterimage_report::{render, render_comparison};
use afterimage_run::comparison::{COMPARISON_VERSION, Cell, Comparison, Row, Variant};
use afterimage_run::scores::{NotComputed, ScoreFile};
use afterimage_run::{Artefact, RunFolder};
use afterimage_statistics::{Difference, Interval, PValue, Power};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";

fn interval(low: f64, high: f64) -> Option<Interval> {
    Some(Interval { low, high, level: 0.95, method: "percentile bootstrap over images".into(), over: Vec::new() })
}

fn cell(value: f64, difference: Option<f64>, note: Option<&str>) -> Option<Cell> {
    let difference = difference.map(|value| Difference {
        value,
        interval: interval(value - 0.01, value + 0.01),
        bca: None,
        p: PValue::exact(0.004, "sign-flip".into()),
        p_holm: 0.008,
        n: 50,
        power: Some(Power { images: Some(1234), effect_size: 0.1, power: 0.8, alpha: 0.05 }),
        by_seed: Vec::new(),
    });
    let note = note.map(str::to_owned);
    Some(Cell { value, interval: None, chance: None, n: 50, by_run: Vec::new(), spread: Some(0.02), difference, note })
}

fn comparison() -> Comparison {
    let variant = |label: &str| Variant { label: label.into(), runs: vec![HOSTILE.into()], seeds: vec![3] };
    let row = |name: &str, cells| Row {
        name: name.into(),
        title: format!("{name} {HOSTILE}"),
        metric: HOSTILE.into(),
        definition: HOSTILE.into(),
        unit: "fraction".into(),
        higher_is_better: true,
        chance: Some(0.2),
        item_kind: "image".into(),
        cells,
    };
    Comparison {
        version: COMPARISON_VERSION,
        title: HOSTILE.into(),
        paired: true,
        subjects: Vec::new(),
        variants: vec![variant("full"), variant(HOSTILE), variant("third")],
        rows: vec![
            row("first", vec![cell(0.9, None, None), cell(0.875, Some(-0.025), None), None]),
            row("second", vec![cell(0.5, None, None), cell(0.5, None, Some("not paired: a reason")), None]),
        ],
        not_compared: vec![NotComputed { name: "x".into(), reason: HOSTILE.into() }],
        notes: vec![HOSTILE.into()],
        tests: 2,
        resamples: 100,
        permutations: 100,
        seed: 0,
    }
}

#[test]
fn page_shows_differences_and_why_there_are_none() {
    let html = render_comparison(&comparison(), &[]);
    for part in
        ["\u{2212}2.5", "1234", "0.008", "reference", "not paired: a reason", "score missing", "<svg class=\"chart\""]
    {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<svg class=\"chart\"").count(), 1, "a plot without differences");
    assert_eq!(html, render_comparison(&comparison(), &[]));
}

#[test]
fn the_matrix_comes_first_and_marks_the_best_and_what_differs() {
    let html = render_comparison(&comparison(), &[]);
    let (matrix, rest) = html.split_once("id=\"differences\"").unwrap();
    let matrix = &matrix[matrix.find("<table class=\"matrix runs\"").unwrap()..];
    assert_eq!(matrix.matches("<td class=\"best\"").count(), 1, "equal values have no best one: {matrix}");
    // p is 0.008 after correction: below two of the levels.
    assert_eq!(matrix.matches("▼▼").count(), 1, "{matrix}");
    assert!(matrix.contains("worse than the reference") && matrix.contains("score missing"));
    assert!(rest.contains("right of zero is better"));
}

#[test]
fn images_of_the_variants_stand_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let runs = ["a", "b"].map(|name| RunFolder::new(folder.path().join(name)));
    runs.iter().for_each(|run| crate::sample::write(run, 9, 24).unwrap());
    let mut of_two = comparison();
    of_two.variants.truncate(2);
    let html = render_comparison(&of_two, &runs);
    // Six images as shown and of two variants.
    assert_eq!(html.matches("<img src=\"data:image/png").count(), 18);
    assert!(html.contains("6 of 9 held-out images") && html.contains("as full reconstructs it"));
    let unpaired = Comparison { paired: false, ..of_two };
    assert!(!render_comparison(&unpaired, &runs).contains("<img"), "other images would stand side by side");
}

#[test]
fn hostile_names_stay_text_and_nothing_is_fetched() {
    let html = render_comparison(&comparison(), &[]);
    assert!(!html.contains("<img") && !html.contains("</script>"));
    assert!(!html.contains("src=\"") && !html.contains("href=\"http") && !html.contains("url(http"));
}

#[test]
fn unpaired_page_has_no_differences() {
    let html = render_comparison(&Comparison { paired: false, ..comparison() }, &[]);
    assert!(html.contains("each with its own test images") && !html.contains("id=\"differences\""));
}

#[test]
fn curve_over_repeats_has_its_own_section_or_the_reason_for_none() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 4, 24).unwrap();
    assert!(!render(&run).unwrap().contains("id=\"averaging\""));
    let mut file = ScoreFile::read(&run).unwrap();
    let before = file.clone();
    file.not_computed.push(NotComputed { name: "averaging".into(), reason: "no single trials".into() });
    file.write(&run).unwrap();
    let html = render(&run).unwrap();
    assert!(!html.contains("id=\"averaging\""), "no section without content");
    assert!(html.split("id=\"missing\"").nth(1).unwrap().contains("no single trials"));
    file = before;
    for k in [1, 2, 10] {
        let mut score = file.scores[0].clone();
        score.name = format!("averaging.pairwise.perceptual.k{k}");
        score.title = format!("Pairwise, {k} repeats averaged");
        (score.protocol, score.repeats_averaged) = ("averaging".into(), Some((k, k)));
        file.scores.push(score);
    }
    file.write(&run).unwrap();
    let html = render(&run).unwrap();
    assert!(html.contains("\nrepeats averaged, log scale\n") && html.contains("id=\"averaging\""));
    assert!(!html.contains("score-averaging."), "the curve is in the table of all scores");
}
