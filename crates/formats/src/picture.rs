//! A single image: decoding to 8-bit RGB, square crop, resizing and PNG.

mod jpeg;

use std::io::Cursor;
use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{ImageEncoder, ImageReader, Limits};
use ndarray::{Array3, ArrayView3, s};

use crate::{Error, Result};

/// Maximum memory for decoding one image; more is refused as a decompression bomb.
const DECODE_LIMIT: u64 = 512 << 20;

/// First bytes of pointer files, whose content was not fetched, and how to fetch it.
const POINTERS: [(&[u8], &str); 2] = [
    (
        b"/annex/objects/",
        "it is a git-annex pointer without its content: fetch it with \"datalad get\" or \"git annex get\"",
    ),
    (b"version https://git-lfs", "it is a Git LFS pointer without its content: fetch it with \"git lfs pull\""),
];

/// Decodes JPEG, PNG, BMP or TIFF bytes to RGB `[height, width, 3]`.
///
/// The format is detected from the content, not the name. Grey becomes three equal channels, transparency is dropped,
/// 16 bits are scaled to 8. Orientation tags are not applied: the stored pixels are what was shown.
///
/// # Errors
/// [`Error::Malformed`] naming `path` if the bytes are damaged, truncated, of another format, or would take over 512
/// MiB.
pub fn decode(bytes: &[u8], path: &Path) -> Result<Array3<u8>> {
    let malformed = |error: &dyn std::fmt::Display| Error::malformed("picture", path, error);
    if let Some((_, what)) = POINTERS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(malformed(what));
    }
    if jpeg::is_jpeg(bytes) && !jpeg::is_whole(bytes) {
        let reason =
            format!("the file of {} bytes ends before its JPEG image does: copy or download it again", bytes.len());
        return Err(malformed(&reason));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| malformed(&error))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_LIMIT);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| malformed(&error))?.into_rgb8();
    let (width, height) = picture.dimensions();
    let shape = (height as usize, width as usize, 3);
    Array3::from_shape_vec(shape, picture.into_raw()).map_err(|error| malformed(&error))
}

/// Width and height from the header of JPEG, PNG, BMP or TIFF bytes; no pixel is decoded.
///
/// # Errors
/// [`Error::Malformed`] naming `path` if the header is damaged or of another format.
pub fn dimensions(bytes: &[u8], path: &Path) -> Result<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|error| Error::malformed("picture", path, error))?;
    reader.into_dimensions().map_err(|error| Error::malformed("picture", path, error))
}

/// Converts a channel in 0..1 to a byte, rounded; values outside are clipped.
pub fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// Converts `[3, height, width]` in 0..1 to bytes `[height, width, 3]`.
pub fn bytes(image: ArrayView3<'_, f32>) -> Array3<u8> {
    image.permuted_axes([1, 2, 0]).mapv(byte).as_standard_layout().into_owned()
}

/// Crops the largest centred square and resizes it to `side` x `side`: `[height, width, 3]` to `[side, side, 3]`.
///
/// Resizing is bilinear with antialiasing (the filter widens with the reduction, as torchvision's default does). An
/// image that is already `side` x `side` is returned unchanged, bit for bit. With an odd margin the smaller half is cut
/// left and above.
///
/// # Errors
/// [`Error::Malformed`] naming `path` if the image or `side` is empty.
pub fn crop_resize(picture: ArrayView3<'_, u8>, side: usize, path: &Path) -> Result<Array3<u8>> {
    let (height, width, _) = picture.dim();
    if (height, width) == (side, side) {
        return Ok(picture.to_owned());
    }
    let square = height.min(width);
    let (top, left) = ((height - square) / 2, (width - square) / 2);
    // Crop first: the resizer's own crop lets the filter read pixels beyond the edge.
    stretch(picture.slice(s![top..top + square, left..left + square, ..]), side, side, path)
}

