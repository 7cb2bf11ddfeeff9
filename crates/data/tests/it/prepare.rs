//! A data set made from another: what is fitted sees training trials only, and gives what is computed by hand.

use crate::support::assert_close;
use afterimage_data::{
    Averaging, DataSet, DataSetWriter, Error, FittedOn, Header, Measure, PrepareOptions, Provenance, Reliability, Rule,
    Scope, Selection, Split, SplitRule, Step, StepKind, StimulusInfo, TrialInfo, Verdict, VoxelColumn, Voxels,
    WriteOptions, audit, prepare,
};
use ndarray::{Array2, Array4, Axis, s};

/// 12 stimuli shown in each of 2 sessions of 2 runs; stimulus 3 of every four is of the test. 3 voxels.
fn parts() -> (Vec<StimulusInfo>, Vec<TrialInfo>) {
    let stimuli = (0..12).map(|at| StimulusInfo {
        class: Some(format!("class{}", at % 4)),
        ..StimulusInfo::new(format!("{at}.png"), if at % 4 == 3 { Split::Test } else { Split::Train })
    });
    let trial = |at: usize| TrialInfo {
        stimulus: (at % 12) as u32,
        repeat: (at / 12) as u16,
        session: (at / 24) as u16,
        run: (at % 24 / 12) as u16,
        averaged: 1,
    };
    (stimuli.collect(), (0..48).map(trial).collect())
}

/// Irregular, but the same each time.
fn noise(at: usize, voxel: usize) -> f32 {
    ((at * 7919 + voxel * 104_729 + 13) % 1009) as f32 / 1009.0
}

fn write(path: &std::path::Path, responses: &Array2<f32>) -> DataSet {
    let (stimuli, trials) = parts();
    let mut voxels = Voxels::new(responses.ncols());
    voxels.regions.insert("V1".into(), vec![true, true, false]);
    for (name, fitted_on) in [("nc_testset", FittedOn::Everything), ("prf", FittedOn::Nothing)] {
        let column = VoxelColumn { meaning: "a number".into(), fitted_on, values: vec![1.0, f32::NAN, 3.0] };
        voxels.columns.insert(name.into(), column);
    }
    let mut writer = DataSetWriter::create(path, Header::new(stimuli, voxels, 8, Provenance::default())).unwrap();
    writer.append_stimuli(Array4::from_shape_fn((12, 8, 8, 3), |(n, y, x, _)| (n * 20 + y * x) as u8).view()).unwrap();
    writer.append_responses(responses.view(), &trials).unwrap();
    writer.finish().unwrap()
}

/// Stimulus-locked values in voxels 0 and 1, noise alone in voxel 2.
fn recorded() -> Array2<f32> {
    Array2::from_shape_fn((48, 3), |(at, voxel)| {
        let signal = if voxel < 2 { (at % 12) as f32 * 2.0 } else { 0.0 };
        signal + noise(at, voxel)
    })
}

struct Made {
    _folder: tempfile::TempDir,
    data: DataSet,
    responses: Array2<f32>,
}

fn make(responses: &Array2<f32>, options: &PrepareOptions) -> Result<Made, Error> {
    let folder = tempfile::tempdir().unwrap();
    let source = write(&folder.path().join("a.afterimage"), responses);
    let out = folder.path().join("b.afterimage");
    prepare(&source, options)?.write(&out, WriteOptions { image_side: 8, overwrite: false }, |_| ())?;
    let data = DataSet::open(&out)?;
    let responses = data.responses(0, data.header().trials.len())?;
    assert_eq!(data.images(&[5])?, source.images(&[5])?);
    Ok(Made { _folder: folder, data, responses })
}

fn is_test(at: usize) -> bool {
    at % 4 == 3
}

#[test]
fn each_run_is_standardised_on_its_training_trials() {
    let before = recorded();
    let options = PrepareOptions { zscore: Some(Scope::Run), ..PrepareOptions::default() };
    let made = make(&before, &options).unwrap();
    for first in [0, 12, 24, 36] {
        for voxel in 0..3 {
            let run: Vec<f64> = (first..first + 12).map(|at| f64::from(before[[at, voxel]])).collect();
            let train: Vec<f64> = (0..12).filter(|&at| !is_test(at)).map(|at| run[at]).collect();
            let mean = train.iter().sum::<f64>() / 9.0;
            let sd = (train.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 9.0).sqrt();
            let wanted: Vec<f32> = run.iter().map(|value| ((value - mean) / sd) as f32).collect();
            assert_close(&made.responses.slice(s![first..first + 12, voxel]).to_vec(), &wanted);
        }
    }
    let step = made.data.header().provenance.steps.iter().find(|step| step.what.contains("standardised in each run"));
    assert_eq!(step.unwrap().fitted_on, FittedOn::Training);
}

