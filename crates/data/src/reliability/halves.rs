//! Random halves of the repeats of each stimulus, and how well their means agree.

use afterimage_statistics::correlation::pearson;
use afterimage_statistics::draws::{SOLE, stream};
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

/// Correlation over stimuli of the means of two halves.
fn of_draw(stimuli: &[Vec<usize>], orders: &[Vec<usize>], values: &[f32]) -> f64 {
    let of_stimulus = |(places, order): (&Vec<usize>, &Vec<usize>)| {
        let (first, second) = order.split_at(order.len() / 2);
        let mean =
            |half: &[usize]| half.iter().map(|&at| f64::from(values[places[at]])).sum::<f64>() / half.len() as f64;
        (mean(first), mean(second))
    };
    let (first, second): (Vec<f64>, Vec<f64>) = stimuli.iter().zip(orders).map(of_stimulus).unzip();
    pearson(&first, &second)
}
