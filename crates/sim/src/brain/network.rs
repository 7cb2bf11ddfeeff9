//! A fixed random network on top of the Gabor and colour maps, the features of the later regions.
//!
//! Three layers of 3 x 3 filters with random weights, rectification and divisive normalisation. No layer of it
//! is shared with any encoder's backbone, so that fitting this brain is not circular.

use afterimage_statistics::moments;

use super::retina::Map;
use crate::draws::{Draws, Purpose};

/// Channels of the three layers; their maps have sides 16, 16 and 8.
pub(crate) const CHANNELS: [usize; 3] = [24, 32, 48];

/// One layer: standardise the inputs, filter, rectify, normalise.
pub(crate) struct Layer {
    inputs: usize,
    outputs: usize,
    weights: Vec<f32>, // [outputs, inputs, 3, 3]
    mean: Vec<f32>,
    scale: Vec<f32>,
}

impl Layer {
    /// Random weights of zero mean and unit norm; inputs are taken as they are until `calibrate` is called.
    pub(crate) fn new(seed: u64, index: usize, inputs: usize) -> Self {
        let outputs = CHANNELS[index];
        let mut draws = Draws::new(seed, Purpose::Network, index as u64);
        let mut weights: Vec<f32> = (0..outputs * inputs * 9).map(|_| draws.normal()).collect();
        for filter in weights.chunks_exact_mut(inputs * 9) {
            let mean = filter.iter().sum::<f32>() / filter.len() as f32;
            filter.iter_mut().for_each(|w| *w -= mean);
            let norm = filter.iter().map(|w| w * w).sum::<f32>().sqrt();
            filter.iter_mut().for_each(|w| *w /= norm);
        }
        Self { inputs, outputs, weights, mean: vec![0.0; inputs], scale: vec![1.0; inputs] }
    }

    /// Sets the mean and spread of each input channel from images.
    pub(crate) fn calibrate(&mut self, examples: &[Vec<Map>]) {
        for channel in 0..self.inputs {
            let values = examples.iter().flat_map(|maps| &maps[channel].values);
            let (mean, variance) = moments(values.map(|&v| f64::from(v)));
            self.mean[channel] = mean as f32;
            self.scale[channel] = 1.0 / (variance.sqrt() as f32).max(1e-6);
        }
    }

    /// Maps of the same side as the inputs: `r / (0.5 + rms over channels of r)` with `r = max(0, w * input)`.
    pub(crate) fn apply(&self, inputs: &[Map]) -> Vec<Map> {
        let side = inputs[0].side;
        let padded: Vec<Vec<f32>> = inputs.iter().enumerate().map(|(c, map)| self.padded(c, map)).collect();
        let mut outputs: Vec<Map> = (0..self.outputs).map(|o| self.channel(o, &padded, side)).collect();
        for i in 0..side * side {
            let power: f32 = outputs.iter().map(|map| map.values[i] * map.values[i]).sum();
            let divisor = 0.5 + (power / self.outputs as f32).sqrt();
            outputs.iter_mut().for_each(|map| map.values[i] /= divisor);
        }
        outputs
    }

    /// Standardised input in a border of zeros, the channel's mean.
    fn padded(&self, channel: usize, map: &Map) -> Vec<f32> {
        let wide = map.side + 2;
        let mut out = vec![0.0; wide * wide];
        for (y, row) in map.values.chunks_exact(map.side).enumerate() {
            for (x, value) in row.iter().enumerate() {
                out[(y + 1) * wide + x + 1] = (value - self.mean[channel]) * self.scale[channel];
            }
        }
        out
    }

    fn channel(&self, output: usize, padded: &[Vec<f32>], side: usize) -> Map {
        let mut map = Map::zeros(side);
        for (input, channel) in padded.iter().enumerate() {
            let start = (output * self.inputs + input) * 9;
            accumulate(&mut map, channel, &self.weights[start..start + 9]);
        }
        map.values.iter_mut().for_each(|value| *value = value.max(0.0));
        map
    }
}

fn accumulate(map: &mut Map, padded: &[f32], kernel: &[f32]) {
    let side = map.side;
    for (y, row) in map.values.chunks_exact_mut(side).enumerate() {
        for (k, weight) in kernel.iter().enumerate() {
            let start = (y + k / 3) * (side + 2) + k % 3;
            for (value, input) in row.iter_mut().zip(&padded[start..start + side]) {
                *value += weight * input;
            }
        }
    }
}
