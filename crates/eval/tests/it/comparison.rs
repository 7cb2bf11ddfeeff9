//! Runs set side by side: what is paired, what is refused, and what the numbers are.

use std::path::{Path, PathBuf};

use afterimage_config::Experiment;
use afterimage_eval::EvalError;
use afterimage_eval::comparison::{Options, ScoredRun, compare, compare_each, is_one_experiment};
use afterimage_formats::picture;
use afterimage_run::comparison::Comparison;
use afterimage_run::manifest::{DataFacts, Input, Manifest};
use afterimage_run::pictures::Pictures;
use afterimage_run::scores::{Score, ScoreFile};
use afterimage_run::{Artefact, RunFolder, layout::LAYOUT_VERSION};
use afterimage_statistics::Interval;
use ndarray::Array3;

const SCORE: &str = "image.pixcorr";

/// A folder of made-up runs.
struct Desk(tempfile::TempDir);

/// One of them.
#[derive(Clone)]
struct Made {
    name: &'static str,
    data_set: &'static str,
    seed: u64,
    dropout: f64,
    values: Vec<f64>,
    side: usize,
    first_image: &'static str,
}

fn made(name: &'static str, seed: u64, values: &[f64]) -> Made {
    Made { name, data_set: "d", seed, dropout: 0.5, values: values.to_vec(), side: 8, first_image: "image 0" }
}

/// A run of another experiment.
fn other(name: &'static str, seed: u64, values: &[f64]) -> Made {
    Made { dropout: 0.1, ..made(name, seed, values) }
}

fn score(name: &str, items: &[String], values: &[f64]) -> Score {
    Score {
        name: name.into(),
        title: "Pixel correlation".into(),
        protocol: "image".into(),
        metric: "Pearson".into(),
        definition: "A mean.".into(),
        unit: "correlation".into(),
        higher_is_better: true,
        value: values.iter().sum::<f64>() / values.len() as f64,
        interval: None,
        chance: None,
        p: None,
        n: values.len(),
        item_kind: "image".into(),
        ways: None,
        candidates: None,
        repeats_averaged: Some((1, 1)),
        seed: 0,
        items: items.to_vec(),
        per_item: values.iter().copied().map(Some).collect(),
        guess: None,
        mean_image: None,
        drawn: None,
        pseudo_values: Vec::new(),
        notes: Vec::new(),
    }
}

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, made: &Made) -> PathBuf {
        let run = RunFolder::new(self.path(made.name));
        let mut experiment = Experiment::preset("demo").unwrap();
        (experiment.seed, experiment.encoder.dropout) = (made.seed, made.dropout);
        manifest(made).write(&run).unwrap();
        run.write_experiment(&experiment).unwrap();
        let mut names: Vec<String> = (0..made.values.len()).map(|i| format!("image {i}")).collect();
        names[0] = made.first_image.into();
        let picture = |(i, name): (usize, &String)| {
            let path = run.shown_dir().join(format!("{i:04}.png"));
            std::fs::create_dir_all(run.shown_dir()).unwrap();
            let pixels =
                Array3::from_shape_fn((made.side, made.side, 3), |(y, x, c)| (i * 9 + y * 5 + x * 3 + c) as u8);
            picture::write_png(&path, pixels.view()).unwrap();
            Pictures {
                name: name.clone(),
                class: None,
                stimulus: i as u32,
                repeats: 1,
                shown: run.relative(&path),
                reconstruction: String::new(),
                rival: None,
                rival_name: None,
                photograph: None,
            }
        };
        names.iter().enumerate().map(picture).collect::<Vec<_>>().write(&run).unwrap();
        ScoreFile::new(vec![score(SCORE, &names, &made.values)]).write(&run).unwrap();
        run.root().to_path_buf()
    }

    fn compare(&self, runs: &[Made], change: impl FnOnce(&mut Options)) -> Result<Comparison, EvalError> {
        let paths: Vec<PathBuf> = runs.iter().map(|made| self.write(made)).collect();
        compare_paths(&paths, change)
    }
}

fn compare_paths(paths: &[PathBuf], change: impl FnOnce(&mut Options)) -> Result<Comparison, EvalError> {
    let runs: Vec<ScoredRun> = paths.iter().map(|p| ScoredRun::read(p)).collect::<Result<_, _>>()?;
    let mut options = options();
    change(&mut options);
    compare(&runs, &options)
}

