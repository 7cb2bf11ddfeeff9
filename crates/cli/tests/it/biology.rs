//! Receptive fields on the command line.

use crate::common::{Desk, printed};

fn file(desk: &Desk, name: &str) -> String {
    std::fs::read_to_string(desk.path("run").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn a_run_looks_at_its_fields_and_halves_are_trained_once() {
    let desk = Desk::with_run();
    let first = file(&desk, "biology.json");
    assert!(first.contains("\"truth.hierarchy.rho\"") && first.contains("\"contralateral.stimulation\""));
    assert_eq!(file(&desk, "biology/voxels.csv").lines().count(), 61);
    assert!(file(&desk, "biology/channels.csv").contains("V1,relu1,1,"));
    assert!(file(&desk, "figures/recovery-centre.svg").starts_with("<?xml"));
    assert!(file(&desk, "report.html").contains("Receptive fields and hierarchy"));

    let said = printed(&desk.run(&["biology", "run"]));
    assert_eq!(file(&desk, "biology.json"), first, "the same again");
    assert!(said.contains("not computed: split_half") && said.contains("chance 0.500"), "{said}");

    printed(&desk.run(&["biology", "run", "--split-half"]));
    let measures = file(&desk, "biology/measures.csv");
    assert!(measures.contains("split_half.weights.map.r,") && measures.contains("voxels of one half shuffled"));
    let weights = desk.path("run/biology/half2/encoder/model.safetensors");
    let trained = std::fs::metadata(&weights).unwrap().modified().unwrap();
    printed(&desk.run(&["biology", "run", "--fov", "8.4"]));
    assert_eq!(std::fs::metadata(&weights).unwrap().modified().unwrap(), trained);
    assert_eq!(file(&desk, "biology/measures.csv"), measures);
    assert!(file(&desk, "biology/voxels.csv").lines().next().unwrap().contains("stimulation_sigma_deg"));
}

#[test]
fn what_has_no_encoder_is_refused_with_the_mend() {
    let desk = Desk::new();
    printed(&desk.run(&["baseline", "mean", "experiment.toml", "--out", "mean"]));
    let said = desk.refusal(&["biology", "mean"]);
    assert!(said.contains("is the baseline mean and has no networks"), "{said}");
    let said = desk.refusal(&["biology", "mean", "--fov=-2"]);
    assert!(said.contains("--fov is -2"), "{said}");
    let said = desk.refusal(&["biology", "nowhere"]);
    assert!(said.contains("is not a run folder"), "{said}");
}
