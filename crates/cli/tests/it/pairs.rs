//! Images and responses that do not belong together can be seen, and an encoder that learns nothing from them says so.

use afterimage_data::{DataSet, DataSetWriter, Header};
use afterimage_sim::SimConfig;

use crate::common::{Desk, printed, recording};

const DATA: &str = "simulation/subject.afterimage";
const WARNING: &str = "the encoder predicts the validation responses no better than chance";

/// The same data set with the images in another order, and so with other images for the same responses.
fn shuffle_images(desk: &Desk) {
    let data = DataSet::open(&desk.path(DATA)).unwrap();
    let header = data.header();
    let new = Header::new(header.stimuli.clone(), header.voxels.clone(), header.size, header.provenance.clone());
    let mut writer = DataSetWriter::create(&desk.path("shuffled.afterimage"), new).unwrap();
    let count = header.stimuli.len() as u32;
    // 37 is prime to the number of images, so each is there once.
    let order: Vec<u32> = (0..count).map(|row| (row * 37 + 11) % count).collect();
    writer.append_stimuli(data.images(&order).unwrap().view()).unwrap();
    let trials = header.trials.clone();
    writer.append_responses(data.responses(0, trials.len()).unwrap().view(), &trials).unwrap();
    writer.finish().unwrap();
}

#[test]
fn an_encoder_of_shuffled_images_is_warned_of_and_one_of_the_right_images_is_not() {
    let desk = Desk::with(SimConfig { train: 120, validation: 30, ..recording() });
    shuffle_images(&desk);
    let text = std::fs::read_to_string(desk.path("experiment.toml")).unwrap();
    desk.write("shuffled.toml", &text.replace(DATA, "shuffled.afterimage"));
    let trained = |experiment: &str, out: &str| {
        let output = desk.run(&["train", "encoder", experiment, "--out", out, "--set", "encoder.epochs=8"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let manifest = std::fs::read_to_string(desk.path(out).join("run.json")).unwrap();
        (String::from_utf8_lossy(&output.stderr).into_owned(), manifest)
    };
    let (said, manifest) = trained("shuffled.toml", "shuffled");
    assert!(said.contains(WARNING) && said.contains("afterimage inspect DATASET --html"), "{said}");
    assert!(manifest.contains(WARNING));
    printed(&desk.run(&["report", "shuffled"]));
    assert!(std::fs::read_to_string(desk.path("shuffled/report.html")).unwrap().contains(WARNING));
    let (said, manifest) = trained("experiment.toml", "right");
    assert!(!said.contains(WARNING) && !manifest.contains(WARNING), "{said}");
}

#[test]
fn a_page_shows_the_trials_of_a_data_set_and_reliability_adds_to_the_summary() {
    let desk = Desk::new();
    let said = printed(&desk.run(&["inspect", DATA, "--reliability", "--html", "page.html"]));
    assert!(said.contains("noise ceiling") && said.contains("sha256") && said.contains("page: page.html"), "{said}");
    let html = std::fs::read_to_string(desk.path("page.html")).unwrap();
    assert!(html.matches("<img src=\"data:image/png").count() >= 20 && html.contains("Trial 0 = "));
    let json = printed(&desk.run(&["inspect", DATA, "--reliability", "--json"]));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(value["noise_ceiling"]["stimuli"].as_u64() == Some(10) && value["fingerprint"].is_string());
    printed(&desk.run(&["prepare", DATA, "--average", "--out", "means.afterimage"]));
    let said = printed(&desk.run(&["inspect", "means.afterimage", "--reliability"]));
    assert!(said.contains("the test part has no repeats") && said.contains("sha256"), "{said}");
}
