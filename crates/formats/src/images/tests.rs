//! The three kinds of source give the same images.

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

/// An array as NumPy writes it, in any type.
fn array(path: &Path, descr: &str, values: &[f64]) {
    let shape = format!("({}, 2, 2, 3)", values.len() / 12);
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.bytes());
    for &value in values {
        match descr {
            "<f8" => bytes.extend(value.to_le_bytes()),
            ">f8" => bytes.extend(value.to_be_bytes()),
            "<f4" => bytes.extend((value as f32).to_le_bytes()),
            "<f2" => bytes.extend(half::f16::from_f64(value).to_le_bytes()),
            "<i8" => bytes.extend((value as i64).to_le_bytes()),
            "<u2" => bytes.extend((value as u16).to_le_bytes()),
            "|b1" => bytes.push(value as u8),
            _ => unreachable!(),
        }
    }
    std::fs::write(path, bytes).unwrap();
}

fn read(descr: &str, values: &[f64]) -> Result<Vec<u8>> {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.npy");
    array(&path, descr, values);
    let source = ImageSource::open(&path)?;
    let images = (0..source.len()).map(|index| Ok(source.decode(index)?.into_raw_vec_and_offset().0));
    Ok(images.collect::<Result<Vec<_>>>()?.concat())
}

#[test]
fn whole_numbers_up_to_255_are_bytes_in_any_type() {
    // The first image is dark: by itself it could be shares of the full brightness.
    let mut values = [vec![0.0; 11], vec![1.0]].concat();
    values.extend((0..12).map(|n| f64::from(n) * 23.0));
    let bytes: Vec<u8> = values.iter().map(|&value| value as u8).collect();
    for descr in ["<f8", ">f8", "<f4", "<f2", "<i8", "<u2"] {
        assert_eq!(read(descr, &values).unwrap(), bytes, "{descr}");
    }
}

