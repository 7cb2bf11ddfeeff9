//! JPEGs as Pillow writes them, whole and cut.

use std::path::Path;

use crate::common::{expected, fixture, shape};
use afterimage_formats::picture;

const KINDS: [&str; 8] = [
    "baseline.jpg",
    "progressive.jpg",
    "restart.jpg",
    "full_colour.jpg",
    "grey.jpg",
    "cmyk.jpg",
    "thumbnail.jpg",
    "several.jpg",
];

fn read(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// Where the image that begins with the file ends: at the first such marker outside the headers, as Pillow's files have it.
fn end_of_image(bytes: &[u8]) -> usize {
    let scan = bytes.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let scan = if bytes.starts_with(&[0xff, 0xd8]) && bytes.len() > 2020 {
        // Two images in one file: the first one's scan.
        bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap()
    } else {
        scan
    };
    scan + bytes[scan..].windows(2).position(|pair| pair == [0xff, 0xd9]).unwrap() + 2
}

#[test]
fn every_kind_is_read_as_pillow_reads_it() {
    for name in KINDS {
        let image = picture::decode(&read(name), Path::new(name)).unwrap();
        let wanted = expected(name);
        assert_eq!(image.shape(), shape(&wanted), "{name}");
        for (channel, mean) in wanted["means"].as_array().unwrap().iter().enumerate() {
            let values = image.index_axis(ndarray::Axis(2), channel);
            let got = values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
            assert!((got - mean.as_f64().unwrap()).abs() < 1.5, "{name} channel {channel}: {got} for {mean}");
        }
    }
}

#[test]
fn every_cut_is_refused_wherever_it_falls() {
    for name in KINDS {
        let whole = read(name);
        let end = end_of_image(&whole);
        for cut in 2..end {
            let message = picture::decode(&whole[..cut], Path::new(name)).unwrap_err().to_string();
            assert!(message.contains(name), "{message}");
        }
        let message = picture::decode(&whole[..end - 40], Path::new(name)).unwrap_err().to_string();
        assert!(message.contains("ends before its JPEG image does: copy or download it again"), "{message}");
        assert!(picture::decode(&whole[..end], Path::new(name)).is_ok(), "{name} up to its end");
    }
}

#[test]
fn what_follows_the_image_changes_nothing() {
    for name in KINDS {
        let whole = read(name);
        let image = picture::decode(&whole, Path::new(name)).unwrap();
        for tail in [&[0; 1000][..], b"\r\n", b"<!-- from the web -->", &[0xff; 5], &read("grey.jpg"), &whole[..50]] {
            let longer = [&whole[..], tail].concat();
            assert_eq!(picture::decode(&longer, Path::new(name)).unwrap(), image, "{name}");
        }
        // A cut file that was padded to its old length is still cut.
        let padded = [&whole[..end_of_image(&whole) - 30], &[0; 500]].concat();
        assert!(picture::decode(&padded, Path::new(name)).is_err(), "{name}");
        // So is one that a whole download was appended to.
        let again = [&whole[..end_of_image(&whole) - 30], &whole[..]].concat();
        assert!(picture::decode(&again, Path::new(name)).is_err(), "{name}");
    }
}

#[test]
fn pointers_to_content_elsewhere_say_what_fetches_it() {
    for (text, command) in [
        ("/annex/objects/SHA256E-s1234--0a.jpg\n", "datalad get"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 1234\n", "git lfs pull"),
    ] {
        let message = picture::decode(text.as_bytes(), Path::new("a.jpg")).unwrap_err().to_string();
        assert!(message.contains("a.jpg") && message.contains(command), "{message}");
    }
}

/// A real folder of photographs, where this machine has it.
#[test]
fn no_real_photograph_is_refused() {
    let Some(root) = afterimage_probe::shared("caltech101") else { return };
    let source = afterimage_formats::images::ImageSource::open(&root).unwrap();
    let step = (source.len() / 200).max(1);
    for index in (0..source.len()).step_by(step) {
        source.decode(index).unwrap();
    }
}

#[test]
fn png_is_read_to_its_checksums() {
    let pixels = ndarray::Array3::from_shape_fn((13, 17, 3), |(y, x, c)| (y * 31 + x * 57 + c * 91 + y * x) as u8);
    let whole = picture::encode_png(pixels.view(), Path::new("a.png")).unwrap();
    let mut refused = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        match picture::decode(&bytes, Path::new("a.png")) {
            Ok(image) => assert!(image == pixels, "byte {at} of {} changes the image", whole.len()),
            Err(_) => refused += 1,
        }
    }
    // All but the mark of the end, which says nothing about the image.
    assert!(refused + 12 >= whole.len(), "{refused} of {}", whole.len());
}
