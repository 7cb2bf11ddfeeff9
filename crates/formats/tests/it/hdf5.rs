//! HDF5 files as h5py, bdpy, PyTables and pandas write them.

use crate::common::{assert_column, assert_numbers, damage, expected, fixture, strings, unpacked};
use afterimage_formats::Error;
use afterimage_formats::hdf5::{Attribute, Column, File, Kind};

const LAYOUTS: [&str; 3] = ["earliest.h5", "v108.h5", "latest.h5"];

#[test]
fn every_dataset_of_every_layout_is_as_h5py_reads_it() {
    let wanted = expected("kinds.h5");
    for layout in LAYOUTS {
        let file = File::open(&fixture(layout)).unwrap();
        let mut names = file.names().unwrap();
        names.sort();
        let mut known: Vec<_> = wanted.as_object().unwrap().keys().cloned().collect();
        known.sort();
        assert_eq!(names, known, "{layout}");
        for name in names {
            let dataset = file.dataset(&name).unwrap();
            match dataset.kind() {
                Kind::Text => assert_eq!(dataset.strings().unwrap(), strings(&wanted[&name]), "{layout} {name}"),
                _ => assert_numbers(&dataset.read().unwrap(), &wanted[&name], &format!("{layout} {name}")),
            }
        }
    }
}

#[test]
fn parts_are_those_of_the_whole() {
    for layout in LAYOUTS {
        let file = File::open(&fixture(layout)).unwrap();
        for name in ["/gzip", "/gzip_shuffle", "/fletcher", "/lzf"] {
            let dataset = file.dataset(name).unwrap();
            let whole = dataset.read().unwrap().to_f64();
            let part = dataset.range(&[2..7, 1..3, 0..4, 3..5]).unwrap();
            assert_eq!(part.to_f64(), whole.slice(ndarray::s![2..7, 1..3, 0..4, 3..5]).into_dyn(), "{layout} {name}");
            let mut seen = 0;
            for block in dataset.blocks(500) {
                let (first, rows) = block.unwrap();
                let here = whole.slice(ndarray::s![first..first + rows.shape()[0], .., .., ..]);
                assert_eq!(rows.to_f64(), here.into_dyn());
                seen += rows.shape()[0];
            }
            assert_eq!(seen, 10);
        }
    }
}

#[test]
fn half_precision_and_big_endian_parts_are_read() {
    let file = File::open(&fixture("earliest.h5")).unwrap();
    for name in ["/types/f2", "/types/big_f2", "/types/big_f8", "/types/b1", "/types/big_i8"] {
        let dataset = file.dataset(name).unwrap();
        let whole = dataset.read().unwrap().to_f64();
        assert_eq!(dataset.range(&[1..3, 2..5]).unwrap().to_f64(), whole.slice(ndarray::s![1..3, 2..5]).into_dyn());
    }
}

#[test]
fn part_beyond_the_end_is_refused() {
    let file = File::open(&fixture("latest.h5")).unwrap();
    let dataset = file.dataset("/gzip").unwrap();
    for ranges in [vec![0..11, 0..3, 0..4, 0..5], std::iter::once(0..1).collect(), vec![]] {
        assert!(matches!(dataset.range(&ranges), Err(Error::Array { .. })), "{ranges:?}");
    }
    assert!(dataset.rows(usize::MAX, 2).is_err());
    assert!(dataset.rows(0, 0).unwrap().is_empty());
}

#[test]
fn attributes_are_read() {
    for layout in LAYOUTS {
        let file = File::open(&fixture(layout)).unwrap();
        let get = |object, name| file.attribute(object, name).unwrap().unwrap();
        assert_eq!(get("/", "title").text(), Some("responses to images"), "{layout}");
        assert_eq!(get("/scalar", "units").text(), Some("percent"));
        assert_eq!(get("/scalar", "count").number(), Some(750.0));
        let Attribute::Numbers(window) = get("/scalar", "window") else { panic!("{layout}") };
        assert_eq!(window.to_f64(), ndarray::array![-0.5, 1.5].into_dyn());
        assert_eq!(get("/scalar", "names"), Attribute::Text(vec!["V1".into(), "V2".into()]));
        assert_eq!(get("/empty", "note_17").number(), Some(17.0));
        assert_eq!(file.attribute("/scalar", "none").unwrap(), None);
    }
}

#[test]
fn unknown_path_is_answered_with_the_known_ones() {
    let file = File::open(&fixture("bdpy.h5")).unwrap();
    let message = file.dataset("/dataSet").unwrap_err().to_string();
    assert!(message.contains("contains no array \"/dataSet\"; it contains \"/dataset\""), "{message}");
    let message = file.dataset("/metadata/key").unwrap().read().unwrap_err().to_string();
    assert!(message.ends_with("is not readable as HDF5: its elements are text, not numbers"), "{message}");
}

