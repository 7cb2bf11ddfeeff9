//! Difference hashes, and the pixel comparison that confirms them.

use std::path::Path;

use afterimage_formats::picture;
use ndarray::{Array3, Array4, ArrayView3, ArrayView4, Axis, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{HASH_DISTANCE, PIXEL_CORRELATION};
use crate::Result;
use crate::header::{Split, StimulusInfo};
use crate::pool::UnpairedPool;
use crate::store::DataSet;

/// Images read at a time.
const BLOCK: usize = 128;
/// Side of the thumbnails that are correlated.
const THUMBNAIL: usize = 32;
/// Spread, in grey levels, below which a thumbnail has no contrast to correlate.
const FLAT: f64 = 3.0;
/// Mean difference, in grey levels, up to which two images without contrast are the same.
const SAME_COLOUR: f64 = 3.0;

/// The 64-bit difference hashes of an image and of its mirror image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureHash {
    /// Of the image.
    pub upright: u64,
    /// Of its mirror image.
    pub mirrored: u64,
}

impl PictureHash {
    /// The hash of an image `[height, width, 3]`.
    ///
    /// # Errors
    /// [`crate::Error::Format`] for an image without pixels.
    pub fn of(picture: ArrayView3<'_, u8>) -> Result<Self> {
        Ok(Self { upright: difference_hash(picture)?, mirrored: difference_hash(mirror(picture))? })
    }

    /// Whether the hashes propose the pair as duplicates: at most [`HASH_DISTANCE`] bits apart, one perhaps mirrored.
    pub fn is_close(&self, other: &Self) -> bool {
        let apart = |hash: u64| (hash ^ other.upright).count_ones() <= HASH_DISTANCE;
        apart(self.upright) || apart(self.mirrored)
    }
}

/// Whether the pixels of two images `[height, width, 3]` of one size make them duplicates, as the audit decides it.
///
/// # Errors
/// [`crate::Error::Format`] for an image without pixels.
pub fn is_duplicate(a: ArrayView3<'_, u8>, b: ArrayView3<'_, u8>) -> Result<bool> {
    Ok(compare(a, b)?.is_some())
}

/// An image's hash, and where it lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashed {
    pub(super) index: usize,
    hash: PictureHash,
}

/// How two images relate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Likeness {
    Identical,
    Near { correlation: f64, mirrored: bool },
}

impl Hashed {
    fn of(index: usize, picture: ArrayView3<'_, u8>) -> Result<Self> {
        Ok(Self { index, hash: PictureHash::of(picture)? })
    }

    /// Whether the hashes propose the pair.
    pub(super) fn is_close(&self, other: &Self) -> bool {
        self.hash.is_close(&other.hash)
    }
}

/// Receives each block of images `[n, height, width, 3]` with their indices.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&[usize], ArrayView4<'_, u8>) -> Result<()>;

pub(super) fn of_stimuli(data: &DataSet, split: Split, visit: Visit<'_>) -> Result<Vec<Hashed>> {
    let is_of_part = |info: &StimulusInfo| data.header().has_images() && info.split == split;
    let rows = data.header().stimuli.iter().enumerate().filter(|(_, info)| is_of_part(info));
    let rows: Vec<usize> = rows.map(|(row, _)| row).collect();
    let read = |block: &[usize]| data.images(&block.iter().map(|&row| row as u32).collect::<Vec<_>>());
    of_blocks(&rows, read, visit)
}

/// Hashes of at most `limit` images, evenly spaced.
pub(super) fn of_pool(pool: &UnpairedPool, limit: usize, visit: Visit<'_>) -> Result<Vec<Hashed>> {
    let count = pool.len().min(limit);
    let chosen: Vec<usize> = (0..count).map(|i| i * pool.len() / count).collect();
    // A damaged image is told with all others that are damaged, so that one look is enough.
    let read = |block: &[usize]| pool.read(block).or_else(|error| pool.require(&chosen).and(Err(error)));
    of_blocks(&chosen, read, visit)
}

fn of_blocks(
    indices: &[usize],
    read: impl Fn(&[usize]) -> Result<Array4<u8>>,
    visit: Visit<'_>,
) -> Result<Vec<Hashed>> {
    let mut hashes = Vec::with_capacity(indices.len());
    for block in indices.chunks(BLOCK) {
        let images = read(block)?;
        visit(block, images.view())?;
        let hash = |(position, &index): (usize, &usize)| Hashed::of(index, images.index_axis(Axis(0), position));
        hashes.extend(block.par_iter().enumerate().map(hash).collect::<Result<Vec<_>>>()?);
    }
    Ok(hashes)
}

/// The signs of the 64 horizontal brightness steps on a 9 x 8 thumbnail.
fn difference_hash(picture: ArrayView3<'_, u8>) -> Result<u64> {
    let small = picture::stretch(picture, 8, 9, Path::new("image"))?;
    let grey = |y: usize, x: usize| {
        let [r, g, b] = [0, 1, 2].map(|c| u32::from(small[[y, x, c]]));
        299 * r + 587 * g + 114 * b
    };
    let bits = (0..8).flat_map(|y| (0..8).map(move |x| (y, x)));
    Ok(bits.fold(0, |hash, (y, x)| hash << 1 | u64::from(grey(y, x) > grey(y, x + 1))))
}

fn mirror(picture: ArrayView3<'_, u8>) -> ArrayView3<'_, u8> {
    picture.slice_move(s![.., ..;-1, ..])
}

/// Compares pixels; `None` when the pair is no duplicate after all.
pub(super) fn compare(a: ArrayView3<'_, u8>, b: ArrayView3<'_, u8>) -> Result<Option<Likeness>> {
    if a == b {
        return Ok(Some(Likeness::Identical));
    }
    let (upright, reversed, other) = (thumbnail(a)?, thumbnail(mirror(a))?, thumbnail(b)?);
    let (straight, flipped) = (likeness(&upright, &other), likeness(&reversed, &other));
    let (correlation, mirrored) = if flipped > straight { (flipped, true) } else { (straight, false) };
    Ok((correlation >= PIXEL_CORRELATION).then_some(Likeness::Near { correlation, mirrored }))
}

fn thumbnail(picture: ArrayView3<'_, u8>) -> Result<Array3<f64>> {
    Ok(picture::stretch(picture, THUMBNAIL, THUMBNAIL, Path::new("image"))?.mapv(f64::from))
}

/// Correlation of pixels about their channels' means; of images without contrast, 1 when their colours agree and else 0.
fn likeness(a: &Array3<f64>, b: &Array3<f64>) -> f64 {
    let centred = |picture: &Array3<f64>| {
        let means = picture.mean_axis(Axis(0)).and_then(|rows| rows.mean_axis(Axis(0)));
        means.map_or_else(|| picture.clone(), |means| picture - &means)
    };
    let (x, y) = (centred(a), centred(b));
    let count = x.len() as f64;
    let spread = |z: &Array3<f64>| (z.iter().map(|v| v * v).sum::<f64>() / count).sqrt();
    let (sx, sy) = (spread(&x), spread(&y));
    if sx < FLAT || sy < FLAT {
        let apart = a.iter().zip(b).map(|(p, q)| (p - q).abs()).sum::<f64>() / count;
        return f64::from(u8::from(apart <= SAME_COLOUR));
    }
    x.iter().zip(&y).map(|(p, q)| p * q).sum::<f64>() / (count * sx * sy)
}
