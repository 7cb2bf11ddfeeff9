//! Copies in other colours: images with the same edges.
//!
//! The structure of an image is where its edges lie and how they run, on 64 x 64 pixels: the tensor `sum_c g_c g_c^T` of the
//! gradients `g_c` of its channels, without its trace, divided by its mean trace over 33 x 33 pixels and brought to the square
//! root, in the means of 2 x 2 pixels about the mean of the image. An edge counts whatever its colours are and whichever side is
//! brighter, so that grey, inverted and saturated copies and those with exchanged channels keep the structure.
//!
//! The limits come from photographs of 112 pixels. Of 300 that are shown again in eight strong colours (V4, session 201016), 96 %
//! correlate by [`EDGE_CORRELATION`]; of 100 made grey, inverted, saturated, sepia or with exchanged channels, all; of
//! 3.5 million pairs of different photographs (NIPS 2017 and Caltech 101), none: the largest is 0.48. Drawings and photographs
//! of one shape in one pose (stop signs, yin and yang) do.

use std::path::Path;

use afterimage_formats::picture;
use ndarray::{Array2, ArrayView3, ArrayView4, Axis};
use rayon::prelude::*;

use crate::Result;

/// Least correlation of the structures of a proposed pair.
pub(super) const EDGE_CORRELATION: f32 = 0.55;

/// Side of the images whose gradients are taken.
const SIDE: usize = 64;
/// Side of the structure.
const CELLS: usize = SIDE / 2;
/// Pixels to each side over which edges are weighed against each other.
const AROUND: usize = 16;
/// Squared grey levels of gradients, added to the mean around: flat areas have no edges.
const FLAT: f32 = 40.0;
/// Least root mean square of a structure to compare: stripes and plain shapes have less, photographs more than 0.43.
const LEAST: f32 = 0.3;

/// A pair of images with the same edges, by their indices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alike {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) correlation: f32,
    pub(super) mirrored: bool,
}

/// Structures of images, each of length 1, `[images, 2 x CELLS x CELLS]`.
#[derive(Debug, Default)]
pub(super) struct Structures {
    indices: Vec<usize>,
    values: Array2<f32>,
}

impl Structures {
    /// Of images `[n, height, width, 3]` with their indices; images without structure are left out.
    ///
    /// # Errors
    /// [`crate::Error::Format`] for images without pixels.
    pub(super) fn of(indices: &[usize], images: ArrayView4<'_, u8>) -> Result<Self> {
        let of_image = |position: usize| structure(images.index_axis(Axis(0), position));
        let found = (0..indices.len()).into_par_iter().map(of_image).collect::<Result<Vec<_>>>()?;
        let mut structures = Self::default();
        let mut values = Vec::new();
        for (index, structure) in indices.iter().zip(found) {
            if let Some(structure) = structure {
                structures.indices.push(*index);
                values.extend(structure);
            }
        }
        let shape = (structures.indices.len(), 2 * CELLS * CELLS);
        structures.values = Array2::from_shape_vec(shape, values).unwrap_or_default();
        Ok(structures)
    }

    pub(super) fn len(&self) -> usize {
        self.indices.len()
    }

    /// The structures of the mirror images: columns in reverse, and what runs up runs down.
    fn mirrored(&self) -> Array2<f32> {
        let mut mirrored = Array2::zeros(self.values.dim());
        for (mut to, from) in mirrored.outer_iter_mut().zip(self.values.outer_iter()) {
            for (at, value) in from.iter().enumerate() {
                let (row, column) = (at / CELLS, at % CELLS);
                let sign = if row < CELLS { 1.0 } else { -1.0 };
                to[row * CELLS + CELLS - 1 - column] = sign * value;
            }
        }
        mirrored
    }
}

/// Structures that others are compared with.
#[derive(Debug)]
pub(super) struct Known {
    upright: Structures,
    mirrored: Array2<f32>,
}

impl Known {
    pub(super) fn new(upright: Structures) -> Self {
        Self { mirrored: upright.mirrored(), upright }
    }

    pub(super) fn len(&self) -> usize {
        self.upright.len()
    }

    /// The pairs of these, the first, and others that correlate by [`EDGE_CORRELATION`], one perhaps mirrored.
    pub(super) fn alike(&self, others: &Structures) -> Vec<Alike> {
        let upright = others.values.dot(&self.upright.values.t());
        let mirrored = others.values.dot(&self.mirrored.t());
        let mut found = Vec::new();
        for ((second, first), &straight) in upright.indexed_iter() {
            let flipped = mirrored[[second, first]];
            let (correlation, mirrored) = if flipped > straight { (flipped, true) } else { (straight, false) };
            if correlation >= EDGE_CORRELATION {
                let (first, second) = (self.upright.indices[first], others.indices[second]);
                found.push(Alike { first, second, correlation, mirrored });
            }
        }
        found
    }
}

