//! Runs and sessions without training trials: nothing is fitted on their test trials unless it is asked for, and it shows.

use afterimage_data::{
    DataSet, DataSetWriter, Error, FittedOn, Header, PrepareOptions, Provenance, Scope, Split, SplitRule, Step,
    StimulusInfo, TestStatistics, TrialInfo, Verdict, Voxels, WriteOptions, audit, prepare,
};
use ndarray::{Array2, Array4};

const VOXELS: usize = 2;

/// Session and run, and whether its trials are of the test, of four runs of six trials each: the second run of session 1, and
/// all of session 2, are of the test.
const RUNS: [(u16, u16, bool); 4] = [(1, 1, false), (1, 2, true), (3, 1, false), (2, 1, true)];

/// Irregular, but the same each time; the level of each run is its own.
fn recorded(at: usize, voxel: usize) -> f32 {
    ((at * 7919 + voxel * 104_729 + 13) % 1009) as f32 / 1009.0 + 10.0 * (at / 6) as f32 + (at % 6) as f32
}

fn write(path: &std::path::Path, value: impl Fn(usize, usize) -> f32) -> DataSet {
    let split = |run: usize| if RUNS[run].2 { Split::Test } else { Split::Train };
    let stimuli = (0..24).map(|at| StimulusInfo::new(format!("{at}.png"), split(at / 6))).collect();
    let trials: Vec<TrialInfo> = (0..24_usize)
        .map(|at| TrialInfo {
            stimulus: at as u32,
            repeat: 0,
            session: RUNS[at / 6].0,
            run: RUNS[at / 6].1,
            averaged: 1,
        })
        .collect();
    let mut writer =
        DataSetWriter::create(path, Header::new(stimuli, Voxels::new(VOXELS), 8, Provenance::default())).unwrap();
    writer.append_stimuli(Array4::from_shape_fn((24, 8, 8, 3), |(n, y, x, _)| (n * 9 + y * x) as u8).view()).unwrap();
    let responses = Array2::from_shape_fn((24, VOXELS), |(at, voxel)| value(at, voxel));
    writer.append_responses(responses.view(), &trials).unwrap();
    writer.finish().unwrap()
}

struct Made {
    _folder: tempfile::TempDir,
    data: DataSet,
}

impl Made {
    fn of(source: &DataSet, options: &PrepareOptions) -> Result<Self, Error> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("b.afterimage");
        prepare(source, options)?.write(&out, WriteOptions { image_side: 8, overwrite: false }, |_| ())?;
        Ok(Self { data: DataSet::open(&out)?, _folder: folder })
    }

    fn run(&self, run: usize) -> Vec<f32> {
        self.data.responses(6 * run, 6).unwrap().column(0).to_vec()
    }

    fn step(&self) -> &Step {
        let is_fitted = |step: &&Step| step.fitted_on != FittedOn::Nothing;
        self.data.header().provenance.steps.iter().rfind(is_fitted).unwrap()
    }

    fn audited(&self) -> (Verdict, String) {
        let audit = audit::audit(&self.data, None).unwrap();
        let check = audit.checks.into_iter().find(|check| check.name == "normalisation and selection").unwrap();
        (check.verdict, check.detail)
    }
}

fn source() -> (tempfile::TempDir, DataSet) {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder.path().join("a.afterimage"), recorded);
    (folder, data)
}

/// A run standardised by the trials of others, by hand.
fn by_hand(run: usize, fitted: &[usize]) -> Vec<f32> {
    let of_runs = fitted.iter().flat_map(|run| 6 * run..6 * run + 6).map(|at| f64::from(recorded(at, 0)));
    let values: Vec<f64> = of_runs.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
    (6 * run..6 * run + 6).map(|at| ((f64::from(recorded(at, 0)) - mean) / sd) as f32).collect()
}

fn zscore(scope: Scope) -> PrepareOptions {
    PrepareOptions { zscore: Some(scope), ..PrepareOptions::default() }
}

#[test]
fn groups_without_training_trials_take_the_statistics_of_training_trials() {
    let (_folder, source) = source();
    let made = Made::of(&source, &zscore(Scope::Run)).unwrap();
    // Session 1 has a training run, session 2 has none.
    for (run, fitted) in [(0, &[0][..]), (1, &[0]), (2, &[2]), (3, &[0, 2])] {
        crate::support::assert_close(&made.run(run), &by_hand(run, fitted));
    }
    let step = made.step();
    assert_eq!(step.fitted_on, FittedOn::Training);
    assert!(step.what.contains("by the training trials of their session (session 1: run 2)"), "{step}");
    assert!(step.what.contains("by all training trials (session 2: run 1)"), "{step}");
    assert_eq!(made.audited().0, Verdict::Pass);

    let made = Made::of(&source, &zscore(Scope::Session)).unwrap();
    for (run, fitted) in [(0, &[0][..]), (1, &[0]), (2, &[2]), (3, &[0, 2])] {
        crate::support::assert_close(&made.run(run), &by_hand(run, fitted));
    }
    assert!(made.step().what.contains("1 of 3 sessions without training trials"), "{}", made.step());
}

