//! One table of responses as pandas and NumPy write it as text, in every way: 12 x 4 with the same values, or a refusal.

mod support;

use std::path::{Path, PathBuf};

use afterimage_data::{DataSet, Manifest, Split, import_generic};
use afterimage_formats::{npy, picture};
use ndarray::{Array3, Array4};
use support::{assert_close, expected, fixture, numbers, responses};

/// Twelve images, each of one grey value, and a table.
fn import_with(
    table: &Path,
    responses: &str,
    images: &str,
    split: &str,
) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    let folder = tempfile::tempdir().unwrap();
    let grey = Array4::from_shape_fn((12, 8, 8, 3), |(n, ..)| (n * 10) as u8);
    npy::write_u8(&folder.path().join("images.npy"), grey.view().into_dyn()).unwrap();
    let text = format!(
        "name = \"t\"\nimage_side = 8\n[responses]\nfile = '{}'\norientation = \"trials_by_voxels\"\n{responses}\n\
         [images]\nsource = \"images.npy\"\n{images}\n[split]\nvalidation = 1\n{split}\n",
        table.display()
    );
    let manifest = Manifest::parse(&text, &folder.path().join("m.toml"))?;
    let out = folder.path().join("x.afterimage");
    import_generic(&manifest, &out, false, |_| ())?;
    Ok((folder, DataSet::open(&out)?))
}

fn import(table: &Path, responses: &str) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    import_with(table, responses, "", "test = 2\n")
}

/// The same with a folder of twelve images.
fn import_pngs(table: &Path) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    let images = tempfile::tempdir().unwrap();
    for at in 0..12 {
        let grey = Array3::from_elem((8, 8, 3), at * 10);
        picture::write_png(&images.path().join(format!("{at:02}.png")), grey.view()).unwrap();
    }
    let text = format!(
        "name = \"t\"\nimage_side = 8\n[responses]\nfile = '{}'\norientation = \"trials_by_voxels\"\n\
         [images]\nsource = '{}'\n[split]\ntest = 2\nvalidation = 1\n",
        table.display(),
        images.path().display()
    );
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x.afterimage");
    import_generic(&Manifest::parse(&text, &folder.path().join("m.toml"))?, &out, false, |_| ())?;
    Ok((folder, DataSet::open(&out)?))
}

/// A table that a test writes, and its folder.
fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn every_way_to_write_the_table_gives_its_values() {
    let expected = expected("tables");
    let values = numbers(&expected["values"]);
    for name in expected["read"].as_array().unwrap() {
        let name = name.as_str().unwrap();
        let (_folder, data) =
            import(&fixture("tables").join(name), "").unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(data.header().voxels.count, 4, "{name}");
        assert_close(&responses(&data), &values);
    }
}

#[test]
fn tables_that_are_not_clear_are_refused_with_the_key_that_states_it() {
    for (name, said) in [
        ("refused_bare_index.csv", &["its first column counts the rows", "responses.ignore = [\"1\"]"][..]),
        ("refused_columns_of_two_levels.csv", &["two of its columns are called \"V1\""]),
        ("refused_levels.csv", &["second line of names"]),
        ("refused_chosen_columns.csv", &["first line (3, 7, 9, 15)", "responses.header"]),
        ("refused_whole_numbers.csv", &["\"clicks\"", "whole numbers", "responses.columns"]),
        ("refused_rising.csv", &["\"elapsed\"", "rise"]),
        ("refused_torn.csv", &["decimal commas"]),
        ("refused_torn_header.csv", &["line 2 has 8 fields, expected 4", "decimal points"]),
    ] {
        let message = import(&fixture("tables").join(name), "").unwrap_err().to_string();
        assert!(message.contains(name), "{message}");
        assert!(said.iter().all(|said| message.contains(said)), "{name}: {message}");
    }
}

#[test]
fn what_is_stated_is_followed() {
    let values = numbers(&expected("tables")["values"]);
    for (name, keys) in [
        ("refused_bare_index.csv", "ignore = [\"1\"]"),
        ("refused_chosen_columns.csv", "header = true"),
        ("refused_whole_numbers.csv", "ignore = [\"clicks\"]"),
        ("refused_rising.csv", "columns = [\"a\", \"b\", \"c\", \"d\"]"),
    ] {
        let (_folder, data) =
            import(&fixture("tables").join(name), keys).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_close(&responses(&data), &values);
    }
    let (_folder, data) = import(&fixture("tables/refused_whole_numbers.csv"), "columns = \"*\"").unwrap();
    assert_eq!((data.header().voxels.count, data.responses(3, 1).unwrap()[[0, 4]]), (5, 31.0));
    let message = import(&fixture("tables/index.csv"), "ignore = [\"e\"]").unwrap_err().to_string();
    assert!(message.contains("no column \"e\" to ignore"), "{message}");
}