fn options() -> Options {
    Options {
        title: "a test".into(),
        baseline: 0,
        paired: true,
        subjects: false,
        scores: Vec::new(),
        resamples: 500,
        permutations: 2000,
        seed: 0,
    }
}

fn manifest(made: &Made) -> Manifest {
    Manifest {
        layout: LAYOUT_VERSION,
        name: "demonstration".into(),
        software: "afterimage".into(),
        git_commit: None,
        command: Vec::new(),
        created: String::new(),
        device: String::new(),
        machine: String::new(),
        seeds: [("experiment".to_owned(), made.seed)].into(),
        inputs: vec![Input { role: "data set".into(), path: "d".into(), sha256: made.data_set.into(), count: None }],
        data: DataFacts { title: format!("subject {}", made.data_set), ..DataFacts::default() },
        timing_secs: Default::default(),
        peak_memory_mib: None,
        finished: ["encoder", "decoder", "reconstruct", "evaluate"].map(String::from).to_vec(),
        warnings: Vec::new(),
        changes: Vec::new(),
        baseline: None,
        scored_run: None,
        outputs: Default::default(),
    }
}

#[test]
fn difference_is_variant_minus_baseline_and_paired_by_image() {
    let values = [0.1, 0.5, 0.3, 0.9, 0.2, 0.4, 0.6, 0.7];
    let better: Vec<f64> = values.iter().enumerate().map(|(i, v)| v + 0.1 + 0.01 * i as f64).collect();
    let comparison = Desk::new().compare(&[made("plain", 0, &values), other("better", 0, &better)], |_| {}).unwrap();
    let [Some(plain), Some(better)] = comparison.rows[0].cells.as_slice() else { panic!("two cells") };
    assert!(plain.difference.is_none());
    let difference = better.difference.as_ref().unwrap();
    assert!((difference.value - 0.135).abs() < 1e-9 && difference.n == 8);
    // All eight differences are positive: exactly two of 256 sign patterns reach the sum.
    assert_eq!((difference.p.value, difference.p_holm, comparison.tests), (2.0 / 256.0, 2.0 / 256.0, 1));
    let interval = difference.interval.as_ref().unwrap();
    assert!(interval.low > 0.1 && interval.high < 0.18);
    assert_eq!(difference.power.as_ref().unwrap().images, Some(3));
    assert_eq!(comparison.variants.iter().map(|v| v.label.as_str()).collect::<Vec<_>>(), ["plain", "better"]);
}

#[test]
fn seeds_of_an_experiment_are_averaged_image_by_image() {
    let runs = [
        made("full-seed0", 0, &[0.2, 0.4, 0.6, 0.8]),
        other("less-seed0", 0, &[0.1, 0.3, 0.4, 0.5]),
        made("full-seed1", 1, &[0.4, 0.6, 0.8, 1.0]),
        other("less-seed1", 1, &[0.1, 0.3, 0.4, 0.7]),
    ];
    let comparison = Desk::new().compare(&runs, |_| {}).unwrap();
    assert_eq!(comparison.variants.len(), 2);
    assert_eq!((comparison.variants[0].label.as_str(), &comparison.variants[0].seeds), ("full", &vec![0, 1]));
    let [Some(full), Some(less)] = comparison.rows[0].cells.as_slice() else { panic!("two cells") };
    assert!((full.value - 0.6).abs() < 1e-12 && (full.spread.unwrap() - 0.02_f64.sqrt()).abs() < 1e-12);
    let difference = less.difference.as_ref().unwrap();
    assert!((difference.value - (0.35 - 0.6)).abs() < 1e-12 && difference.n == 4);
    assert_eq!(difference.by_seed.len(), 2);
    assert!((difference.by_seed[0] + 0.175).abs() < 1e-12 && (difference.by_seed[1] + 0.325).abs() < 1e-12);
    assert!(comparison.notes.iter().any(|n| n.contains("averaged image by image")));
}

