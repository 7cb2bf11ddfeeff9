//! What keeps a decoder's linear layer sparse and smooth, with its gradient: one pass over the weights each.

use rayon::prelude::*;

use crate::vector::vectorised;

/// Added under square roots, so that the gradient at zero is finite.
const EPSILON: f32 = 1e-12;

/// Penalties of weights `[voxels, channels, positions]`.
#[derive(Debug, Clone)]
pub struct Penalty {
    channels: usize,
    positions: usize,
    /// Factor of each voxel's absolute weights.
    factors: Vec<f32>,
    /// Positions and weights that each smoothed position is summed from.
    smooth: Vec<Vec<(usize, f32)>>,
    /// Smoothed positions and weights that each position goes into.
    spread: Vec<Vec<(usize, f32)>>,
}

impl Penalty {
    /// With `factors` `[voxels]`, and `smooth` `[positions, positions]`, which takes a map from the left.
    ///
    /// # Panics
    /// Where `smooth` is not square.
    pub fn new(factors: Vec<f32>, channels: usize, smooth: &[f32]) -> Self {
        let positions = smooth.len().isqrt();
        assert_eq!(positions * positions, smooth.len(), "a square matrix");
        let terms = |at: &dyn Fn(usize, usize) -> f32| -> Vec<Vec<(usize, f32)>> {
            let others = |one: usize| (0..positions).map(move |other| (other, at(one, other)));
            (0..positions).map(|one| others(one).filter(|term| term.1 != 0.0).collect()).collect()
        };
        Self {
            channels,
            positions,
            factors,
            smooth: terms(&|to, from| smooth[from * positions + to]),
            spread: terms(&|from, to| smooth[from * positions + to]),
        }
    }

    fn voxel(&self) -> usize {
        self.channels * self.positions
    }

    fn check(&self, weights: &[f32]) {
        assert_eq!(weights.len(), self.factors.len() * self.voxel(), "weights of the linear layer");
    }

    /// Mean over all weights of `factor |w|`; mean over voxels and positions of the square root of the smoothed mean over
    /// channels of `w²`.
    ///
    /// # Panics
    /// If there are not as many weights as voxels, channels and positions say.
    pub fn forward(&self, weights: &[f32]) -> [f32; 2] {
        self.check(weights);
        let of_voxels = weights.par_chunks_exact(self.voxel()).zip(&self.factors).map(|(weights, factor)| {
            let (mut sum, roots) = (0.0, self.roots(weights));
            vectorised(
                #[inline(always)]
                || {
                    for line in weights.chunks_exact(self.positions) {
                        sum += f64::from(line.iter().map(|weight| weight.abs()).sum::<f32>());
                    }
                },
            );
            [sum * f64::from(*factor), roots.iter().map(|root| f64::from(*root)).sum()]
        });
        let mut sums = [0.0; 2];
        for of_voxel in of_voxels.collect::<Vec<_>>() {
            sums.iter_mut().zip(of_voxel).for_each(|(sum, value)| *sum += value);
        }
        let counts = [weights.len(), self.factors.len() * self.positions];
        [0, 1].map(|term| (sums[term] / counts[term].max(1) as f64) as f32)
    }

    /// The square root of each smoothed position of a voxel.
    fn roots(&self, weights: &[f32]) -> Vec<f32> {
        let mut power = vec![0.0; self.positions];
        vectorised(
            #[inline(always)]
            || {
                for line in weights.chunks_exact(self.positions) {
                    power.iter_mut().zip(line).for_each(|(power, weight)| *power += weight * weight);
                }
            },
        );
        let share = 1.0 / self.channels as f32;
        let smoothed = self.smooth.iter().map(|terms| weigh(terms, &power) * share);
        smoothed.map(|value| (value + EPSILON).sqrt()).collect()
    }

    /// The gradient of the weights for gradients of the two penalties.
    ///
    /// # Panics
    /// As [`Penalty::forward`].
    pub fn backward(&self, weights: &[f32], gradients: [f32; 2]) -> Vec<f32> {
        self.check(weights);
        let absolute = gradients[0] / weights.len().max(1) as f32;
        // The mean over channels, and that over voxels and positions; 2 w / (2 root).
        let squares = gradients[1] / (self.channels * self.positions * self.factors.len()).max(1) as f32;
        let mut out = vec![0.0; weights.len()];
        let voxels = out.par_chunks_exact_mut(self.voxel()).zip(weights.par_chunks_exact(self.voxel()));
        voxels.zip(&self.factors).for_each(|((out, weights), factor)| {
            let inverse: Vec<f32> = self.roots(weights).iter().map(|root| squares / root).collect();
            let along: Vec<f32> = self.spread.iter().map(|terms| weigh(terms, &inverse)).collect();
            let step = absolute * factor;
            vectorised(
                #[inline(always)]
                || {
                    let lines = out.chunks_exact_mut(self.positions).zip(weights.chunks_exact(self.positions));
                    for (out, weights) in lines {
                        for ((out, weight), along) in out.iter_mut().zip(weights).zip(&along) {
                            let sign = f32::from(*weight > 0.0) - f32::from(*weight < 0.0);
                            *out = step * sign + along * weight;
                        }
                    }
                },
            );
        });
        out
    }
}

fn weigh(terms: &[(usize, f32)], values: &[f32]) -> f32 {
    terms.iter().map(|(index, weight)| values[*index] * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNELS: usize = 3;
    const SMOOTH: [f32; 4] = [0.7, 0.2, 0.3, 0.8];

    /// The two penalties in double precision.
    fn plain(weights: &[f32], factors: &[f32]) -> [f64; 2] {
        let (mut absolute, mut roots) = (0.0, 0.0);
        for (weights, factor) in weights.chunks_exact(CHANNELS * 2).zip(factors) {
            absolute += weights.iter().map(|w| f64::from(w.abs() * factor)).sum::<f64>();
            let power = |p: usize| weights.chunks_exact(2).map(|line| f64::from(line[p]).powi(2)).sum::<f64>() / 3.0;
            for to in 0..2 {
                let smoothed: f64 = (0..2).map(|from| power(from) * f64::from(SMOOTH[from * 2 + to])).sum();
                roots += (smoothed + f64::from(EPSILON)).sqrt();
            }
        }
        [absolute / weights.len() as f64, roots / (2 * factors.len()) as f64]
    }

    #[test]
    fn penalties_and_gradients_are_those_of_the_definition() {
        let factors = vec![1.0, 0.5, 4.0];
        let mut weights: Vec<f32> = (0..18).map(|i| (i as f32 * 0.9).sin()).collect();
        weights[4] = 0.0;
        let penalty = Penalty::new(factors.clone(), CHANNELS, &SMOOTH);
        let (ours, expected) = (penalty.forward(&weights), plain(&weights, &factors));
        for term in 0..2 {
            assert!((f64::from(ours[term]) - expected[term]).abs() < 1e-6, "{ours:?} {expected:?}");
        }
        let gradient = penalty.backward(&weights, [2.0, -3.0]);
        for index in (0..18).filter(|index| *index != 4) {
            let moved = |step: f32| {
                let mut weights = weights.clone();
                weights[index] += step;
                let [absolute, roots] = plain(&weights, &factors);
                2.0 * absolute - 3.0 * roots
            };
            let slope = (moved(0.004) - moved(-0.004)) / 0.008;
            assert!((f64::from(gradient[index]) - slope).abs() < 1e-4, "{index}: {} {slope}", gradient[index]);
        }
        assert_eq!(penalty.backward(&weights, [1.0, 0.0])[4], 0.0);
    }
}
