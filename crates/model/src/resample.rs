//! Resampling and padding of square maps as products with two constant matrices.
//!
//! Upsampling, resizing and padding of rows are linear, so any chain of them is one matrix; the same matrix
//! serves columns. This needs no padded copy, and its gradient is a matrix product as well.

use burn::tensor::{Device, Tensor, TensorData};

/// Interpolation kernels, with half-pixel centres (`align_corners` false) and repeated edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Linear.
    Bilinear,
    /// Cubic convolution with a = -0.75, as PyTorch's `bicubic`.
    Bicubic,
}

/// How a map continues beyond its edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Mirrored without repeating the edge itself.
    Reflect,
    /// Zeros.
    Zero,
}

/// A linear map of rows, `[out, in]`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// The map with these weights, `[out, in]`.
    pub fn of(weights: ndarray::ArrayView2<'_, f32>) -> Self {
        let (rows, columns) = weights.dim();
        Self { rows, columns, values: weights.iter().copied().collect() }
    }

    /// Interpolates `from` samples to `to` samples; enlarging only, since no antialiasing is done.
    pub fn resize(from: usize, to: usize, kernel: Kernel) -> Self {
        let mut matrix = Self::zeros(to, from);
        let scale = from as f64 / to as f64;
        for row in 0..to {
            let position = (row as f64 + 0.5) * scale - 0.5;
            let base = position.floor();
            for (offset, weight) in kernel.weights(position - base) {
                let column = (base as i64 + offset).clamp(0, from as i64 - 1) as usize;
                matrix.values[row * from + column] += weight as f32;
            }
        }
        matrix
    }

    /// Adds `pad` samples on both sides of `n`.
    pub fn pad(n: usize, pad: usize, edge: Edge) -> Self {
        let mut matrix = Self::zeros(n + 2 * pad, n);
        for row in 0..n + 2 * pad {
            if let Some(column) = source(row as i64 - pad as i64, n as i64, edge) {
                matrix.values[row * n + column] = 1.0;
            }
        }
        matrix
    }

    /// A Gaussian blur of `n` samples with a standard deviation of `sd` samples; weights beyond the edge are left out, and the
    /// others sum to one.
    pub fn blur(n: usize, sd: f64) -> Self {
        let mut matrix = Self::zeros(n, n);
        for row in 0..n {
            let weight = |column: usize| (-0.5 * ((row as f64 - column as f64) / sd).powi(2)).exp();
            let sum: f64 = (0..n).map(weight).sum();
            (0..n).for_each(|column| matrix.values[row * n + column] = (weight(column) / sum) as f32);
        }
        matrix
    }

    /// This map after `first`.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        assert_eq!(self.columns, first.rows, "maps that follow each other share a size");
        let mut product = Self::zeros(self.rows, first.columns);
        for row in 0..self.rows {
            for inner in 0..self.columns {
                let weight = self.values[row * self.columns + inner];
                for column in 0..first.columns {
                    product.values[row * first.columns + column] +=
                        weight * first.values[inner * first.columns + column];
                }
            }
        }
        product
    }

    /// The same map as a kernel.
    pub(crate) fn kernel(&self) -> afterimage_kernels::Resample {
        afterimage_kernels::Resample::new(&self.values, self.rows, self.columns)
    }

    /// The same map as an array, `[out, in]`.
    pub(crate) fn array(&self) -> ndarray::ArrayView2<'_, f32> {
        ndarray::ArrayView2::from_shape((self.rows, self.columns), &self.values).expect("rows of one length")
    }

    fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, values: vec![0.0; rows * columns] }
    }

    fn tensor(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.values.clone(), [self.rows, self.columns]), device)
    }
}

fn source(position: i64, n: i64, edge: Edge) -> Option<usize> {
    (edge == Edge::Reflect || (0..n).contains(&position)).then(|| mirrored(position, n))
}

/// Returns the place in 0..n that `position` reflects to, without repeating the edge.
pub(crate) fn mirrored(position: i64, n: i64) -> usize {
    let reflected = if position >= n { 2 * (n - 1) - position } else { position.abs() };
    reflected.clamp(0, n - 1) as usize
}

