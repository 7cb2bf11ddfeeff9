//! Activations, channels last.

use rayon::prelude::*;

use crate::scratch::{give, take};

/// `[images, height, width, channels]` values.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Images, height, width, channels.
    pub dims: [usize; 4],
    /// The values, the channels of a place side by side.
    pub values: Vec<f32>,
}

/// Places transposed at a time: 16 x 16 values fit the first cache, whatever the distance between rows.
const BLOCK: usize = 16;

impl Map {
    /// Zeros.
    pub fn zeros(dims: [usize; 4]) -> Self {
        Self { dims, values: vec![0.0; dims.iter().product()] }
    }

    /// Values still to be written, every one.
    pub(crate) fn unwritten(dims: [usize; 4]) -> Self {
        Self { dims, values: take(dims.iter().product()) }
    }

    /// Lends its memory to the next map.
    pub fn recycle(self) {
        give(self.values);
    }

    /// From `[images, channels, height, width]`.
    ///
    /// # Panics
    /// If there are not as many values as `dims` say.
    pub fn from_planes(planes: &[f32], [n, c, h, w]: [usize; 4]) -> Self {
        assert_eq!(planes.len(), n * c * h * w, "values of [{n}, {c}, {h}, {w}]");
        let mut map = Self::unwritten([n, h, w, c]);
        let image = (c * h * w).max(1);
        map.values.par_chunks_mut(image).zip(planes.par_chunks(image)).for_each(|(to, from)| turn(from, c, h * w, to));
        map
    }

    /// As `[images, channels, height, width]`.
    pub fn to_planes(&self) -> Vec<f32> {
        let [_, h, w, c] = self.dims;
        let mut planes = vec![0.0; self.values.len()];
        let image = (c * h * w).max(1);
        planes.par_chunks_mut(image).zip(self.values.par_chunks(image)).for_each(|(to, from)| turn(from, h * w, c, to));
        planes
    }
}

/// Transposes `[rows, columns]`.
fn turn(from: &[f32], rows: usize, columns: usize, to: &mut [f32]) {
    for first_row in (0..rows).step_by(BLOCK) {
        let last_row = rows.min(first_row + BLOCK);
        for first in (0..columns).step_by(BLOCK) {
            let last = columns.min(first + BLOCK);
            for column in first..last {
                let line = &mut to[column * rows + first_row..column * rows + last_row];
                for (value, row) in line.iter_mut().zip(first_row..last_row) {
                    *value = from[row * columns + column];
                }
            }
        }
    }
}
