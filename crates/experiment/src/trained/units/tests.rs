//! Responses in either unit, as they are given by right and by mistake.

use afterimage_statistics::draws::{SOLE, stream, symmetric};
use ndarray::{Array2, Axis};

use super::*;

mod faults;

const VOXELS: usize = 60;

/// Nearly normal numbers: sums of twelve uniform ones of variance 1/12.
fn normal(rows: usize, seed: u64) -> Array2<f32> {
    let mut stream = stream(seed, SOLE, 0);
    Array2::from_shape_simple_fn((rows, VOXELS), || (0..12).map(|_| 0.5 * symmetric(&mut stream)).sum())
}

/// Rates: means of 2 to 12, standard deviations of 1 to 5.
fn training() -> ZScore {
    let of = |from: f32, step: f32, every: usize| {
        (0..VOXELS).map(|voxel| from + step * (voxel * 7 % every) as f32).collect()
    };
    ZScore { mean: of(2.0, 1.0, 11), sd: of(1.0, 0.5, 9) }
}

fn level(mean: f32, sd: f32) -> ZScore {
    ZScore { mean: vec![mean; VOXELS], sd: vec![sd; VOXELS] }
}

fn recorded(z: &Array2<f32>) -> Array2<f32> {
    let mut values = z.clone();
    training().undo(&mut values).unwrap();
    values
}

fn known(training: &ZScore) -> Known<'_> {
    Known { training, ordinary: None, noun: "neurons", data_set: "the run's data set (spikes/s)", is_prepared: false }
}

fn judge_by(responses: &Array2<f32>, training: &ZScore, units: Units) -> Vec<UnitVerdict> {
    judge(responses.view(), &known(training), units).verdicts
}

fn judged(responses: &Array2<f32>, units: Units) -> Vec<UnitVerdict> {
    judge_by(responses, &training(), units)
}

#[track_caller]
fn impossible(verdicts: &[UnitVerdict], fits: Option<Units>, fragments: &[&str]) {
    let Some(verdict @ UnitVerdict { is_impossible: true, .. }) = verdicts.first() else { panic!("{verdicts:?}") };
    let said = verdict.in_words("give --units ");
    fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    match (&verdict.remedy, fits) {
        (Remedy::State(units), fits) => assert_eq!(Some(*units), fits, "{said}"),
        (_, fits) => assert_eq!(fits, None, "{said}"),
    }
}

#[track_caller]
fn unclear(verdicts: &[UnitVerdict], fragments: &[&str]) {
    let [verdict @ UnitVerdict { is_impossible: false, .. }] = verdicts else { panic!("{verdicts:?}") };
    let said = verdict.in_words("give --units ");
    fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
}

#[test]
fn responses_in_the_stated_unit_fit_whatever_their_number_of_repeats() {
    let z = normal(40, 1);
    // Means of repeats and predictions vary less, single trials more, another session has another level.
    for (factor, shift) in [(1.0, 0.0), (0.5, 0.1), (1.0, 0.2)] {
        let z = z.mapv(|value| factor * value + shift);
        assert_eq!(judged(&z, Units::Standardised), [], "{factor} {shift}");
        assert_eq!(judged(&recorded(&z), Units::Recorded), [], "{factor} {shift}");
    }
}

#[test]
fn responses_in_the_other_unit_are_impossible_and_the_numbers_are_named() {
    let z = normal(40, 2);
    let said = ["cannot be recorded", "fit standardised", "60 neurons"];
    impossible(&judged(&z, Units::Recorded), Some(Units::Standardised), &said);
    impossible(&judged(&recorded(&z), Units::Standardised), Some(Units::Recorded), &["cannot be standardised"]);
    let few = z.select(Axis(0), &[3, 9, 12, 20, 21, 30]);
    impossible(&judged(&few, Units::Recorded), Some(Units::Standardised), &[]);
}

#[test]
fn voxels_standardised_over_these_rows_are_told_even_near_the_unit_of_the_recording() {
    let mut z = normal(30, 3);
    let own = ZScore { mean: z.mean_axis(Axis(0)).unwrap().to_vec(), sd: z.std_axis(Axis(0), 0.0).to_vec() };
    own.apply(&mut z).unwrap();
    impossible(&judge_by(&z, &level(0.15, 1.15), Units::Recorded), Some(Units::Standardised), &[]);
    // A run on responses that are standardised already has no other unit.
    assert_eq!(judge_by(&z, &level(0.0, 1.0), Units::Recorded), []);
}

#[test]
fn values_of_no_unit_of_the_run_are_impossible_in_both() {
    let large = recorded(&normal(20, 4)).mapv(|value| 300.0 * value);
    for units in [Units::Recorded, Units::Standardised] {
        impossible(&judged(&large, units), None, &["standard deviations of the training responses from their mean"]);
    }
    // Raw responses, where the run's data set is standardised.
    let raw = recorded(&normal(20, 5)).mapv(|value| value + 20.0);
    impossible(&judge_by(&raw, &level(0.0, 1.0), Units::Recorded), None, &[]);
}

#[test]
fn few_and_equal_responses_are_judged_with_care() {
    let one = normal(40, 6).select(Axis(0), &[0]);
    let verdicts = judged(&recorded(&one.mapv(|value| 0.3 * value)), Units::Recorded);
    assert!(verdicts.iter().all(|verdict| !verdict.is_impossible), "{verdicts:?}");
    unclear(&judge_by(&one, &level(0.1, 1.2), Units::Recorded), &["one response is too few"]);
    let alike = one.select(Axis(0), &[0; 8]);
    unclear(&judge_by(&alike, &level(0.1, 1.2), Units::Recorded), &["alike"]);
}

