//! Classification among many classes: closed forms, chance, ties, banks, and shown images kept out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use afterimage_data::{Exclusions, UnpairedPool};
use afterimage_eval::classes::{Bank, Selection};
use afterimage_eval::*;
use afterimage_formats::picture;
use afterimage_run::{pictures::Pictures, scores::Score};
use ndarray::{Array2, Array3, Array4, ArrayView4, Axis, s, stack};

const SIDE: usize = 16;

fn context(n: usize) -> Context {
    let picture = |i: usize| Pictures {
        name: format!("item {i}"),
        class: None,
        stimulus: i as u32,
        repeats: 1,
        shown: String::new(),
        reconstruction: String::new(),
        rival: None,
        rival_name: None,
    };
    let held_out = HeldOut::from_pictures(&(0..n).map(picture).collect::<Vec<_>>());
    Context { resamples: 500, permutations: 999, ..Context::new(held_out, 4) }
}

struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

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
    for (name, value) in [("4way", 0.25), ("12way", 1.0 / 12.0), ("12way.top5", 5.0 / 12.0), ("rank", 6.5), ("own", 0.2)] {
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
    let all = get(&representative_scores(&of, &[], &context(8)).unwrap().0, "identification.representative.30way").value;
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
    assert!((score.chance.unwrap() - (0.75 + 0.75 + 0.25) / 3.0).abs() < 1e-12);
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

/// Pixels of a picture as they are.
struct Pixels;

impl Features for Pixels {
    fn name(&self) -> String {
        "pixels".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        Ok(vec![images.to_owned()])
    }
    fn identity(&self) -> Option<String> {
        Some("pixels 1".into())
    }
}

fn scene(salt: u64) -> Array3<u8> {
    let mut draws = Draws(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let waves: Vec<[f64; 4]> = (0..9).map(|_| std::array::from_fn(|_| draws.next())).collect();
    Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, c)| {
        let wave = |w: &[f64; 4]| (6.3 * (w[0] * x as f64 / 4.0 + w[1] * y as f64 / 4.0 + w[2])).sin() * w[3];
        (128.0 + 30.0 * waves[3 * c..3 * c + 3].iter().map(wave).sum::<f64>()) as u8
    })
}

/// Three classes of five scenes, each picture a file.
fn tree(root: &Path) -> PathBuf {
    let folder = root.join("tree");
    for (c, class) in ["cat", "dog", "house"].iter().enumerate() {
        std::fs::create_dir_all(folder.join(class)).unwrap();
        for i in 0..5 {
            picture::write_png(&folder.join(class).join(format!("{i}.png")), scene((10 * c + i) as u64).view()).unwrap();
        }
    }
    folder
}

fn build(folder: &Path, per_class: usize) -> Bank {
    let pool = UnpairedPool::open(&[folder.to_owned()], SIDE as u32, &Exclusions::default()).unwrap();
    let selection = Selection::of(&pool, per_class).unwrap();
    let contents = selection.contents(&pool).unwrap();
    Bank::build(&pool, &[folder.to_owned()], &selection, &contents, &Pixels, |_| {}).unwrap()
}

fn mean(salts: &[u64]) -> Vec<f32> {
    let all: Vec<Vec<f64>> = salts
        .iter()
        .map(|&salt| scene(salt).permuted_axes([2, 0, 1]).iter().map(|&v| f64::from(f32::from(v) / 255.0)).collect())
        .collect();
    (0..all[0].len()).map(|i| (all.iter().map(|one| one[i]).sum::<f64>() / all.len() as f64) as f32).collect()
}

#[test]
fn representative_is_the_mean_over_the_class() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 100);
    assert_eq!(bank.names(), ["cat", "dog", "house"]);
    assert_eq!(bank.means.row(1).to_vec(), mean(&[10, 11, 12, 13, 14]));
    assert_eq!(build(&tree(root.path()), 2).means.row(0).to_vec(), mean(&[0, 2]));
}

#[test]
fn planted_shown_image_is_taken_out_as_if_it_had_never_been_there() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    // A brighter copy, so that the bytes differ and only the look tells.
    let copy = scene(12).mapv(|v| v.saturating_add(9));
    let shown = stack![Axis(0), scene(500), copy];
    let mut bank = build(&folder, 100);
    assert_eq!(bank.exclude(shown.view(), &Pixels).unwrap(), ["tree/dog/2.png"]);
    assert_eq!(bank.means.row(1).to_vec(), mean(&[10, 11, 13, 14]));
    assert_eq!(bank.means.row(0).to_vec(), mean(&[0, 1, 2, 3, 4]));
    std::fs::remove_file(folder.join("dog/2.png")).unwrap();
    assert_eq!(bank.means, build(&folder, 100).means);
    // A class that loses all its images is dropped.
    let shown = stack![Axis(0), scene(0), scene(1), scene(2), scene(3), scene(4)];
    bank.exclude(shown.view(), &Pixels).unwrap();
    assert_eq!(bank.names(), ["dog", "house"]);
    assert_eq!(bank.means.nrows(), 2);
}

#[test]
fn moved_sources_are_an_error_only_where_they_are_needed() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let mut bank = build(&folder, 100);
    std::fs::rename(&folder, root.path().join("elsewhere")).unwrap();
    assert!(bank.exclude(stack![Axis(0), scene(500)].view(), &Pixels).unwrap().is_empty());
    let message = bank.exclude(stack![Axis(0), scene(12)].view(), &Pixels).unwrap_err().to_string();
    assert!(message.contains("looks like a shown one") && message.contains("build it again"), "{message}");
}

