//! Defaults, and answers to mistakes.

use super::*;

const LEAST: &str =
    "name = \"x\"\n[responses]\nfile = \"r.npy\"\norientation = \"voxels_by_trials\"\n[images]\nsource = \"i\"\n";

#[test]
fn defaults_are_filled_in_and_paths_are_relative_to_the_manifest() {
    let manifest = Manifest::parse(LEAST, Path::new("some/where.toml")).unwrap();
    assert_eq!((manifest.image_side, manifest.responses.averaged, manifest.split.seed), (112, 1, 0));
    assert_eq!(manifest.resolve(&manifest.images.source), Path::new("some/i"));
}

#[test]
fn unknown_keys_are_answered_with_the_nearest() {
    let cases = [("orientaton = 1", "responses.orientation"), ("fil = 1", "responses.file")];
    for (line, expected) in cases {
        let text = LEAST.replace("[responses]\n", &format!("[responses]\n{line}\n"));
        let message = Manifest::parse(&text, Path::new("m.toml")).unwrap_err().to_string();
        assert!(message.ends_with(&format!("did you mean \"{expected}\"?")), "{message}");
    }
}

#[test]
fn wrong_values_name_the_valid_ones() {
    let text = LEAST.replace("voxels_by_trials", "sideways");
    let message = Manifest::parse(&text, Path::new("m.toml")).unwrap_err().to_string();
    assert!(message.contains("voxels_by_stimuli_by_repeats"), "{message}");
    let text = format!("image_side = 0\n{LEAST}");
    assert!(Manifest::parse(&text, Path::new("m.toml")).is_err());
}
