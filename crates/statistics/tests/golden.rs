//! Statistics against SciPy and statsmodels; `golden/inference.py` made the values.

use afterimage_statistics::{Sample, bca_interval, benjamini_hochberg, holm, images_needed, paired_t_power, sign_flip};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    bca: Vec<Bca>,
    sign_flip: Vec<Flip>,
    correction: Correction,
    power: Vec<Power>,
    sizes: Vec<Size>,
}

#[derive(Deserialize)]
struct Bca {
    name: String,
    mean: f64,
    jackknife: Vec<f64>,
    statistics: Vec<f64>,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Flip {
    differences: Vec<f64>,
    p: f64,
}

#[derive(Deserialize)]
struct Correction {
    p: Vec<f64>,
    holm: Vec<f64>,
    benjamini_hochberg: Vec<f64>,
}

#[derive(Deserialize)]
struct Power {
    effect: f64,
    n: usize,
    power: f64,
}

#[derive(Deserialize)]
struct Size {
    effect: f64,
    n: usize,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../golden/inference.json")).unwrap()
}

#[test]
fn bca_interval_equals_scipy_on_the_same_resamples() {
    for case in golden().bca {
        let interval =
            bca_interval(case.statistics, case.mean, &case.jackknife, &Sample::of(case.jackknife.len(), "image"))
                .unwrap();
        assert!((interval.low - case.low).abs() < 1e-9, "{}: {} {}", case.name, interval.low, case.low);
        assert!((interval.high - case.high).abs() < 1e-9, "{}: {} {}", case.name, interval.high, case.high);
    }
}

#[test]
fn sign_flip_of_few_items_equals_scipy() {
    for case in golden().sign_flip {
        let p = sign_flip(&case.differences, 10_000, 0).value;
        assert!((p - case.p).abs() < 1e-12, "{p} {}", case.p);
    }
}

#[test]
fn corrections_equal_statsmodels() {
    let case = golden().correction;
    for (ours, theirs) in [(holm(&case.p), case.holm), (benjamini_hochberg(&case.p), case.benjamini_hochberg)] {
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() < 1e-12, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn power_and_number_of_images_equal_statsmodels() {
    let golden = golden();
    for case in golden.power {
        let power = paired_t_power(case.effect, case.n, 0.05);
        assert!((power - case.power).abs() < 1e-6, "{} {}: {power} {}", case.effect, case.n, case.power);
    }
    for case in golden.sizes {
        assert_eq!(images_needed(case.effect), Some(case.n), "{}", case.effect);
    }
}
