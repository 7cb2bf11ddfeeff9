//! Enlarging and padding of square maps: weighted sums along columns, then along rows.

use rayon::prelude::*;

use crate::map::Map;
use crate::scratch::with_buffers;
use crate::vector::vectorised;

/// The same linear map of both axes.
#[derive(Debug, Clone)]
pub struct Resample {
    forward: Sums,
    backward: Sums,
}

/// For each output the inputs with a weight other than zero.
#[derive(Debug, Clone)]
struct Sums {
    inputs: usize,
    of: Vec<Vec<(usize, f32)>>,
}

impl Resample {
    /// Of a matrix `[outputs, inputs]`.
    ///
    /// # Panics
    /// If there are not as many values.
    pub fn new(matrix: &[f32], outputs: usize, inputs: usize) -> Self {
        assert_eq!(matrix.len(), outputs * inputs, "values of {outputs} x {inputs}");
        let sums = |rows: usize, columns: usize, at: &dyn Fn(usize, usize) -> f32| Sums {
            inputs: columns,
            of: (0..rows)
                .map(|row| (0..columns).map(|column| (column, at(row, column))).filter(|sum| sum.1 != 0.0).collect())
                .collect(),
        };
        Self {
            forward: sums(outputs, inputs, &|row, column| matrix[row * inputs + column]),
            backward: sums(inputs, outputs, &|row, column| matrix[column * inputs + row]),
        }
    }

    /// Maps `[n, in, in, channels]` to `[n, out, out, channels]`.
    pub fn forward(&self, x: &Map) -> Map {
        self.forward.run(x)
    }

    /// The gradient of the input.
    pub fn backward(&self, gradient: &Map) -> Map {
        self.backward.run(gradient)
    }
}

impl Sums {
    fn run(&self, x: &Map) -> Map {
        let [images, height, width, channels] = x.dims;
        assert_eq!([height, width], [self.inputs; 2], "side of the maps");
        let side = self.of.len();
        let mut out = Map::unwritten([images, side, side, channels]);
        let line = width * channels;
        out.values.par_chunks_exact_mut(side * channels).enumerate().for_each(|(index, to)| {
            let image = &x.values[index / side * height * line..][..height * line];
            with_buffers([line, 0], |sum, _| {
                vectorised(
                    #[inline(always)]
                    || {
                        weigh(&self.of[index % side], image, sum);
                        to.chunks_exact_mut(channels).zip(&self.of).for_each(|(to, terms)| weigh(terms, sum, to));
                    },
                );
            });
        });
        out
    }
}

/// The weighted sum of rows of `from` that are as long as `to`.
#[inline(always)]
fn weigh(terms: &[(usize, f32)], from: &[f32], to: &mut [f32]) {
    let length = to.len();
    to.fill(0.0);
    for &(row, weight) in terms {
        let row = &from[row * length..][..length];
        for (to, value) in to.iter_mut().zip(row) {
            *to += weight * value;
        }
    }
}
