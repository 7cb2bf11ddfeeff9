//! Each way in which responses are not as stated: the message names it first, and its advice gives the right responses.

use afterimage_statistics::draws::shuffle;

use super::*;

/// Name, and mean and standard deviation of each voxel.
type Recording = (&'static str, fn(usize) -> (f32, f32));

/// Recordings whose voxels differ in mean and standard deviation: rates of neurons, spike counts far from 0, betas around 0.
const RECORDINGS: [Recording; 3] = [
    ("rates", |v| (2.0 + (v * 7 % 11) as f32, 1.0 + 0.5 * (v * 7 % 9) as f32)),
    ("counts", |v| (20.0 + (v * 17 % 40) as f32, 2.0 + 0.2 * (v * 13 % 30) as f32)),
    ("betas", |v| (0.1 * (v * 7 % 20) as f32 - 0.9, 0.7 + 0.02 * (v * 11 % 30) as f32)),
];

fn order() -> Vec<usize> {
    let mut order: Vec<usize> = (0..VOXELS).collect();
    shuffle(&mut stream(5, SOLE, 0), &mut order);
    order
}

/// The columns in another order.
fn permuted(responses: &Array2<f32>) -> Array2<f32> {
    responses.select(Axis(1), &order())
}

fn restored(responses: &Array2<f32>) -> Array2<f32> {
    let mut restored = responses.clone();
    order().iter().enumerate().for_each(|(from, &to)| restored.column_mut(to).assign(&responses.column(from)));
    restored
}

/// Standardised by their own means and standard deviations.
fn standardised(responses: &Array2<f32>) -> Array2<f32> {
    let mean = responses.mean_axis(Axis(0)).unwrap().to_vec();
    let mut standardised = responses.clone();
    ZScore { mean, sd: responses.std_axis(Axis(0), 0.0).to_vec() }.apply(&mut standardised).unwrap();
    standardised
}

/// What a user makes of responses by following the advice.
fn follow(remedy: &Remedy, responses: &Array2<f32>, stated: Units) -> Option<(Array2<f32>, Units)> {
    Some(match remedy {
        Remedy::State(units) => (responses.clone(), *units),
        Remedy::Multiply { by, units, .. } => (responses * *by as f32, units.unwrap_or(stated)),
        Remedy::Subtract(offset, units) => (responses - *offset as f32, units.unwrap_or(stated)),
        Remedy::Reorder(units) => (restored(responses), units.unwrap_or(stated)),
        Remedy::Transpose => (responses.t().to_owned(), stated),
        Remedy::Nothing | Remedy::Separate | Remedy::Prepare(_) | Remedy::Turn | Remedy::Invert(..) => return None,
    })
}

/// Checks the first message on responses that a fault makes of right ones, and what its advice gives.
#[track_caller]
fn check(recording: usize, units: Units, fault: fn(&Array2<f32>) -> Array2<f32>, stated: Units, first: &str) {
    let (name, of) = RECORDINGS[recording];
    let training = ZScore { mean: (0..VOXELS).map(|v| of(v).0).collect(), sd: (0..VOXELS).map(|v| of(v).1).collect() };
    for rows in [VOXELS, 120] {
        let z = normal(rows, 20 + rows as u64);
        let mut right = z.clone();
        if units == Units::Recorded {
            training.undo(&mut right).unwrap();
        }
        let given = fault(&right);
        let verdicts = judge_by(&given, &training, stated);
        let Some(verdict) = verdicts.first() else { panic!("{name}, {rows} rows, {first}: nothing found") };
        let said = verdict.in_words("give --units ");
        let start = said.split(':').next().unwrap();
        let is_there = said.contains(first) && (start.contains(first) || said.starts_with("the responses cannot be"));
        assert!(is_there, "{name}, {rows} rows: {first} is missing in: {said}");
        // Two faults are told one after the other.
        let (mut followed, mut units, mut verdicts) = (given, stated, verdicts);
        let mut is_right = true;
        for _ in 0..2 {
            let Some(verdict) = verdicts.first() else { break };
            let Some(next) = follow(&verdict.remedy, &followed, units) else {
                is_right = false;
                break;
            };
            (followed, units) = next;
            verdicts = judge_by(&followed, &training, units);
        }
        if !is_right {
            continue;
        }
        assert_eq!(verdicts, [], "{name}, {rows} rows, after: {said}");
        if units == Units::Recorded {
            training.apply(&mut followed).unwrap();
        }
        let off = (followed - z).mapv(f32::abs).mean().unwrap();
        assert!(off < 0.25, "{name}, {rows} rows, {off} off after: {said}");
    }
}

#[test]
fn first_words_name_the_fault_and_the_advice_gives_the_right_responses() {
    use Units::{Recorded, Standardised};
    for recording in 0..RECORDINGS.len() {
        let check = |units, fault: fn(&Array2<f32>) -> Array2<f32>, stated, first: &str| {
            check(recording, units, fault, stated, first);
        };
        check(Recorded, |y| y + 20.0, Recorded, "added to each value");
        check(Recorded, |y| y * 1000.0, Recorded, "multiplied by 1000");
        check(Recorded, |y| y * 0.001, Recorded, "multiplied by 0.001");
        check(Recorded, |y| y * 0.001, Standardised, "recorded ones multiplied by 0.001");
        check(Recorded, |y| -y, Recorded, "opposite sign");
        check(Recorded, standardised, Recorded, "fit standardised ones");
        check(Standardised, |z| z.clone(), Recorded, "fit standardised ones");
        check(Recorded, |y| y.clone(), Standardised, "fit recorded ones");
        check(Recorded, permuted, Recorded, "in another order");
        check(Recorded, permuted, Standardised, "in another order");
        check(Recorded, |y| permuted(y) * 1000.0, Recorded, "in another order");
        check(
            Recorded,
            |y| {
                let mut y = y.clone();
                y.columns_mut().into_iter().take(VOXELS / 2).for_each(|mut column| column *= 10.0);
                y
            },
            Recorded,
            "30 of 60 neurons",
        );
    }
}

/// Responses to a few common sources, by which voxels go together.
fn together(rows: usize, seed: u64) -> Array2<f32> {
    const SOURCES: usize = 5;
    let sources = normal(rows, seed);
    let mut z = normal(rows, seed + 1).mapv(|noise| 0.7 * noise);
    let weights = normal(SOURCES, 77);
    for source in 0..SOURCES {
        for row in 0..rows {
            z.row_mut(row).scaled_add(0.32 * sources[[row, source]], &weights.row(source));
        }
    }
    z
}

#[test]
fn columns_in_another_order_are_told_in_either_unit_by_how_voxels_go_together() {
    let ordinary = Ordinary { lie: None, trials: together(400, 30), of: (0..VOXELS).collect() };
    // Betas, with means near 0 and alike standard deviations.
    let betas = level(0.0, 1.4);
    let said = |responses: &Array2<f32>, units| {
        let known = Known { ordinary: Some(&ordinary), ..known(&betas) };
        judge(responses.view(), &known, units).verdicts
    };
    let right = together(60, 40);
    assert_eq!(said(&right, Units::Standardised), []);
    assert_eq!(said(&right.mapv(|z| 1.4 * z), Units::Recorded), []);
    let mut damaged = right.clone();
    damaged.row_mut(3).fill(1e20);
    unclear(&said(&damaged, Units::Standardised), &["far outside the other responses: response 3"]);
    let other = permuted(&right);
    unclear(&said(&other, Units::Standardised), &["in another order", "for their correlations with each other"]);
    unclear(&said(&other.mapv(|z| 1.4 * z), Units::Recorded), &["in another order"]);
    // Both the order and the unit.
    let rates = training();
    let known = Known { ordinary: Some(&ordinary), ..known(&rates) };
    let verdicts = judge(standardised(&other).view(), &known, Units::Recorded).verdicts;
    let said = verdicts[0].in_words("give --units ");
    assert!(said.starts_with("the responses look like those of neurons in another order"), "{said}");
    assert_eq!(verdicts[0].remedy, Remedy::Reorder(Some(Units::Standardised)));
    // Other responses of the right voxels, such as predictions, need not go together as much.
    let weak = normal(60, 50) + &right.mapv(|z| 0.7 * z);
    assert_eq!(judge(weak.view(), &known, Units::Standardised).verdicts, []);
}

#[test]
fn a_table_with_as_many_rows_as_voxels_may_be_transposed() {
    let (_, of) = RECORDINGS[1];
    let training = ZScore { mean: (0..VOXELS).map(|v| of(v).0).collect(), sd: (0..VOXELS).map(|v| of(v).1).collect() };
    let mut right = normal(VOXELS, 60);
    training.undo(&mut right).unwrap();
    let verdicts = judge_by(&right.t().to_owned(), &training, Units::Recorded);
    assert_eq!(verdicts[0].remedy, Remedy::Transpose, "{verdicts:?}");
    assert!(verdicts[0].reason.starts_with("the responses have voxels as rows"), "{verdicts:?}");
    assert_eq!(judge_by(&right, &training, Units::Recorded), []);
}

#[test]
fn responses_that_lack_the_preparation_of_the_data_set_are_told_which_it_had() {
    let (prepared, rates) = (level(0.0, 1.0), recorded(&normal(60, 70)));
    let known =
        Known { data_set: "the run's data set (standardised in each run)", is_prepared: true, ..known(&prepared) };
    for raw in [rates, normal(60, 71).mapv(|z| 3.0 * z + 8.0)] {
        let verdicts = judge(raw.view(), &known, Units::Recorded).verdicts;
        let said = verdicts[0].in_words("give --units ");
        assert!(said.contains("the run's data set (standardised in each run), with the same preparation"), "{said}");
        assert!(!said.contains("--units"), "{said}");
    }
}

#[test]
fn predictions_with_an_offset_are_told_as_such_however_little_they_vary() {
    let mut z = normal(40, 80);
    for (voxel, mut column) in z.columns_mut().into_iter().enumerate() {
        column.mapv_inplace(|value| value * (0.02 + 0.3 * (voxel * 7 % 13) as f32 / 13.0) + 4.0);
    }
    let verdicts = judged(&z, Units::Standardised);
    let said = verdicts[0].in_words("give --units ");
    assert!(said.starts_with("the responses look like standardised ones with about 4"), "{said}");
}

#[test]
fn a_root_or_a_logarithm_is_named_and_another_bend_gets_no_number() {
    let (_, of) = RECORDINGS[0];
    let (mut mean, mut sd) = (Vec::new(), Vec::new());
    (0..VOXELS).for_each(|v| {
        mean.push(of(v).0 + 1.0);
        sd.push(0.15 * (of(v).0 + 1.0) + 0.1 * of(v).1);
    });
    let training = ZScore { mean, sd };
    // Log-normal rates of these means and standard deviations.
    let mut rates = normal(120, 90);
    for (voxel, mut column) in rates.columns_mut().into_iter().enumerate() {
        let (mean, sd) = (training.mean[voxel], training.sd[voxel]);
        let variance = (sd / mean).powi(2).ln_1p();
        column.mapv_inplace(|z| (mean.ln() - 0.5 * variance + variance.sqrt() * z).exp());
    }
    assert_eq!(judge_by(&rates, &training, Units::Recorded), []);
    let said = |bent: fn(f32) -> f32| {
        let verdicts = judge_by(&rates.mapv(bent), &training, Units::Recorded);
        verdicts.first().map(|verdict| verdict.in_words("give --units ")).unwrap_or_default()
    };
    for (bent, fragments) in [
        (f32::sqrt as fn(f32) -> f32, ["the square root of recorded ones", "square each value"]),
        (f32::ln, ["the logarithm of recorded ones", "exp(x)"]),
        (f32::ln_1p, ["the logarithm (of 1 more) of recorded ones", "exp(x) - 1"]),
        (|y| y * y / 3.0, ["not linear, such as a power", "with the same preparation"]),
    ] {
        let said = said(bent);
        fragments.iter().for_each(|part| assert!(said.contains(part), "{part} is missing in: {said}"));
        assert!(!said.contains("multiply") && !said.contains("standardised"), "{said}");
    }
}
