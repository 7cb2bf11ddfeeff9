//! One table of responses as pandas and NumPy write it as text, in every way: 12 x 4 with the same values, or a refusal.

use std::path::{Path, PathBuf};

use crate::support::{assert_close, expected, fixture, numbers, responses};
use afterimage_data::{DataSet, Manifest, Split, import_generic};
use afterimage_formats::{npy, picture};
use ndarray::{Array3, Array4};

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
    let validation = if split.contains("column") { "" } else { "validation = 1" };
    let text = format!(
        "name = \"t\"\nimage_side = 8\n[responses]\nfile = '{}'\norientation = \"trials_by_voxels\"\n{responses}\n\
         [images]\nsource = \"images.npy\"\n{images}\n[split]\n{validation}\n{split}\n",
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
        // The numbers of the source, which counts from 1.
        let wanted: Vec<(u16, u16)> = (0..12).map(|row| (1 + row / 6, 1 + row / 3 % 2)).collect();
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
        assert_eq!(crate::support::shown(&data)[..2], ["11.png", "10.png"]);
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

/// Rows that are voxels, turned: 12 trials with value `voxel + trial / 100`, in the order given.
fn voxel_rows(first: &str, order: &[usize], name: impl Fn(usize) -> String) -> String {
    let trials: Vec<String> = (0..12).map(|trial| format!("t{trial}")).collect();
    let row = |&voxel: &usize| {
        let values: Vec<String> = (0..12).map(|trial| format!("{voxel}.{:02}", trial + 1)).collect();
        format!("{},{}\n", name(voxel), values.join(","))
    };
    format!("{first},{}\n{}", trials.join(","), order.iter().map(row).collect::<String>())
}

/// Imports text whose rows are voxels, or what `keys` say.
fn import_rows(text: &str, keys: &str, more: &str) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    let (table, path) = written(text);
    let keys = format!("{keys}\n[voxels]\n{}", more.replace("HERE", &table.path().display().to_string()));
    let grey = Array4::from_shape_fn((12, 8, 8, 3), |(n, ..)| (n * 10) as u8);
    npy::write_u8(&table.path().join("images.npy"), grey.view().into_dyn()).unwrap();
    let text = format!(
        "name = \"t\"\nimage_side = 8\n[images]\nsource = \"images.npy\"\n[split]\ntest = 2\nvalidation = 1\n\
         [responses]\nfile = '{}'\norientation = \"voxels_by_trials\"\n{keys}\n",
        path.display()
    );
    let out = table.path().join("x.afterimage");
    import_generic(&Manifest::parse(&text, &table.path().join("m.toml"))?, &out, false, |_| ())?;
    Ok((table, DataSet::open(&out)?))
}

#[test]
fn rows_take_the_places_of_the_numbers_of_their_voxels() {
    let order = [3, 1, 0, 2];
    let of_trial = ndarray::array![[0.01, 1.01, 2.01, 3.01]];
    for text in [
        voxel_rows("voxel", &order, |voxel| voxel.to_string()),
        voxel_rows("voxel_id", &order, |voxel| format!("{voxel}.0")),
        voxel_rows("VoxelIndex", &order, |voxel| voxel.to_string()),
        voxel_rows("", &order, |voxel| format!("voxel_{voxel}")),
    ] {
        let (_folder, data) = import_rows(&text, "", "").unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(data.responses(0, 1).unwrap(), of_trial, "{text}");
        assert!(!data.header().voxels.columns.contains_key("voxel_number"));
    }
    // Without a line of names, as pandas writes with header=False.
    let bare = voxel_rows("", &order, |voxel| format!("voxel_{voxel}"));
    let (_folder, data) = import_rows(bare.split_once('\n').unwrap().1, "", "").unwrap();
    assert_eq!(data.responses(0, 1).unwrap(), of_trial);
    let text = voxel_rows("", &order, |voxel| format!("voxel_{}", voxel + 7));
    let (_folder, data) = import_rows(&text, "", "").unwrap();
    assert_eq!(data.responses(0, 1).unwrap(), of_trial);
    assert_eq!(data.header().voxels.columns["voxel_number"].values, [7.0, 8.0, 9.0, 10.0]);
    // Numbers that begin again in each region name no voxel; the order is that of the file.
    let text = voxel_rows("roi,voxel", &[0, 1, 2, 3], |voxel| format!("V{},{}", 1 + voxel / 2, 1 - voxel % 2));
    assert_eq!(import_rows(&text, "", "").unwrap().1.responses(0, 1).unwrap(), of_trial);
}

