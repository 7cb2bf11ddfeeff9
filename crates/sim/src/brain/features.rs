//! All feature maps of an image, in one list that voxels refer to by index.

use super::gabor::{self, ENVELOPE, ORIENTATIONS, REACH};
use super::network::{CHANNELS, Layer};
use super::retina::{Map, RETINA, opponents};
use ndarray::ArrayView3;

/// A family of feature maps with the same origin, scale and meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Luminance, red-green, blue-yellow.
    Local,
    /// Luminance energy at wavelength 4 · 2^n retinal cells.
    Energy(u8),
    /// Energy of the two colour maps.
    ColourEnergy,
    /// Products of energies at right angles: corners and crossings.
    Corner,
    /// A layer of the random network.
    Network(u8),
}

/// One feature map's name, origin and reach.
pub(crate) struct Channel {
    pub(crate) family: Family,
    pub(crate) name: String,
    /// 0 local means, 1 energies, 2 colour energies and corners, 3 to 5 network layers.
    pub(crate) layer: usize,
    /// Side of the map.
    pub(crate) side: usize,
    /// Standard deviation of what one cell of the map sees, in retinal cells.
    pub(crate) spread: f32,
    /// The farthest that one cell sees from its own border, in retinal cells.
    pub(crate) reach: f32,
}

/// The feature extractor of a brain.
pub(crate) struct FeatureBank {
    layers: Vec<Layer>,
    pub(crate) channels: Vec<Channel>,
}

impl FeatureBank {
    /// Draws the network from the seed and calibrates it, layer after layer, on the images.
    pub(crate) fn new(seed: u64, calibration: &[ArrayView3<u8>]) -> Self {
        let mut examples: Vec<Vec<Map>> =
            calibration.iter().map(|image| network_input(&early(&opponents(*image)))).collect();
        let mut layers = Vec::new();
        for index in 0..CHANNELS.len() {
            let mut layer = Layer::new(seed, index, examples[0].len());
            layer.calibrate(&examples);
            examples = examples.iter().map(|inputs| outlet(index, layer.apply(inputs))).collect();
            layers.push(layer);
        }
        Self { layers, channels: channels() }
    }

    /// Every feature map of an image `[h, w, 3]`, in the order of `channels`.
    pub(crate) fn maps(&self, image: ArrayView3<u8>) -> Vec<Map> {
        let mut all = early(&opponents(image));
        let mut inputs = network_input(&all);
        for (index, layer) in self.layers.iter().enumerate() {
            let outputs = outlet_of_map(index, layer.apply(&inputs));
            inputs = between(index, &outputs);
            all.extend(outputs);
        }
        all
    }
}

/// What a layer's output looks like as the next layer's input.
fn outlet(index: usize, outputs: Vec<Map>) -> Vec<Map> {
    between(index, &outlet_of_map(index, outputs))
}

/// The first layer is computed at side 32 and kept at 16.
fn outlet_of_map(index: usize, outputs: Vec<Map>) -> Vec<Map> {
    if index == 0 { outputs.iter().map(Map::halved).collect() } else { outputs }
}

/// The third layer works at half the side of the second.
fn between(index: usize, outputs: &[Map]) -> Vec<Map> {
    if index == 1 { outputs.iter().map(Map::halved).collect() } else { outputs.to_vec() }
}

/// Local means (3, side 32), energies (3 x 4, sides 32, 32, 16), colour energies (8, side 32), corners (4, side 32).
fn early(opponents: &[Map; 3]) -> Vec<Map> {
    let local: Vec<Map> = opponents.iter().map(Map::halved).collect();
    let fine: Vec<Map> = gabor::energies(&opponents[0]).iter().map(Map::halved).collect();
    let middle = gabor::energies(&local[0]);
    let coarse = gabor::energies(&local[0].halved());
    let colour = local[1..].iter().flat_map(gabor::energies);
    let corners: Vec<Map> = [&fine, &middle].into_iter().flat_map(|scale| corners(scale)).collect();
    let colour: Vec<Map> = colour.collect();
    [local, fine, middle, coarse, colour, corners].concat()
}