#[test]
fn each_run_is_compared_with_the_first_even_if_only_the_seed_differs() {
    let (desk, options) = (Desk::new(), Options { paired: true, ..options() });
    let read = |made: Made| ScoredRun::read(&desk.write(&made)).unwrap();
    let first = read(made("full-seed0", 0, &[0.2, 0.4, 0.6, 0.8]));
    let second = read(made("full-seed1", 1, &[0.3, 0.5, 0.7, 1.0]));
    let pair = compare_each(&[&first, &second], &options).unwrap();
    let [Some(reference), Some(run)] = pair.rows[0].cells.as_slice() else { panic!("two cells") };
    assert!((reference.value, run.value) == (0.5, 0.625) && reference.difference.is_none());
    let there = run.difference.as_ref().unwrap();
    assert!((there.value - 0.125).abs() < 1e-12 && there.n == 4);
    assert!(pair.notes[0].contains("one experiment with other seeds"), "{:?}", pair.notes);
    assert!(is_one_experiment(&[&first, &second]));
    let third = read(other("less", 0, &[0.3, 0.5, 0.7, 1.0]));
    assert!(!is_one_experiment(&[&first, &third]));
    let three = compare_each(&[&first, &second, &third], &options).unwrap();
    assert_eq!(
        three.variants.iter().map(|v| v.label.as_str()).collect::<Vec<_>>(),
        ["full-seed0", "full-seed1", "less"]
    );
    assert!(!three.notes.iter().any(|note| note.contains("one experiment")), "{:?}", three.notes);
    let back = compare_each(&[&second, &first], &options).unwrap();
    assert!((back.rows[0].cells[1].as_ref().unwrap().difference.as_ref().unwrap().value + 0.125).abs() < 1e-12);
    let fewer = read(other("fewer", 0, &[0.2, 0.4]));
    assert!(matches!(compare_each(&[&first, &fewer], &options), Err(EvalError::NotTheSameImages { .. })));
}

#[test]
fn other_images_are_refused_with_what_differs() {
    let (desk, values) = (Desk::new(), [0.1, 0.2, 0.3, 0.4]);
    let base = made("base", 0, &values);
    let said = |run: Made| desk.compare(&[base.clone(), run], |_| {}).unwrap_err().to_string();
    let renamed = said(Made { first_image: "a horse", ..other("renamed", 0, &values) });
    assert!(
        renamed.contains("renamed") && renamed.contains("\"a horse\"") && renamed.contains("--unpaired"),
        "{renamed}"
    );
    let fewer = said(other("fewer", 0, &values[..3]));
    assert!(fewer.contains("4 images against 3") && fewer.contains("\"image 3\""), "{fewer}");
    let larger = said(Made { side: 16, ..other("larger", 0, &values) });
    assert!(larger.contains("8x8 against 16x16") && larger.contains("4 of 4"), "{larger}");
    let unpaired = desk.compare(&[base.clone(), other("fewer", 0, &values[..3])], |o| o.paired = false).unwrap();
    assert!(unpaired.rows[0].cells.iter().flatten().all(|c| c.difference.is_none()));
    assert!(unpaired.notes[0].contains("unpaired"));
}

#[test]
fn data_sets_are_subjects_where_asked_for() {
    let of = |made: Made, data_set: &'static str| Made { data_set, ..made };
    let runs = [
        of(made("full-a", 0, &[0.2, 0.4, 0.6, 0.8]), "a"),
        of(made("full-b", 0, &[0.5, 0.7]), "b"),
        of(other("less-a", 0, &[0.1, 0.3, 0.5, 0.7]), "a"),
        of(other("less-b", 0, &[0.2, 0.4]), "b"),
    ];
    let desk = Desk::new();
    let comparison = desk.compare(&runs, |o| o.subjects = true).unwrap();
    assert_eq!((comparison.variants.len(), comparison.subjects.len()), (2, 2));
    let less = comparison.rows[0].cells[1].as_ref().unwrap();
    let difference = less.difference.as_ref().unwrap();
    // Each subject counts alike: (-0.1 - 0.3) / 2.
    assert!((difference.value + 0.2).abs() < 1e-12 && difference.n == 6);
    assert!(difference.bca.is_none() && difference.interval.as_ref().unwrap().method.contains("hierarchical"));
    let lacking = desk.compare(&runs[..3], |o| o.subjects = true).unwrap_err().to_string();
    assert!(lacking.contains("less-a") && lacking.contains("subject b"), "{lacking}");
    let apart = desk.compare(&runs, |_| {}).unwrap_err();
    assert!(matches!(apart, EvalError::NotTheSameImages { .. }));
}

