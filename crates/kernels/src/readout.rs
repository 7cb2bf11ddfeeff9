//! The readout of voxels from patches, without the products of every channel, place and voxel in memory at once.
//!
//! For an image with patches P `[channels, positions]`, maps S `[positions, voxels]` and weights C `[channels, voxels]`:
//! y_v = sum over c of C_cv · M_cv · (P S)_cv, where M is a dropout mask. Products are made image by image, and made again
//! for the gradient.

use afterimage_statistics::draws::{SOLE, Stream, stream};
use rand::Rng;
use rayon::prelude::*;

use crate::product::{View, product};
use crate::scratch::with_buffers;
use crate::vector::vectorised;

/// Bytes of sums that the parts of a gradient hold together, about.
const BYTES: usize = 256 << 20;

/// A dropout mask, drawn from a seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Probability of zero; its resolution is 2⁻¹⁶.
    pub probability: f64,
    /// Seed of the draws.
    pub seed: u64,
}

/// Sizes of a readout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Channels of the patches.
    pub channels: usize,
    /// Positions of the patches.
    pub positions: usize,
    /// Voxels.
    pub voxels: usize,
}

/// Gradients of a readout.
#[derive(Debug)]
pub struct Gradients {
    /// `[images, channels, positions]`
    pub patches: Vec<f32>,
    /// `[positions, voxels]` and `[channels, voxels]`, where asked for.
    pub parameters: Option<[Vec<f32>; 2]>,
}

impl Dropout {
    /// The stream of an image.
    fn stream(self, image: usize) -> Stream {
        stream(self.seed, SOLE, image as u64)
    }

    /// Fills the mask of one channel: zero, or 1/(1 - probability).
    fn fill(self, stream: &mut Stream, out: &mut [f32]) {
        let threshold = (self.probability * 65536.0).round() as u32;
        let keep = (1.0 / (1.0 - self.probability)) as f32;
        for four in out.chunks_mut(4) {
            let bits = stream.next_u64();
            for (i, value) in four.iter_mut().enumerate() {
                *value = if ((bits >> (16 * i)) as u32 & 0xffff) < threshold { 0.0 } else { keep };
            }
        }
    }

    /// The whole mask, `[images, channels, voxels]`.
    pub fn mask(self, images: usize, channels: usize, voxels: usize) -> Vec<f32> {
        let mut mask = vec![0.0; images * channels * voxels];
        mask.par_chunks_mut((channels * voxels).max(1)).enumerate().for_each(|(image, of_image)| {
            let mut stream = self.stream(image);
            of_image.chunks_mut(voxels.max(1)).for_each(|row| self.fill(&mut stream, row));
        });
        mask
    }
}

impl Sizes {
    /// Responses `[images, voxels]` of patches `[images, channels, positions]`.
    ///
    /// # Panics
    /// Where there are other numbers of values than the sizes say.
    pub fn forward(self, patches: &[f32], map: &[f32], weights: &[f32], dropout: Option<Dropout>) -> Vec<f32> {
        let images = self.images(patches, map, weights);
        let mut out = vec![0.0; images * self.voxels];
        let of_images = patches.par_chunks_exact(self.channels * self.positions);
        out.par_chunks_exact_mut(self.voxels).zip(of_images).enumerate().for_each(|(image, (out, patches))| {
            with_buffers([self.channels * self.voxels, self.voxels], |pooled, mask| {
                self.pool(patches, map, pooled);
                let mut stream = dropout.map(|dropout| dropout.stream(image));
                for (pooled, weights) in pooled.chunks_exact(self.voxels).zip(weights.chunks_exact(self.voxels)) {
                    fill(dropout, stream.as_mut(), mask);
                    vectorised(
                        #[inline(always)]
                        || {
                            for (v, out) in out.iter_mut().enumerate() {
                                *out += pooled[v] * mask[v] * weights[v];
                            }
                        },
                    );
                }
            });
        });
        out
    }

