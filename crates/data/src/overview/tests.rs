//! Overviews of small data sets.

use ndarray::{Array2, Array4, array};

use super::spread::of_values;
use super::*;
use crate::{DataSetWriter, Header, Provenance, StimulusInfo, TrialInfo, Voxels};

/// Six stimuli, the last two of the test, in two runs; `repeats` presentations of each, one run each.
fn data_set(folder: &std::path::Path, repeats: u16) -> DataSet {
    let stimuli: Vec<StimulusInfo> = (0..6)
        .map(|row| StimulusInfo::new(format!("{row}.png"), if row < 4 { Split::Train } else { Split::Test }))
        .collect();
    let path = folder.join("x.afterimage");
    let header = Header::new(stimuli, Voxels::new(3), 8, Provenance::of_voxels());
    let mut writer = DataSetWriter::create(&path, header).unwrap();
    let images = Array4::from_shape_fn((6, 8, 8, 3), |(row, ..)| row as u8 * 10);
    writer.append_stimuli(images.view()).unwrap();
    let trials: Vec<TrialInfo> = (0..6 * u32::from(repeats))
        .map(|at| TrialInfo {
            stimulus: at % 6,
            repeat: (at / 6) as u16,
            session: 0,
            run: (at / 6) as u16,
            averaged: 1,
        })
        .collect();
    let responses =
        Array2::from_shape_fn((trials.len(), 3), |(row, voxel)| ((row * 7 + voxel * 5) % 6) as f32 + row as f32 * 0.01);
    writer.append_responses(responses.view(), &trials).unwrap();
    writer.finish().unwrap()
}

#[test]
fn trials_have_the_images_of_their_stimuli_and_every_run_its_ends() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), 3);
    let overview = Overview::of(&data, OverviewOptions { trials: 12, side: 4, halves: 2 }).unwrap();
    let rows: Vec<usize> = overview.trials.iter().map(|trial| trial.trial).collect();
    assert!([0, 5, 6, 11, 12, 17].iter().all(|end| rows.contains(end)) && rows.len() <= 12, "{rows:?}");
    for trial in &overview.trials {
        assert_eq!(trial.name, format!("{}.png", trial.trial % 6));
        assert_eq!(trial.image.as_ref().unwrap()[[0, 0, 0]] as usize, trial.trial % 6 * 10);
        assert_eq!(trial.split, if trial.trial % 6 < 4 { Split::Train } else { Split::Test });
    }
    assert_eq!(overview.order.len(), 18);
    assert_eq!(overview.repeats, [(Split::Train, [(3, 4)].into()), (Split::Test, [(3, 2)].into())]);
    assert!(overview.reliability.is_some() && overview.warnings.is_empty(), "{:?}", overview.warnings);
    assert_eq!(
        overview.spread.iter().map(|(split, spread)| (*split, spread.of)).collect::<Vec<_>>(),
        [(Split::Train, 12), (Split::Test, 6)]
    );
}

#[test]
fn a_test_part_without_repeats_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let overview = Overview::of(&data_set(folder.path(), 1), OverviewOptions::default()).unwrap();
    assert!(overview.reliability.is_none());
    assert!(overview.warnings[0].contains("every stimulus was shown once"), "{:?}", overview.warnings);
    let mut summary = overview.summary;
    summary.averaged = Some(12);
    assert!(no_repeats(&summary).contains("mean of 12"));
    (summary.averaged, summary.train.most_repeats) = (Some(1), 4);
    assert!(no_repeats(&summary).contains("up to 4 times"));
}

#[test]
fn every_finite_value_is_counted_and_outliers_are_those_of_their_voxel() {
    let mut values = Array2::from_shape_fn((100, 2), |(row, voxel)| [(row % 10) as f32, 1e4 + (row % 7) as f32][voxel]);
    values[[50, 0]] = 1e3;
    values[[51, 0]] = f32::NAN;
    let spread = of_values(&values);
    assert_eq!(spread.counts.iter().sum::<u64>(), 199);
    assert_eq!((spread.outliers, spread.constant), (1, 0));
    assert_eq!(spread.extremes, (0.0, 1e4 + 6.0));
    assert!(spread.warning("test").unwrap().contains("0.50 %"));
    assert_eq!(of_values(&array![[1.0_f32], [1.0]]).constant, 1);
}

