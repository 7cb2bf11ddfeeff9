//! Adam and AMSGrad in place: one pass over values, gradient and moments, and nothing else.

use rayon::prelude::*;

use crate::vector::vectorised;

/// Values that a thread takes at a time.
const PART: usize = 1 << 14;

/// What one parameter's past gradients were like.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Running mean of the gradient.
    pub first: Vec<f32>,
    /// Running mean of its square.
    pub second: Vec<f32>,
    /// Largest `second` so far, with AMSGrad.
    pub largest: Option<Vec<f32>>,
}

impl Moments {
    /// Those before the first step, of `length` values.
    pub fn zeros(length: usize, amsgrad: bool) -> Self {
        let zeros = || vec![0.0; length];
        Self { first: zeros(), second: zeros(), largest: amsgrad.then(zeros) }
    }
}

/// A step's constants.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Learning rate.
    pub rate: f64,
    /// Steps done, this one included; the moments' bias is corrected by it.
    pub time: usize,
    /// Factor of the gradient, 1 if it is not clipped.
    pub scale: f32,
}

const BETA: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

impl Step {
    /// Moves `values` against `gradient` (Kingma and Ba 2015, algorithm 1; Reddi et al. 2018 with the largest second
    /// moment): `value -= rate * m / (1 - β1^t) / (sqrt(v / (1 - β2^t)) + ε)`, β 0.9 and 0.999, ε 1e-8.
    ///
    /// # Panics
    /// If lengths differ.
    pub fn run(&self, values: &mut [f32], gradient: &[f32], moments: &mut Moments) {
        let lengths = [gradient.len(), moments.first.len(), moments.second.len()];
        assert_eq!(lengths, [values.len(); 3], "lengths of values, gradient and moments");
        let corrections = BETA.map(|beta| 1.0 - beta.powi(self.time as i32));
        let constants = Constants {
            scale: self.scale,
            rate: (self.rate / corrections[0]) as f32,
            root: (1.0 / corrections[1].sqrt()) as f32,
        };
        let parts = values.par_chunks_mut(PART).zip(gradient.par_chunks(PART));
        let parts = parts.zip(moments.first.par_chunks_mut(PART)).zip(moments.second.par_chunks_mut(PART));
        match &mut moments.largest {
            Some(largest) => {
                assert_eq!(largest.len(), lengths[0], "length of the largest moments");
                parts.zip(largest.par_chunks_mut(PART)).for_each(|((((values, gradient), first), second), largest)| {
                    vectorised(
                        #[inline(always)]
                        || {
                            for i in 0..values.len() {
                                constants.moments(gradient[i], &mut first[i], &mut second[i]);
                                largest[i] = largest[i].max(second[i]);
                                constants.shift(&mut values[i], first[i], largest[i]);
                            }
                        },
                    );
                });
            }
            None => parts.for_each(|(((values, gradient), first), second)| {
                vectorised(
                    #[inline(always)]
                    || {
                        for i in 0..values.len() {
                            constants.moments(gradient[i], &mut first[i], &mut second[i]);
                            constants.shift(&mut values[i], first[i], second[i]);
                        }
                    },
                );
            }),
        }
    }
}

#[derive(Clone, Copy)]
struct Constants {
    scale: f32,
    rate: f32,
    root: f32,
}

impl Constants {
    #[inline(always)]
    fn moments(&self, gradient: f32, first: &mut f32, second: &mut f32) {
        const B: [f32; 2] = [BETA[0] as f32, BETA[1] as f32];
        const REST: [f32; 2] = [(1.0 - BETA[0]) as f32, (1.0 - BETA[1]) as f32];
        let gradient = gradient * self.scale;
        *first = B[0] * *first + REST[0] * gradient;
        *second = B[1] * *second + REST[1] * gradient * gradient;
    }

    #[inline(always)]
    fn shift(&self, value: &mut f32, first: f32, second: f32) {
        *value -= self.rate * first / (second.sqrt() * self.root + EPSILON as f32);
    }
}

/// Sum of squares, in an order that does not depend on the number of threads.
pub fn square(values: &[f32]) -> f64 {
    let parts = values.par_chunks(PART).map(|part| {
        part.chunks(512).map(|run| f64::from(run.iter().map(|value| value * value).sum::<f32>())).sum::<f64>()
    });
    parts.collect::<Vec<f64>>().into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in double precision.
    fn plain(value: f64, gradients: &[f64], rate: f64, amsgrad: bool) -> f64 {
        let (mut value, mut m, mut v, mut largest) = (value, 0.0_f64, 0.0_f64, 0.0_f64);
        for (step, g) in gradients.iter().enumerate() {
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            largest = if amsgrad { largest.max(v) } else { v };
            let t = step as i32 + 1;
            value -= rate * (m / (1.0 - 0.9_f64.powi(t))) / ((largest / (1.0 - 0.999_f64.powi(t))).sqrt() + 1e-8);
        }
        value
    }

    #[test]
    fn steps_are_those_of_the_definition() {
        let n = PART + 37;
        let gradient = |step: usize, i: usize| (i as f64 * 0.01 + step as f64).sin() * if step > 2 { 0.1 } else { 1.0 };
        for amsgrad in [false, true] {
            let mut values: Vec<f32> = (0..n).map(|i| (i as f32 * 0.1).cos()).collect();
            let start = values.clone();
            let mut moments = Moments::zeros(n, amsgrad);
            for time in 1..=6 {
                let gradients: Vec<f32> = (0..n).map(|i| 2.0 * gradient(time, i) as f32).collect();
                Step { rate: 0.01, time, scale: 0.5 }.run(&mut values, &gradients, &mut moments);
            }
            for i in (0..n).step_by(101) {
                let gradients: Vec<f64> = (1..=6).map(|time| gradient(time, i)).collect();
                let expected = plain(f64::from(start[i]), &gradients, 0.01, amsgrad);
                assert!((f64::from(values[i]) - expected).abs() < 1e-5, "{amsgrad} {i}: {} {expected}", values[i]);
            }
        }
    }

    #[test]
    fn square_is_the_sum_of_squares() {
        let values: Vec<f32> = (0..50_000).map(|i| (i as f32 * 0.3).sin()).collect();
        let expected: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
        assert!((square(&values) / expected - 1.0).abs() < 1e-6);
    }
}