#[test]
fn what_cannot_be_paired_says_why() {
    let desk = Desk::new();
    let paths = [made("a", 0, &[0.1, 0.2, 0.3]), other("b", 0, &[0.2, 0.3, 0.3])].map(|m| desk.write(&m));
    let change = |path: &Path, change: &dyn Fn(&mut Score)| {
        let run = RunFolder::new(path);
        let mut file = ScoreFile::read(&run).unwrap();
        change(&mut file.scores[0]);
        file.write(&run).unwrap();
    };
    let note = || {
        let comparison = compare_paths(&paths, |_| {}).unwrap();
        let cell = comparison.rows[0].cells[1].clone().unwrap();
        assert!(cell.difference.is_none());
        cell.note.unwrap()
    };
    change(&paths[1], &|s| s.metric = "Spearman".into());
    assert!(note().contains("Spearman"));
    change(&paths[1], &|s| (s.metric, s.value) = ("Pearson".into(), 0.9));
    assert!(note().contains("not a mean over images"));
    change(&paths[1], &|s| s.item_kind = "voxel".into());
    assert!(note().contains("voxels"));
    change(&paths[1], &|s| (s.pseudo_values, s.item_kind) = (vec![0.4, 0.4, 0.7], "image".into()));
    let paired = compare_paths(&paths, |_| {}).unwrap().rows[0].cells[1].clone().unwrap();
    assert!((paired.difference.unwrap().value - 0.3).abs() < 1e-12);
    let error = compare_paths(&paths, |o| o.scores = vec!["image.pixcor".into()]).unwrap_err().to_string();
    assert!(error.contains("did you mean \"image.pixcorr\""), "{error}");
}

#[test]
fn runs_without_scores_and_single_experiments_are_refused() {
    let desk = Desk::new();
    let [a, b] = [made("a", 0, &[0.1, 0.2]), made("b", 1, &[0.1, 0.3])].map(|m| desk.write(&m));
    let alone = compare_paths(&[a.clone(), b.clone()], |_| {}).unwrap_err().to_string();
    assert!(alone.contains("same experiment"), "{alone}");
    std::fs::remove_file(b.join("scores.json")).unwrap();
    let missing = compare_paths(&[a, b], |_| {}).unwrap_err().to_string();
    assert!(missing.contains("scores.json") && missing.contains("afterimage evaluate"), "{missing}");
}

#[test]
fn identical_runs_and_intervals_of_an_earlier_version_are_noted() {
    let desk = Desk::new();
    let values = [0.1, 0.2, 0.4];
    let paths =
        [made("a", 0, &values), other("b", 0, &values), other("c", 0, &[0.1, 0.2, 0.5])].map(|m| desk.write(&m));
    let notes = |paths: &[PathBuf]| compare_paths(paths, |_| {}).unwrap().notes.join("\n");
    assert!(notes(&paths[..2]).contains("a and b are identical"), "{}", notes(&paths[..2]));
    let different = notes(&[paths[0].clone(), paths[2].clone()]);
    assert!(!different.contains("identical") && !different.contains("earlier version"), "{different}");
    let set_method = |path: &Path, method: &str| {
        let run = RunFolder::new(path);
        let mut file = ScoreFile::read(&run).unwrap();
        let over = Vec::new();
        file.scores[0].unit = "fraction".into();
        file.scores[0].interval = Some(Interval { low: 0.0, high: 1.0, level: 0.95, method: method.into(), over });
        file.write(&run).unwrap();
    };
    set_method(&paths[0], "percentile bootstrap over images, 10000 resamples");
    set_method(&paths[2], "Wilson score interval over images, effective number of items");
    let mixed = notes(&[paths[0].clone(), paths[2].clone()]);
    assert!(mixed.contains("fractions in a are bootstraps of an earlier version"), "{mixed}");
    assert!(mixed.contains("those of c are Wilson's") && mixed.contains("afterimage evaluate"), "{mixed}");
}
