//! Ridge regression: closed forms, invariances, refusals.

use afterimage_baseline::{BaselineError, Folds, Ridge, RidgeCv, penalties};
use afterimage_statistics::draws::{SOLE, stream};
use ndarray::{Array2, ArrayView2, Axis};
use rand::RngExt;

/// Numbers of mean 0 and variance near 1.
fn noise(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut random = stream(seed, SOLE, 0);
    Array2::from_shape_simple_fn((rows, columns), || {
        (0..12).map(|_| random.random_range(0.0_f32..1.0)).sum::<f32>() - 6.0
    })
}

/// Inputs, and targets of which each has more noise than the one before.
fn recording(items: usize, inputs: usize, targets: usize) -> (Array2<f32>, Array2<f32>) {
    let x = noise(items, inputs, 1);
    let spread = ndarray::Array1::from_shape_fn(targets, |j| 0.02 * 8_f32.powi(j as i32));
    let y = x.dot(&noise(inputs, targets, 2)) / (inputs as f32).sqrt() + noise(items, targets, 3) * &spread;
    (x, y + 5.0)
}

fn distance(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) -> f32 {
    let largest = b.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    a.iter().zip(b).fold(0.0_f32, |m, (a, b)| m.max((a - b).abs())) / largest
}

fn every_item_alone(items: usize, folds: usize) -> Folds {
    Folds::of_groups(&(0..items as u32).collect::<Vec<_>>(), folds, 7).unwrap()
}

#[test]
fn orthogonal_design_shrinks_each_weight_by_its_own_factor() {
    // Columns of a Hadamard matrix: orthogonal, mean 0, squared length 8; y = 3 + 2 x1 - x2.
    let sign = |i: usize, j: usize| if (i & (j + 1)).count_ones().is_multiple_of(2) { 1.0_f32 } else { -1.0 };
    let x = Array2::from_shape_fn((8, 3), |(i, j)| sign(i, j));
    let y = Array2::from_shape_fn((8, 1), |(i, _)| 3.0 + 2.0 * x[[i, 0]] - x[[i, 1]]);
    for lambda in [0.5, 8.0, 100.0] {
        let ridge = Ridge::fit(x.view(), y.view(), vec![lambda]).unwrap();
        let shrink = (8.0 / (8.0 + lambda)) as f32;
        for (j, truth) in [2.0, -1.0, 0.0].into_iter().enumerate() {
            assert!((ridge.coefficients()[[j, 0]] - truth * shrink).abs() < 1e-6);
        }
        let predicted = ridge.predict(x.view()).unwrap();
        assert!((predicted[[0, 0]] - (3.0 + shrink)).abs() < 1e-6);
    }
}

#[test]
fn both_factorisations_give_the_same_model() {
    // Zero columns change no ridge regression, and make the inputs more than the items.
    let (x, y) = recording(40, 12, 3);
    let wide = ndarray::concatenate![Axis(1), x, Array2::<f32>::zeros((40, 50))];
    let (cv, folds) = (RidgeCv::new(penalties::powers(-2, 3, 2)).unwrap(), every_item_alone(40, 5));
    let (narrow, chosen) = cv.fit_with_choice(x.view(), y.view(), &folds).unwrap();
    let (wide_model, wide_chosen) = cv.fit_with_choice(wide.view(), y.view(), &folds).unwrap();
    assert_eq!(chosen.index, wide_chosen.index);
    let predicted = narrow.predict(x.view()).unwrap();
    assert!(distance(wide_model.predict(wide.view()).unwrap().view(), predicted.view()) < 1e-6);
}

