//! The section on validity.

use afterimage_report::render;
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{NotComputed, Score, ScoreFile};
use afterimage_run::validity::{Check, Condition, Item, Kind, Map, Neighbour, Points, VALIDITY_VERSION, Validity};
use afterimage_run::{Artefact, RunFolder};

const HOSTILE: &str = "training <b>";

fn condition(kind: Kind, name: &str, components: Option<usize>, score: &Score, value: f64) -> Condition {
    let score = Score { name: format!("validity.{}.{name}.{}", kind.name(), score.name), value, ..score.clone() };
    Condition { name: name.into(), title: format!("condition {name}"), components, scores: vec![score] }
}

fn check(kind: Kind, conditions: Vec<Condition>) -> Check {
    let sentence = format!("The sentence of {}.", kind.name());
    Check { kind, definition: format!("Definition of {}.", kind.name()), conditions, sentence }
}

fn found(score: &Score, pictures: &[Pictures]) -> Validity {
    let with = |kind, name: &str, value| condition(kind, name, None, score, value);
    let neighbour = |distance, picture: Option<&str>| Neighbour {
        name: HOSTILE.into(),
        distance,
        picture: picture.map(str::to_owned),
    };
    let items = pictures.iter().enumerate().map(|(i, of)| Item {
        name: of.name.clone(),
        to_shown: 0.3 + i as f64 / 10.0,
        nearest: neighbour(0.25, Some(&of.shown)),
        nearest_to_shown: neighbour(0.4 + i as f64 / 20.0, None),
    });
    let curve = [1, 2, 4].map(|k| condition(Kind::Bottleneck, &format!("k{k}"), Some(k), score, 0.5 + k as f64 / 10.0));
    Validity {
        version: VALIDITY_VERSION,
        method: "The trained decoder of the run.".into(),
        training_images: 1200,
        reproduced: Some(0.0),
        reference: vec![score.clone()],
        checks: vec![
            check(Kind::RecoveryCeiling, vec![with(Kind::RecoveryCeiling, "ceiling", 0.95)]),
            check(Kind::Chance, ["permuted", "noise", "mean"].map(|name| with(Kind::Chance, name, 0.5)).to_vec()),
            check(Kind::Bottleneck, curve.to_vec()),
            check(Kind::NearestTraining, vec![with(Kind::NearestTraining, "reconstructions", 0.4)]),
            check(Kind::Similarity, vec![with(Kind::Similarity, "test", 0.5)]),
        ],
        items: items.collect(),
        map: Some(Map {
            definition: "Two axes.".into(),
            shares: [0.4, 0.2],
            groups: ["test", "training"]
                .map(|name| Points { name: name.into(), of: 3, points: vec![[0.0, 1.0], [1.0, 0.5], [-1.0, 0.0]] })
                .to_vec(),
        }),
        not_computed: vec![NotComputed { name: "retrained".into(), reason: "needs training".into() }],
        notes: Vec::new(),
    }
}

fn html(with: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 6, 24).unwrap();
    if with {
        let scores = ScoreFile::read(&run).unwrap();
        let pictures = Vec::<Pictures>::read(&run).unwrap();
        let found = found(scores.scores.iter().find(|s| s.unit == "fraction").unwrap(), &pictures);
        found.write(&run).unwrap();
        assert_eq!(Validity::read(&run).unwrap(), found);
    }
    render(&run).unwrap()
}

#[test]
fn every_check_has_its_sentence_and_figure_and_names_stay_text() {
    let html = html(true);
    for kind in [Kind::RecoveryCeiling, Kind::Chance, Kind::Bottleneck, Kind::NearestTraining, Kind::Similarity] {
        assert!(html.contains(&format!("The sentence of {}.", kind.name())) && html.contains(kind.title()));
    }
    let section = html.split("id=\"validity\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(section.matches("<svg").count(), 6, "five checks and the map");
    assert!(section.contains("training &lt;b&gt;") && !html.contains(HOSTILE));
    assert!(section.contains("nearest training image") && html.contains("retrained: needs training."));
}

#[test]
fn run_without_them_says_how_to_make_them() {
    assert!(html(false).contains("afterimage validity RUN"));
}