#[test]
fn dark_images_at_the_start_are_passed_over_however_many() {
    // More than one block of zeros before the first value that tells.
    let mut values = vec![0.0; 12 * 30_000];
    values.extend([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 255.0]);
    assert_eq!(read("<f4", &values).unwrap()[12 * 30_000..], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
}

#[test]
fn floats_of_nothing_but_0_and_1_are_black_and_white() {
    let values = [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0];
    assert_eq!(read("<f8", &values).unwrap(), values.map(|value| value as u8 * 255));
    assert_eq!(read("<i8", &values).unwrap(), values.map(|value| value as u8));
}

#[test]
fn values_that_are_neither_bytes_nor_shares_are_refused_with_the_value_and_the_type() {
    for (descr, value, other) in
        [("<f8", 127.5, 3.0), ("<f8", 256.0, 3.0), ("<f4", -1.0, 3.0), ("<f4", f64::NAN, 0.5), ("<f4", 1.5, 0.5)]
    {
        let mut values = vec![other; 12];
        values[7] = value;
        let message = read(descr, &values).unwrap_err().to_string();
        assert!(message.contains(&format!("the value {value} of type {}", &descr[1..])), "{message}");
        values.rotate_left(7);
        assert!(read(descr, &values).is_err(), "{descr} {value} first");
    }
    for (descr, value) in [("<i8", -1.0), ("<i8", 256.0), ("<u2", 65535.0)] {
        let message = read(descr, &[value; 12]).unwrap_err().to_string();
        assert!(message.contains(&format!("the value {value} of type {}", &descr[1..])), "{message}");
    }
    let message = read("|b1", &[1.0; 12]).unwrap_err().to_string();
    assert!(message.contains("booleans (b1)"), "{message}");
}

#[test]
fn places_without_images_say_what_is_wanted() {
    let root = tempfile::tempdir().unwrap();
    let message = ImageSource::open(root.path()).unwrap_err().to_string();
    assert!(message.contains("contains no images: give a folder"), "{message}");
    let message = ImageSource::open(&root.path().join("absent.zip")).unwrap_err().to_string();
    assert!(message.contains("cannot open"), "{message}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_counted_and_named_and_never_left_out() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    folder_of(&stack(), root.path());
    symlink(".git/annex/objects/d.png", root.path().join("sub/d.png")).unwrap();
    symlink(".git/annex/objects/e.JPEG", root.path().join("e.JPEG")).unwrap();
    symlink("nowhere.txt", root.path().join("readme.txt")).unwrap();
    let message = ImageSource::open(root.path()).unwrap_err().to_string();
    assert!(message.starts_with("2 of 5 images in") && message.contains("the first is \"e.JPEG\""), "{message}");
    assert!(message.contains("datalad get"), "{message}");

    let source = ImageSource::open_by_name(root.path()).unwrap();
    assert_eq!(source.names(), ["a.png", "b.png", "e.JPEG", "sub/c.png", "sub/d.png"]);
    source.require([0, 1, 3]).unwrap();
    let message = source.require([0, 4]).unwrap_err().to_string();
    assert!(message.starts_with("1 of 2 images in") && message.contains("\"sub/d.png\""), "{message}");
    assert!(source.decode(3).is_ok() && matches!(source.decode(4), Err(Error::Unreadable { .. })));

    symlink("/no/such/folder", root.path().join("n01440764")).unwrap();
    assert!(ImageSource::open_by_name(root.path()).unwrap_err().to_string().contains("\"n01440764\""));
    let message = ImageSource::open(&root.path().join("e.JPEG")).unwrap_err().to_string();
    assert!(message.contains("a link to \".git/annex/objects/e.JPEG\", which is missing"), "{message}");
}

#[cfg(unix)]
#[test]
fn images_behind_linked_folders_are_read() {
    let (outside, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folder_of(&stack(), outside.path());
    std::os::unix::fs::symlink(outside.path(), root.path().join("train")).unwrap();
    let source = ImageSource::open(root.path()).unwrap();
    assert_eq!(source.names(), ["train/a.png", "train/b.png", "train/sub/c.png"]);
    assert_eq!(source.decode(2).unwrap(), stack().index_axis(Axis(0), 2));
}

/// The bytes of an archive with these images, each under a name of four letters and `.png`.
fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (index, name) in names.iter().enumerate() {
        let bytes = picture::encode_png(stack().index_axis(Axis(0), index), Path::new(name)).unwrap();
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn members_of_one_name_and_encrypted_members_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("x.zip");
    let whole = zip_of(&["aaaa.png", "bbbb.png"]);
    let mut twice = whole.clone();
    while let Some(at) = twice.windows(4).position(|name| name == b"bbbb") {
        twice[at..at + 4].copy_from_slice(b"aaaa");
    }
    std::fs::write(&path, twice).unwrap();
    let message = ImageSource::open(&path).unwrap_err().to_string();
    assert!(message.contains("x.zip") && message.contains("have the same name"), "{message}");

    // The bit that says so, in the header of the member and in the directory.
    let mut encrypted = whole;
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = encrypted.windows(4).rposition(|start| start == mark).unwrap();
        encrypted[at + flags] |= 1;
    }
    std::fs::write(&path, encrypted).unwrap();
    let message = ImageSource::open(&path).unwrap_err().to_string();
    assert!(message.starts_with("1 of 2 images in") && message.contains("\"bbbb.png\": it is encrypted"), "{message}");
    let source = ImageSource::open_by_name(&path).unwrap();
    assert!(source.decode(0).is_ok() && source.decode(1).is_err());
}

#[test]
fn damaged_member_of_an_archive_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("x.zip");
    let mut whole = zip_of(&["aaaa.png", "bbbb.png"]);
    let packed = whole.windows(4).position(|start| start == b"PK\x03\x04").unwrap() + 30 + 8;
    whole[packed + 60] ^= 4;
    std::fs::write(&path, whole).unwrap();
    let source = ImageSource::open(&path).unwrap();
    assert!(source.decode(0).is_err() && source.decode(1).is_ok());
}

#[test]
fn channels_first_and_grey_arrays_are_read_as_rgb_and_said() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.npy");
    let write = |array: ndarray::ArrayD<u8>| {
        npy::write_u8(&path, array.as_standard_layout().view()).unwrap();
        ImageSource::open(&path)
    };
    let first = write(stack().permuted_axes([0, 3, 1, 2]).into_dyn()).unwrap();
    assert!(first.rearranged().unwrap().contains("channels first"));
    assert_eq!(first.decode(1).unwrap(), stack().index_axis(Axis(0), 1));
    let grey = stack().index_axis(Axis(3), 0).to_owned();
    for shape in [&[3, 6, 6][..], &[3, 6, 6, 1], &[3, 1, 6, 6]] {
        if shape.len() == 3 {
            // As many images as an image has channels could be one image.
            let refused = write(grey.to_shape(shape).unwrap().to_owned()).unwrap_err().to_string();
            assert!(refused.contains("x[None]"), "{refused}");
            continue;
        }
        let source = write(grey.to_shape(shape).unwrap().to_owned()).unwrap();
        assert!(source.rearranged().unwrap().contains("grey"));
        let image = source.decode(2).unwrap();
        assert!((0..3).all(|channel| image.index_axis(Axis(2), channel) == grey.index_axis(Axis(0), 2)));
    }
    let two = grey.slice(ndarray::s![..2, .., ..]).to_owned().into_dyn();
    assert_eq!(write(two).unwrap().len(), 2);
    assert_eq!(write(stack().into_dyn()).unwrap().rearranged(), None);
    let refused = write(ndarray::ArrayD::zeros(vec![2, 6, 6, 4])).unwrap_err().to_string();
    assert!(refused.contains("x[..., :3]"), "{refused}");
}
