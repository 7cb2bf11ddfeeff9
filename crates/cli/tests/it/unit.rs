//! What was recorded is called by its name, from the data set to the report.

use crate::common::{Desk, printed};
use serde_json::Value;

const DATA: &str = "simulation/subject.afterimage";

/// Writes the unit into the data set, or takes it out, as in data sets of earlier versions.
fn set_unit(desk: &Desk, unit: Option<&str>) {
    let name = format!("{DATA}/zarr.json");
    let mut group: Value = serde_json::from_slice(&std::fs::read(desk.path(&name)).unwrap()).unwrap();
    let described = &mut group["attributes"]["afterimage"];
    for key in ["header_sha256", "provenance_sha256"] {
        assert!(described.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    let provenance = described["header"]["provenance"].as_object_mut().unwrap();
    provenance.remove("unit").expect("a simulation says what it has responses of");
    provenance.extend(unit.map(|unit| ("unit".to_owned(), unit.into())));
    desk.write(&name, &group.to_string());
}

#[test]
fn neurons_are_called_neurons_and_a_data_set_that_does_not_say_has_voxels() {
    for (unit, word) in [(Some("neuron"), "neurons"), (None, "voxels")] {
        let desk = Desk::new();
        set_unit(&desk, unit);
        let said = printed(&desk.run(&["inspect", DATA, "--verify"]));
        assert_eq!(said.matches(&format!(" x 60 {word} ")).count(), 2, "{said}");
        printed(&desk.run(&["prepare", DATA, "--roi", "HVC", "--out", "part.afterimage"]));
        assert!(printed(&desk.run(&["inspect", "part.afterimage"])).contains(&format!(" {word} in ")));
        let fit = ["--field-levels", "2", "--encoder-layers", "relu1,fire3"];
        let args = ["baseline", "ridge-pixels", "experiment.toml", "--out", "run"];
        let said = printed(&desk.run(&[&args[..], &fit].concat()));
        assert!(said.contains(&format!("median over {word}:")) && said.contains(&format!("n = 60 {word}")), "{said}");
        let html = std::fs::read_to_string(desk.path("run/report.html")).unwrap();
        assert!(html.contains(&format!("60\u{a0}{word}")) && html.contains(&format!("Median over {word}")));
        assert_eq!(html.contains("Median over voxels"), unit.is_none());
    }
}