/// The structure of an image, `[2 x CELLS x CELLS]`; `None` if it has too few edges.
fn structure(image: ArrayView3<'_, u8>) -> Result<Option<Vec<f32>>> {
    let small = picture::stretch(image, SIDE, SIDE, Path::new("image"))?;
    let pixels: Vec<f32> = small.iter().map(|&value| f32::from(value)).collect();
    let [mut along, mut across, mut trace] = [(); 3].map(|()| vec![0.0; SIDE * SIDE]);
    let is_inside = |at: usize| at > 0 && at + 1 < SIDE;
    let row = |y: usize| &pixels[y * 3 * SIDE..(y + 1) * 3 * SIDE];
    for y in 0..SIDE {
        let (above, here, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(SIDE - 1)));
        for x in 0..SIDE {
            for at in 3 * x..3 * x + 3 {
                let dx = if is_inside(x) { here[at + 3] - here[at - 3] } else { 0.0 };
                let dy = if is_inside(y) { below[at] - above[at] } else { 0.0 };
                along[y * SIDE + x] += dx * dx - dy * dy;
                across[y * SIDE + x] += 2.0 * dx * dy;
                trace[y * SIDE + x] += dx * dx + dy * dy;
            }
        }
    }
    let around = mean_around(&trace);
    let mut values = Vec::with_capacity(2 * CELLS * CELLS);
    for mut part in [along, across] {
        for (value, around) in part.iter_mut().zip(&around) {
            let share = *value / (around + FLAT);
            *value = share.abs().sqrt().copysign(share);
        }
        let cell = |at: usize| {
            let first = at / CELLS * 2 * SIDE + at % CELLS * 2;
            (part[first] + part[first + 1] + part[first + SIDE] + part[first + SIDE + 1]) / 4.0
        };
        let mean = (0..CELLS * CELLS).map(cell).sum::<f32>() / (CELLS * CELLS) as f32;
        values.extend((0..CELLS * CELLS).map(|at| cell(at) - mean));
    }
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    let is_enough = length >= LEAST * CELLS as f32;
    Ok(is_enough.then(|| values.into_iter().map(|value| value / length).collect()))
}

/// The mean of `[SIDE x SIDE]` values within [`AROUND`] pixels to each side; beyond the edge, the pixels at the edge go on.
fn mean_around(values: &[f32]) -> Vec<f32> {
    let width = 2 * AROUND + 1;
    let place = |at: usize| at.saturating_sub(AROUND).min(SIDE - 1);
    let mut sums = values.to_vec();
    for (line, from) in sums.chunks_exact_mut(SIDE).zip(values.chunks_exact(SIDE)) {
        let mut sum: f32 = (0..width).map(|at| from[place(at)]).sum();
        for at in 0..SIDE {
            line[at] = sum;
            sum += from[place(at + width)] - from[place(at)];
        }
    }
    let row = |at: usize| &sums[place(at) * SIDE..(place(at) + 1) * SIDE];
    let mut means = Vec::with_capacity(SIDE * SIDE);
    let mut sum = vec![0.0; SIDE];
    (0..width).for_each(|at| sum.iter_mut().zip(row(at)).for_each(|(sum, value)| *sum += value));
    for y in 0..SIDE {
        means.extend(sum.iter().map(|sum| sum / (width * width) as f32));
        let change = row(y + width).iter().zip(row(y));
        sum.iter_mut().zip(change).for_each(|(sum, (next, last))| *sum += next - last);
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_around_is_that_of_the_padded_square() {
        let values: Vec<f32> = (0..SIDE * SIDE).map(|at| ((at * 7919 + 13) % 101) as f32).collect();
        let means = mean_around(&values);
        for (y, x) in [(0, 0), (5, 63), (31, 32), (63, 20)] {
            let reach = |at: usize| (0..=2 * AROUND).map(move |by| (at + by).saturating_sub(AROUND).min(SIDE - 1));
            let inside = reach(y).flat_map(|y| reach(x).map(move |x| y * SIDE + x));
            let mean = inside.map(|at| values[at]).sum::<f32>() / (2 * AROUND + 1).pow(2) as f32;
            assert!((means[y * SIDE + x] - mean).abs() < 1e-2, "{y} {x}: {} {mean}", means[y * SIDE + x]);
        }
    }

    #[test]
    fn stripes_and_flat_images_have_no_structure_to_compare() {
        let stripes = ndarray::Array3::from_shape_fn((64, 64, 3), |(_, x, _)| if x / 4 % 2 == 0 { 250 } else { 5 });
        assert!(structure(stripes.view()).unwrap().is_none());
        assert!(structure(ndarray::Array3::from_elem((64, 64, 3), 90).view()).unwrap().is_none());
    }
}