#[test]
fn no_test_trial_enters_a_statistic() {
    let (_folder, clean) = source();
    let folder = tempfile::tempdir().unwrap();
    // One test trial of each run is planted; all others must come out as they did.
    let planted = |at: usize, voxel| if RUNS[at / 6].2 && at % 6 == 2 { 1e4 } else { recorded(at, voxel) };
    let planted = write(&folder.path().join("p.afterimage"), planted);
    for scope in [Scope::Run, Scope::Session, Scope::All] {
        let options = PrepareOptions { detrend: Some(1), ..zscore(scope) };
        let [clean, planted] = [&clean, &planted].map(|source| Made::of(source, &options).unwrap());
        for (run, (.., is_test)) in RUNS.into_iter().enumerate() {
            let (a, b) = (clean.run(run), planted.run(run));
            let is_planted = |at: usize| is_test && at == 2;
            assert!((0..6).all(|at| is_planted(at) || a[at] == b[at]), "{scope:?}, run {run}: {a:?} {b:?}");
        }
    }
}

#[test]
fn statistics_of_test_trials_are_asked_for_and_the_audit_warns_of_them() {
    let (_folder, source) = source();
    let options = PrepareOptions { test_statistics: TestStatistics::Own, ..zscore(Scope::Run) };
    let made = Made::of(&source, &options).unwrap();
    (0..4).for_each(|run| crate::support::assert_close(&made.run(run), &by_hand(run, &[run])));
    assert_eq!(made.step().fitted_on, FittedOn::OwnRun);
    let said = "2 of 4 runs without training trials by their own trials, which are held out (session 1: run 2; session 2: run 1)";
    assert!(made.step().what.contains(said), "{}", made.step());
    let (verdict, detail) = made.audited();
    assert_eq!(verdict, Verdict::Warn);
    assert!(detail.contains("1 step before it was fitted on each run or session by itself"), "{detail}");
}

#[test]
fn drift_of_runs_without_training_trials_stays_unless_it_is_asked_for() {
    let (_folder, source) = source();
    let drift = |test_statistics| {
        Made::of(&source, &PrepareOptions { detrend: Some(1), test_statistics, ..PrepareOptions::default() }).unwrap()
    };
    let before: Vec<f32> = (6..12).map(|at| recorded(at, 0)).collect();
    let made = drift(TestStatistics::Training);
    assert_eq!(made.run(1), before);
    assert_ne!(made.run(0)[0], recorded(0, 0));
    assert!(made.step().what.contains("2 of 4 runs without training trials left with their drift"), "{}", made.step());
    assert_ne!(drift(TestStatistics::Own).run(1), before);
}

#[test]
fn standardising_again_is_refused_unless_it_changes_something() {
    let (_folder, source) = source();
    let of_sessions = Made::of(&source, &zscore(Scope::Session)).unwrap();
    let of_sessions = &of_sessions.data;
    for scope in [Scope::Session, Scope::All] {
        let refused = Made::of(of_sessions, &zscore(scope)).err().unwrap().to_string();
        assert!(refused.contains("standardised in each session already"), "{refused}");
        assert!(refused.contains("leave out --zscore"), "{refused}");
    }
    let of_runs = Made::of(of_sessions, &zscore(Scope::Run)).unwrap();
    let provenance = &of_runs.data.header().provenance;
    assert_eq!(provenance.standardised.as_deref(), Some("in each session, then in each run"));
    assert!(
        of_runs.step().what.contains("in each run, after they were standardised in each session"),
        "{}",
        of_runs.step()
    );
    assert!(Made::of(&of_runs.data, &zscore(Scope::Session)).is_err());
    // After a new split the training trials are others, and after a drift the spread is another.
    let split = Some(SplitRule::Random { test: 3, validation: 0, seed: 1 });
    Made::of(of_sessions, &PrepareOptions { split, ..zscore(Scope::Session) }).unwrap();
    Made::of(of_sessions, &PrepareOptions { detrend: Some(1), ..zscore(Scope::Session) }).unwrap();
}
