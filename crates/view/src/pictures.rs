//! Pictures to arrays and back, as the API sends them.

use std::path::Path;

use ndarray::{Array4, ArrayView3, Axis};

use afterimage_formats::picture;

use crate::{Result, ViewError};

/// Images `[n, side, side, 3]` of picture files: the centred square of each, resized.
pub(crate) fn read(files: &[Vec<u8>], side: usize) -> Result<Array4<u8>> {
    let mut images = Array4::zeros((files.len(), side, side, 3));
    for (index, (file, mut slot)) in files.iter().zip(images.axis_iter_mut(Axis(0))).enumerate() {
        let name = format!("image {index}");
        let name = Path::new(&name);
        let square = picture::decode(file, name).and_then(|image| picture::crop_resize(image.view(), side, name));
        slot.assign(&square.map_err(|error| ViewError::Request { message: error.to_string() })?);
    }
    Ok(images)
}

/// PNG of an image `[3, height, width]` in 0..1.
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
        let read = read(&[file.clone(), file], 8).unwrap();
        assert_eq!(read.dim(), (2, 8, 8, 3));
        assert_eq!(f32::from(read[[1, 2, 3, 1]]), (image[[1, 2, 3]] * 255.0).round());
        let said = super::read(&[b"no picture".to_vec()], 8).unwrap_err().to_string();
        assert!(said.contains("image 0"), "{said}");
    }
}
