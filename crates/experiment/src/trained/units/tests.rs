//! Responses in either unit, as they are given by right and by mistake.

use afterimage_statistics::draws::{SOLE, stream, symmetric};
use ndarray::{Array2, Axis};

use super::*;

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

fn judged(responses: &Array2<f32>, units: Units) -> UnitVerdict {
    judge(responses.view(), &training(), units, "neurons")
}

#[track_caller]
fn impossible(verdict: &UnitVerdict, fits: Option<Units>, fragments: &[&str]) {
    let UnitVerdict::Impossible { reason, other } = verdict else { panic!("{verdict:?}") };
    fragments.iter().for_each(|fragment| assert!(reason.contains(fragment), "{fragment} is missing in: {reason}"));
    assert_eq!(*other, fits);
}

#[test]
fn responses_in_the_stated_unit_fit_whatever_their_number_of_repeats() {
    let z = normal(40, 1);
    // Means of repeats and predictions vary less, single trials more, another session has another level.
    for (factor, shift) in [(1.0, 0.0), (0.2, 0.0), (0.5, 0.3), (2.5, 0.0), (1.0, 0.8)] {
        let z = z.mapv(|value| factor * value + shift);
        assert_eq!(judged(&z, Units::Standardised), UnitVerdict::Fits, "{factor} {shift}");
        assert_eq!(judged(&recorded(&z), Units::Recorded), UnitVerdict::Fits, "{factor} {shift}");
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
    let verdict = judge(z.view(), &level(0.15, 1.1), Units::Recorded, "voxels");
    impossible(&verdict, Some(Units::Standardised), &[]);
    // A run on responses that are standardised already has no other unit.
    assert_eq!(judge(z.view(), &level(0.0, 1.0), Units::Recorded, "voxels"), UnitVerdict::Fits);
}

#[test]
fn values_of_no_unit_of_the_run_are_impossible_in_both() {
    let large = recorded(&normal(20, 4)).mapv(|value| 300.0 * value);
    for units in [Units::Recorded, Units::Standardised] {
        impossible(&judged(&large, units), None, &["standard deviations of the training responses from their mean"]);
    }
    // Raw responses, where the run's data set is standardised.
    let raw = recorded(&normal(20, 5)).mapv(|value| value + 20.0);
    let verdict = judge(raw.view(), &level(0.0, 1.0), Units::Recorded, "voxels");
    impossible(&verdict, None, &[]);
}

#[test]
fn few_and_equal_responses_are_judged_with_care() {
    let one = normal(40, 6).select(Axis(0), &[0]);
    let verdict = judged(&recorded(&one.mapv(|value| 0.3 * value)), Units::Recorded);
    assert!(!matches!(verdict, UnitVerdict::Impossible { .. }), "{verdict:?}");
    let verdict = judge(one.view(), &level(0.1, 1.2), Units::Recorded, "voxels");
    assert!(matches!(&verdict, UnitVerdict::Unclear(said) if said.contains("one response is too few")), "{verdict:?}");
    let alike = one.select(Axis(0), &[0; 8]);
    let verdict = judge(alike.view(), &level(0.1, 1.2), Units::Recorded, "voxels");
    assert!(matches!(&verdict, UnitVerdict::Unclear(said) if said.contains("alike")), "{verdict:?}");
}

#[test]
fn a_damaged_row_voxel_or_constant_voxel_decides_nothing() {
    let mut responses = recorded(&normal(40, 7));
    responses.row_mut(3).fill(1e30);
    responses.column_mut(5).fill(1e6);
    assert_eq!(judged(&responses, Units::Recorded), UnitVerdict::Fits);
    assert_eq!(judge(responses.view(), &level(3.0, 0.0), Units::Recorded, "voxels"), UnitVerdict::Fits);
    assert_eq!(judged(&Array2::zeros((0, VOXELS)), Units::Recorded), UnitVerdict::Fits);
}