#[test]
fn rows_whose_voxels_are_not_clear_are_refused() {
    let order = [3, 1, 0, 2];
    for (text, said) in [
        (voxel_rows("", &order, |voxel| voxel.to_string()), "has 3 in row 1 and then 1: call it voxel"),
        (voxel_rows("unit", &order, |voxel| voxel.to_string()), "the column \"unit\" has 3 in row 1 and then 1"),
        (voxel_rows("", &order, |voxel| format!("unit{voxel}")), "without a name has unit3 in row 1 and then unit1"),
        (voxel_rows("voxel", &order, |voxel| (voxel / 2).to_string()), "voxel 0 is named more than once"),
        (voxel_rows("voxel,index", &order, |voxel| format!("{voxel},voxel_{}", 3 - voxel)), "in two ways"),
        (voxel_rows("voxel", &order, |voxel| ["0", "1", "", "3"][voxel].into()), "row 4, column \"voxel\" holds \"\""),
    ] {
        let message = import_rows(&text, "", "").unwrap_err().to_string();
        assert!(message.contains("t.csv") && message.contains(said), "{message}");
    }
    let text = voxel_rows("", &order, |voxel| voxel.to_string());
    let (_folder, data) = import_rows(&text, "ignore = [\"\"]", "").unwrap();
    assert_eq!(data.responses(0, 1).unwrap(), ndarray::array![[3.01, 1.01, 0.01, 2.01]]);
}

/// Twelve rows of session, trial in the session, and two responses.
fn with_places(write: impl Fn(usize) -> String) -> String {
    (0..12).map(|row| format!("{},{}.31,-{}.77\n", write(row), row * 5 % 12, row * 7 % 12)).collect()
}

#[test]
fn whole_numbers_written_as_floats_are_asked_about() {
    let form = |number: usize| format!("{:.18e}", number as f64);
    for (text, said) in [
        (with_places(|row| format!("{},{}", form(1 + row / 6), form(row % 6))), "\"1\", \"2\""),
        (with_places(form), "its first column counts the rows: \"1\""),
        (format!("0,1,2,3\n{}", with_places(|row| format!("{}.0,{}.0", 1 + row / 6, row % 6))), "\"0\", \"1\""),
        (format!("coco,a,b\n{}", with_places(|row| format!("{}.0", row * 5077 % 997))), "\"coco\""),
    ] {
        let (_table, path) = written(&text);
        let message = import(&path, "").unwrap_err().to_string();
        assert!(message.contains(said) && message.contains("responses.ignore"), "{message}");
    }
    let (_table, path) = written(&with_places(|row| format!("{},{}", form(1 + row / 6), form(row % 6))));
    let (_folder, data) = import(&path, "ignore = [\"1\", \"2\"]").unwrap();
    assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[5.31, -7.77]]);
    // Trials count again and again among counts of spikes.
    let spikes = |row: usize| format!("{},{},{}\n", row % 6, row * 5 % 7, row * row % 4);
    let (_table, path) = written(&(0..12).map(spikes).collect::<String>());
    assert!(import(&path, "").unwrap_err().to_string().contains("again and again"));
}

#[test]
fn counts_of_spikes_their_means_and_voxels_of_zeros_are_responses() {
    let counts = |row: usize| [row * 5 % 7, row * row % 4, usize::from(row.is_multiple_of(5)), 0];
    let halves =
        |row: usize| counts(row).map(|count| count as f64 / 2.0 * if row.is_multiple_of(2) { 2.0 } else { 1.0 });
    let line = |values: [String; 4]| format!("{}\n", values.join(","));
    for text in [
        (0..12).map(|row| line(counts(row).map(|n| n.to_string()))).collect::<String>(),
        (0..12).map(|row| line(counts(row).map(|n| format!("{n}.0")))).collect(),
        (0..12).map(|row| line(halves(row).map(|n| format!("{n:.1}")))).collect(),
    ] {
        let (_table, path) = written(&text);
        let (_folder, data) = import(&path, "").unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(data.header().voxels.count, 4);
        assert_eq!(data.header().trials.len(), 12);
    }
}