#[test]
fn test_trials_change_nothing_that_training_sees() {
    let options = PrepareOptions {
        detrend: Some(2),
        zscore: Some(Scope::Session),
        select: vec![Selection { measure: Measure::Snr, rule: Rule::Best(2) }],
        ..PrepareOptions::default()
    };
    let mut planted = recorded();
    for (at, mut row) in planted.outer_iter_mut().enumerate().filter(|(at, _)| is_test(*at)) {
        row.fill(1e3 * (at as f32).sin());
    }
    let [clean, planted] = [recorded(), planted].map(|responses| make(&responses, &options).unwrap());
    let train: Vec<usize> = (0..48).filter(|&at| !is_test(at)).collect();
    assert_eq!(clean.responses.select(Axis(0), &train), planted.responses.select(Axis(0), &train));
    assert_ne!(clean.responses, planted.responses);
}

#[test]
fn a_split_that_leaves_nothing_for_training_is_refused() {
    let split = SplitRule::Sessions { test: vec![1], validation: 0, seed: 0 };
    // All stimuli are shown in both sessions, so nothing would be left for training.
    let options = PrepareOptions { split: Some(split), ..PrepareOptions::default() };
    assert!(make(&recorded(), &options).err().unwrap().to_string().contains("nothing is left for training"));
}

#[test]
fn drift_goes_and_the_mean_stays() {
    let mut drifting = recorded();
    for (at, mut row) in drifting.outer_iter_mut().enumerate() {
        let place = (at % 12) as f32;
        row.mapv_inplace(|value| value + 5.0 * place - 0.3 * place * place);
    }
    let options = PrepareOptions { detrend: Some(2), ..PrepareOptions::default() };
    let [clean, drifting] = [recorded(), drifting].map(|responses| make(&responses, &options).unwrap().responses);
    // The same but for the means, which the drift moved.
    for first in [0, 12, 24, 36] {
        for voxel in 0..3 {
            let part = |responses: &Array2<f32>| responses.slice(s![first..first + 12, voxel]).to_vec();
            let centred = |values: Vec<f32>| {
                let mean = values.iter().sum::<f32>() / 12.0;
                values.into_iter().map(|value| value - mean).collect::<Vec<_>>()
            };
            let (ours, theirs) = (centred(part(&drifting)), centred(part(&clean)));
            assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-4), "{ours:?} {theirs:?}");
        }
    }
    let train = |responses: &Array2<f32>| (0..12).filter(|&at| !is_test(at)).map(|at| responses[[at, 0]]).sum::<f32>();
    assert!((train(&clean) - train(&recorded())).abs() < 1e-3);
    let options = PrepareOptions { detrend: Some(9), ..PrepareOptions::default() };
    assert!(make(&recorded(), &options).err().unwrap().to_string().contains("1 to 5"));
}

#[test]
fn selection_is_by_training_trials_and_a_column_of_test_trials_is_refused() {
    let select = |text: &str| PrepareOptions { select: vec![text.parse().unwrap()], ..PrepareOptions::default() };
    // A perfect signal in the test part of voxel 2 must not win it a place.
    let mut planted = recorded();
    (0..48).filter(|&at| is_test(at)).for_each(|at| planted[[at, 2]] = 100.0 * (at % 12) as f32);
    for text in ["snr >= 5", "best 2 split_half", "best 2 snr"] {
        let made = make(&planted, &select(text)).unwrap();
        assert_close(
            &made.responses.iter().copied().collect::<Vec<_>>(),
            &planted.slice(s![.., ..2]).iter().copied().collect::<Vec<_>>(),
        );
        assert_eq!(made.data.header().voxels.regions["V1"], [true, true]);
    }
    assert_eq!(make(&planted, &select("prf >= 2")).unwrap().responses.ncols(), 1);
    let refused = make(&planted, &select("nc_testset >= 1")).err().unwrap().to_string();
    assert!(refused.contains("computed from test trials"), "{refused}");
    let unknown = make(&planted, &select("nx >= 1")).err().unwrap().to_string();
    assert!(unknown.contains("nc_testset"), "{unknown}");
    assert!(make(&planted, &select("snr >= 1e9")).err().unwrap().to_string().contains("no voxel"));
}

#[test]
fn averaging_gives_the_means_that_items_give() {
    let options = PrepareOptions { average: true, roi: Some("V1".into()), ..PrepareOptions::default() };
    let made = make(&recorded(), &options).unwrap();
    let header = made.data.header();
    assert_eq!(header.trials.len(), 12);
    assert!(header.trials.iter().all(|trial| trial.averaged == 4 && trial.repeat == 0));
    let folder = tempfile::tempdir().unwrap();
    let source = write(&folder.path().join("a.afterimage"), &recorded());
    let items = source.training().items(Averaging::Stimulus).unwrap().responses;
    let ours = made.data.training().items(Averaging::Trials).unwrap().responses;
    assert_eq!(ours, items.slice(s![.., ..2]));
}

