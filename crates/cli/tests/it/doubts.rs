//! Responses with a fault: the message names it first, and its advice gives the images of the right ones.

use crate::common::{Desk, printed};
use afterimage_formats::npy;
use ndarray::{Array2, ArrayD, Axis, Ix2};

const ROWS: usize = 60;

/// Standard error of `decode` of these responses, and the images if there are any.
fn decoded(desk: &Desk, name: &str, responses: &Array2<f32>, more: &[&str]) -> (String, Option<ArrayD<f32>>) {
    let (file, out) = (format!("{name}.npy"), format!("decoded-{name}"));
    npy::write_f32(&desk.path(&file), responses.view().into_dyn()).unwrap();
    let args = ["decode", &file, "--run", "run", "--latency", "1", "--overwrite", "--out", &out];
    let output = desk.run(&[&args[..], more].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    let images = desk.path(&out).join("reconstructions.npy");
    (said, output.status.success().then(|| npy::read_f32(&images).unwrap()))
}

/// A fault of responses, what the message contains, and what undoes it.
type Fault<'a> = (&'a str, &'a dyn Fn(f32) -> f32, &'a [&'a str], &'a dyn Fn(f32) -> f32);

#[test]
fn the_advice_follows_what_was_found() {
    let desk = Desk::with_scores();
    printed(&desk.run(&["export", "data", "simulation/subject.afterimage", "--out", "raw"]));
    let all = npy::read_f32(&desk.path("raw/responses.npy")).unwrap().into_dimensionality::<Ix2>().unwrap();
    let right = all.select(Axis(0), &(0..ROWS).collect::<Vec<_>>());
    let (said, expected) = decoded(&desk, "right", &right, &[]);
    assert!(!said.contains("warning"), "{said}");
    let expected = expected.unwrap();
    let off = |images: ArrayD<f32>| (images - &expected).mapv(f32::abs).mean().unwrap();

    let faults: [Fault<'_>; 3] = [
        ("offset", &|y| y + 30.0, &["added to each value", "subtract"], &|y| y - 30.0),
        (
            "thousandth",
            &|y| y * 1e-3,
            &["recorded ones multiplied by about 0.001", "multiply them by about 1000"],
            &|y| y * 1e3,
        ),
        (
            "thousandfold",
            &|y| y * 1e3,
            &["recorded ones multiplied by about 1000", "multiply them by about 0.001"],
            &|y| y * 1e-3,
        ),
    ];
    for (name, fault, fragments, undo) in faults {
        let given = right.mapv(fault);
        let (said, _) = decoded(&desk, name, &given, &[]);
        fragments.iter().for_each(|part| assert!(said.contains(part), "{name}: {part} is missing in: {said}"));
        assert!(!said.contains("--units"), "{name}: {said}");
        let (said, images) = decoded(&desk, name, &given.mapv(undo), &[]);
        assert!(!said.contains("warning") && off(images.unwrap()) < 0.01, "{name}: {said}");
    }

    let mut own = right.clone();
    for mut column in own.columns_mut() {
        let (mean, sd) = (column.mean().unwrap(), column.std(0.0));
        column.mapv_inplace(|y| (y - mean) / sd);
    }
    let (said, images) = decoded(&desk, "own", &own, &[]);
    assert!(said.contains("fit standardised ones") && said.contains("give --units standardised"), "{said}");
    assert!(said.contains("--force-units takes them as they are") && !said.contains("order"), "{said}");
    assert!(images.is_none());
    let (said, images) = decoded(&desk, "own", &own, &["--units", "standardised"]);
    assert!(!said.contains("warning") && off(images.unwrap()) < 0.1, "{said}");
    // Neither the means nor the standard deviations of voxels tell this order.
    let order: Vec<usize> = (0..own.ncols()).map(|voxel| voxel * 23 % own.ncols()).collect();
    let (said, _) = decoded(&desk, "order", &own.select(Axis(1), &order), &["--units", "standardised"]);
    assert!(said.contains("in another order, or of another subject"), "{said}");
}

#[test]
fn predictions_of_the_run_are_standardised_and_their_columns_have_no_names() {
    let desk = Desk::with_scores();
    let decode = ["decode", "run/encoder/predicted.npy", "--run", "run", "--latency", "1", "--out", "decoded"];
    let said = printed(&desk.run(&decode));
    assert!(said.contains("identity not checked: neither names nor places"), "{said}");
    assert!(
        said.contains("unit: standard deviations of the training responses, by \"") && said.contains("run.json"),
        "{said}"
    );
    let said = desk.refusal(&[&decode[..], &["--units", "recorded", "--overwrite"]].concat());
    assert!(said.contains("run.json\" says that the responses are standardised"), "{said}");
}

#[test]
fn predictions_beyond_the_training_responses_are_counted() {
    let desk = Desk::with_scores();
    printed(&desk.run(&["encode", "run/shown", "--run", "run", "--out", "predicted.npy"]));
    let description = std::fs::read_to_string(desk.path("predicted.npy.json")).unwrap();
    assert!(
        description.contains("\"outside_training\": {") && description.contains("\"predictions\": "),
        "{description}"
    );
}
