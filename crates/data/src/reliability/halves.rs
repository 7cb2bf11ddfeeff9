//! Random halves of the repeats of each stimulus, and how well their means agree.

use afterimage_statistics::correlation::pearson;
use afterimage_statistics::draws::{SOLE, stream};
use afterimage_statistics::{moments, spearman_brown as whole};
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
        let spearman_brown = correlation.iter().map(|&r| whole(f64::from(r)) as f32).collect();
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

/// The mean over voxels of the split-half correlation, with all stimuli and without each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Jackknife {
    /// Sum over voxels.
    sum: f64,
    /// `[stimuli]` sums over voxels.
    without: Vec<f64>,
    voxels: f64,
}

impl Jackknife {
    pub(super) fn new(stimuli: usize) -> Self {
        Self { sum: 0.0, without: vec![0.0; stimuli], voxels: 0.0 }
    }

    /// Takes in a voxel, if its correlations are defined.
    pub(super) fn add(&mut self, r: f32, without: Option<&[f32]>) {
        let Some(without) = without.filter(|_| r.is_finite()) else { return };
        self.sum += f64::from(r);
        self.without.iter_mut().zip(without).for_each(|(sum, &r)| *sum += f64::from(r));
        self.voxels += 1.0;
    }

    /// The mean, and the means `[stimuli]` without each; `None` if they are defined in no voxel.
    pub(crate) fn means(&self) -> Option<(f64, Vec<f64>)> {
        let mean = |sum: &f64| sum / self.voxels;
        (self.voxels > 0.0).then(|| (mean(&self.sum), self.without.iter().map(mean).collect()))
    }
}

impl Halves {
    /// Mean over the draws of the correlation of one voxel without each stimulus; `None` if a half does not vary then.
    pub(super) fn without_each(&self, stimuli: &[Vec<usize>], values: &[f32]) -> Option<Vec<f32>> {
        let mut sums = vec![0.0; stimuli.len()];
        for orders in &self.0 {
            let (first, second) = means(stimuli, orders, values);
            let (first, second) = (standardised(first)?, standardised(second)?);
            // With mean 0 and variance 1, the sums of squares without one are those of all, n, less its own and that of the
            // shifted mean.
            let n = first.len() as f64;
            let r = first.iter().zip(&second).map(|(a, b)| a * b).sum::<f64>();
            let less = |product: f64| product * n / (n - 1.0);
            for (sum, (a, b)) in sums.iter_mut().zip(first.iter().zip(&second)) {
                let (of_first, of_second) = (n - less(a * a), n - less(b * b));
                if of_first <= SMALLEST * n || of_second <= SMALLEST * n {
                    return None;
                }
                *sum += ((r - less(a * b)) / (of_first * of_second).sqrt()).clamp(-1.0, 1.0);
            }
        }
        Some(sums.into_iter().map(|sum| (sum / self.0.len() as f64) as f32).collect())
    }
}

/// A share of the variance that is rounding.
const SMALLEST: f64 = 1e-10;

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
    fn correlations_without_each_stimulus_are_those_of_the_others() {
        let stimuli: Vec<Vec<usize>> = (0..6).map(|at| vec![3 * at, 3 * at + 1, 3 * at + 2]).collect();
        let values: Vec<f32> = (0..18).map(|at| ((at * 7919 + 13) % 101) as f32 + (at / 3) as f32).collect();
        let halves = Halves::draw(&stimuli, 5, 0);
        let without = halves.without_each(&stimuli, &values).unwrap();
        for (left_out, r) in without.into_iter().enumerate() {
            let others = |of: &[Vec<usize>]| -> Vec<Vec<usize>> {
                of.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, of)| of.clone()).collect()
            };
            let kept = Halves(halves.0.iter().map(|orders| others(orders)).collect());
            assert!((r - kept.correlation(&others(&stimuli), &values)).abs() < 1e-5, "{left_out}: {r}");
        }
        assert_eq!(halves.without_each(&stimuli, &[2.0; 18]), None);
        let one = values.iter().enumerate().map(|(at, value)| if at < 3 { *value } else { 0.0 });
        assert_eq!(halves.without_each(&stimuli, &one.collect::<Vec<_>>()), None);
    }

    #[test]
    fn reliability_of_the_mean_is_never_below_minus_one() {
        let halves = Halves::draw(&[vec![0, 1], vec![2, 3]], 1, 0);
        assert_eq!(halves.reliability(vec![-0.9, -0.4, 0.0, 1.0], 2).spearman_brown, [-1.0, -1.0, 0.0, 1.0]);
        assert!(halves.reliability(vec![f32::NAN], 2).spearman_brown[0].is_nan());
    }
}