#[test]
fn new_split_holds_classes_out_whole_and_unmasks_what_was_fitted_before() {
    let folder = tempfile::tempdir().unwrap();
    let source = write(&folder.path().join("a.afterimage"), &recorded());
    let standardised = folder.path().join("b.afterimage");
    let options = PrepareOptions { zscore: Some(Scope::All), ..PrepareOptions::default() };
    let write_options = WriteOptions { image_side: 8, overwrite: false };
    prepare(&source, &options).unwrap().write(&standardised, write_options, |_| ()).unwrap();
    let standardised = DataSet::open(&standardised).unwrap();
    let scope = |data: &DataSet| {
        let audit = audit::audit(data, None).unwrap();
        audit.checks.iter().find(|check| check.name == "normalisation and selection").unwrap().verdict
    };
    assert_eq!(scope(&standardised), Verdict::Pass);
    let split = SplitRule::Classes { test: 2, validation: 1, seed: 0 };
    let options = PrepareOptions { split: Some(split), ..PrepareOptions::default() };
    let out = folder.path().join("c.afterimage");
    prepare(&standardised, &options).unwrap().write(&out, write_options, |_| ()).unwrap();
    let data = DataSet::open(&out).unwrap();
    for class in 0..4 {
        let of_class: Vec<Split> =
            (0..12).filter(|at| at % 4 == class).map(|at| data.header().stimuli[at].split).collect();
        assert!(of_class.iter().all(|&split| split == of_class[0]), "{of_class:?}");
    }
    assert_eq!((data.held_out().stimuli().len(), data.validation().stimuli().len()), (3, 3));
    assert_eq!(scope(&data), Verdict::Fail);
}

#[test]
fn sessions_are_held_out_with_their_stimuli() {
    let folder = tempfile::tempdir().unwrap();
    let (stimuli, mut trials) = parts();
    // The last session shows stimuli 8 to 11 only, which others show as well.
    trials.iter_mut().filter(|trial| trial.session == 1).for_each(|trial| trial.stimulus = 8 + trial.stimulus % 4);
    let header = Header::new(stimuli, Voxels::new(3), 8, Provenance::default());
    let mut writer = DataSetWriter::create(&folder.path().join("a.afterimage"), header).unwrap();
    writer.append_stimuli(Array4::zeros((12, 8, 8, 3)).view()).unwrap();
    writer.append_responses(recorded().view(), &trials).unwrap();
    let source = writer.finish().unwrap();
    let split = SplitRule::Sessions { test: vec![1], validation: 2, seed: 0 };
    let options = PrepareOptions { split: Some(split), ..PrepareOptions::default() };
    let out = folder.path().join("b.afterimage");
    prepare(&source, &options).unwrap().write(&out, WriteOptions { image_side: 8, overwrite: false }, |_| ()).unwrap();
    let data = DataSet::open(&out).unwrap();
    assert_eq!(data.held_out().stimuli(), [8, 9, 10, 11]);
    assert_eq!(data.validation().stimuli().len(), 2);
    // 24 trials of the session itself, and 16 of the first session that show none of its stimuli.
    assert_eq!(data.header().trials.len(), 40);
    let crossing = |trial: &&TrialInfo| trial.session == 0 && trial.stimulus >= 8;
    assert_eq!(data.header().trials.iter().filter(crossing).count(), 0);
    let other = SplitRule::Sessions { test: vec![7], validation: 0, seed: 0 };
    let options = PrepareOptions { split: Some(other), ..PrepareOptions::default() };
    assert!(prepare(&source, &options).err().unwrap().to_string().contains("{0, 1}"));
}