/// `sqrt(E_a E_b)` for the two pairs of orientations at right angles.
fn corners(energies: &[Map]) -> Vec<Map> {
    let half = ORIENTATIONS / 2;
    let product = |a: &Map, b: &Map| {
        let values = a.values.iter().zip(&b.values).map(|(p, q)| (p * q).sqrt());
        Map { side: a.side, values: values.collect() }
    };
    (0..half).map(|o| product(&energies[o], &energies[o + half])).collect()
}

/// Local means and energies, all at side 32.
fn network_input(early: &[Map]) -> Vec<Map> {
    let wanted = 3 + 3 * ORIENTATIONS;
    early[..wanted].iter().map(|map| if map.side == RETINA / 4 { map.doubled() } else { map.clone() }).collect()
}

/// The description of every map, in the order in which `maps` makes them.
fn channels() -> Vec<Channel> {
    let mut list = Vec::new();
    let mut add = |family, name: String, layer, side, spread, reach| {
        list.push(Channel { family, name, layer, side, spread, reach });
    };
    for name in ["luminance", "red-green", "blue-yellow"] {
        add(Family::Local, name.into(), 0, 32, 0.0, 0.0);
    }
    for (level, side) in [(0u8, 32), (1, 32), (2, 16)] {
        let (spread, reach) = gabor_extent(level);
        for o in 0..ORIENTATIONS {
            let name = format!("energy-{}px-{}deg", 4 << level, o * 180 / ORIENTATIONS);
            add(Family::Energy(level), name, 1, side, spread, reach);
        }
    }
    for colour in ["red-green", "blue-yellow"] {
        let (spread, reach) = gabor_extent(1);
        for o in 0..ORIENTATIONS {
            let name = format!("{colour}-energy-8px-{}deg", o * 180 / ORIENTATIONS);
            add(Family::ColourEnergy, name, 2, 32, spread, reach);
        }
    }
    for level in 0..2u8 {
        let (spread, reach) = gabor_extent(level);
        for o in 0..ORIENTATIONS / 2 {
            add(Family::Corner, format!("corner-{}px-{}deg", 4 << level, o * 45), 2, 32, spread, reach);
        }
    }
    // A layer sees one more cell of its input on each side; the coarsest energy sees farthest below it.
    let (coarse_spread, coarse_reach) = gabor_extent(2);
    let sides = [16, 16, 8];
    let cells = [2.0, 4.0, 8.0f32];
    let (mut spread, mut reach) = (0.75 * coarse_spread, coarse_reach + 4.0);
    for index in 0..CHANNELS.len() {
        spread = (spread * spread + cells[index] * cells[index] * 2.0 / 3.0).sqrt();
        reach += cells[index];
        for channel in 0..CHANNELS[index] {
            let name = format!("network-{}-{channel}", index + 1);
            add(Family::Network(index as u8), name, 3 + index, sides[index], spread, reach);
        }
        reach += cells[index]; // the cell that pooling may add on its far side
    }
    list
}

/// Spread of the envelope and reach of the kernel at a level, in retinal cells.
fn gabor_extent(level: u8) -> (f32, f32) {
    let cell = f32::from(1u8 << level);
    (ENVELOPE * cell, REACH as f32 * cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::SceneGenerator;

    #[test]
    fn channel_list_describes_the_maps() {
        let scenes: Vec<_> = (0..4).map(|i| SceneGenerator::new(1, 64).unwrap().scene(i, None).pixels).collect();
        let bank = FeatureBank::new(1, &scenes.iter().map(|scene| scene.view()).collect::<Vec<_>>());
        let maps = bank.maps(scenes[0].view());
        assert_eq!(maps.len(), bank.channels.len());
        for (map, channel) in maps.iter().zip(&bank.channels) {
            assert_eq!(map.side, channel.side, "{}", channel.name);
            assert!(map.values.iter().all(|value| value.is_finite()));
        }
    }
}
