//! A run scored on other data sets of the same voxels.

use afterimage_run::{Artefact, RunFolder, manifest::Manifest, provenance::Provenance, scores::ScoreFile};
use afterimage_sim::{SimConfig, Simulation};

use crate::common::{Desk, printed, recording};

fn scores(desk: &Desk, run: &str) -> ScoreFile {
    ScoreFile::read(&RunFolder::open(desk.path(run)).unwrap()).unwrap()
}

fn value(file: &ScoreFile, name: &str) -> f64 {
    file.get(name).unwrap_or_else(|| panic!("{name} is missing")).value
}

#[test]
fn a_run_and_a_baseline_are_scored_on_shapes_and_their_own_scores_stay() {
    let desk = Desk::with_scores();
    printed(&desk.run(&["baseline", "ridge-pixels", "experiment.toml", "--out", "ridge", "--no-encoder"]));
    printed(&desk.run(&["shapes", "--subject", "simulation", "--each", "3", "--repeats", "4", "--out", "shapes"]));
    let read = |name: &str| std::fs::read(desk.path(name)).unwrap();
    let before = ["run/scores.json", "run/run.json", "ridge/scores.json"].map(read);
    for run in ["run", "ridge"] {
        let said = printed(&desk.run(&["evaluate", run, "--on", "shapes/shapes.afterimage"]));
        assert!(said.contains("voxels: taken in order, equal in number and in region HVC"), "{said}");
        assert!(said.contains("overlap: same image in test and the run's training: 0 of 24 x 48 pairs"), "{said}");
    }
    assert_eq!(["run/scores.json", "run/run.json", "ridge/scores.json"].map(read), before);

    let file = scores(&desk, "run/on/shapes");
    for name in ["identification.pairwise.perceptual", "identification.retrieval.encoding.image.24way"] {
        assert_eq!(file.get(name).unwrap_or_else(|| panic!("{name}")).n, 24);
    }
    assert!(
        file.get("encoder.r_over_ceiling.median").is_some() && file.get("averaging.pairwise.perceptual.k4").is_some()
    );
    let of = Manifest::read(&RunFolder::open(desk.path("run/on/shapes")).unwrap()).unwrap().scored_run.unwrap();
    assert!(of.trained_on.path.ends_with("subject.afterimage") && of.overlap.len() >= 4, "{of:?}");

    printed(&desk.run(&["report", "run"]));
    let page = std::fs::read_to_string(desk.path("run/report.html")).unwrap();
    assert!(
        page.contains("Other data sets") && page.contains("on/shapes") && page.contains("Where everything came from")
    );
    let compared = printed(&desk.run(&["compare", "run", "ridge", "--on", "shapes", "--verbose"]));
    assert!(compared.contains("run on shapes") && compared.contains("ridge on shapes"), "{compared}");
    assert!(desk.refusal(&["compare", "run", "ridge", "--on", "else"]).contains("has no scores on \"else\""));
    assert!(desk.refusal(&["evaluate", "run/on/shapes"]).contains("--on DATASET` makes these scores again"));
}

#[test]
fn scores_on_the_same_test_items_in_another_data_set_are_the_same_and_the_overlap_is_told() {
    let desk = Desk::with_scores();
    printed(&desk.run(&["prepare", "simulation/subject.afterimage", "--average", "--out", "means.afterimage"]));
    printed(&desk.run(&["evaluate", "run", "--on", "means.afterimage"]));
    let (own, there) = (scores(&desk, "run"), scores(&desk, "run/on/means"));
    for name in ["image.pixcorr", "image.ssim", "encoder.r.median", "identification.pairwise.pixels"] {
        let (a, b) = (value(&own, name), value(&there, name));
        assert!((a - b).abs() < 1e-3, "{name}: {a} and {b}");
    }
    let mean = |file: &ScoreFile| file.get("image.pixcorr").unwrap().mean_image.unwrap();
    assert!((mean(&own) - mean(&there)).abs() < 1e-9, "the mean training image is that of the run");

    let split = ["--split", "random", "--test", "20", "--seed", "5"];
    let prepare = ["prepare", "simulation/subject.afterimage", "--out", "mixed.afterimage"];
    printed(&desk.run(&[&prepare[..], &split].concat()));
    let said = printed(&desk.run(&["evaluate", "run", "--on", "mixed.afterimage", "--name", "leaky"]));
    let warned = said.lines().any(|line| line.starts_with("warning: same image in test and the run's training:"));
    assert!(warned && said.contains("identical pixels"), "{said}");
    let run = RunFolder::open(desk.path("run/on/leaky")).unwrap();
    let stated = Provenance::read(&run).unwrap().text();
    assert!(stated.contains("Training pairs") && stated.contains("Test items in it: yes"), "{stated}");

    assert!(
        desk.refusal(&["evaluate", "run", "--on", "mixed.afterimage", "--name", "means"])
            .contains("data set of other content")
    );
    let own = desk.refusal(&["evaluate", "run", "--on", "simulation/subject.afterimage"]);
    assert!(own.contains("is the data set that the run was trained on"), "{own}");
}

#[test]
fn other_voxels_and_another_preparation_are_refused_with_what_differs() {
    let desk = Desk::with_scores();
    let other = |name: &str, config: SimConfig| {
        std::fs::create_dir(desk.path(name)).unwrap();
        Simulation::generate(config, &desk.path(name), |_| ()).unwrap();
        format!("{name}/subject.afterimage")
    };
    let seed = other("stranger", SimConfig { seed: 9, ..recording() });
    let said = desk.refusal(&["evaluate", "run", "--on", &seed]);
    assert!(said.contains("are not those of the run: column hemisphere differs in"), "{said}");
    let fewer = other("fewer", SimConfig { voxels: 50, ..recording() });
    let said = desk.refusal(&["evaluate", "run", "--on", &fewer]);
    assert!(said.contains("has 50 voxels and the run's data set has 60 voxels"), "{said}");
    printed(&desk.run(&["prepare", "simulation/subject.afterimage", "--zscore", "all", "--out", "z.afterimage"]));
    let said = desk.refusal(&["evaluate", "run", "--on", "z.afterimage"]);
    assert!(said.contains("standardised") && said.contains("--force-units"), "{said}");
    assert!(!desk.path("run/on").exists());
}
