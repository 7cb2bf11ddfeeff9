//! Each example runs, on little data and with short training. `cargo test` builds them before this.

use std::path::Path;
use std::process::Command;

use afterimage::formats::npy;
use afterimage::{TrainedRun, Units};
use ndarray::{Array4, s};

/// Runs an example in `folder` and gives what it printed.
fn example(folder: &Path, name: &str, args: &[&str]) -> String {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().unwrap().with_file_name("examples").join(name);
    assert!(built.is_file(), "{} is not built: run `cargo test -p afterimage`", built.display());
    let output = Command::new(built).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn arrays_are_scored_by_the_library_and_by_a_metric_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let said = example(folder.path(), "score_arrays", &[]);
    assert!(said.contains("Structural similarity") && said.contains("n = 12"), "{said}");
    let said = example(folder.path(), "custom_metric", &[]);
    assert!(said.contains("identification.pairwise.mean_colour: 1.000 (chance 0.500)"), "{said}");
}

#[test]
fn an_importer_of_ones_own_writes_a_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let said = example(folder.path(), "custom_importer", &["recording", "own.afterimage"]);
    assert_eq!(said, "30 trials x 4 voxels of 10 stimuli\n");
    let data = afterimage::DataSet::open(&folder.path().join("own.afterimage")).unwrap();
    assert_eq!((data.header().voxels.count, data.held_out().stimuli().len()), (4, 2));
}

/// Short training: it shows that the parts fit together, not how well they learn.
const SHORT: [&str; 6] = [
    "encoder.epochs=1",
    "encoder.milestones=[]",
    "decoder.epochs=1",
    "decoder.milestones=[]",
    "decoder.channels=8",
    "decoder.groups=4",
];

#[test]
fn arrays_of_ones_own_become_a_data_set_and_a_trained_run() {
    let folder = tempfile::tempdir().unwrap();
    let said = example(folder.path(), "own_data", &[&["own"][..], &SHORT].concat());
    assert!(said.contains("audit: ") && said.contains("reconstruction: (1, 3, 64, 64)"), "{said}");
}

#[test]
fn a_subject_is_simulated_trained_on_and_decoded_and_the_run_encodes_and_decodes() {
    let folder = tempfile::tempdir().unwrap();
    let said = example(folder.path(), "demo", &[&["demo"][..], &SHORT].concat());
    assert!(said.contains("Structural similarity") && said.contains("n = 20"), "{said}");

    let images = "demo/simulation/external/external.npy";
    let said = example(folder.path(), "trained_run", &["demo/run", images, "decoded.npy"]);
    assert!(said.contains("20 images x 100 voxels") && said.contains("2 averages, 10 of them"), "{said}");
    let decoded = npy::read_f32(&folder.path().join("decoded.npy")).unwrap();
    assert_eq!(decoded.shape(), [20, 3, 64, 64]);

    let run = TrainedRun::open(folder.path().join("demo/run")).unwrap();
    let images = Array4::from_shape_fn((2, 80, 80, 3), |(n, y, x, c)| ((n * 90 + y * x + c * 50) % 256) as u8);
    let [z, recorded] = [Units::Standardised, Units::Recorded].map(|units| run.encode(images.view(), units).unwrap());
    let zscore = run.statistics().zscore.as_ref().unwrap();
    assert_eq!(recorded[[1, 7]], z[[1, 7]] * zscore.sd[7] + zscore.mean[7]);
    let [a, b] = [(&z, Units::Standardised), (&recorded, Units::Recorded)]
        .map(|(responses, units)| run.decode(responses.view(), units).unwrap());
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-3) && a.dim() == (2, 3, 64, 64));
    let said = run.decode(z.slice(s![.., 1..]), Units::Recorded).unwrap_err().to_string();
    assert_eq!(said, "the responses have 99 voxels, the run decodes 100");
    assert_eq!(run.encode(images.slice(s![..0, .., .., ..]), Units::Recorded).unwrap().dim(), (0, 100));
}