    /// Gradients for one of the responses; those of map and weights only where `parameters`.
    ///
    /// # Panics
    /// As [`Sizes::forward`].
    pub fn backward(
        self,
        gradient: &[f32],
        [patches, map, weights]: [&[f32]; 3],
        dropout: Option<Dropout>,
        parameters: bool,
    ) -> Gradients {
        let images = self.images(patches, map, weights);
        assert_eq!(gradient.len(), images * self.voxels, "gradient");
        let (of_patches, of_map, of_weights) =
            (self.channels * self.positions, self.positions * self.voxels, self.channels * self.voxels);
        let mut out = vec![0.0; patches.len()];
        // So many parts however many threads there are, for their sums are added in order.
        let parts = if parameters { (BYTES / (4 * (of_map + of_weights))).clamp(2, 16) } else { images };
        let at_once = images.div_ceil(parts).max(1);
        let jobs = out.par_chunks_mut(at_once * of_patches).zip(patches.par_chunks(at_once * of_patches)).enumerate();
        let run = |part: usize, out: &mut [f32], patches: &[f32]| {
            let size = if parameters { [of_map, of_weights] } else { [0, 0] };
            let mut sums = size.map(|length| vec![0.0; length]);
            for (index, (out, patches)) in
                out.chunks_exact_mut(of_patches).zip(patches.chunks_exact(of_patches)).enumerate()
            {
                let image = part * at_once + index;
                let gradient = &gradient[image * self.voxels..][..self.voxels];
                with_buffers([of_weights, self.voxels], |pooled, mask| {
                    if parameters {
                        self.pool(patches, map, pooled);
                    }
                    let mut stream = dropout.map(|dropout| dropout.stream(image));
                    let rows = pooled.chunks_exact_mut(self.voxels).zip(weights.chunks_exact(self.voxels));
                    for (row, (pooled, weights)) in rows.enumerate() {
                        fill(dropout, stream.as_mut(), mask);
                        let of_weights =
                            if parameters { &mut sums[1][row * self.voxels..][..self.voxels] } else { &mut [] };
                        vectorised(
                            #[inline(always)]
                            || {
                                mask.iter_mut().zip(gradient).for_each(|(mask, gradient)| *mask *= gradient);
                                for ((sum, pooled), mask) in of_weights.iter_mut().zip(&*pooled).zip(&*mask) {
                                    *sum += pooled * mask;
                                }
                                for ((pooled, weight), mask) in pooled.iter_mut().zip(weights).zip(&*mask) {
                                    *pooled = weight * mask;
                                }
                            },
                        );
                    }
                    let through = View::new(pooled, self.channels, self.voxels);
                    product(out, through, View::new(map, self.positions, self.voxels).transposed(), false);
                    if parameters {
                        product(
                            &mut sums[0],
                            View::new(patches, self.channels, self.positions).transposed(),
                            through,
                            true,
                        );
                    }
                });
            }
            sums
        };
        let sums: Vec<[Vec<f32>; 2]> = jobs.map(|(part, (out, patches))| run(part, out, patches)).collect();
        let add = |mut total: [Vec<f32>; 2], part: [Vec<f32>; 2]| {
            for (total, part) in total.iter_mut().zip(part) {
                total.par_iter_mut().zip(part).for_each(|(total, value)| *total += value);
            }
            total
        };
        let parameters = if parameters { sums.into_iter().reduce(add) } else { None };
        Gradients { patches: out, parameters }
    }

    fn images(self, patches: &[f32], map: &[f32], weights: &[f32]) -> usize {
        let images = patches.len() / (self.channels * self.positions).max(1);
        let found = [patches.len(), map.len(), weights.len()];
        let expected =
            [images * self.channels * self.positions, self.positions * self.voxels, self.channels * self.voxels];
        assert_eq!(found, expected, "values of patches, map and weights");
        images
    }

    fn pool(self, patches: &[f32], map: &[f32], pooled: &mut [f32]) {
        let a = View::new(patches, self.channels, self.positions);
        product(pooled, a, View::new(map, self.positions, self.voxels), false);
    }
}

fn fill(dropout: Option<Dropout>, stream: Option<&mut Stream>, mask: &mut [f32]) {
    match (dropout, stream) {
        (Some(dropout), Some(stream)) => dropout.fill(stream, mask),
        _ => mask.fill(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropout_keeps_the_mean_and_repeats_with_its_seed() {
        let mask = |seed| Dropout { probability: 0.5, seed }.mask(3, 100, 400);
        assert_eq!(mask(7), mask(7));
        assert_ne!(mask(7), mask(8));
        let mean = mask(7).iter().sum::<f32>() / 120_000.0;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
    }
}