#[test]
fn bdpy_file_is_as_bdpy_reads_it() {
    let (file, wanted) = (File::open(&fixture("bdpy.h5")).unwrap(), expected("bdpy.h5"));
    let dataset = file.dataset("/dataset").unwrap();
    assert_numbers(&dataset.read().unwrap(), &wanted["/dataset"], "dataset");
    let keys = file.dataset("/metadata/key").unwrap().strings().unwrap();
    assert_eq!(keys, strings(&wanted["/metadata/key"]));
    let values = file.dataset("/metadata/value").unwrap().read().unwrap(); // [keys, columns]
    assert_numbers(&values, &wanted["/metadata/value"], "value");
    let row = |key: &str| {
        let at = keys.iter().position(|known| known == key).unwrap();
        values.to_f64().index_axis(ndarray::Axis(0), at).iter().copied().collect::<Vec<_>>()
    };
    let label = row("Label").iter().position(|&flag| flag == 1.0).unwrap();
    let labels = dataset.range(&[0..6, label..label + 1]).unwrap();
    assert_numbers(&labels, &wanted["Label"], "Label");
}

#[test]
fn records_are_taken_apart() {
    let (file, wanted) = (File::open(&fixture("compound.h5")).unwrap(), expected("compound.h5"));
    let table = file.dataset("/table").unwrap();
    assert_eq!(table.kind(), Kind::Records(["trial", "onset", "name", "xyz", "used"].map(str::to_owned).to_vec()));
    let records = table.records(0, 4).unwrap();
    for name in ["trial", "onset", "name", "xyz", "used"] {
        assert_column(&records.column(name).unwrap(), &wanted[name], name);
    }
    let Column::Text(names) = table.records(1, 2).unwrap().column("name").unwrap() else { panic!() };
    assert_eq!(names, ["two", ""]);
    assert!(records.column("none").unwrap_err().to_string().contains("it contains \"trial\""));
}

#[test]
fn frames_are_as_pandas_reads_them() {
    for name in ["pandas_fixed.h5", "pandas_table.h5"] {
        let (_folder, path) = unpacked(name);
        let file = File::open(&path).unwrap();
        for (key, wanted) in expected(name).as_object().unwrap() {
            let what = format!("{name} {key}");
            let frame = file.frame(key).unwrap();
            let names: Vec<_> = wanted["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(frame.names(), names, "{what}");
            assert_column(&frame.index().unwrap(), &wanted["index"], &what);
            for (place, column) in wanted["columns"].as_array().unwrap().iter().enumerate() {
                assert_column(&frame.column(place).unwrap().unwrap(), column, &format!("{what} {place}"));
            }
            assert!(frame.column(names.len()).is_none());
        }
    }
}

#[test]
fn rows_of_a_frame_are_read_alone() {
    for name in ["pandas_fixed.h5", "pandas_table.h5"] {
        let (_folder, path) = unpacked(name);
        let frame = File::open(&path).unwrap().frame("packed").unwrap();
        let places: Vec<_> = (0..frame.names().len()).collect();
        let whole = frame.numbers(0, frame.rows(), &places).unwrap();
        assert_eq!(frame.numbers(2, 3, &[5, 0, 2]).unwrap().column(1), whole.slice(ndarray::s![2..5, 0]));
        assert_eq!(whole.column(0).to_vec(), [0.0, 3.0, 6.0, 9.0, 12.0, 15.0]);
        assert!(frame.numbers(0, 1, &[99]).is_err());
        assert!(frame.numbers(5, 3, &[0]).is_err());
    }
}

#[test]
fn no_damage_panics() {
    for layout in LAYOUTS.iter().chain(&["bdpy.h5", "compound.h5"]) {
        damage(&std::fs::read(fixture(layout)).unwrap(), "a.h5", |path| {
            let Ok(file) = File::open(path) else { return };
            for name in file.names().unwrap_or_default() {
                let Ok(dataset) = file.dataset(&name) else { continue };
                let _ = (dataset.read(), dataset.strings(), dataset.records(0, 2), dataset.rows(1, 1));
            }
        });
    }
}

#[test]
fn arrays_that_lie_in_other_files_say_so_and_their_neighbours_are_read() {
    let file = File::open(&fixture("elsewhere.h5")).unwrap();
    assert_numbers(&file.dataset("/here").unwrap().read().unwrap(), &expected("elsewhere.h5")["/here"], "here");
    let refusal = |name: &str| match file.dataset(name) {
        Ok(dataset) => dataset.read().unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    let message = refusal("/linked");
    assert!(
        message.contains("array \"/linked\"") && message.contains("a link to another file (\"other.h5\")"),
        "{message}"
    );
    assert!(refusal("/virtual").contains("it is a virtual data set"), "{}", refusal("/virtual"));
    assert!(refusal("/raw").contains("its values lie in another file"), "{}", refusal("/raw"));
    assert!(refusal("/none").contains("virtual data set"), "{}", refusal("/none"));
    let message = File::open(&fixture("links.h5")).unwrap().names().unwrap_err().to_string();
    assert!(message.contains("\"other.h5\"") && message.contains("give that file"), "{message}");
}
