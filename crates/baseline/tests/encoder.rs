//! The receptive-field encoder on voxels whose fields and weights are known.

use std::sync::atomic::{AtomicUsize, Ordering};

use afterimage_baseline::fwrf::{Candidates, Chosen};
use afterimage_baseline::{BaselineError, BoxError, Field, FieldModel, Folds, field};
use afterimage_statistics::draws::{SOLE, stream};
use ndarray::{Array2, Array3, Array4, Axis};
use rand::RngExt;

const CHANNELS: usize = 6;

/// Maps of random images `[n, channels, 16, 16]`.
fn maps(n: usize, seed: u64) -> Array4<f32> {
    let mut random = stream(seed, SOLE, 0);
    Array4::from_shape_simple_fn((n, CHANNELS, 16, 16), || random.random_range(0.0_f32..1.0))
}

fn pooled(maps: &Array4<f32>) -> impl FnMut(&[Field]) -> Result<Array3<f32>, BoxError> {
    |fields| Ok(field::pool(maps.view(), fields))
}

/// Voxel v sees through field `truth[v]` with weights of its own.
fn responses(maps: &Array4<f32>, truth: &[Field]) -> Array2<f32> {
    let features = field::pool(maps.view(), truth);
    Array2::from_shape_fn((maps.len_of(Axis(0)), truth.len()), |(i, v)| {
        (0..CHANNELS).map(|c| features[[v, i, c]] * ((v * 5 + c * 3) % 7) as f32 - 1.0).sum()
    })
}

fn candidates<'a>(fields: &'a [Field], folds: &'a Folds, at_once: usize) -> Candidates<'a> {
    Candidates { fields, relative: &[1e-4, 1e-2, 1.0], folds, at_once }
}

#[test]
fn true_receptive_fields_are_found_and_new_images_predicted() {
    let fields = field::pyramid(3);
    let truth = [fields[0], fields[3], fields[8], fields[20]];
    let (seen, unseen) = (maps(80, 1), maps(10, 2));
    let folds = Folds::of_groups(&(0..80).collect::<Vec<_>>(), 4, 0).unwrap();
    let y = responses(&seen, &truth);
    let model = FieldModel::fit(y.view(), &candidates(&fields, &folds, 5), &mut pooled(&seen)).unwrap();
    assert_eq!(model.fields(), truth);
    assert!(model.penalties().iter().all(|&index| index == 0));
    let predicted = model.predict(10, &mut pooled(&unseen)).unwrap();
    for (a, b) in predicted.iter().zip(&responses(&unseen, &truth)) {
        assert!((a - b).abs() < 1e-2 * b.abs(), "{a} {b}");
    }
    // The table says the same of features that nobody standardised.
    let (table, features) = (model.table(), field::pool(unseen.view(), &truth));
    assert_eq!(table.dim(), (4, CHANNELS + 2));
    for ((item, voxel), &value) in predicted.indexed_iter() {
        assert_eq!(fields[table[[voxel, 0]] as usize], truth[voxel]);
        let sum: f32 = (0..CHANNELS).map(|c| table[[voxel, c + 1]] * features[[voxel, item, c]]).sum();
        assert!((sum + table[[voxel, CHANNELS + 1]] - value).abs() < 1e-4, "{sum} {value}");
    }
}

#[test]
fn choice_that_was_kept_gives_the_same_model_and_one_of_other_voxels_is_refused() {
    let fields = field::pyramid(3);
    let seen = maps(40, 3);
    let folds = Folds::of_groups(&(0..40).collect::<Vec<_>>(), 4, 0).unwrap();
    let y = responses(&seen, &[fields[1], fields[9]]);
    let candidates = candidates(&fields, &folds, 5);
    let most = AtomicUsize::new(0);
    let tried = |count: usize| most.fetch_max(count, Ordering::Relaxed) < usize::MAX;
    let chosen = Chosen::of(y.view(), &candidates, &mut pooled(&seen), &tried).unwrap();
    assert_eq!(most.into_inner(), fields.len());
    let of = |model: FieldModel| model.predict(40, &mut pooled(&seen)).unwrap();
    let whole = of(FieldModel::fit(y.view(), &candidates, &mut pooled(&seen)).unwrap());
    assert_eq!(of(FieldModel::with(y.view(), chosen.clone(), &candidates, &mut pooled(&seen)).unwrap()), whole);
    for damaged in [
        Chosen { field: vec![0; 3], ..chosen.clone() },
        Chosen { field: vec![fields.len(); 2], ..chosen.clone() },
        Chosen { penalty: vec![3; 2], ..chosen },
    ] {
        let refused = FieldModel::with(y.view(), damaged, &candidates, &mut pooled(&seen)).unwrap_err();
        assert!(matches!(refused, BaselineError::Shape { .. }), "{refused}");
    }
}

#[test]
fn choosing_stops_when_asked_to() {
    let fields = field::pyramid(3);
    let seen = maps(40, 3);
    let folds = Folds::of_groups(&(0..40).collect::<Vec<_>>(), 4, 0).unwrap();
    let y = responses(&seen, &[fields[1]]);
    let stopped = Chosen::of(y.view(), &candidates(&fields, &folds, 5), &mut pooled(&seen), &|tried| tried < 3);
    assert!(matches!(stopped.unwrap_err(), BaselineError::Stopped { .. }));
}

#[test]
fn fields_held_at_once_change_no_bit() {
    let fields = field::pyramid(3);
    let seen = maps(40, 3);
    let folds = Folds::of_groups(&(0..40).collect::<Vec<_>>(), 4, 0).unwrap();
    let y = responses(&seen, &[fields[1], fields[9]]);
    let of = |at_once| {
        let model = FieldModel::fit(y.view(), &candidates(&fields, &folds, at_once), &mut pooled(&seen)).unwrap();
        model.predict(40, &mut pooled(&seen)).unwrap()
    };
    assert_eq!(of(1), of(100));
}

#[test]
fn features_that_do_not_fit_are_refused_and_the_callers_error_is_kept() {
    let fields = field::pyramid(2);
    let folds = Folds::of_groups(&(0..20).collect::<Vec<_>>(), 4, 0).unwrap();
    let y = Array2::from_shape_fn((20, 2), |(i, v)| (i * v) as f32);
    let few = maps(19, 1);
    let refused = FieldModel::fit(y.view(), &candidates(&fields, &folds, 5), &mut pooled(&few)).unwrap_err();
    assert!(matches!(refused, BaselineError::Shape { .. }), "{refused}");
    let none = FieldModel::fit(y.view(), &candidates(&[], &folds, 5), &mut pooled(&few)).unwrap_err();
    assert!(none.to_string().contains("receptive fields"));
    let mut fails = |_: &[Field]| Err::<Array3<f32>, BoxError>("no such image".into());
    let refused = FieldModel::fit(y.view(), &candidates(&fields, &folds, 5), &mut fails).unwrap_err();
    assert_eq!(refused.to_string(), "no such image");
}