#[test]
fn both_measures_of_repeats_are_those_computed_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), 4);
    let found = Reliable::of_test(&data, 3).unwrap().unwrap();
    assert_eq!(found.ceiling, crate::Reliability::noise_ceiling(&data.held_out()).unwrap().unwrap());
    assert_eq!(found.halves, crate::Reliability::split_half(&data.held_out(), 3, 0).unwrap().unwrap());
    assert!(found.measures()[3].meaning.ends_with("mean of 3 draws"));
    assert!(Reliable::of_test(&data, 0).unwrap().is_none());
}

/// Twelve test stimuli with six repeats each in 20 voxels; with `signal`, responses depend on the stimulus.
fn repeated(folder: &std::path::Path, signal: f32) -> DataSet {
    let stimuli = (0..12).map(|at| crate::StimulusInfo::new(format!("{at}"), Split::Test)).collect();
    let header = crate::Header::new(stimuli, crate::Voxels::new(20), 0, crate::Provenance::default());
    let mut writer = crate::DataSetWriter::create(&folder.join("r.afterimage"), header).unwrap();
    let trial =
        |at: u32| crate::TrialInfo { stimulus: at % 12, repeat: (at / 12) as u16, session: 0, run: 0, averaged: 1 };
    let mut random = 1_u32;
    let mut noise = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as f32 / 16_777_216.0
    };
    let responses =
        Array2::from_shape_fn((72, 20), |(at, voxel)| noise() + signal * ((at % 12 * 5 + voxel * 7) % 12) as f32);
    writer.append_responses(responses.view(), &(0..72).map(trial).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap()
}

#[test]
fn repeats_that_do_not_agree_are_warned_of_and_others_are_not() {
    let unit = crate::RecordedUnit::Voxel;
    let folder = tempfile::tempdir().unwrap();
    let data = repeated(folder.path(), 0.0);
    let reliable = Reliable::of_test(&data, 5).unwrap().unwrap();
    let (r, interval) = reliable.agreement.clone().unwrap();
    let mean = reliable.halves.correlation.iter().sum::<f32>() / 20.0;
    assert!((r - f64::from(mean)).abs() < 1e-5 && interval.low < r && r < interval.high, "{r} {mean} {interval:?}");
    assert!(interval.method.starts_with("jackknife of Fisher's z over images"), "{}", interval.method);
    let warning = reliable.warning(unit).unwrap();
    assert!(warning.contains("do not agree") && warning.contains("n = 12 test stimuli"), "{warning}");
    let overview = Overview::of(&data, OverviewOptions::default()).unwrap();
    assert!(overview.warnings.iter().any(|warning| warning.contains("do not agree")), "{:?}", overview.warnings);
    let check = |data: &DataSet| {
        let audit = crate::audit::audit(data, None).unwrap();
        audit.checks.into_iter().find(|check| check.name == "repeats agree").unwrap()
    };
    assert_eq!(check(&data).verdict, crate::Verdict::Warn);

    let folder = tempfile::tempdir().unwrap();
    let data = repeated(folder.path(), 0.3);
    assert_eq!(Reliable::of_test(&data, 5).unwrap().unwrap().warning(unit), None);
    assert_eq!(check(&data).verdict, crate::Verdict::Pass);

    // Repeats that agree almost perfectly.
    let folder = tempfile::tempdir().unwrap();
    let reliable = Reliable::of_test(&repeated(folder.path(), 40.0), 5).unwrap().unwrap();
    let (r, interval) = reliable.agreement.unwrap();
    assert!(0.9 < interval.low && interval.low <= r && r <= interval.high && interval.high <= 1.0, "{r} {interval:?}");
}

#[test]
fn spread_of_a_part_is_that_of_its_own_trials() {
    let folder = tempfile::tempdir().unwrap();
    let data = data_set(folder.path(), 3);
    let all = data.responses(0, 18).unwrap();
    let rows = |test: bool| (0..18).filter(|at| (at % 6 >= 4) == test).collect::<Vec<usize>>();
    let wanted = [false, true].map(|test| of_values(&all.select(ndarray::Axis(0), &rows(test))));
    let found = Overview::of(&data, OverviewOptions::default()).unwrap().spread;
    assert_eq!(found.into_iter().map(|(_, spread)| spread).collect::<Vec<_>>(), wanted);
}
