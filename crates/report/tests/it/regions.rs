//! The section on regions.

use afterimage_report::render;
use afterimage_run::regions::{Condition, Matched, Part, REGIONS_VERSION, Region, Regions, ScoreDifference};
use afterimage_run::scores::{Score, ScoreFile};
use afterimage_run::{Artefact, RunFolder};
use afterimage_statistics::{Difference, Interval, PValue, Sample};

const HOSTILE: &str = "V1 <b>";

fn interval(value: f64) -> Option<Interval> {
    Some(Interval {
        low: value - 0.1,
        high: value + 0.1,
        level: 0.95,
        method: "bootstrap".into(),
        over: vec![Sample::of(6, "image")],
    })
}

fn condition(score: &Score, region: Option<&str>, part: Part, change: f64) -> Condition {
    let p = PValue::exact(0.002, "sign flips".into());
    let difference = Difference {
        value: change,
        interval: interval(change),
        bca: None,
        p,
        p_holm: 0.004,
        n: 6,
        power: None,
        by_seed: Vec::new(),
    };
    let value = 0.9 + change;
    let score = Score { value, interval: interval(value), ..score.clone() };
    let differences =
        if part == Part::All { Vec::new() } else { vec![ScoreDifference { score: score.name.clone(), difference }] };
    Condition { region: region.map(str::to_owned), part, voxels: 12, scores: vec![score], differences }
}

fn found(score: &Score) -> Regions {
    let conditions = || {
        vec![
            condition(score, None, Part::All, 0.0),
            condition(score, Some(HOSTILE), Part::Alone, -0.2),
            condition(score, Some(HOSTILE), Part::Without, -0.05),
        ]
    };
    let matched = |region: Option<&str>, voxels: usize| Matched {
        region: region.map(str::to_owned),
        voxels,
        draws: 20,
        score: score.clone(),
        spread: Some(0.03),
    };
    Regions {
        version: REGIONS_VERSION,
        voxels: 24,
        regions: vec![Region { name: HOSTILE.into(), voxels: 12 }],
        encoding: conditions(),
        matched: vec![matched(None, 5), matched(None, 20), matched(Some(HOSTILE), 5)],
        single: None,
        decoding: conditions(),
        not_computed: Vec::new(),
        notes: vec!["at the ceiling".into()],
    }
}

fn html(with: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 6, 24).unwrap();
    if with {
        let scores = ScoreFile::read(&run).unwrap();
        let found = found(scores.scores.iter().find(|s| s.unit == "fraction").unwrap());
        found.write(&run).unwrap();
        assert_eq!(Regions::read(&run).unwrap(), found);
    }
    render(&run).unwrap()
}

#[test]
fn regions_are_drawn_with_their_numbers_and_names_stay_text() {
    let html = html(true);
    assert!(html.contains("from random subsets of 5\u{a0}neurons each"), "the largest size that all have");
    assert!(html.contains("What the decoder uses") && html.contains("\u{2212}5.0"));
    assert!(html.contains("without V1 &lt;b&gt;") && !html.contains("V1 <b>"));
    assert!(html.contains("at the ceiling"));
}

#[test]
fn run_without_them_says_how_to_make_them() {
    assert!(html(false).contains("afterimage regions RUN"));
}
