//! Random halves of the repeats of each stimulus, and how well their means agree.

use afterimage_statistics::correlation::pearson;
use afterimage_statistics::draws::{SOLE, stream};
use afterimage_statistics::moments;
use rand::seq::SliceRandom;

use super::SplitHalf;

/// Draws of halves: `[draws][stimuli]`, each the order of the repeats, whose beginning is the first half.
pub(super) struct Halves(Vec<Vec<Vec<usize>>>);

impl Halves {
    pub(super) fn draw(stimuli: &[Vec<usize>], draws: usize, seed: u64) -> Self {
        let mut random = stream(seed, SOLE, 0);
        let mut shuffled = || {
            let mut orders: Vec<Vec<usize>> = stimuli.iter().map(|places| (0..places.len()).collect()).collect();
            orders.iter_mut().for_each(|order: &mut Vec<usize>| order.shuffle(&mut random));
            orders
        };
        Self((0..draws).map(|_| shuffled()).collect())
    }

    /// Mean over the draws of the correlation over stimuli, for the values of one voxel.
    pub(super) fn correlation(&self, stimuli: &[Vec<usize>], values: &[f32]) -> f32 {
        let of_draws = self.0.iter().map(|orders| of_draw(stimuli, orders, values));
        (of_draws.sum::<f64>() / self.0.len() as f64) as f32
    }

    /// Carries the correlations of the voxels to the full number of repeats.
    pub(super) fn reliability(&self, correlation: Vec<f32>, stimuli: usize) -> SplitHalf {
        let whole = |&r: &f32| if r <= -0.5 { -1.0 } else { 2.0 * r / (1.0 + r) };
        let spearman_brown = correlation.iter().map(whole).collect();
        SplitHalf { correlation, spearman_brown, stimuli, draws: self.0.len() }
    }
}

/// The means of two halves of the repeats of each stimulus.
fn means(stimuli: &[Vec<usize>], orders: &[Vec<usize>], values: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let of_stimulus = |(places, order): (&Vec<usize>, &Vec<usize>)| {
        let (first, second) = order.split_at(order.len() / 2);
        let mean =
            |half: &[usize]| half.iter().map(|&at| f64::from(values[places[at]])).sum::<f64>() / half.len() as f64;
        (mean(first), mean(second))
    };
    stimuli.iter().zip(orders).map(of_stimulus).unzip()
}

/// Correlation over stimuli of the means of two halves.
fn of_draw(stimuli: &[Vec<usize>], orders: &[Vec<usize>], values: &[f32]) -> f64 {
    let (first, second) = means(stimuli, orders, values);
    pearson(&first, &second)
}

/// The part of each stimulus in the mean over voxels of the split-half correlation: the product of its two standardised
/// halves, whose mean over stimuli is the correlation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shares {
    /// `[stimuli]` sums over voxels.
    sums: Vec<f64>,
    voxels: f64,
}

impl Shares {
    pub(super) fn new(stimuli: usize) -> Self {
        Self { sums: vec![0.0; stimuli], voxels: 0.0 }
    }

    /// Takes in those of a voxel, if they are defined.
    pub(super) fn add(&mut self, of_voxel: Option<&[f32]>) {
        let Some(of_voxel) = of_voxel else { return };
        self.sums.iter_mut().zip(of_voxel).for_each(|(sum, &share)| *sum += f64::from(share));
        self.voxels += 1.0;
    }

    /// `[stimuli]` means over voxels; empty if they are defined in none.
    pub(crate) fn means(&self) -> Vec<f64> {
        if self.voxels == 0.0 { Vec::new() } else { self.sums.iter().map(|sum| sum / self.voxels).collect() }
    }
}

impl Halves {
    /// Mean over the draws of the part of each stimulus in the correlation of one voxel; `None` if a half does not vary.
    pub(super) fn shares(&self, stimuli: &[Vec<usize>], values: &[f32]) -> Option<Vec<f32>> {
        let mut sums = vec![0.0; stimuli.len()];
        for orders in &self.0 {
            let (first, second) = means(stimuli, orders, values);
            let (first, second) = (standardised(first)?, standardised(second)?);
            sums.iter_mut().zip(first.iter().zip(&second)).for_each(|(sum, (a, b))| *sum += a * b);
        }
        Some(sums.into_iter().map(|sum| (sum / self.0.len() as f64) as f32).collect())
    }
}

/// With mean 0 and population standard deviation 1; `None` if the values do not vary.
fn standardised(values: Vec<f64>) -> Option<Vec<f64>> {
    let (mean, variance) = moments(values.iter().copied());
    let sd = variance.sqrt();
    (sd > 1e-7 * mean.abs()).then(|| values.into_iter().map(|value| (value - mean) / sd).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_share_of_the_stimuli_is_the_correlation() {
        let stimuli: Vec<Vec<usize>> = (0..6).map(|at| vec![3 * at, 3 * at + 1, 3 * at + 2]).collect();
        let values: Vec<f32> = (0..18).map(|at| ((at * 7919 + 13) % 101) as f32 + (at / 3) as f32).collect();
        let halves = Halves::draw(&stimuli, 5, 0);
        let shares = halves.shares(&stimuli, &values).unwrap();
        let mean = shares.iter().sum::<f32>() / 6.0;
        assert!((mean - halves.correlation(&stimuli, &values)).abs() < 1e-5, "{mean}");
        assert_eq!(halves.shares(&stimuli, &[2.0; 18]), None);
    }
}
