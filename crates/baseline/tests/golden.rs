//! Ridge regression against himalaya and scikit-learn; `golden/ridge.py` made the values.

use afterimage_baseline::{Folds, Ridge, RidgeCv};
use ndarray::{Array2, ArrayView2};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<Vec<f32>>,
    y: Vec<Vec<f32>>,
    fold: Vec<usize>,
    x_new: Vec<Vec<f32>>,
    lambdas: Vec<f64>,
    best: Vec<f64>,
    error: Vec<f64>,
    himalaya_coefficients: Vec<Vec<f64>>,
    himalaya_predicted: Vec<Vec<f64>>,
    sklearn_coefficients: Vec<Vec<f64>>,
    sklearn_predicted: Vec<Vec<f64>>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../golden/ridge.json")).unwrap()
}

fn table<T: Copy>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// Largest difference in a column over the largest value of that column, the worst of all columns.
fn apart(ours: ArrayView2<'_, f32>, theirs: &Array2<f64>) -> f64 {
    assert_eq!(ours.dim(), theirs.dim());
    let column = |(ours, theirs): (ndarray::ArrayView1<'_, f32>, ndarray::ArrayView1<'_, f64>)| {
        let largest = theirs.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        ours.iter().zip(theirs).fold(0.0_f64, |m, (a, b)| m.max((f64::from(*a) - b).abs())) / largest
    };
    ours.columns().into_iter().zip(theirs.columns()).map(column).fold(0.0, f64::max)
}

#[test]
fn penalties_errors_and_weights_equal_himalaya() {
    for case in cases() {
        let (x, y, x_new) = (table(&case.x), table(&case.y), table(&case.x_new));
        let folds = Folds::given(case.fold.clone()).unwrap();
        let cv = RidgeCv::new(case.lambdas.clone()).unwrap();
        let (ridge, choice) = cv.fit_with_choice(x.view(), y.view(), &folds).unwrap();
        assert_eq!(ridge.lambdas(), case.best, "{}", case.name);
        for (ours, theirs) in choice.error.iter().zip(&case.error) {
            assert!((ours / theirs - 1.0).abs() < 1e-6, "{}: error {ours}, himalaya {theirs}", case.name);
        }
        let weights = apart(ridge.coefficients(), &table(&case.himalaya_coefficients));
        let predicted = apart(ridge.predict(x_new.view()).unwrap().view(), &table(&case.himalaya_predicted));
        assert!(weights < 1e-6 && predicted < 1e-6, "{}: {weights} {predicted}", case.name);
    }
}

#[test]
fn given_penalties_equal_scikit_learn() {
    for case in cases() {
        let (x, y, x_new) = (table(&case.x), table(&case.y), table(&case.x_new));
        let ridge = Ridge::fit(x.view(), y.view(), case.best.clone()).unwrap();
        let weights = apart(ridge.coefficients(), &table(&case.sklearn_coefficients));
        let predicted = apart(ridge.predict(x_new.view()).unwrap().view(), &table(&case.sklearn_predicted));
        assert!(weights < 1e-6 && predicted < 1e-6, "{}: {weights} {predicted}", case.name);
    }
}
