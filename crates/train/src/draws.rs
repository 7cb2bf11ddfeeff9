//! Random draws as functions of seed, purpose and position.

use afterimage_statistics::draws::{self, SOLE, Stream};
use rand::{RngExt, seq::SliceRandom};

/// The purpose of a stream of random numbers.
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
    /// Choice of unpaired images if their number is limited.
    UnpairedChoice,
    /// Choice of external candidates if their number is limited.
    ExternalChoice,
    /// Order of the responses of the third cycle.
    CycleOrder,
    /// Bootstrap and permutation.
    Statistics,
    /// Folds of the cross-validation of a baseline.
    BaselineFolds,
    /// Dropout of a trained encoder's predictions.
    PredictionDropout,
    /// Probes, halves of the training images, and statistics over voxels, for receptive fields.
    Biology,
    /// The encoder of the first half of the training images.
    FirstHalf,
    /// The encoder of the second half.
    SecondHalf,
    /// Starts and shifts of synthesised images.
    Synthesis,
    /// Choice of the unpaired images that synthesised images are compared with.
    NaturalChoice,
    /// Choice of the photographs that reconstructions take fine structure from.
    Photographs,
    /// Input and weights of the untrained network that parameterises images of inverted features.
    Inversion,
    /// Images that responses are paired with, if pairings are shuffled.
    Pairings,
}

/// Returns the seed of a purpose.
pub fn derive(seed: u64, purpose: Purpose) -> u64 {
    draws::derive(seed, purpose as u64)
}

fn stream(seed: u64, purpose: Purpose, position: u64) -> Stream {
    draws::stream(derive(seed, purpose), SOLE, position)
}

/// Returns the order of `n` items on pass `pass`.
pub fn order(seed: u64, purpose: Purpose, pass: u64, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(seed, purpose, pass));
    order
}

/// Returns the seeds of the dropout masks of `samples` predictions for a batch of images.
pub fn dropout_seeds(seed: u64, batch: u64, samples: usize) -> Vec<u64> {
    let mut stream = stream(seed, Purpose::PredictionDropout, batch);
    (0..samples).map(|_| stream.random()).collect()
}

/// Returns the shifts (dy, dx) of `n` images at step `step`, each uniform in ±`largest` pixels.
pub fn shifts(seed: u64, step: u64, n: usize, largest: i64) -> Vec<(i64, i64)> {
    let mut stream = stream(seed, Purpose::Augment, step);
    let mut draw = || stream.random_range(-largest..=largest);
    (0..n).map(|_| (draw(), draw())).collect()
}

/// An endless stream of items: pass after pass, each in an order of its own.
#[derive(Debug, Clone)]
pub struct Endless {
    seed: u64,
    purpose: Purpose,
    n: usize,
    pass: Option<(u64, Vec<usize>)>,
}

impl Endless {
    /// A stream over `n` items, each once per pass.
    pub fn new(seed: u64, purpose: Purpose, n: usize) -> Self {
        Self { seed, purpose, n, pass: None }
    }

    /// Returns the items at positions `from..from + count`.
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
    fn draws_are_those_of_earlier_versions() {
        assert_eq!(order(7, Purpose::PairedOrder, 2, 8), [1, 4, 0, 7, 3, 5, 6, 2]);
        assert_eq!(dropout_seeds(7, 4, 2), [0x7ef0_d5d7_ec23_6532, 0xc390_4139_a7e1_3ea3]);
        assert_eq!(shifts(7, 9, 3, 3), [(1, 3), (-3, -2), (1, 1)]);
        assert_eq!(derive(7, Purpose::Synthesis), 0xe12e_5d00_6cd3_d6af);
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        assert_ne!(order(1, Purpose::PairedOrder, 0, 50), order(1, Purpose::EncoderOrder, 0, 50));
        assert_ne!(order(1, Purpose::PairedOrder, 0, 50), order(1, Purpose::PairedOrder, 1, 50));
    }
}
