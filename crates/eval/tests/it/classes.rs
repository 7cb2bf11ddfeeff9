//! Classification among many classes: closed forms, chance, ties.

use crate::support::{Draws, context};
use afterimage_eval::*;
use afterimage_run::scores::Score;
use ndarray::Array2;

fn get<'a>(scores: &'a [Score], name: &str) -> &'a Score {
    scores.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("{name} is missing"))
}

fn table<'a>(names: &'a [String], distances: &'a Array2<f64>, truth: Vec<Option<usize>>) -> Representatives<'a> {
    let (reconstructed, shown) = (distances.view(), distances.view());
    Representatives { names, reconstructed, shown, truth, pseudo: false, metric: "toy".into() }
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("class {i}")).collect()
}

/// Distances on a coarse grid, so that many are tied.
fn coarse(items: usize, classes: usize, levels: usize, salt: u64) -> Array2<f64> {
    let mut draws = Draws(salt | 1);
    Array2::from_shape_simple_fn((items, classes), || draws.below(levels) as f64)
}

#[test]
fn closed_form_equals_random_draws_with_ties() {
    let (items, classes) = (6, 20);
    let distances = coarse(items, classes, 8, 11);
    let truth: Vec<usize> = (0..items).map(|i| (i * 3) % classes).collect();
    let names = names(classes);
    let of = table(&names, &distances, truth.iter().copied().map(Some).collect());
    let (scores, missing) = representative_scores(&of, &[2, 7, 50], &context(items)).unwrap();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].reason.contains("there are 20 classes"));
    let mut draws = Draws(5);
    for (ways, top, name) in [(2, 1, "2way"), (7, 1, "7way"), (20, 1, "20way"), (20, 5, "20way.top5")] {
        let score = get(&scores, &format!("identification.representative.{name}"));
        for (item, &class) in truth.iter().enumerate() {
            let others: Vec<usize> = (0..classes).filter(|&c| c != class).collect();
            let (trials, mut hits) = (20_000, 0);
            for _ in 0..trials {
                let mut pool = others.clone();
                let drawn: Vec<usize> = (0..ways - 1).map(|_| pool.swap_remove(draws.below(pool.len()))).collect();
                let tied = drawn.iter().filter(|&&c| distances[[item, c]] == distances[[item, class]]).count();
                let nearer = drawn.iter().filter(|&&c| distances[[item, c]] < distances[[item, class]]).count();
                // Ties in random order: each place among the tied is as likely.
                hits += usize::from(nearer + draws.below(tied + 1) < top);
            }
            let (got, expected) = (score.per_item[item].unwrap(), f64::from(hits as u32) / f64::from(trials as u32));
            assert!((got - expected).abs() < 0.02, "{name}, item {item}: {got} {expected}");
        }
    }
}

#[test]
fn random_distances_score_chance_and_are_not_significant() {
    let (items, classes) = (400, 60);
    let mut draws = Draws(99);
    let distances = Array2::from_shape_simple_fn((items, classes), || draws.next());
    let names = names(classes);
    let of = table(&names, &distances, (0..items).map(|_| Some(draws.below(classes))).collect());
    let (scores, _) = representative_scores(&of, &[2, 10], &context(items)).unwrap();
    for name in ["2way", "10way", "60way", "60way.top5", "rank", "rank.median", "own"] {
        let score = get(&scores, &format!("identification.representative.{name}"));
        let (interval, chance) = (score.interval.as_ref().unwrap(), score.chance.unwrap());
        let slack = 0.5 * (interval.high - interval.low);
        assert!(interval.low - slack <= chance && chance <= interval.high + slack, "{name}: {score:?}");
        assert!(score.p.as_ref().is_none_or(|p| p.value > 0.01), "{name}");
    }
}

#[test]
fn everything_tied_is_exactly_chance_and_a_perfect_match_exactly_one() {
    let names = names(12);
    let truth: Vec<_> = (0..5).map(|i| Some(2 * i)).collect();
    let flat = Array2::from_elem((5, 12), 0.4);
    let (scores, _) = representative_scores(&table(&names, &flat, truth.clone()), &[4], &context(5)).unwrap();
    for (name, value) in
        [("4way", 0.25), ("12way", 1.0 / 12.0), ("12way.top5", 5.0 / 12.0), ("rank", 6.5), ("own", 0.2)]
    {
        assert!((get(&scores, &format!("identification.representative.{name}")).value - value).abs() < 1e-12, "{name}");
    }
    let sharp = Array2::from_shape_fn((5, 12), |(i, c)| f64::from(u8::from(c != 2 * i)));
    let (scores, _) = representative_scores(&table(&names, &sharp, truth), &[4], &context(5)).unwrap();
    for (name, value) in [("4way", 1.0), ("12way", 1.0), ("rank", 1.0), ("rank.median", 1.0), ("own", 1.0)] {
        assert_eq!(get(&scores, &format!("identification.representative.{name}")).value, value, "{name}");
    }
}

