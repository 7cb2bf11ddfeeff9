//! Random draws as functions of seed, purpose and position.

use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial values of the encoder.
    EncoderInit = 1,
    /// Order of the encoder's items.
    EncoderOrder,
    /// Shifts of the encoder's images.
    Augment,
    /// Dropout of the encoder.
    Dropout,
    /// Initial values of the decoder.
    DecoderInit,
    /// Order of the recorded pairs in phase 2.
    PairedOrder,
    /// Order of the unpaired images.
    UnpairedOrder,
    /// Which unpaired images are taken where their number is limited.
    UnpairedChoice,
    /// Which external candidates are taken where their number is limited.
    ExternalChoice,
    /// Order of the responses of the third cycle.
    CycleOrder,
    /// Bootstrap and permutation.
    Statistics,
    /// Folds of the cross-validation of a baseline.
    BaselineFolds,
    /// Dropout of a trained encoder's predictions.
    PredictionDropout,
    /// Probes, halves of the training images, and statistics over voxels, of the look at receptive fields.
    Biology,
    /// The encoder of the first half of the training images.
    FirstHalf,
    /// The encoder of the second half.
    SecondHalf,
    /// Starts and shifts of synthesised images.
    Synthesis,
    /// Which unpaired images synthesised ones are compared with.
    NaturalChoice,
}

/// A seed of its own for each purpose (SplitMix64 of both).
pub fn derive(seed: u64, purpose: Purpose) -> u64 {
    let mut z = seed.wrapping_add((purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn stream(seed: u64, purpose: Purpose, position: u64) -> ChaCha8Rng {
    let mut stream = ChaCha8Rng::seed_from_u64(derive(seed, purpose));
    stream.set_stream(position);
    stream
}

/// The order of `n` items on pass `pass`.
pub fn order(seed: u64, purpose: Purpose, pass: u64, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(seed, purpose, pass));
    order
}

/// Seeds of the dropout masks of `samples` predictions for a batch of images.
pub fn dropout_seeds(seed: u64, batch: u64, samples: usize) -> Vec<u64> {
    let mut stream = stream(seed, Purpose::PredictionDropout, batch);
    (0..samples).map(|_| stream.random()).collect()
}

/// Shifts (dy, dx) of `n` images at step `step`, each uniform in ±`largest` pixels.
pub fn shifts(seed: u64, step: u64, n: usize, largest: i64) -> Vec<(i64, i64)> {
    let mut stream = stream(seed, Purpose::Augment, step);
    let mut draw = || stream.random_range(-largest..=largest);
    (0..n).map(|_| (draw(), draw())).collect()
}

/// The items of an endless shuffled stream at positions `from..from + count`.
#[derive(Debug, Clone)]
pub struct Endless {
    seed: u64,
    purpose: Purpose,
    n: usize,
    pass: Option<(u64, Vec<usize>)>,
}

impl Endless {
    /// A stream over `n` items, each once a pass.
    pub fn new(seed: u64, purpose: Purpose, n: usize) -> Self {
        Self { seed, purpose, n, pass: None }
    }

    /// The items at these positions.
    pub fn take(&mut self, from: u64, count: usize) -> Vec<usize> {
        if self.n == 0 {
            return Vec::new();
        }
        (from..from + count as u64).map(|position| self.at(position)).collect()
    }

    fn at(&mut self, position: u64) -> usize {
        let (pass, place) = (position / self.n as u64, (position % self.n as u64) as usize);
        if self.pass.as_ref().is_none_or(|(held, _)| *held != pass) {
            self.pass = Some((pass, order(self.seed, self.purpose, pass, self.n)));
        }
        self.pass.as_ref().expect("just set").1[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_stream_shows_each_item_once_a_pass_from_any_position() {
        let mut stream = Endless::new(3, Purpose::UnpairedOrder, 10);
        let mut first = stream.take(0, 10);
        let again = Endless::new(3, Purpose::UnpairedOrder, 10).take(4, 6);
        assert_eq!(first[4..], again);
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        assert_ne!(order(1, Purpose::PairedOrder, 0, 50), order(1, Purpose::EncoderOrder, 0, 50));
        assert_ne!(order(1, Purpose::PairedOrder, 0, 50), order(1, Purpose::PairedOrder, 1, 50));
    }
}
