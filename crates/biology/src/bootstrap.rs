//! Percentile bootstrap over voxels of any statistic.

use afterimage_statistics::draws::{below, stream};
use afterimage_statistics::{Interval, Sample, percentile_interval};
use rayon::prelude::*;

use crate::draws::Purpose;

/// Number of draws, and their seed.
#[derive(Debug, Clone, Copy)]
pub struct Resampling {
    /// Resamples of the bootstrap.
    pub resamples: usize,
    /// Draws of a permutation test.
    pub permutations: usize,
    /// Seed of both.
    pub seed: u64,
}

impl Resampling {
    /// Percentile interval of `statistic`, which is given the indices of `n` voxels drawn with replacement.
    ///
    /// `None` with fewer than three voxels, without resamples, or if no resample has a finite value. The interval
    /// generalises to other voxels of the same subject and encoder; neighbouring voxels share signal and noise, so it
    /// is rather too narrow.
    pub fn interval(&self, n: usize, statistic: impl Fn(&[usize]) -> f64 + Sync) -> Option<Interval> {
        if n < 3 || self.resamples == 0 {
            return None;
        }
        let values: Vec<f64> = (0..self.resamples)
            .into_par_iter()
            .map(|draw| {
                let mut rng = stream(self.seed, Purpose::Bootstrap, draw as u64);
                let drawn: Vec<usize> = (0..n).map(|_| below(&mut rng, n)).collect();
                statistic(&drawn)
            })
            .collect();
        percentile_interval(values, &Sample::of(n, "voxel"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: Resampling = Resampling { resamples: 2000, permutations: 0, seed: 4 };

    #[test]
    fn interval_of_the_mean_matches_the_normal_one() {
        let values: Vec<f64> = (0..400).map(|i| (f64::from(i) + 0.5) / 400.0).collect();
        let mean = |drawn: &[usize]| drawn.iter().map(|&i| values[i]).sum::<f64>() / drawn.len() as f64;
        let found = DRAWS.interval(400, mean).unwrap();
        let half = 1.96 * (1.0_f64 / 12.0 / 400.0).sqrt();
        assert!((found.low - 0.5 + half).abs() < 0.003 && (found.high - 0.5 - half).abs() < 0.003, "{found:?}");
        assert!(found.method.contains("over voxels, 2000 resamples"));
    }

    #[test]
    fn two_voxels_or_a_statistic_without_values_have_none() {
        assert!(DRAWS.interval(2, |_| 1.0).is_none());
        assert!(DRAWS.interval(9, |_| f64::NAN).is_none());
    }
}