#[test]
fn items_without_a_class_are_left_out_and_counted() {
    let names = names(9);
    let distances = coarse(6, 9, 100, 3);
    let of = table(&names, &distances, vec![Some(1), None, Some(4), Some(4), None, Some(0)]);
    let (scores, _) = representative_scores(&of, &[3], &context(6)).unwrap();
    let score = get(&scores, "identification.representative.3way");
    assert_eq!(score.n, 4);
    assert!(score.per_item[1].is_none() && score.per_item[4].is_none() && score.per_item[5].is_some());
    assert!(score.notes.iter().any(|note| note.contains("undefined for 2 of 6")), "{:?}", score.notes);
    let items = classified_items(&of, &context(6)).unwrap();
    assert_eq!((items[1].truth.clone(), items[1].rank), (None, None));
    assert_eq!(items[0].nearest.len(), 5);
}

#[test]
fn pseudo_truth_is_the_class_nearest_to_the_shown_image_and_has_names_of_its_own() {
    let names = names(8);
    let (reconstructed, shown) = (coarse(4, 8, 1000, 21), coarse(4, 8, 1000, 22));
    let mut of = table(&names, &reconstructed, vec![None; 4]);
    of.shown = shown.view();
    let of = of.with_pseudo_truth();
    for (row, class) in shown.outer_iter().zip(&of.truth) {
        assert!(row.iter().all(|&d| d >= row[class.unwrap()]));
    }
    let (scores, _) = representative_scores(&of, &[3], &context(4)).unwrap();
    let score = get(&scores, "identification.representative.pseudo.3way");
    assert_eq!(score.protocol, "representative.pseudo");
    assert!(score.definition.contains("No class of the shown images is known"));
    assert!(score.notes.iter().any(|note| note.contains("shown images themselves score 100.0 %")));
}

#[test]
fn curve_falls_with_the_number_of_classes_and_ends_at_all_of_them() {
    let names = names(30);
    let distances = coarse(8, 30, 1000, 7);
    let of = table(&names, &distances, (0..8).map(Some).collect());
    let curve = classification_curve(&of, &context(8)).unwrap();
    assert_eq!((curve[0].classes, curve.last().unwrap().classes), (2, 30));
    assert!(curve.windows(2).all(|w| w[0].classes < w[1].classes && w[0].top1 >= w[1].top1));
    let all =
        get(&representative_scores(&of, &[], &context(8)).unwrap().0, "identification.representative.30way").value;
    assert_eq!(curve.last().unwrap().top1, all);
}

#[test]
fn superclasses_are_counted_with_their_own_chance() {
    let names = names(4);
    let distances = ndarray::array![[0.1, 0.5, 0.6, 0.7], [0.9, 0.2, 0.3, 0.4], [0.9, 0.9, 0.2, 0.2]];
    let of = table(&names, &distances, vec![Some(1), Some(2), Some(3)]);
    let superclasses = ["animal", "animal", "animal", "tool"].map(|s| Some(s.to_owned()));
    let (score, confusion) = superclass_score(&of, &superclasses, &context(3)).unwrap();
    assert_eq!(score.per_item, [Some(1.0), Some(1.0), Some(0.5)]);
    assert!((score.guess.unwrap() - (0.75 + 0.75 + 0.25) / 3.0).abs() < 1e-12);
    assert_eq!(confusion.superclasses, ["animal", "tool"]);
    assert_eq!(confusion.counts, [[2, 0], [1, 0]]);
    assert!(superclass_score(&of, &[None, None, None, None], &context(3)).is_none());
}

#[test]
fn classifier_protocol_takes_its_best_class_on_the_shown_image() {
    let mut draws = Draws(17);
    let shown = Array2::from_shape_simple_fn((30, 40), || draws.next() as f32);
    let ctx = context(30);
    let (scores, _) = class_protocol_scores(shown.view(), shown.view(), "toy", &[10], &ctx).unwrap();
    assert_eq!(get(&scores, "identification.class.10way").value, 1.0);
    assert_eq!(get(&scores, "identification.class.40way").value, 1.0);
    let noise = Array2::from_shape_simple_fn((30, 40), || draws.next() as f32);
    let (scores, missing) = class_protocol_scores(noise.view(), shown.view(), "toy", &[10, 100], &ctx).unwrap();
    let score = get(&scores, "identification.class.10way");
    assert!((score.value - 0.1).abs() < 0.08 && score.p.as_ref().unwrap().value > 0.01, "{score:?}");
    assert_eq!(missing[0].name, "identification.class.100way");
    let flat = Array2::zeros((30, 40));
    let (scores, _) = class_protocol_scores(flat.view(), shown.view(), "toy", &[10], &ctx).unwrap();
    assert!((get(&scores, "identification.class.10way").value - 0.1).abs() < 1e-12);
}
