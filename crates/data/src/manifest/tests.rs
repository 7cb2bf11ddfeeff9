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
    let unit = |name: &str| Manifest::parse(&format!("unit = \"{name}\"\n{LEAST}"), Path::new("m.toml"));
    assert_eq!(unit("neuron").unwrap().unit, RecordedUnit::Neuron);
    let message = unit("cell").unwrap_err().to_string();
    assert!(["`cell`", "`voxel`", "`neuron`", "`channel`"].iter().all(|name| message.contains(name)), "{message}");
    let text = format!("image_side = 0\n{LEAST}");
    assert!(Manifest::parse(&text, Path::new("m.toml")).is_err());
}

#[test]
fn a_mark_at_the_head_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.toml");
    std::fs::write(&path, format!("\u{feff}{}", LEAST.replace('\n', "\r\n"))).unwrap();
    assert_eq!(Manifest::read(&path).unwrap().name, "x");
}

#[test]
fn columns_are_named_by_pattern_or_list() {
    let names = |line: &str| {
        let text = LEAST.replace("[images]", &format!("{line}\n[images]"));
        Manifest::parse(&text, Path::new("m.toml")).unwrap().responses.columns.unwrap()
    };
    let pattern = names("columns = \"unit*\"");
    assert!(pattern.contains("unit3") && !pattern.contains("age"));
    let list = names("columns = [\"a\", \"b\"]");
    assert!(list.contains("b") && !list.contains("c"));
}

#[test]
fn keys_that_do_not_go_together_are_refused() {
    for (line, said) in [
        ("source = \"i\"\ncolumn = \"name\"", "set images.order"),
        ("source = \"i\"\n[split]\nby = \"column\"\ntest_list = \"t.txt\"", "leave one out"),
        ("source = \"i\"\n[split]\nby = \"column\"\ntest = 100", "split.test is for a split that is drawn"),
        ("source = \"i\"\n[split]\nby = \"column\"\nseed = 1", "split.seed is for a split that is drawn"),
        ("source = \"i\"\n[split]\ntest = 3\ntest_list = \"t.txt\"", "split.test and split.test_list both"),
        ("source = \"i\"\norder = \"natural\"\ncolumn = \"a\"", "images.order = \"natural\" has none"),
        ("source = \"i\"\norder = \"l.txt\"\ncolumn = \"a\"", "images.order = \"l.txt\" has none"),
    ] {
        let message =
            Manifest::parse(&LEAST.replace("source = \"i\"", line), Path::new("m.toml")).unwrap_err().to_string();
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn array_of_a_file_with_one_table_is_refused() {
    let parse = |file: &str| {
        let text = LEAST.replace("file = \"r.npy\"", &format!("file = \"{file}\"\narray = \"betas\""));
        Manifest::parse(&text, Path::new("m.toml")).map_err(|error| error.to_string())
    };
    assert!(parse("r.npy").unwrap_err().contains("leave responses.array out"));
    assert!(parse("r.csv").unwrap_err().contains("responses.file = \"r.csv\" is one table"));
    parse("r.mat").unwrap();
}

#[test]
fn a_required_key_that_is_missing_is_named_with_its_meaning() {
    for (line, key) in
        [("source = \"i\"", "images.source"), ("name = \"x\"", "name"), ("file = \"r.npy\"", "responses.file")]
    {
        assert!(LEAST.contains(line), "{line}");
        let message = Manifest::parse(&LEAST.replace(line, ""), Path::new("m.toml")).unwrap_err().to_string();
        assert!(message.contains(&format!("the key {key} is missing: ")) && message.contains("m.toml"), "{message}");
    }
    let message = Manifest::parse("name = \"x\"", Path::new("m.toml")).unwrap_err().to_string();
    assert!(message.contains("responses.file"), "{message}");
}

#[test]
fn a_file_that_is_not_there_is_named_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = Manifest::parse(LEAST, &folder.path().join("m.toml")).unwrap();
    let message = manifest.refuse_missing_files().unwrap_err().to_string();
    assert!(message.contains("responses.file = \"r.npy\", images.source = \"i\""), "{message}");
}
