//! Image files to arrays and back, for the API.

use std::path::{Path, PathBuf};

use ndarray::{Array4, ArrayView3, Axis};

use afterimage_formats::picture;

use crate::answer::Problem;
use crate::effort::Stop;
use crate::{Result, ViewError};

/// Most pixels of one image.
const MOST_PIXELS: u64 = 64 << 20;
/// Most pixels of all images of a request.
const MOST_PIXELS_IN_ALL: u64 = 256 << 20;

/// Returns the pixels of the largest image file, from the headers.
///
/// # Errors
/// [`ViewError::Request`] for a file that is not an image, [`ViewError::TooLarge`] for too many pixels.
pub(crate) fn largest(files: &[Vec<u8>]) -> Result<u64> {
    let (mut largest, mut sum) = (0, 0_u64);
    for (index, file) in files.iter().enumerate() {
        let (width, height) = picture::dimensions(file, &name(index)).map_err(request_error)?;
        let pixels = u64::from(width) * u64::from(height);
        sum = sum.saturating_add(pixels);
        if pixels > MOST_PIXELS || sum > MOST_PIXELS_IN_ALL {
            let message = format!(
                "image {index} has {width} x {height} pixels: at most {MOST_PIXELS} are taken in one image and \
                 {MOST_PIXELS_IN_ALL} in all of a request; send fewer or smaller images"
            );
            return Err(ViewError::TooLarge { message });
        }
        largest = largest.max(pixels);
    }
    Ok(largest)
}

/// Decodes image files to `[n, side, side, 3]`: the centred square of each, resized.
pub(crate) fn read(files: &[Vec<u8>], side: usize, stop: &Stop) -> std::result::Result<Array4<u8>, Problem> {
    let mut images = Array4::zeros((files.len(), side, side, 3));
    for (index, (file, mut slot)) in files.iter().zip(images.axis_iter_mut(Axis(0))).enumerate() {
        stop.check()?;
        let name = name(index);
        let square = picture::decode(file, &name).and_then(|image| picture::crop_resize(image.view(), side, &name));
        slot.assign(&square.map_err(request_error)?);
    }
    Ok(images)
}

fn name(index: usize) -> PathBuf {
    format!("image {index}").into()
}

fn request_error(error: afterimage_formats::Error) -> ViewError {
    ViewError::Request { message: error.to_string() }
}

/// Encodes an image `[3, height, width]` in 0..1 as PNG.
pub(crate) fn png(image: ArrayView3<'_, f32>) -> Result<Vec<u8>> {
    picture::encode_png(picture::bytes(image).view(), Path::new("image"))
        .map_err(|error| ViewError::Networks { message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn a_picture_comes_back_and_what_is_none_is_named() {
        let image = Array3::from_shape_fn((3, 8, 8), |(c, y, x)| ((c * 64 + y * 8 + x) % 256) as f32 / 255.0);
        let file = png(image.view()).unwrap();
        let files = [file.clone(), file];
        assert_eq!(largest(&files).unwrap(), 64);
        let read = read(&files, 8, &Stop::default()).unwrap();
        assert_eq!(read.dim(), (2, 8, 8, 3));
        assert_eq!(f32::from(read[[1, 2, 3, 1]]), (image[[1, 2, 3]] * 255.0).round());
        for refused in [largest(&[b"no picture".to_vec()]).unwrap_err().to_string(), unread(b"no picture")] {
            assert!(refused.contains("image 0"), "{refused}");
        }
    }

    fn unread(file: &[u8]) -> String {
        super::read(&[file.to_vec()], 8, &Stop::default()).unwrap_err().message_of()
    }

    /// The head of a PNG of these dimensions, and nothing more.
    fn head(width: u32, height: u32) -> Vec<u8> {
        let mut file = png(Array3::zeros((3, 1, 1)).view()).unwrap();
        file.truncate(33);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32(&file[12..29]);
        file[29..33].copy_from_slice(&crc.to_be_bytes());
        file.extend([0, 0, 0, 0]);
        file.extend(b"IDAT");
        file
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }

    #[test]
    fn pixels_are_counted_before_any_is_decoded() {
        let large = head(8000, 8000);
        assert_eq!(largest(std::slice::from_ref(&large)).unwrap(), 64_000_000);
        let said = largest(&vec![large.clone(); 242]).unwrap_err();
        assert!(
            matches!(said, ViewError::TooLarge { .. }) && said.to_string().contains("image 4 has 8000 x 8000"),
            "{said}"
        );
        assert!(largest(&[head(100_000, 100_000)]).unwrap_err().to_string().contains("100000 x 100000"));
        assert_eq!(largest(&vec![head(1000, 1000); 256]).unwrap(), 1_000_000, "a full request of photographs");
        let stop = Stop::default();
        stop.set();
        assert!(super::read(&[large], 8, &stop).unwrap_err().message_of().contains("nobody waits"));
    }
}
