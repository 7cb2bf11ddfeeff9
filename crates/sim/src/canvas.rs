//! The supersampled image that a scene is painted on.

use crate::colour::{Rgb, encode};
use ndarray::Array3;

/// Samples per pixel along each axis.
const SUPERSAMPLE: usize = 2;

/// A square image in linear light with `SUPERSAMPLE`² samples per pixel.
pub(crate) struct Canvas {
    pub(crate) side: usize,
    pub(crate) samples: Vec<Rgb>,
}

impl Canvas {
    pub(crate) fn new(pixels: usize) -> Self {
        let side = pixels * SUPERSAMPLE;
        Self { side, samples: vec![[0.0; 3]; side * side] }
    }

    /// The centre of sample `i` along an axis, in image units 0..1.
    pub(crate) fn unit(&self, i: usize) -> f32 {
        (i as f32 + 0.5) / self.side as f32
    }

    /// The samples along an axis that lie between two positions in image units, clipped to the picture.
    pub(crate) fn range(&self, low: f32, high: f32) -> std::ops::Range<usize> {
        let clip = |t: f32| (t * self.side as f32).clamp(0.0, self.side as f32) as usize;
        clip(low)..clip(high + 1.0 / self.side as f32)
    }

    /// Sets every sample from its position in image units and its grid position.
    pub(crate) fn fill(&mut self, mut colour: impl FnMut(f32, f32, usize, usize) -> Rgb) {
        let step = 1.0 / self.side as f32;
        for (y, row) in self.samples.chunks_exact_mut(self.side).enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                *sample = colour((x as f32 + 0.5) * step, (y as f32 + 0.5) * step, x, y);
            }
        }
    }

    /// Lays `colour` over the sample with an opacity of 0..1.
    pub(crate) fn cover(&mut self, x: usize, y: usize, colour: Rgb, opacity: f32) {
        let sample = &mut self.samples[y * self.side + x];
        for (value, new) in sample.iter_mut().zip(colour) {
            *value += (new - *value) * opacity;
        }
    }

    /// Averages the samples of each pixel in linear light and encodes them for display: `[side, side, 3]`.
    pub(crate) fn develop(&self) -> Array3<u8> {
        let side = self.side / SUPERSAMPLE;
        let mut pixels = Vec::with_capacity(side * side * 3);
        for y in 0..side {
            for x in 0..side {
                pixels.extend(self.pixel(x, y).map(encode));
            }
        }
        Array3::from_shape_vec((side, side, 3), pixels).expect("the pixels fill the square")
    }

    fn pixel(&self, x: usize, y: usize) -> Rgb {
        let mut sum = [0.0; 3];
        for row in 0..SUPERSAMPLE {
            let start = (y * SUPERSAMPLE + row) * self.side + x * SUPERSAMPLE;
            for sample in &self.samples[start..start + SUPERSAMPLE] {
                for (total, value) in sum.iter_mut().zip(sample) {
                    *total += value;
                }
            }
        }
        sum.map(|total| total / (SUPERSAMPLE * SUPERSAMPLE) as f32)
    }
}