/// Resizes the whole image to `height` x `width`, ignoring its aspect ratio: `[h, w, 3]` to `[height, width, 3]`.
///
/// # Errors
/// See [`crop_resize`].
pub fn stretch(picture: ArrayView3<'_, u8>, height: usize, width: usize, path: &Path) -> Result<Array3<u8>> {
    let malformed = |error: &dyn std::fmt::Display| Error::malformed("picture", path, error);
    let (h, w, channels) = picture.dim();
    if channels != 3 || h * w == 0 || height * width == 0 {
        return Err(malformed(&format!("cannot resize {h} x {w} x {channels} to {height} x {width}")));
    }
    let standard = picture.as_standard_layout();
    let pixels = standard.as_slice().unwrap_or_default();
    let mut resized = Array3::zeros((height, width, 3));
    let buffer = resized.as_slice_mut().expect("a new array is contiguous");
    // Typed images, since `Resizer::resize` compiles every filter for all thirteen pixel types, which takes a minute.
    let from = TypedImageRef::<U8x3>::from_buffer(w as u32, h as u32, pixels).map_err(|error| malformed(&error))?;
    let into = TypedImage::<U8x3>::from_buffer(width as u32, height as u32, buffer);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    let done = Resizer::new().resize_typed(&from, &mut into.map_err(|error| malformed(&error))?, &options);
    done.map_err(|error| malformed(&error))?;
    Ok(resized)
}

/// Encodes RGB `[height, width, 3]` as PNG bytes.
///
/// # Errors
/// [`Error::Malformed`] for a shape other than that of an RGB image.
pub fn encode_png(picture: ArrayView3<'_, u8>, path: &Path) -> Result<Vec<u8>> {
    let malformed = |error: &dyn std::fmt::Display| Error::malformed("picture", path, error);
    let (height, width, channels) = picture.dim();
    if channels != 3 || height * width == 0 {
        return Err(malformed(&format!("shape {:?} is not [height, width, 3]", picture.shape())));
    }
    let pixels: Vec<u8> = picture.iter().copied().collect();
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(&pixels, width as u32, height as u32, image::ExtendedColorType::Rgb8)
        .map_err(|error| malformed(&error))?;
    Ok(bytes)
}

/// Writes RGB `[height, width, 3]` as a PNG file.
///
/// # Errors
/// See [`encode_png`], and [`Error::Io`].
pub fn write_png(path: &Path, picture: ArrayView3<'_, u8>) -> Result<()> {
    std::fs::write(path, encode_png(picture, path)?).map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gradient(height: usize, width: usize) -> Array3<u8> {
        Array3::from_shape_fn((height, width, 3), |(y, x, c)| (y * 7 + x * 3 + c * 50) as u8)
    }

    #[test]
    fn png_survives_the_round_trip() {
        let picture = gradient(5, 9);
        let bytes = encode_png(picture.view(), Path::new("x.png")).unwrap();
        assert_eq!(decode(&bytes, Path::new("x.png")).unwrap(), picture);
    }

    #[test]
    fn header_alone_states_the_dimensions() {
        let bytes = encode_png(gradient(5, 9).view(), Path::new("x.png")).unwrap();
        assert_eq!(dimensions(&bytes[..48], Path::new("x.png")).unwrap(), (9, 5));
        assert!(dimensions(b"no picture", Path::new("x.png")).unwrap_err().to_string().contains("x.png"));
    }

    #[test]
    fn truncated_and_empty_pictures_are_refused() {
        let bytes = encode_png(gradient(40, 40).view(), Path::new("x.png")).unwrap();
        for end in [0, 4, 30, bytes.len() / 2] {
            let message = decode(&bytes[..end], Path::new("x.png")).unwrap_err().to_string();
            assert!(message.contains("x.png"), "{message}");
        }
    }

    #[test]
    fn picture_of_the_right_size_is_untouched() {
        let picture = gradient(8, 8);
        assert_eq!(crop_resize(picture.view(), 8, Path::new("x")).unwrap(), picture);
    }

    #[test]
    fn crop_is_centred_and_sees_nothing_beyond_its_edge() {
        // The outer columns are 255 and must not bleed into the inner square of 100.
        let picture = Array3::from_shape_fn((16, 32, 3), |(_, x, _)| if (8..24).contains(&x) { 100 } else { 255 });
        let small = crop_resize(picture.view(), 4, Path::new("x")).unwrap();
        assert!(small.iter().all(|&value| value == 100), "{small:?}");
    }

    #[test]
    fn reduction_is_antialiased() {
        let checkerboard = Array3::from_shape_fn((64, 64, 3), |(y, x, _)| if (x + y) % 2 == 0 { 50 } else { 150 });
        let small = crop_resize(checkerboard.view(), 8, Path::new("x")).unwrap();
        assert!(small.iter().all(|&value| value.abs_diff(100) <= 5), "{small:?}");
    }

    #[test]
    fn side_of_zero_is_refused() {
        assert!(crop_resize(gradient(4, 4).view(), 0, Path::new("x")).is_err());
    }
}