#[test]
fn noisier_targets_get_larger_penalties() {
    let (x, y) = recording(120, 40, 4);
    let cv = RidgeCv::new(penalties::powers(-2, 5, 1)).unwrap();
    let ridge = cv.fit(x.view(), y.view(), &every_item_alone(120, 5)).unwrap();
    assert!(ridge.lambdas().windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", ridge.lambdas());
    assert!(ridge.lambdas()[0] < ridge.lambdas()[3]);
}

#[test]
fn order_of_items_changes_nothing_but_rounding() {
    for inputs in [10, 90] {
        let (x, y) = recording(60, inputs, 4);
        let stimulus: Vec<u32> = (0..60).map(|i| i / 2).collect();
        let order: Vec<usize> = (0..60).map(|i| (i * 37 + 11) % 60).collect();
        let (x2, y2) = (x.select(Axis(0), &order), y.select(Axis(0), &order));
        let stimulus2: Vec<u32> = order.iter().map(|&i| stimulus[i]).collect();
        let cv = RidgeCv::new(penalties::powers(-1, 4, 1)).unwrap();
        let fit = |x: &Array2<f32>, y: &Array2<f32>, groups: &[u32]| {
            cv.fit(x.view(), y.view(), &Folds::of_groups(groups, 4, 3).unwrap()).unwrap()
        };
        let (one, other) = (fit(&x, &y, &stimulus), fit(&x2, &y2, &stimulus2));
        assert_eq!(one.lambdas(), other.lambdas());
        assert!(distance(one.coefficients(), other.coefficients()) < 1e-6);
    }
}

#[test]
fn offset_of_inputs_and_targets_moves_the_intercept_alone() {
    let (x, y) = recording(50, 20, 3);
    let (cv, folds) = (RidgeCv::new(vec![0.1, 10.0, 1000.0]).unwrap(), every_item_alone(50, 5));
    let plain = cv.fit(x.view(), y.view(), &folds).unwrap();
    let moved = cv.fit((&x + 64.0).view(), (&y - 16.0).view(), &folds).unwrap();
    assert_eq!(plain.lambdas(), moved.lambdas());
    // Single precision of numbers near 64 leaves 4e-6.
    assert!(distance(moved.coefficients(), plain.coefficients()) < 1e-4);
}

#[test]
fn number_of_threads_changes_no_bit() {
    for (items, inputs) in [(700, 400), (500, 900)] {
        let (x, y) = (noise(items, inputs, 1), noise(items, 600, 2));
        let (cv, folds) = (RidgeCv::new(penalties::powers(-1, 3, 1)).unwrap(), every_item_alone(items, 3));
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| cv.fit(x.view(), y.view(), &folds).unwrap())
        };
        assert!(on(1) == on(4), "{items} items of {inputs} inputs");
    }
}

#[test]
fn items_left_out_reach_their_model_in_no_way() {
    // The error on a half is that of a model which was given the other half alone, means included.
    let (x, y) = recording(40, 8, 1);
    let fold: Vec<usize> = (0..40).map(|i| usize::from(i >= 20)).collect();
    let folds = Folds::given(fold).unwrap();
    let cv = RidgeCv::new(vec![2.0]).unwrap();
    let error = cv.choose(x.view(), y.view(), &folds).unwrap().error[0];
    let half = |x: &Array2<f32>, from: usize| x.slice(ndarray::s![from..from + 20, ..]).to_owned();
    let by_hand: f64 = [(0, 20), (20, 0)]
        .into_iter()
        .map(|(train, test)| {
            let model = Ridge::fit(half(&x, train).view(), half(&y, train).view(), vec![2.0]).unwrap();
            let predicted = model.predict(half(&x, test).view()).unwrap();
            (predicted - half(&y, test)).mapv(|d| f64::from(d).powi(2)).mean().unwrap()
        })
        .sum::<f64>()
        / 2.0;
    assert!((error / by_hand - 1.0).abs() < 1e-5, "{error} {by_hand}");
}

#[test]
fn constant_inputs_and_targets_predict_the_mean() {
    let x = Array2::<f32>::ones((12, 3));
    let y = Array2::from_shape_fn((12, 2), |(i, j)| if j == 0 { 4.0 } else { i as f32 });
    let ridge = RidgeCv::new(vec![1.0, 10.0]).unwrap().fit(x.view(), y.view(), &every_item_alone(12, 3)).unwrap();
    let predicted = ridge.predict(x.view()).unwrap();
    assert!(predicted.column(0).iter().all(|&v| v == 4.0) && (predicted[[0, 1]] - 5.5).abs() < 1e-6);
}

#[test]
fn what_cannot_be_fitted_is_refused_by_name() {
    let (mut x, y) = recording(20, 5, 2);
    let (cv, folds) = (RidgeCv::new(vec![1.0]).unwrap(), every_item_alone(20, 4));
    let short = y.slice(ndarray::s![..19, ..]);
    assert!(matches!(cv.fit(x.view(), short, &folds), Err(BaselineError::Shape { .. })));
    assert!(matches!(cv.fit(x.view(), y.view(), &every_item_alone(21, 4)), Err(BaselineError::Shape { .. })));
    for bad in [vec![], vec![0.0], vec![-1.0], vec![f64::NAN]] {
        assert!(matches!(RidgeCv::new(bad), Err(BaselineError::Penalty { .. })));
    }
    x[[7, 3]] = f32::NAN;
    let refused = cv.fit(x.view(), y.view(), &folds).unwrap_err();
    assert!(matches!(refused, BaselineError::NotFinite { row: 7, column: 3, .. }));
    let said = refused.to_string();
    assert!(said.contains("table of inputs") && said.contains("row 7"), "{said}");
    let mut y = y;
    y[[2, 1]] = f32::INFINITY;
    x[[7, 3]] = 0.0;
    assert!(matches!(cv.fit(x.view(), y.view(), &folds), Err(BaselineError::NotFinite { row: 2, column: 1, .. })));
}
