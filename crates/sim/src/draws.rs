//! Seeded random draws: every stream is named by a seed, a purpose and an index.
//!
//! Streams are independent of each other and of the order in which they are used, so that scenes can be made in
//! parallel, in blocks or one by one with the same result.

use afterimage_statistics::draws::{SOLE, Stream, derive, stream};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// Purpose of a stream of random numbers; two purposes never share a stream.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Scene = 1,
    Voxel = 2,
    Network = 3,
    Noise = 4,
    Split = 5,
    Calibration = 6,
    Snr = 7,
    Artificial = 8,
    ArtificialNoise = 9,
}

/// One stream of random numbers.
pub(crate) struct Draws(Stream);

impl Draws {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mixed = mix(mix(mix(seed) ^ purpose as u64) ^ index);
        Self(stream(mixed, SOLE, 0))
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.0.random::<f32>() < probability
    }

    /// Uniform in `0..n`; `n` must not be 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    pub(crate) fn normal(&mut self) -> f32 {
        StandardNormal.sample(&mut self.0)
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A number that is unrelated to those of neighbouring values.
pub(crate) fn mix(value: u64) -> u64 {
    derive(value, 1_u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_indices_give_different_streams() {
        let first = |purpose, index| Draws::new(1, purpose, index).between(0.0, 1.0);
        assert_ne!(first(Purpose::Scene, 0), first(Purpose::Scene, 1));
        assert_ne!(first(Purpose::Scene, 0), first(Purpose::Voxel, 0));
        assert_eq!(first(Purpose::Noise, 7), first(Purpose::Noise, 7));
    }

    #[test]
    fn draws_are_those_of_earlier_versions() {
        let mut order: Vec<usize> = (0..8).collect();
        Draws::new(7, Purpose::Split, 1).shuffle(&mut order);
        assert_eq!(order, [3, 7, 0, 5, 2, 6, 1, 4]);
        assert_eq!(Draws::new(7, Purpose::Voxel, 3).normal().to_bits(), 0x3eeb_0e31);
        assert_eq!(mix(7), 0x63cb_e1e4_5932_0dd7);
    }

    #[test]
    fn shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..50).collect();
        Draws::new(3, Purpose::Split, 0).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