impl Kernel {
    fn weights(self, t: f64) -> Vec<(i64, f64)> {
        match self {
            Kernel::Bilinear => vec![(0, 1.0 - t), (1, t)],
            Kernel::Bicubic => vec![(-1, cubic(t + 1.0)), (0, cubic(t)), (1, cubic(1.0 - t)), (2, cubic(2.0 - t))],
        }
    }
}

fn cubic(x: f64) -> f64 {
    const A: f64 = -0.75;
    if x <= 1.0 { ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0 } else { ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A }
}

/// A [`Matrix`] applied to both axes of square maps.
#[derive(Debug, Clone)]
pub struct Resample {
    /// `[in, out]`.
    transposed: Tensor<2>,
}

impl Resample {
    /// Applies `matrix` to rows and columns.
    pub fn new(matrix: &Matrix, device: &Device) -> Self {
        Self { transposed: matrix.tensor(device).transpose() }
    }

    /// `[b, c, in, in]` to `[b, c, out, out]`.
    ///
    /// One product over all maps for each axis, since small products spend their time on packing.
    pub fn forward(&self, maps: Tensor<4>) -> Tensor<4> {
        let [batch, channels, side, _] = maps.dims();
        let [_, out] = self.transposed.dims();
        let along_last = |t: Tensor<2>| t.matmul(self.transposed.clone());
        let wide = along_last(maps.reshape([batch * channels * side, side])); // [b*c*in, out]
        let transposed = wide.reshape([batch * channels, side, out]).swap_dims(1, 2); // [b*c, out, in]
        let tall = along_last(transposed.reshape([batch * channels * out, side])); // [b*c*out, out]
        tall.reshape([batch, channels, out, out]).swap_dims(2, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(matrix: &Matrix, row: usize) -> &[f32] {
        &matrix.values[row * matrix.columns..(row + 1) * matrix.columns]
    }

    #[test]
    fn rows_of_a_resize_sum_to_one() {
        for kernel in [Kernel::Bilinear, Kernel::Bicubic] {
            let matrix = Matrix::resize(5, 10, kernel);
            for r in 0..10 {
                assert!((row(&matrix, r).iter().sum::<f32>() - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn bicubic_doubling_has_pytorchs_weights() {
        // Interior rows of torch.nn.functional.interpolate(mode="bicubic", scale_factor=2).
        let matrix = Matrix::resize(8, 16, Kernel::Bicubic);
        let expected = [-0.035_156_25, 0.261_718_75, 0.878_906_25, -0.105_468_75];
        for (got, want) in row(&matrix, 8)[2..6].iter().zip(expected) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
    }

    #[test]
    fn reflection_mirrors_without_the_edge() {
        let matrix = Matrix::pad(4, 2, Edge::Reflect);
        assert_eq!(row(&matrix, 0), [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(row(&matrix, 7), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(row(&Matrix::pad(4, 2, Edge::Zero), 0), [0.0; 4]);
    }

    #[test]
    fn a_blur_keeps_even_maps_and_spreads_a_point() {
        let matrix = Matrix::blur(21, 2.0);
        assert!((0..21).all(|r| (row(&matrix, r).iter().sum::<f32>() - 1.0).abs() < 1e-6));
        let spread: f32 = row(&matrix, 10).iter().enumerate().map(|(i, w)| w * (i as f32 - 10.0).powi(2)).sum();
        assert!((spread.sqrt() - 2.0).abs() < 0.01, "{spread}");
    }

    #[test]
    fn resample_works_on_both_axes() {
        let device = Device::default();
        let maps = Tensor::<1>::from_floats([1.0, 2.0, 3.0, 4.0], &device).reshape([1, 1, 2, 2]);
        let out = Resample::new(&Matrix::resize(2, 4, Kernel::Bilinear), &device).forward(maps);
        let expected = [1.0, 1.25, 1.75, 2.0, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3.0, 3.25, 3.75, 4.0];
        for (got, want) in crate::convert::values(&out).iter().zip(expected) {
            assert!((got - want).abs() < 1e-6);
        }
    }
}