#[test]
fn split_half_of_two_repeats_is_the_correlation_of_the_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let stimuli = (0..4).map(|at| StimulusInfo::new(format!("{at}"), Split::Test)).collect();
    let header = Header::new(stimuli, Voxels::new(2), 0, Provenance::default());
    let mut writer = DataSetWriter::create(&folder.path().join("a.afterimage"), header).unwrap();
    // Voxel 0 repeats exactly. In voxel 1 the draw decides between halves 1 2 3 4 and 1 3 2 4, and 1 3 3 4 and 1 2 2 4.
    let repeats = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [4.0, 4.0], [1.0, 1.0], [2.0, 3.0], [3.0, 2.0], [4.0, 4.0]];
    let responses = Array2::from(repeats.to_vec());
    let trial = |at: u32| TrialInfo { stimulus: at % 4, repeat: (at / 4) as u16, session: 0, run: 0, averaged: 1 };
    writer.append_responses(responses.view(), &(0..8).map(trial).collect::<Vec<_>>()).unwrap();
    let data = writer.finish().unwrap();
    let found = Reliability::split_half(&data.held_out(), 1, 0).unwrap().unwrap();
    assert_eq!((found.stimuli, found.draws), (4, 1));
    assert_close(&found.correlation[..1], &[1.0]);
    let possible = [0.8, 4.25 / 4.75];
    assert!(possible.iter().any(|r| (found.correlation[1] - r).abs() < 1e-6), "{}", found.correlation[1]);
    let whole = |r: f32| 2.0 * r / (1.0 + r);
    assert_close(&found.spearman_brown, &found.correlation.iter().map(|&r| whole(r)).collect::<Vec<_>>());
    assert_eq!(found, Reliability::split_half(&data.held_out(), 1, 0).unwrap().unwrap());
}

#[test]
fn validation_becomes_the_test_and_the_test_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write_options = WriteOptions { image_side: 8, overwrite: false };
    let again = |source: &DataSet, split: SplitRule, name: &str| {
        let options = PrepareOptions { split: Some(split), ..PrepareOptions::default() };
        let path = folder.path().join(name);
        prepare(source, &options)?.write(&path, write_options, |_| ())?;
        DataSet::open(&path)
    };
    let source = write(&folder.path().join("a.afterimage"), &recorded());
    let rule = |validation| SplitRule::Validation { validation, seed: 0 };
    let refused = again(&source, rule(2), "b.afterimage").unwrap_err().to_string();
    assert!(refused.contains("no validation part"), "{refused}");

    let drawn = again(&source, SplitRule::Random { test: 4, validation: 3, seed: 1 }, "c.afterimage").unwrap();
    let (test, validation) = (drawn.held_out().stimuli(), drawn.validation().stimuli());
    let choice = again(&drawn, rule(2), "d.afterimage").unwrap();
    assert_eq!(choice.held_out().stimuli(), validation, "the test is what was validation");
    assert_eq!(choice.validation().stimuli().len(), 2);
    assert!(choice.validation().stimuli().iter().all(|at| !test.contains(at) && !validation.contains(at)));
    assert_eq!(choice.header().trials.len(), 48 - 4 * test.len());
    assert!(choice.header().trials.iter().all(|trial| !test.contains(&trial.stimulus)));
    assert!(again(&drawn, rule(5), "e.afterimage").unwrap_err().to_string().contains("nothing is left for training"));
}

#[test]
fn new_split_replaces_what_is_said_of_the_old_one_and_only_that() {
    let folder = tempfile::tempdir().unwrap();
    let (stimuli, trials) = parts();
    let provenance = Provenance {
        steps: vec![Step::split("test: those of the source"), Step::plain("split in the middle"), Step::plain("kept")],
        warnings: vec!["of the source".into()],
        ..Provenance::default()
    };
    let header = Header::new(stimuli, Voxels::new(3), 0, provenance);
    let mut writer = DataSetWriter::create(&folder.path().join("a.afterimage"), header).unwrap();
    writer.append_responses(recorded().view(), &trials).unwrap();
    let source = writer.finish().unwrap();
    let split = Some(SplitRule::Random { test: 2, validation: 1, seed: 0 });
    let options = PrepareOptions { split, zscore: Some(Scope::Run), ..PrepareOptions::default() };
    let made = prepare(&source, &options).unwrap().provenance;
    let steps: Vec<&str> = made.steps.iter().map(|step| step.what.as_str()).collect();
    assert_eq!(steps[..2], ["split in the middle", "kept"]);
    assert!(steps[2].starts_with("split again") && made.steps[2].kind == StepKind::Split, "{steps:?}");
    assert_eq!(made.warnings, ["of the source"]);
}

#[test]
fn voxels_without_spread_in_training_trials_are_left_out_and_counted() {
    // Voxel 1 changes in the test only, voxel 2 never.
    let mut before = recorded();
    before.column_mut(2).fill(4.0);
    for at in 0..48 {
        before[[at, 1]] = if is_test(at) { at as f32 } else { 1.5 };
    }
    let select = vec!["sd > 0".parse().unwrap()];
    let made = make(&before, &PrepareOptions { select, ..PrepareOptions::default() }).unwrap();
    assert_eq!(made.responses, before.slice(s![.., ..1]));
    let provenance = &made.data.header().provenance;
    let step = provenance.steps.iter().find(|step| step.what.starts_with("voxels: ")).unwrap();
    assert_eq!((step.what.as_str(), step.fitted_on), ("voxels: sd > 0, 1 of 3 kept", FittedOn::Training));
    assert!(provenance.warnings.is_empty(), "{:?}", provenance.warnings);
}
