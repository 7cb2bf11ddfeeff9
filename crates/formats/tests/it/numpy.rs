//! Arrays as NumPy writes them.

use crate::common::{expected, fixture, shape};
use afterimage_formats::{npy, npz};
use ndarray::ArrayD;
use serde_json::Value;

fn assert_same(array: &ArrayD<f32>, wanted: &Value) {
    assert_eq!(array.shape(), shape(wanted));
    let values = wanted["values"].as_array().unwrap();
    assert!(array.iter().zip(values).all(|(got, wanted)| *got == wanted.as_f64().unwrap() as f32));
}

#[test]
fn arrays_are_as_numpy_reads_them() {
    for name in ["array.npy", "fortran.npy"] {
        assert_same(&npy::read_f32(&fixture(name)).unwrap(), &expected(name));
    }
    let wanted = expected("named.npz");
    for name in npz::names(&fixture("named.npz")).unwrap() {
        assert_same(&npz::read_f32(&fixture("named.npz"), &name).unwrap(), &wanted[&name]);
    }
}
