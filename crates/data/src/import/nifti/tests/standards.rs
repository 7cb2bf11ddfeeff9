//! What runs of volumes are standardised by.

use super::*;
use crate::header::FittedOn;
use crate::{TestStatistics, Verdict, audit};

/// Six betas in one run, of six images.
fn mixed(desk: &Desk, test_statistics: TestStatistics) -> NiftiOptions {
    let images = ndarray::Array4::<u8>::from_shape_fn((6, 8, 8, 3), |(n, y, x, _)| (n * 40 + y * x) as u8);
    afterimage_formats::npy::write_u8(&desk.at("images.npy"), images.view().into_dyn()).unwrap();
    NiftiOptions {
        tables: vec![desk.text("shown.csv", "stimulus\n0\n1\n2\n3\n4\n5\n")],
        images: Some(desk.at("images.npy")),
        test: 2,
        zscore: true,
        test_statistics,
        ..NiftiOptions::new(desk.series("betas.nii", 6, 0.0))
    }
}

fn normalisation(data: &DataSet) -> Verdict {
    let audit = audit::audit(data, None).unwrap();
    audit.checks.iter().find(|check| check.name == "normalisation and selection").unwrap().verdict
}

#[test]
fn volumes_of_held_out_trials_enter_no_statistic() {
    let desk = Desk::new();
    let (summary, data) = desk.import(&mixed(&desk, TestStatistics::Training)).unwrap();
    let header = data.header();
    let is_training = |at: &usize| header.stimuli[header.trials[*at].stimulus as usize].split == Split::Train;
    let training: Vec<f64> = (0..6).filter(is_training).map(|at| at as f64).collect();
    assert_eq!(training.len(), 4);
    let mean = training.iter().sum::<f64>() / 4.0;
    let sd = (training.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 4.0).sqrt();
    for (at, value) in first(&data).into_iter().enumerate() {
        assert!((f64::from(value) - (at as f64 - mean) / sd).abs() < 1e-5, "{at}: {value}");
    }
    assert!(
        said(&summary)
            .contains("over the volumes of each run that no held-out trial takes (fitted on training trials)")
    );
    assert_eq!(normalisation(&data), Verdict::Pass);

    let (summary, data) = desk.import(&mixed(&desk, TestStatistics::Own)).unwrap();
    assert!(first(&data).iter().sum::<f32>().abs() < 1e-5);
    assert_eq!(summary.provenance.steps[0].fitted_on, FittedOn::Everything);
    assert_eq!(normalisation(&data), Verdict::Fail);

    let few = NiftiOptions { test: 5, ..mixed(&desk, TestStatistics::Training) };
    let message = desk.refusal(&few);
    assert!(
        message.contains("has 1 volumes to fit on (of 6") && message.contains("at least 2 are needed"),
        "{message}"
    );
}

#[test]
fn held_out_run_takes_level_and_spread_of_training_runs_and_keeps_its_drift() {
    let desk = Desk::new();
    let table = desk.text("t.csv", "condition,run\na,1\nb,1\na,1\nb,2\na,2\nb,2\n");
    let options = |test_statistics| NiftiOptions {
        tables: vec![table.clone()],
        detrend: true,
        zscore: true,
        test_runs: vec![RunChoice::Number(2)],
        test_statistics,
        ..NiftiOptions::new(desk.series("betas.nii", 6, 0.0)).delayed(0.0)
    };
    // A straight line leaves nothing of a training run, so the held-out run has no spread to be divided by.
    let (summary, data) = desk.import(&options(TestStatistics::Training)).unwrap();
    assert_eq!(first(&data), [0.0; 6]);
    assert!(said(&summary).contains("1 of 2 runs without training trials left with their drift"), "{}", said(&summary));
    let (summary, _) = desk.import(&options(TestStatistics::Own)).unwrap();
    assert_eq!(summary.provenance.steps[0].fitted_on, FittedOn::OwnRun);
}