#[test]
fn a_damaged_row_or_voxel_decides_nothing_and_is_named() {
    let mut responses = recorded(&normal(40, 7));
    responses.row_mut(3).fill(1e30);
    responses.column_mut(5).fill(1e6);
    responses.column_mut(9).fill(training().mean[9]);
    let said = judged(&responses, Units::Recorded).iter().map(|verdict| format!("{verdict:?}")).collect::<String>();
    for part in [
        "other responses: response 3 (1 of 40)",
        "training responses: column 5 (1 of",
        "responses: columns 5, 9 (2 of 60 neurons)",
    ] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    assert!(
        !said.contains("is_impossible: true") && judge_by(&responses, &level(3.0, 0.0), Units::Recorded).is_empty()
    );
    assert!(judged(&Array2::zeros((0, VOXELS)), Units::Recorded).is_empty());
}

#[test]
fn an_offset_and_a_factor_beyond_sampling_error_are_told_with_their_numbers() {
    // Betas: means near 0, so that only offset and spread differ.
    let (z, betas) = (normal(60, 8), level(0.0, 1.4));
    let moved = |of: &dyn Fn(f32) -> f32| judge_by(&z.mapv(|value| of(1.4 * value)), &betas, Units::Recorded);
    assert_eq!(moved(&|value| value), []);
    assert_eq!(moved(&|value| value + 0.2), [], "a small offset is of no matter");
    unclear(&moved(&|value| value + 5.0), &["3.57", "4.99", "added to each value"]);
    unclear(&moved(&|value| 2.0 * value), &["2.0", "times as much"]);
    unclear(&moved(&|value| 0.5 * value), &["0.5", "times as much", "means of repeats"]);
    // Rates: their means tell a factor.
    unclear(&judged(&recorded(&z).mapv(|value| 0.6 * value), Units::Recorded), &["multiplied by about 0.59"]);
    // Standardised ones that are not.
    unclear(
        &judge_by(&z.mapv(|value| 1.5 * value), &betas, Units::Standardised),
        &["1.5", "have mean 0 and standard deviation 1"],
    );
    let line = judge(z.view(), &Known { noun: "voxels", ..known(&betas) }, Units::Standardised);
    let line = line.against_training.unwrap();
    assert!(line.contains("sampling error at n = 60") && line.contains("medians over 60 voxels"), "{line}");
}

#[test]
fn what_the_runs_own_validation_responses_show_is_no_doubt() {
    let (training, z) = (level(0.0, 1.0), normal(60, 9).mapv(|value| 1.3 * value + 0.6));
    let said = |ordinary| judge(z.view(), &Known { ordinary, ..known(&training) }, Units::Recorded);
    assert_eq!(said(None).verdicts.len(), 1);
    let lie = Some(ordinary::Lie { shift: 0.5, factor: 1.3 });
    let ordinary = Ordinary { lie, trials: Array2::zeros((0, 0)), of: Vec::new() };
    assert_eq!(said(Some(&ordinary)).verdicts, []);
    assert!(said(Some(&ordinary)).against_training.unwrap().contains("validation"));
}

#[test]
fn rows_and_voxels_on_another_scale_than_the_others_are_named() {
    let z = normal(60, 10);
    let mut part = recorded(&z);
    for row in 0..25 {
        part.row_mut(row).assign(&z.row(row));
    }
    impossible(&judged(&part, Units::Recorded), None, &["25 of 60 responses (responses 0 to 24)", "standardised"]);
    let mut near = z.mapv(|value| 2.3 * value);
    for row in (0..60).step_by(3) {
        near.row_mut(row).assign(&z.row(row));
    }
    unclear(&judge_by(&near, &level(0.0, 2.3), Units::Recorded), &["of 60 responses (responses 0, 3, 6, 9, …)"]);
    let mut voxels = z.clone();
    for voxel in 40..60 {
        voxels.column_mut(voxel).mapv_inplace(|value| 10.0 * value);
    }
    let verdicts = judge_by(&voxels, &level(0.0, 1.0), Units::Recorded);
    impossible(&verdicts, None, &["20 of 60 neurons (columns 40 to 59)", "10"]);
    // Numbers of repeats that differ from voxel to voxel in what they take away make no groups.
    let mut averaged = z;
    for (voxel, mut column) in averaged.columns_mut().into_iter().enumerate() {
        column.mapv_inplace(|value| value * (0.3 + 0.7 * voxel as f32 / VOXELS as f32));
    }
    assert_eq!(judge_by(&averaged, &level(0.0, 1.0), Units::Recorded), []);
}

#[test]
fn voxels_in_another_order_are_told_where_they_differ() {
    let near = ZScore { mean: vec![0.0; VOXELS], sd: (0..VOXELS).map(|v| 1.0 + 0.02 * (v * 37 % 60) as f32).collect() };
    let mut responses = normal(200, 11);
    near.undo(&mut responses).unwrap();
    assert_eq!(judge_by(&responses, &near, Units::Recorded), []);
    let order: Vec<usize> = (0..VOXELS).map(|voxel| voxel * 23 % VOXELS).collect();
    unclear(
        &judge_by(&responses.select(Axis(1), &order), &near, Units::Recorded),
        &["in another order", "put the columns in the order"],
    );
}
