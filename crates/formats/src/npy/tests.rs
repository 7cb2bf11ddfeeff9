//! Round trips, files as NumPy writes them, and damaged ones.

use ndarray::{Array, array};

use super::*;

fn file(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// A header as `numpy.save` writes it, followed by values.
fn numpy(descr: &str, fortran: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes.extend(values);
    bytes
}

#[test]
fn f32_survives_the_round_trip() {
    let (_folder, path) = file(b"");
    let values = array![[[1.5_f32, f32::NAN], [-0.0, f32::INFINITY]], [[3.0, 4.0], [5.0, 6.0]]].into_dyn();
    write_f32(&path, values.view()).unwrap();
    let back = read_f32(&path).unwrap();
    assert_eq!(back.shape(), values.shape());
    assert!(back.iter().zip(&values).all(|(a, b)| a.to_bits() == b.to_bits()));
    assert_eq!(read_header(&path).unwrap().offset % 64, 0);
}

#[test]
fn u8_survives_the_round_trip() {
    let (_folder, path) = file(b"");
    let values = Array::from_shape_fn((2, 3, 4, 3), |(a, b, c, d)| (a * 90 + b * 30 + c * 3 + d) as u8).into_dyn();
    write_u8(&path, values.view()).unwrap();
    assert_eq!(read_u8(&path).unwrap(), values);
}

#[test]
fn every_number_type_is_read() {
    let cases: [(&str, Vec<u8>); 9] = [
        ("|u1", vec![1, 2]),
        ("|b1", vec![1, 1]),
        ("<i2", [1_i16, 2].iter().flat_map(|v| v.to_le_bytes()).collect()),
        (">i2", [1_i16, 2].iter().flat_map(|v| v.to_be_bytes()).collect()),
        ("<i4", [1_i32, 2].iter().flat_map(|v| v.to_le_bytes()).collect()),
        ("<i8", [1_i64, 2].iter().flat_map(|v| v.to_le_bytes()).collect()),
        ("<f2", [1.0, 2.0].iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()).collect()),
        (">f4", [1.0_f32, 2.0].iter().flat_map(|v| v.to_be_bytes()).collect()),
        ("<f8", [1.0_f64, 2.0].iter().flat_map(|v| v.to_le_bytes()).collect()),
    ];
    for (descr, values) in cases {
        let (_folder, path) = file(&numpy(descr, "False", "(2,)", &values));
        let expected = if descr == "|b1" { array![1.0, 1.0] } else { array![1.0, 2.0] };
        assert_eq!(read_f32(&path).unwrap(), expected.into_dyn(), "{descr}");
    }
}

#[test]
fn fortran_order_is_put_right() {
    let (_folder, path) = file(&numpy("|u1", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6]));
    assert_eq!(read_f32(&path).unwrap(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn());
}

#[test]
fn rows_are_read_alone() {
    let (_folder, path) = file(&numpy("|u1", "False", "(3, 2)", &[1, 2, 3, 4, 5, 6]));
    assert_eq!(read_rows_f32(&path, 1, 2).unwrap(), array![[3.0, 4.0], [5.0, 6.0]].into_dyn());
    assert!(read_rows_f32(&path, 2, 2).is_err());
}

#[test]
fn promise_beyond_the_file_is_refused_before_memory_is_asked_for() {
    let (_folder, path) = file(&numpy("<f8", "False", "(1000000000, 1000000000)", &[0; 8]));
    let message = read_f32(&path).unwrap_err().to_string();
    assert!(message.contains("truncated"), "{message}");
    let (_folder, path) = file(&numpy("<f8", "False", "(18446744073709551615, 9)", &[0; 8]));
    assert!(read_f32(&path).is_err());
}

#[test]
fn no_prefix_and_no_flipped_byte_panics() {
    let whole = numpy("<f4", "False", "(2, 2)", &[0; 16]);
    for end in 0..whole.len() {
        let (_folder, path) = file(&whole[..end]);
        assert!(read_f32(&path).is_err(), "{end}");
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x21;
        let (_folder, path) = file(&damaged);
        let _ = read_f32(&path);
    }
}

#[test]
fn structured_and_object_types_are_named() {
    for descr in ["|O", "<c16", "<U5", ""] {
        let (_folder, path) = file(&numpy(descr, "False", "(1,)", &[0; 32]));
        let message = read_f32(&path).unwrap_err().to_string();
        assert!(message.contains("save it as float32"), "{message}");
    }
}