#[test]
fn sessions_and_runs_of_the_table_are_those_of_the_trials() {
    for name in ["trials.csv", "trials_unmarked.csv"] {
        let (_folder, data) = import(&fixture("tables").join(name), "").unwrap();
        let places: Vec<_> = data.header().trials.iter().map(|trial| (trial.session, trial.run)).collect();
        let wanted: Vec<(u16, u16)> = (0..12).map(|row| (row / 6, row / 3 % 2)).collect();
        assert_eq!(places, wanted, "{name}");
        assert!(data.header().provenance.left_out.iter().any(|what| what.examples.contains(&"trial".to_owned())));
    }
}

/// Rows `i` of the values `i + 0.5` and `-i - 0.5`, with a text before them.
fn rows(names: &str, before: impl Fn(usize) -> String) -> String {
    let row = |at: usize| format!("{},{at}.5,-{at}.5\n", before(at));
    format!("{names},voxel_0,voxel_1\n{}", (0..12).map(row).collect::<String>())
}

#[test]
fn images_of_the_table_pair_its_rows() {
    let (_table, path) = written(&rows("image", |row| format!("{:02}", 11 - row)));
    let (_folder, data) = import(&path, "").unwrap();
    let shown: Vec<u8> =
        data.header().trials.iter().map(|trial| data.images(&[trial.stimulus]).unwrap()[[0, 0, 0, 0]] / 10).collect();
    assert_eq!(shown, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(data.responses(0, 1).unwrap(), ndarray::array![[0.5, -0.5]]);
    let message = import_with(&path, "", "order = \"sorted\"", "test = 2").unwrap_err().to_string();
    assert!(message.contains("row 1 shows \"11\" by the column \"image\", but \"00\""), "{message}");
    // An index of names, as pandas writes the index of a frame, and a column that only its content tells.
    for names in ["", "what"] {
        let (_table, path) = written(&rows(names, |row| format!("{:02}.png", 11 - row)));
        let (_folder, data) = import_pngs(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(support::shown(&data)[..2], ["11.png", "10.png"]);
    }
    let (_table, path) = written(&rows("stim_file", |row| format!("{row}.png")));
    let message = import(&path, "").unwrap_err().to_string();
    assert!(message.contains("column \"stim_file\"") && message.contains("responses.ignore"), "{message}");
}

#[test]
fn split_of_the_table_is_used_or_asked_about() {
    let parts = ["train", "train", "Test", "val"];
    let (_table, path) = written(&rows("split", |row| parts[row % 4].into()));
    let message = import(&path, "").unwrap_err().to_string();
    assert!(message.contains("column \"split\": set split.by = \"column\""), "{message}");
    let (_folder, data) = import_with(&path, "", "", "by = \"column\"").unwrap();
    let wanted = [Split::Train, Split::Train, Split::Test, Split::Validation];
    assert!(data.header().stimuli.iter().enumerate().all(|(at, info)| info.split == wanted[at % 4]));
    let (_folder, data) = import_with(&path, "", "", "by = \"random\"\ntest = 5").unwrap();
    assert_eq!(data.held_out().stimuli().len(), 5);
}

#[test]
fn rows_of_several_subjects_and_shuffled_rows_are_refused() {
    let (_table, path) = written(&rows("subject", |row| format!("sub-{:02}", row % 2)));
    let message = import(&path, "").unwrap_err().to_string();
    assert!(message.contains("2 subjects, such as \"sub-00\" and \"sub-01\""), "{message}");
    let (_table, path) = written(&rows("", |row| (row * 5 % 12).to_string()));
    let message = import(&path, "").unwrap_err().to_string();
    assert!(message.contains("has 10 in row 3 and then 3: sort the rows"), "{message}");
}

#[test]
fn voxels_take_the_places_of_their_numbers() {
    let (_table, path) = written("voxel_10,voxel_2\n0.5,1.5\n2.5,3.5\n-1.5,0.25\n");
    let text = std::fs::read_to_string(&path).unwrap().lines().skip(1).collect::<Vec<_>>().join("\n");
    std::fs::write(&path, format!("voxel_10,voxel_2\n{text}\n{text}\n{text}\n{text}\n")).unwrap();
    let (_folder, data) = import(&path, "").unwrap();
    assert_eq!(data.responses(0, 1).unwrap(), ndarray::array![[1.5, 0.5]]);
    assert_eq!(data.header().voxels.columns["voxel_number"].values, [2.0, 10.0]);
}

#[test]
fn names_of_rows_as_r_writes_them_and_trailing_separators_are_no_responses() {
    let body = |start: &dyn Fn(usize) -> String, end: &str| {
        (0..12).map(|row| format!("{}{row}.25,-{row}.75{end}\n", start(row))).collect::<String>()
    };
    for text in [
        format!("\"a\",\"b\"\n{}", body(&|row| format!("\"{}\",", row + 1), "")),
        format!("a,b,\n{}", body(&|_| String::new(), ",")),
        format!("# by hand\n\n{}", body(&|_| String::new(), "")),
    ] {
        let (_table, path) = written(&text.replace("0.25,", "5.25,").replace("11.25,", "1.25,"));
        let (_folder, data) = import(&path, "").unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(data.header().voxels.count, 2);
        assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[1.25, -1.75]]);
    }
}
