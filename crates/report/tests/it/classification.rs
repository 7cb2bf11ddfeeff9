//! The section on classes.

use afterimage_report::render;
use afterimage_run::classification::{CLASSIFICATION_VERSION, Class, Classification, Confusion, Item, Point};
use afterimage_run::{Artefact, RunFolder};
use afterimage_statistics::Interval;

fn found(protocol: &str) -> Classification {
    let class = |name: &str, seen: &[&str]| Class {
        name: name.into(),
        images: 20,
        seen_in: seen.iter().map(|&part| part.to_owned()).collect(),
        superclass: Some("animal".into()),
    };
    let item = |name: &str, truth: &str, rank| Item {
        name: name.into(),
        truth: Some(truth.into()),
        rank: Some(rank),
        nearest: vec!["goldfish <b>".into(), "crab".into()],
    };
    let point = |classes: usize, top1| Point {
        classes,
        top1,
        interval: Some(Interval {
            low: top1 - 0.1,
            high: top1 + 0.1,
            level: 0.95,
            method: "bootstrap".into(),
            over: Vec::new(),
        }),
        shown: 0.9,
        chance: 1.0 / classes as f64,
    };
    Classification {
        version: CLASSIFICATION_VERSION,
        protocol: protocol.into(),
        metric: "1 - Pearson".into(),
        classes: vec![class("goldfish <b>", &[]), class("crab", &["unpaired"])],
        items: vec![item("one", "goldfish <b>", 1.0), item("two", "crab", 2.5)],
        curve: vec![point(2, 0.8), point(10, 0.5), point(100, 0.3)],
        confusion: Some(Confusion {
            superclasses: vec!["animal".into(), "tool".into()],
            counts: vec![vec![3, 1], vec![0, 2]],
        }),
    }
}

fn html(found: Option<Classification>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 6, 24).unwrap();
    if let Some(found) = found {
        found.write(&run).unwrap();
        assert_eq!(Classification::read(&run).unwrap(), found);
    }
    render(&run).unwrap()
}

#[test]
fn curve_confusion_and_never_seen_classes_are_shown_and_names_stay_text() {
    let html = html(Some(found("representative")));
    assert!(html.contains("Top-1 classification against the number of classes: 2 classes 80.0\u{202f}%"));
    assert!(html.contains("--share:75%") && html.contains("--share:100%"));
    assert_eq!(html.matches("never seen</span>").count(), 1);
    assert!(html.contains("Of the 2\u{a0}classes that count as true, 1 never occur"));
    assert!(html.contains("goldfish &lt;b&gt;") && !html.contains("goldfish <b>"));
    assert!(!html.contains("What counts as true here"));
}

#[test]
fn pseudo_truth_is_said_to_be_one() {
    assert!(
        html(Some(found("representative.pseudo")))
            .contains("What counts as true here is the class nearest to the shown image")
    );
}

#[test]
fn run_without_classes_says_how_to_name_some() {
    assert!(html(None).contains("evaluation.classification.classes"));
}