#[test]
fn a_mean_called_like_a_voxel_is_none_and_changes_no_order() {
    let names = ["voxel_0", "voxel_1", "voxel_10", "voxel_11", "voxel_2", "voxel_mean"];
    let body: String = (0..12).map(|row| format!("{row}.0,{row}.1,{row}.3,{row}.4,{row}.2,9.9\n")).collect();
    let (_table, path) = written(&format!("{}\n{body}", names.join(",")));
    let (_folder, data) = import(&path, "").unwrap();
    assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[1.0, 1.1, 1.2, 1.3, 1.4]]);
    assert_eq!(data.header().voxels.columns["voxel_number"].values, [0.0, 1.0, 2.0, 10.0, 11.0]);
    let left_out: Vec<String> = data.header().provenance.left_out.iter().map(ToString::to_string).collect();
    assert!(left_out.iter().any(|said| said.contains("voxel_mean")), "{left_out:?}");
    let message = import(&path, "columns = \"voxel_*\"").unwrap_err().to_string();
    assert!(message.contains("\"voxel_10\" is a voxel by number and \"voxel_mean\" one without"), "{message}");
    for (other, said) in [("voxel_2.1", "is called like a voxel but not by a number"), ("voxel_02", "more than once")] {
        let (_table, path) = written(&format!("{}\n{body}", names.join(",").replace("voxel_mean", other)));
        let message = import(&path, "").unwrap_err().to_string();
        assert!(message.contains(said), "{message}");
    }
    let floats = names.map(|name| if name == "voxel_mean" { name.into() } else { format!("{name}.0") });
    let (_table, path) = written(&format!("{}\n{body}", floats.join(",")));
    let (_folder, data) = import(&path, "").unwrap();
    assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[1.0, 1.1, 1.2, 1.3, 1.4]]);
}

#[test]
fn an_index_beside_numbered_names_tells_that_they_are_names() {
    let (_table, path) = written(&format!(",101,205\n{}", with_places(|row| row.to_string())));
    let (_folder, data) = import(&path, "").unwrap();
    assert_eq!(data.responses(1, 1).unwrap(), ndarray::array![[5.31, -7.77]]);
    let counts = |row: usize| format!("{},{},{}\n", row * 5 % 7, row * row % 4, row % 3);
    let (_table, path) = written(&format!("101,9,205\n{}", (0..12).map(counts).collect::<String>()));
    let message = import(&path, "").unwrap_err().to_string();
    assert!(message.contains("13 x 3") && message.contains("set responses.header = true"), "{message}");
    assert_eq!(import(&path, "header = true").unwrap().1.header().trials.len(), 12);
}

#[test]
fn regions_are_masks_by_order_or_by_number() {
    let plain = voxel_rows("", &[0, 1, 2, 3], |voxel| voxel.to_string());
    let turned = voxel_rows("voxel", &[3, 1, 0, 2], |voxel| voxel.to_string());
    let read = |table: &str, regions: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regions.csv");
        std::fs::write(&path, regions).unwrap();
        import_rows(table, "", &format!("regions = '{}'", path.display()))
    };
    for (table, regions) in [
        (&plain, "V1\n0\n1\n0\n0\n"),
        (&plain, "\u{feff}V1;V2\r\n0;1\r\n1;0\r\n0;0\r\n0;0\r\n"),
        (&plain, ",V1\n0,0.0\n1,1.0\n2,0.0\n3,0.0\n"),
        (&plain, "V1\nFalse\nTrue\n\"\"\nFalse\n"),
        (&turned, "voxel,V1\n0,0\n1,1\n2,0\n3,0\n"),
        (&turned, ",V1\nvoxel_3,0\nvoxel_1,1\nvoxel_0,0\nvoxel_2,0\n"),
    ] {
        let (_folder, data) = read(table, regions).unwrap_or_else(|error| panic!("{regions}: {error}"));
        assert_eq!(data.header().voxels.regions["V1"], [false, true, false, false], "{regions}");
    }
    for (table, regions, said) in [
        (&plain, "V1,V1\n1,0\n1,0\n0,0\n0,0\n", "two regions \"V1\""),
        (&plain, "V1\n0.3\n1\n0\n0\n", "\"0.3\" in column V1, voxel 0"),
        (&plain, "voxel,V1\n0,0\n1,1\n2,0\n7,0\n", "no row of voxel 3"),
        (&turned, "V1\n0\n1\n0\n0\n", "with a column voxel"),
        (&plain, ",V1\nunit3,0\nunit1,1\nunit0,0\nunit2,0\n", "without a name has unit3 in row 1 and then unit1"),
    ] {
        let message = read(table, regions).unwrap_err().to_string();
        assert!(message.contains("regions.csv") && message.contains(said), "{message}");
    }
    let (_folder, data) = read(&plain, "V1,V3\n0,0\n1,0\n0,0\n0,0\n").unwrap();
    assert_eq!(data.header().voxels.regions.keys().collect::<Vec<_>>(), ["V1"]);
    let left_out = &data.header().provenance.left_out;
    assert!(left_out.iter().any(|what| what.to_string() == "1 region without any voxel (V3)"), "{left_out:?}");
}
