//! `.mat` files as scipy and hdf5storage write them, and the real one of Miyawaki et al.

use crate::common::{assert_numbers, damage, expected, fixture, recording, shape};
use afterimage_formats::Error;
use afterimage_formats::mat::{MatFile, MatValue};
use serde_json::Value;

fn assert_value(value: &MatValue, wanted: &Value, what: &str) {
    match value {
        MatValue::Numbers(numbers) => assert_numbers(numbers, wanted, what),
        MatValue::Complex { real, imaginary } => {
            assert_numbers(real, &wanted["real"], what);
            assert_numbers(imaginary, &wanted["imaginary"], what);
        }
        MatValue::Text(rows) => {
            let wanted: Vec<_> = wanted["text"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
            assert_eq!(rows.iter().map(String::as_str).collect::<Vec<_>>(), wanted, "{what}");
        }
        MatValue::Cell { shape: got, values } => {
            assert_eq!(*got, shape(wanted), "{what}");
            assert_all(values, wanted["cells"].as_array().unwrap(), what);
        }
        MatValue::Struct { fields, .. } => {
            let elements = wanted["elements"].as_array().unwrap();
            assert_eq!(fields.len(), elements[0].as_object().unwrap().len(), "{what}");
            for (name, values) in fields {
                let wanted: Vec<_> = elements.iter().map(|element| element[name].clone()).collect();
                assert_all(values, &wanted, &format!("{what}.{name}"));
            }
        }
        MatValue::Unreadable(reason) => panic!("{what} is {reason}"),
    }
}

fn assert_all(values: &[MatValue], wanted: &[Value], what: &str) {
    assert_eq!(values.len(), wanted.len(), "{what}");
    for (at, (value, wanted)) in values.iter().zip(wanted).enumerate() {
        assert_value(value, wanted, &format!("{what}[{at}]"));
    }
}

#[test]
fn every_variable_is_as_the_foreign_tool_reads_it() {
    for name in ["plain.mat", "compressed.mat", "big_endian.mat", "v73.mat"] {
        let file = MatFile::open(&fixture(name)).unwrap();
        let wanted = expected(name);
        let mut names = file.names().unwrap();
        names.sort();
        assert_eq!(names, wanted.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), "{name}");
        for variable in names {
            assert_value(&file.read(&variable).unwrap(), &wanted[&variable], &format!("{name} {variable}"));
        }
    }
}

#[test]
fn fields_are_reached_by_a_path() {
    for name in ["compressed.mat", "v73.mat"] {
        let file = MatFile::open(&fixture(name)).unwrap();
        let ids = file.numbers("structure.ids").unwrap();
        assert_eq!(ids.to_i64().unwrap(), ndarray::array![[0, 1, 2, 3, 4]].into_dyn(), "{name}");
        assert_eq!(file.strings("structure.inner.roi").unwrap(), ["FFA"]);
        let message = file.read("structure.none").unwrap_err().to_string();
        assert!(message.contains("contains no array \"structure.none\"; it contains \"ids\", \"inner\""), "{message}");
        let message = file.numbers("name").unwrap_err().to_string();
        assert!(message.ends_with("it is text, not real numbers"), "{message}");
        assert!(matches!(file.read("none"), Err(Error::NoSuchArray { .. })));
    }
}

#[test]
fn sparse_matrix_is_refused_with_the_mend_and_its_neighbour_is_read() {
    let file = MatFile::open(&fixture("sparse.mat")).unwrap();
    let message = file.read("s").unwrap_err().to_string();
    assert!(message.contains("array \"s\"") && message.ends_with("save it with full(x)"), "{message}");
    assert_eq!(file.numbers("full").unwrap().to_f64(), ndarray::array![[1.0, 0.0], [0.0, 1.0]].into_dyn());
}

#[test]
fn older_version_is_refused_with_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.mat");
    std::fs::write(&path, [0; 200]).unwrap();
    let message = MatFile::open(&path).unwrap_err().to_string();
    assert!(message.ends_with("save a version 4 file again with -v7"), "{message}");
}

#[test]
fn no_damage_panics() {
    for name in ["plain.mat", "compressed.mat", "big_endian.mat", "sparse.mat", "v73.mat"] {
        damage(&std::fs::read(fixture(name)).unwrap(), "a.mat", |path| {
            let Ok(file) = MatFile::open(path) else { return };
            for variable in file.names().unwrap_or_default() {
                let _ = file.read(&variable);
            }
        });
    }
}

#[test]
fn real_recording_has_the_published_shape() {
    let Some(path) = recording("miyawaki_structured_28x28.mat") else { return };
    let file = MatFile::open(&path).unwrap();
    let names = file.names().unwrap();
    assert!(!names.is_empty());
    let shapes: Vec<_> =
        names.iter().filter_map(|name| Some((name.clone(), file.numbers(name).ok()?.shape().to_vec()))).collect();
    println!("{shapes:?}");
    assert!(shapes.iter().any(|(_, shape)| shape.contains(&967)), "{shapes:?}");
    assert!(shapes.iter().any(|(_, shape)| shape.iter().product::<usize>() % 784 == 0), "{shapes:?}");
}
