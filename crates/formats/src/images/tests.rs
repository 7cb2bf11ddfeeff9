//! The three kinds of source give the same pictures.

use std::io::Write;

use ndarray::{Array4, Axis};

use super::*;
use crate::npy;

fn stack() -> Array4<u8> {
    Array4::from_shape_fn((3, 6, 6, 3), |(n, y, x, c)| (n * 60 + y * 8 + x * 5 + c) as u8)
}

fn folder_of(stack: &Array4<u8>, root: &Path) {
    std::fs::create_dir_all(root.join("sub")).unwrap();
    let names = ["b.png", "a.png", "sub/c.png"];
    for (name, image) in names.iter().zip(stack.axis_iter(Axis(0))) {
        picture::write_png(&root.join(name), image).unwrap();
    }
    std::fs::write(root.join(".hidden.png"), b"no picture").unwrap();
    std::fs::write(root.join("notes.txt"), b"no picture").unwrap();
}

#[test]
fn folder_is_read_in_byte_order_without_hidden_files() {
    let root = tempfile::tempdir().unwrap();
    folder_of(&stack(), root.path());
    let source = ImageSource::open(root.path()).unwrap();
    assert_eq!(source.names(), ["a.png", "b.png", "sub/c.png"]);
    assert_eq!(source.passed_over(), ["notes.txt"]);
    assert_eq!(source.decode(0).unwrap(), stack().index_axis(Axis(0), 1));
    assert!(source.decode(3).is_err());
}

#[test]
fn archive_gives_the_same_as_the_folder() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("x.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, index) in [("b.png", 0), ("__MACOSX/._b.png", 0), ("a.png", 1)] {
        let bytes = picture::encode_png(stack().index_axis(Axis(0), index), &path).unwrap();
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    let source = ImageSource::open(&path).unwrap();
    assert_eq!(source.names(), ["a.png", "b.png"]);
    assert_eq!(source.decode(0).unwrap(), stack().index_axis(Axis(0), 1));
}

#[test]
fn float_and_byte_arrays_agree() {
    let root = tempfile::tempdir().unwrap();
    let (bytes, floats) = (root.path().join("b.npy"), root.path().join("f.npy"));
    npy::write_u8(&bytes, stack().view().into_dyn()).unwrap();
    npy::write_f32(&floats, stack().mapv(|value| f32::from(value) / 255.0).view().into_dyn()).unwrap();
    let (bytes, floats) = (ImageSource::open(&bytes).unwrap(), ImageSource::open(&floats).unwrap());
    assert_eq!(bytes.names(), ["0", "1", "2"]);
    for index in 0..3 {
        assert_eq!(bytes.decode(index).unwrap(), stack().index_axis(Axis(0), index));
        assert_eq!(floats.decode(index).unwrap(), stack().index_axis(Axis(0), index));
    }
}

#[test]
fn floats_up_to_255_are_refused_with_the_mend() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("f.npy");
    npy::write_f32(&path, stack().mapv(f32::from).view().into_dyn()).unwrap();
    let message = ImageSource::open(&path).unwrap().decode(2).unwrap_err().to_string();
    assert!(message.contains("between 0 and 1"), "{message}");
}

#[test]
fn places_without_images_say_what_is_wanted() {
    let root = tempfile::tempdir().unwrap();
    let message = ImageSource::open(root.path()).unwrap_err().to_string();
    assert!(message.contains("holds no images: give a folder"), "{message}");
    let message = ImageSource::open(&root.path().join("absent.zip")).unwrap_err().to_string();
    assert!(message.contains("cannot open"), "{message}");
}
