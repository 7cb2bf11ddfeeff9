//! Between `ndarray` and the linear algebra: blocks in double precision, products, eigenvalues.
//!
//! Threads share the columns of a result in blocks of a fixed size, and each block is computed by one of them: the
//! library's own threads would make the bits depend on their number.

use std::ops::Range;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::{evd, matmul::matmul};
use faer::{Accum, Mat, MatRef, Par, traits::ComplexField};
use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::{BaselineError, Result};

/// Columns of inputs handled at once where a product sums over them.
pub(crate) const PANEL: usize = 512;
/// Columns of a result that one thread computes at a time.
const COLUMNS: usize = 256;

/// Rows `rows` and columns `columns` of `values`, each column less its `shift`, `[rows, columns]`.
pub(crate) fn gather(values: ArrayView2<'_, f32>, rows: &[usize], columns: Range<usize>, shift: &[f64]) -> Mat<f64> {
    // Rows lie together in the source, columns in the result: a few columns at a time read each row's memory once.
    const TILE: usize = 16;
    let mut out = Mat::zeros(rows.len(), columns.len());
    for first in (0..columns.len()).step_by(TILE) {
        for (i, &row) in rows.iter().enumerate() {
            let source = values.row(row);
            for j in first..(first + TILE).min(columns.len()) {
                let column = columns.start + j;
                out[(i, j)] = f64::from(source[column]) - shift[column];
            }
        }
    }
    out
}

/// `a b`.
pub(crate) fn product<T: ComplexField>(a: MatRef<'_, T>, b: MatRef<'_, T>) -> Mat<T> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    out.as_mut()
        .par_col_chunks_mut(COLUMNS)
        .zip(b.par_col_chunks(COLUMNS))
        .for_each(|(out, b)| matmul(out, Accum::Replace, a, b, T::one_impl(), Par::Seq));
    out
}

/// Mean of each column of `values` over `rows`, in double precision.
pub(crate) fn means(values: ArrayView2<'_, f32>, rows: &[usize]) -> Vec<f64> {
    let mut sums = vec![0.0_f64; values.ncols()];
    for &row in rows {
        sums.iter_mut().zip(values.row(row)).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    sums.iter().map(|sum| sum / rows.len().max(1) as f64).collect()
}

/// Inner products of the rows of `x` less `shift`, `[items, items]`.
pub(crate) fn gram(x: ArrayView2<'_, f32>, shift: &[f64]) -> Mat<f64> {
    let rows: Vec<usize> = (0..x.nrows()).collect();
    let mut out = Mat::zeros(rows.len(), rows.len());
    for first in (0..x.ncols()).step_by(PANEL) {
        let panel = gather(x, &rows, first..(first + PANEL).min(x.ncols()), shift);
        add_square(&mut out, panel.as_ref());
    }
    mirror(&mut out);
    out
}

/// Inner products of the columns of `x` less `shift` over `rows`, `[columns, columns]`.
pub(crate) fn scatter(x: ArrayView2<'_, f32>, rows: &[usize], shift: &[f64]) -> Mat<f64> {
    let mut out = Mat::zeros(x.ncols(), x.ncols());
    for rows in rows.chunks(PANEL) {
        let panel = gather(x, rows, 0..x.ncols(), shift);
        add_square(&mut out, panel.transpose());
    }
    mirror(&mut out);
    out
}

/// Adds the lower half of `a a^T` to `out`.
fn add_square(out: &mut Mat<f64>, a: MatRef<'_, f64>) {
    out.as_mut().par_col_chunks_mut(COLUMNS).enumerate().for_each(|(block, out)| {
        let first = block * COLUMNS;
        let (below, columns) = (a.nrows() - first, out.ncols());
        let out = out.subrows_mut(first, below);
        matmul(out, Accum::Add, a.subrows(first, below), a.subrows(first, columns).transpose(), 1.0, Par::Seq);
    });
}

fn mirror(square: &mut Mat<f64>) {
    for j in 0..square.ncols() {
        for i in 0..j {
            square[(i, j)] = square[(j, i)];
        }
    }
}

/// Eigenvalues of a symmetric matrix, ascending and none below 0, and its eigenvectors as columns.
///
/// # Errors
/// [`BaselineError::Eigen`].
pub(crate) fn eigen(symmetric: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let n = symmetric.nrows();
    let (mut values, mut vectors) = (faer::Col::<f64>::zeros(n), Mat::zeros(n, n));
    let scratch = evd::self_adjoint_evd_scratch::<f64>(n, evd::ComputeEigenvectors::Yes, Par::Seq, Default::default());
    evd::self_adjoint_evd(
        symmetric.as_ref(),
        values.as_mut().as_diagonal_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .map_err(|_| BaselineError::Eigen { size: n })?;
    // A Gram matrix has none below 0; what rounding leaves there would turn the smallest penalties round.
    Ok((values.iter().map(|&value| value.max(0.0)).collect(), vectors))
}
