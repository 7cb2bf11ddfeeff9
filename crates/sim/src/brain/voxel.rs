//! One voxel: its receptive field, the features that it mixes, and its compressive response.

use super::config::Region;
use super::features::{Channel, Family};
use super::receptive::{Hemisphere, ReceptiveField, Window};
use super::retina::{Map, RETINA};
use crate::draws::Draws;

/// Sides of the grids that feature maps come in.
const GRIDS: [usize; 3] = [32, 16, 8];
/// How many features a voxel mixes besides local luminance and colour.
const FEATURES: usize = 4;

/// A voxel before and after calibration.
pub(crate) struct Voxel {
    pub(crate) region: usize,
    pub(crate) hemisphere: Hemisphere,
    pub(crate) field: ReceptiveField,
    pub(crate) channels: Vec<usize>,
    /// Weights on the standardised channels; their squares sum to 1.
    pub(crate) weights: Vec<f32>,
    pub(crate) snr: f32,
    windows: [Window; GRIDS.len()],
    centre: Vec<f32>,
    gain: Vec<f32>,
    mean: f32,
    sd: f32,
}

impl Voxel {
    pub(crate) fn choose(draws: &mut Draws, region_index: usize, region: &Region, channels: &[Channel]) -> Self {
        let hemisphere = if draws.chance(0.5) { Hemisphere::Left } else { Hemisphere::Right };
        let field = ReceptiveField::choose(draws, region, hemisphere);
        let (chosen, weights) = mixture(draws, region, &field, channels);
        Self {
            region: region_index,
            hemisphere,
            field,
            centre: vec![0.0; chosen.len()],
            gain: vec![1.0; chosen.len()],
            channels: chosen,
            weights,
            snr: 1.0,
            windows: GRIDS.map(|side| Window::new(&field, side)),
            mean: 0.0,
            sd: 1.0,
        }
    }

    /// Local means of the voxel's features.
    pub(crate) fn pooled(&self, maps: &[Map]) -> Vec<f32> {
        let mean = |&channel: &usize| {
            let map: &Map = &maps[channel];
            let grid = GRIDS.iter().position(|&side| side == map.side).expect("every map has one of the three sides");
            self.windows[grid].mean(map)
        };
        self.channels.iter().map(mean).collect()
    }

    /// The weighted sum of the standardised features.
    fn drive(&self, pooled: &[f32]) -> f32 {
        let standard =
            pooled.iter().zip(&self.centre).zip(&self.gain).map(|((value, centre), gain)| (value - centre) * gain);
        standard.zip(&self.weights).map(|(value, weight)| value * weight).sum()
    }

    /// The standardised response to pooled features.
    pub(crate) fn signal(&self, pooled: &[f32], compression: f32) -> f32 {
        (compress(self.drive(pooled), compression) - self.mean) / self.sd
    }

    /// Fits the standardisation of features and response to pooled features of many scenes.
    pub(crate) fn calibrate(&mut self, examples: &[Vec<f32>], compression: f32) {
        for k in 0..self.channels.len() {
            let (mean, sd) = moments(examples.iter().map(|example| example[k]));
            self.centre[k] = mean;
            self.gain[k] = 1.0 / sd.max(1e-6);
        }
        (self.mean, self.sd) = moments(examples.iter().map(|example| compress(self.drive(example), compression)));
        self.sd = self.sd.max(1e-6);
    }
}

/// `sign(d) ((1 + |d|)^n - 1) / n`: linear about 0, a power law far from it, 1 for n = 1.
fn compress(drive: f32, n: f32) -> f32 {
    drive.signum() * ((1.0 + drive.abs()).powf(n) - 1.0) / n
}

fn moments(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let (mean, variance) = afterimage_statistics::moments(values.map(f64::from));
    (mean as f32, variance.sqrt() as f32)
}

/// Three local channels in a random direction of colour space and a few of the region's own features.
fn mixture(draws: &mut Draws, region: &Region, field: &ReceptiveField, channels: &[Channel]) -> (Vec<usize>, Vec<f32>) {
    let share = draws.between(region.local_share[0], region.local_share[1]);
    let families = region.name.families();
    // A feature that sees farther than the voxel's own field would blur the truth about its size.
    let limit = |channel: &Channel| {
        matches!(channel.family, Family::Network(_)) || channel.spread <= 1.2 * field.sigma * RETINA as f32
    };
    let fits = |channel: &&(usize, &Channel)| families.contains(&channel.1.family) && limit(channel.1);
    let listed: Vec<(usize, &Channel)> = channels.iter().enumerate().collect();
    let mut own: Vec<usize> = listed.iter().filter(fits).map(|(index, _)| *index).collect();
    if own.is_empty() {
        own =
            listed.iter().filter(|(_, channel)| channel.family == Family::Energy(0)).map(|(index, _)| *index).collect();
    }
    draws.shuffle(&mut own);
    own.truncate(FEATURES);
    let mut chosen = own;
    let mut weights: Vec<f32> = chosen.iter().map(|_| draws.normal() + 0.4).collect();
    rescale(&mut weights, (1.0 - share).sqrt());
    if share > 0.0 {
        let mut local: Vec<f32> = (0..3).map(|_| draws.normal()).collect();
        rescale(&mut local, share.sqrt());
        chosen.extend(0..3);
        weights.extend(local);
    }
    (chosen, weights)
}

fn rescale(weights: &mut [f32], norm: f32) {
    let length = weights.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(1e-6);
    weights.iter_mut().for_each(|weight| *weight *= norm / length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_odd_monotone_and_absent_at_exponent_one() {
        assert_eq!(compress(2.5, 1.0), 2.5);
        assert!((compress(1.3, 0.6) + compress(-1.3, 0.6)).abs() < 1e-6);
        assert!(compress(4.0, 0.6) > compress(3.0, 0.6) && compress(4.0, 0.6) < 4.0);
    }
}
