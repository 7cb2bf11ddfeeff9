//! The trained encoder and decoder applied to images and responses that no run has seen, and maps of voxels as other tools
//! open them.

use std::path::Path;
use std::process::Command;

use crate::common::{Desk, printed};
use afterimage_formats::{nifti, npy, volume::Volume};
use afterimage_run::layout::{PREDICTIONS, RECONSTRUCTIONS};
use afterimage_run::{Artefact, RunFolder, voxels::Voxels};
use afterimage_train::prepare::Statistics;
use ndarray::{Array2, Array3, Array4, Axis, Ix2, Ix4, s};

const AFFINE: [[f64; 4]; 4] =
    [[-2.0, 0.0, 0.0, 17.0], [0.0, 1.6, 0.9, -40.0], [0.0, -1.2, 1.2, 3.5], [0.0, 0.0, 0.0, 1.0]];

fn matrix(desk: &Desk, name: &str) -> Array2<f32> {
    npy::read_f32(&desk.path(name)).unwrap().into_dimensionality::<Ix2>().unwrap()
}

fn json(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn encoder_and_decoder_are_those_of_the_run_whatever_the_format() {
    let desk = Desk::with_scores();
    let run = |args: &[&str]| printed(&desk.run(args));
    let folder = RunFolder::open(desk.path("run")).unwrap();
    let voxels = Voxels::read(&folder).unwrap();
    assert_eq!((voxels.len(), voxels.columns, voxels.volume.is_none()), (60, 60, true));

    // Images of the data set have the predictions of the run, bit for bit.
    let encode = ["encode", "simulation/subject.afterimage", "--run", "run", "--units", "standardised"];
    let said = run(&[&encode[..], &["--out", "all.npy"]].concat());
    assert!(said.contains("66 images x 60 voxels, in standard deviations of the training responses"), "{said}");
    let all = matrix(&desk, "all.npy");
    let names: Vec<String> = serde_json::from_value(
        serde_json::from_str::<serde_json::Value>(&json(&desk, "all.npy.json")).unwrap()["images"].clone(),
    )
    .unwrap();
    let held_out: Vec<usize> = (0..names.len()).filter(|&row| names[row].starts_with("test-")).collect();
    let predicted = npy::read_f32(&folder.path(PREDICTIONS)).unwrap().into_dimensionality::<Ix2>().unwrap();
    assert_eq!(all.select(Axis(0), &held_out), predicted);

    // The unit goes with the file: decoded without an option, the responses are standardised as described.
    let said = run(&["decode", "all.npy", "--run", "run", "--out", "as-described", "--latency", "1"]);
    assert!(said.contains("unit: standard deviations of the training responses, by \"all.npy.json\""), "{said}");
    let said = desk.refusal(&["decode", "all.npy", "--run", "run", "--units", "recorded", "--out", "y"]);
    assert!(said.contains("all.npy.json") && said.contains("--force-units"), "{said}");

    // The recording's unit, the default, is that before the z-score of training; the table has a column for each voxel.
    run(&["encode", "simulation/subject.afterimage", "--run", "run", "--out", "all.csv"]);
    let text = json(&desk, "all.csv");
    assert!(text.starts_with("image,units,voxel_0,voxel_1,") && text.lines().nth(1).unwrap().contains(",recorded,"));
    let first: Vec<f32> = text.lines().nth(1).unwrap().split(',').skip(2).map(|value| value.parse().unwrap()).collect();
    let zscore = Statistics::read(&folder).unwrap().zscore.unwrap();
    for (voxel, value) in first.iter().enumerate() {
        assert!((value - (all[[0, voxel]] * zscore.sd[voxel] + zscore.mean[voxel])).abs() < 1e-4);
    }

    // The held-out responses decoded from the data set are the run's reconstructions.
    let said = run(&[
        "decode",
        "simulation/subject.afterimage",
        "--average-by",
        "stimulus",
        "--run",
        "run",
        "--out",
        "decoded",
    ]);
    assert!(said.contains("10 images of") && said.contains("latency of a single response: median"), "{said}");
    let images = |path: &Path| npy::read_f32(path).unwrap().into_dimensionality::<Ix4>().unwrap();
    let of_run: Array4<f32> = images(&folder.path(RECONSTRUCTIONS));
    let worst = |a: &Array4<f32>, b: &Array4<f32>| (a - b).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
    assert!(worst(&images(&desk.path("decoded/reconstructions.npy")), &of_run) < 1e-5);
    assert!(desk.path("decoded/0009.png").is_file());
    assert!(json(&desk, "decoded/items.csv").contains("0000.png,test-"));

    // A table in the recording's unit, and the same standardised, give the same images.
    run(&["decode", "all.csv", "--run", "run", "--out", "from-recorded", "--latency", "1"]);
    // Each file has a description of its own, and a table carries its unit without it.
    std::fs::copy(desk.path("all.csv"), desk.path("moved.csv")).unwrap();
    let said = run(&["decode", "moved.csv", "--run", "run", "--out", "from-moved", "--latency", "1"]);
    assert!(said.contains("unit: the unit of the run's data set, by \"moved.csv\""), "{said}");
    assert!(said.contains("mean and sd of the given responses against training: means "), "{said}");
    let standardised = text.replace(",recorded,", ",standardised,");
    desk.write("mixed.csv", &[text.as_str(), standardised.split_once('\n').unwrap().1].concat());
    let said = desk.refusal(&["decode", "mixed.csv", "--run", "run", "--out", "y"]);
    assert!(said.contains("several units") && said.contains("response 66"), "{said}");
    // An offset decodes without an error, but not without a word.
    npy::write_f32(&desk.path("offset.npy"), all.mapv(|value| value + 4.0).view().into_dyn()).unwrap();
    let offset =
        ["decode", "offset.npy", "--run", "run", "--units", "standardised", "--out", "offset", "--latency", "1"];
    let said = String::from_utf8_lossy(&desk.run(&offset).stderr).into_owned();
    assert!(
        said.contains("warning: the responses look like standardised ones with about ") && said.contains("subtract"),
        "{said}"
    );

    let standardised = ["decode", "all.npy", "--run", "run", "--units", "standardised"];
    run(&[&standardised[..], &["--out", "from-standardised", "--latency", "70"]].concat());
    let [a, b, c] = ["from-recorded", "from-standardised", "as-described"]
        .map(|name| images(&desk.path(name).join("reconstructions.npy")));
    assert!(a.dim() == (66, 3, 64, 64) && worst(&a, &b) < 1e-3 && b == c);
    assert!(json(&desk, "from-recorded/decode.json").contains("\"units\": \"recorded\""));
    assert!(json(&desk, "from-standardised/decode.json").contains("\"n\": 70"));

    // Dropout: reproducible, about the prediction without it, and another with another seed.
    let sampled = |out: &str, seed: &str| {
        run(&[
            "encode",
            "simulation/subject.afterimage",
            "--run",
            "run",
            "--units",
            "standardised",
            "--samples",
            "3",
            "--seed",
            seed,
            "--out",
            out,
        ]);
    };
    sampled("a.npy", "1");
    sampled("b.npy", "1");
    sampled("c.npy", "2");
    let [a, b, c] = ["a.sd.npy", "b.sd.npy", "c.sd.npy"].map(|name| matrix(&desk, name));
    assert_eq!((&a, matrix(&desk, "a.npy")), (&b, all.clone()));
    assert!(a != c && a.iter().all(|&value| value > 0.0 && value.is_finite()));

    // Refusals.
    let refused = |args: &[&str], fragments: &[&str]| {
        let said = desk.refusal(args);
        fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    };
    refused(
        &["encode", "simulation/unpaired", "--run", "run", "--out", "x.nii"],
        &["x.nii", "volume positions of its voxels", ".npy"],
    );
    refused(&["encode", "simulation/unpaired", "--run", "run", "--out", "x.tif"], &["x.tif", ".nii.gz"]);
    refused(&["decode", "all.npy", "--run", "run", "--out", "decoded"], &["decoded", "not empty"]);
    npy::write_f32(&desk.path("few.npy"), all.slice(s![.., ..59]).into_dyn()).unwrap();
    refused(&["decode", "few.npy", "--run", "run", "--out", "y"], &["66 responses x 59 voxels", "60"]);
    npy::write_f32(&desk.path("turned.npy"), all.slice(s![..59, ..]).t().into_dyn()).unwrap();
    refused(&["decode", "turned.npy", "--run", "run", "--out", "y"], &["--voxels-first"]);
    refused(&["decode", "all.csv", "--average-by", "trial", "--run", "run", "--out", "y"], &["trial", "image"]);
    assert!(!desk.path("y").exists() && !desk.path("x.nii").exists());
}

/// A recording of volumes with an oblique affine, imported, trained on, predicted and decoded: the affine survives, and
/// nibabel agrees where it is there.
#[test]
fn volumes_of_predictions_and_scores_have_the_affine_of_the_recording() {
    let desk = Desk::new();
    let (count, shape) = (40, [5, 4, 3]);
    let pixels = Array4::<u8>::from_shape_fn((count, 64, 64, 3), |(i, y, x, c)| {
        ((i * 37 % 97) as f32 * (1.0 + ((x * (i % 5 + 1) + y * (i % 3)) as f32 / 9.0).sin()) + (c * 20) as f32) as u8
    });
    let lines: Vec<String> = (0..count).map(|row| format!("{row:02},{}", row / 10)).collect();
    npy::write_u8(&desk.path("pictures.npy"), pixels.view().into_dyn()).unwrap();
    desk.write("shown.csv", &format!("stimulus,run\n{}\n", lines.join("\n")));
    let brightness: Vec<f32> =
        pixels.outer_iter().map(|image| image.iter().map(|&v| f32::from(v)).sum::<f32>() / 12288.0).collect();
    let volume = |t: usize| {
        Array3::from_shape_fn(shape, |(x, y, z)| {
            100.0 + brightness[t] * (1.0 + x as f32) + ((t * 7 + x * 3 + y * 5 + z * 11) as f32).sin() * 20.0
        })
    };
    nifti::write_series(&desk.path("betas.nii.gz"), shape, count, &AFFINE, (0..count).map(volume)).unwrap();
    let inside = Array3::from_shape_fn(shape, |(x, y, z)| f32::from(u8::from((x + y + z) % 2 == 0)));
    nifti::write_f32(&desk.path("mask.nii.gz"), inside.view().into_dyn(), &AFFINE).unwrap();
    let run = |args: &[&str]| printed(&desk.run(args));
    run(&[
        "import",
        "nifti",
        "betas.nii.gz",
        "--tables",
        "shown.csv",
        "--mask",
        "mask.nii.gz",
        "--images",
        "pictures.npy",
        "--test",
        "6",
        "--image-side",
        "64",
        "--out",
        "betas.afterimage",
    ]);
    let text = json(&desk, "experiment.toml").replace("simulation/subject.afterimage", "betas.afterimage");
    let text = text.replace("classes = [\"simulation/classes/classes.npy\"]", "");
    let text = text.replace("superclasses = \"simulation/classes/superclasses.csv\"", "");
    desk.write("volumes.toml", &text);
    run(&["run", "volumes.toml", "--out", "run", "--set", "encoder.epochs=2", "--set", "decoder.epochs=1"]);
    // The run alone must do from here on.
    std::fs::remove_dir_all(desk.path("betas.afterimage")).unwrap();
    let report = json(&desk, "run/report.html");
    assert!(report.contains("Where in the brain") && report.contains("maps/voxels.csv"));
    let map = Volume::open(&desk.path("run/maps/encoder_r.nii.gz")).unwrap();
    let source = Volume::open(&desk.path("betas.nii.gz")).unwrap();
    assert_eq!((map.header().affine, map.header().volume_shape()), (source.header().affine, shape));

    run(&["encode", "pictures.npy", "--run", "run", "--out", "predicted.nii.gz"]);
    run(&["encode", "pictures.npy", "--run", "run", "--out", "predicted.npy"]);
    let predicted = Volume::open(&desk.path("predicted.nii.gz")).unwrap();
    assert_eq!((predicted.header().affine, predicted.header().count()), (source.header().affine, count));
    let table = matrix(&desk, "predicted.npy");
    let first: Vec<f32> = predicted.volume(7).unwrap().iter().copied().filter(|value| value.is_finite()).collect();
    assert_eq!(first, table.row(7).to_vec());
    // Responses are in the unit of the recording, around its level: standardised ones would be around 0.
    let mean = table.iter().sum::<f32>() / table.len() as f32;
    assert!((100.0..1000.0).contains(&mean), "{mean}");

    run(&["decode", "betas.nii.gz", "--run", "run", "--out", "from-volumes"]);
    let said = run(&["decode", "predicted.nii.gz", "--run", "run", "--out", "from-predicted"]);
    assert!(said.contains("unit: the unit of the run's data set, by \"predicted.nii.gz.json\""), "{said}");
    units_are_told_by_the_file_and_by_the_values(&desk);
    let images = npy::read_f32(&desk.path("from-volumes/reconstructions.npy")).unwrap();
    assert_eq!(images.shape(), [count, 3, 64, 64]);
    let mut elsewhere = AFFINE;
    elsewhere[0][3] += 2.0;
    nifti::write_series(&desk.path("moved.nii"), shape, 1, &elsewhere, std::iter::once(volume(0))).unwrap();
    let said = desk.refusal(&["decode", "moved.nii", "--run", "run", "--out", "x"]);
    assert!(said.contains("another affine") && said.contains("resample"), "{said}");

    desk.write("fields.csv", "voxel,region,field size\n0,V1,2.5\n3,V1,3.5\n");
    let said = run(&["export", "maps", "run", "--table", "fields.csv", "--out", "maps"]);
    assert!(said.contains("field_size") && said.contains("maps/field_size.nii.gz"), "{said}");
    // Rows are told by names, as pandas writes them, in any order; its index is no map.
    let map = |table: &str, out: &str| {
        desk.write("named.csv", table);
        run(&["export", "maps", "run", "--table", "named.csv", "--out", out]);
        let map = Volume::open(&desk.path(&format!("{out}/size.nii.gz"))).unwrap().volume(0).unwrap();
        map.iter().copied().filter(|value| value.is_finite()).collect::<Vec<_>>()
    };
    for (at, first) in ["voxel_", ""].into_iter().enumerate() {
        let name = if first.is_empty() { "Voxel_ID" } else { "" };
        let rows: String = (0..30).rev().map(|voxel| format!("{first}{voxel},{voxel}.5\n")).collect();
        let found = map(&format!("{name},size\n{rows}"), &format!("named-{at}"));
        assert_eq!(found, (0..30).map(|voxel| voxel as f32 + 0.5).collect::<Vec<_>>());
    }
    check_with_nibabel(&desk);
}

/// Standardised predictions of the volumes above, whose recorded responses are around 100 to 1000.
fn units_are_told_by_the_file_and_by_the_values(desk: &Desk) {
    let run = |args: &[&str]| printed(&desk.run(args));
    let images = |name: &str| npy::read_f32(&desk.path(name).join("reconstructions.npy")).unwrap();
    for ending in [".npy", ".npz", ".nii"] {
        run(&["encode", "pictures.npy", "--run", "run", "--units", "standardised", "--out", &format!("z{ending}")]);
        std::fs::rename(desk.path(&format!("z{ending}")), desk.path(&format!("bare{ending}"))).unwrap();
    }
    // Archives and volumes state their unit themselves.
    for (file, out) in [("bare.npz", "of-archive"), ("bare.nii", "of-volumes")] {
        let said = run(&["decode", file, "--run", "run", "--out", out]);
        assert!(
            said.contains(&format!("unit: standard deviations of the training responses, by \"{file}\"")),
            "{said}"
        );
    }
    // An array without a description is judged by its values.
    let said = desk.refusal(&["decode", "bare.npy", "--run", "run", "--out", "x"]);
    let fragments = ["cannot be recorded", "--units standardised", "--force-units", "medians over 30 voxels"];
    fragments.iter().for_each(|fragment| assert!(said.contains(fragment), "{fragment} is missing in: {said}"));
    assert!(!desk.path("x").exists());
    let said = desk.refusal(&["decode", "betas.nii.gz", "--units", "standardised", "--run", "run", "--out", "x"]);
    assert!(said.contains("cannot be standardised") && said.contains("--units recorded"), "{said}");
    let forced = desk.run(&["decode", "bare.npy", "--run", "run", "--force-units", "--out", "forced"]);
    assert!(String::from_utf8_lossy(&forced.stderr).contains("cannot be recorded") && forced.status.success());
    run(&["decode", "bare.npy", "--units", "standardised", "--run", "run", "--out", "stated"]);
    let [archive, volumes, stated, forced, recorded] =
        ["of-archive", "of-volumes", "stated", "forced", "from-predicted"].map(images);
    assert_eq!((&archive, &volumes), (&stated, &stated));
    let worst = |other: &ndarray::ArrayD<f32>| (other - &stated).iter().fold(0.0_f32, |worst, d| worst.max(d.abs()));
    assert!(
        worst(&recorded) < 1e-2 && worst(&forced) > 10.0 * worst(&recorded),
        "{} {}",
        worst(&recorded),
        worst(&forced)
    );
}

fn check_with_nibabel(desk: &Desk) {
    let python = std::env::var("AFTERIMAGE_PYTHON").unwrap_or_else(|_| "python3".into());
    let there = Command::new(&python).args(["-c", "import nibabel"]).output().is_ok_and(|found| found.status.success());
    if !there {
        let missing = format!("{python} has no nibabel, so its reading of the volumes is not checked");
        return afterimage_probe::skipped_outside_ci(&missing);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/check_maps.py");
    let output = Command::new(&python)
        .arg(script)
        .args(["run", "maps", "--predicted", "predicted.nii.gz", "predicted.npy", "--source", "betas.nii.gz"])
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("field_size.nii.gz: 30 voxels"), "{said}");
}