#[test]
fn bank_survives_its_file_and_damage_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 3);
    let path = root.path().join("bank.safetensors");
    bank.write(&path).unwrap();
    assert_eq!(Bank::read(&path).unwrap(), bank);
    let whole = std::fs::read(&path).unwrap();
    for (bytes, what) in [(whole[..whole.len() - 5].to_vec(), "cut"), (flipped(&whole), "flipped"), (b"no bank".to_vec(), "text")] {
        std::fs::write(&path, bytes).unwrap();
        let message = Bank::read(&path).unwrap_err().to_string();
        assert!(message.contains("bank.safetensors") && message.contains("classes build"), "{what}: {message}");
    }
}

fn flipped(whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    bytes
}

#[test]
fn key_of_a_bank_changes_with_any_image_and_with_the_network() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let key = |embedding: &str| {
        let pool = UnpairedPool::open(&[folder.clone()], SIDE as u32, &Exclusions::default()).unwrap();
        let selection = Selection::of(&pool, 100).unwrap();
        selection.key(&pool, &selection.contents(&pool).unwrap(), embedding)
    };
    let before = key("a");
    assert_eq!(before, key("a"));
    assert_ne!(before, key("b"));
    picture::write_png(&folder.join("cat/0.png"), scene(77).view()).unwrap();
    assert_ne!(before, key("a"));
}

#[test]
fn merged_banks_weigh_classes_of_one_name_by_their_images() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let (whole, mut part) = (build(&folder, 100), build(&folder, 2));
    part.classes[0].name = "CAT".into();
    part.classes[1].name = "ship".into();
    let merged = Bank::merge(vec![whole.clone(), part.clone()]).unwrap();
    assert_eq!(merged.names(), ["cat", "dog", "house", "ship"]);
    assert_eq!(merged.classes[0].images.len(), 7);
    let expected = (5.0 * whole.means[[0, 9]] + 2.0 * part.means[[0, 9]]) / 7.0;
    assert!((merged.means[[0, 9]] - expected).abs() < 1e-6);
    part.embedding = "others".into();
    assert!(Bank::merge(vec![whole, part]).unwrap_err().to_string().contains("other features"));
}

#[test]
fn picture_is_nearest_to_its_own_class() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 1);
    let pictures = images::from_bytes(stack![Axis(0), scene(10), scene(20)].view());
    let distances = bank.distances(&Pixels, pictures.view()).unwrap();
    assert!(distances[[0, 1]].abs() < 1e-6 && distances[[1, 2]].abs() < 1e-6);
    assert!(distances[[0, 0]] > 0.1 && distances[[0, 2]] > 0.1);
    let unlabelled = root.path().join("flat");
    std::fs::create_dir(&unlabelled).unwrap();
    picture::write_png(&unlabelled.join("x.png"), scene(1).view()).unwrap();
    let pool = UnpairedPool::open(&[unlabelled], SIDE as u32, &Exclusions::default()).unwrap();
    assert!(Selection::of(&pool, 9).unwrap_err().to_string().contains("folder of its own"));
}

/// Counts what is read, and can change an image.
struct Counting {
    names: Vec<String>,
    images: Array4<f32>,
    digests: Vec<[u8; 32]>,
    read: usize,
}

impl Candidates for Counting {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn read(&mut self, rows: std::ops::Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        self.read += rows.len();
        Ok(self.images.slice(s![rows, .., .., ..]).to_owned())
    }
    fn digest(&self, row: usize) -> Option<[u8; 32]> {
        Some(self.digests[row])
    }
}

fn counting(n: usize) -> Counting {
    let mut draws = Draws(31);
    let images = Array4::from_shape_simple_fn((n, 3, 8, 8), || draws.next() as f32);
    let digests = (0..n).map(|i| std::array::from_fn(|k| (i * 7 + k) as u8)).collect();
    Counting { names: (0..n).map(|i| i.to_string()).collect(), images, digests, read: 0 }
}

#[test]
fn kept_features_give_the_same_distances_bit_for_bit_and_a_changed_image_is_computed_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = || cache::Cache::new(folder.path(), 1 << 24);
    let ctx = context(4);
    let mut draws = Draws(77);
    let shown = Array4::from_shape_simple_fn((4, 3, 8, 8), || draws.next() as f32);
    let distance = FeatureCorrelation { features: &Pixels, tap: 0, key: "toy".into() };
    let mut candidates = counting(100);
    let mut compute = |candidates: &mut Counting, cache: Option<&cache::Cache>| {
        DistanceMatrix::compute_cached(&distance, shown.view(), shown.view(), candidates, cache, &ctx).unwrap()
    };
    let without = compute(&mut candidates, None);
    assert_eq!(candidates.read, 100);
    let miss = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 200);
    let hit = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 200, "a kept vector was computed again");
    assert!(without == miss && miss == hit);
    candidates.images.slice_mut(s![40, .., .., ..]).fill(0.5);
    candidates.images[[40, 0, 0, 0]] = 0.1;
    candidates.digests[40] = [255; 32];
    let changed = compute(&mut candidates, Some(&cache()));
    assert_eq!(candidates.read, 232, "one block holds the changed image");
    assert_eq!(changed, compute(&mut candidates, None));
    let differing: BTreeMap<usize, bool> =
        (0..100).map(|c| (c, changed.candidates().column(c) != without.candidates().column(c))).collect();
    assert!(differing.iter().all(|(&candidate, &differs)| differs == (candidate == 40)));
}
