//! A similarity of reconstructions with their own shown images and with some others, where all pairs would be too dear.

use ndarray::{Array2, ArrayView3, ArrayView4, Axis};
use rayon::prelude::*;

use crate::Context;
use crate::draws::{Purpose, generator, shuffle};

/// How much is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampling {
    /// Mismatched shown images an item.
    pub(crate) others: usize,
    /// Items computed together, which share what was prepared of shown images.
    pub(crate) block: usize,
}

/// Similarity of each reconstruction with its own shown image, and with some others `[items, others]`; NaN where an image
/// cannot be prepared.
///
/// The others are the next ones in a seeded random order, so that neighbouring items share what was prepared of them.
pub(crate) fn table<T: Send + Sync>(
    reconstructions: ArrayView4<f32>,
    shown: ArrayView4<f32>,
    sampling: Sampling,
    ctx: &Context,
    prepare: impl Fn(ArrayView3<f32>) -> Option<T> + Sync,
    similarity: impl Fn(&T, &T) -> f64 + Sync,
) -> (Vec<f64>, Array2<f64>) {
    let n = ctx.len();
    let k = sampling.others.min(n.saturating_sub(1));
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(&mut generator(ctx.seed, Purpose::Mismatch, 0), &mut order);
    let mut own = vec![f64::NAN; n];
    let mut others = Array2::from_elem((n, k), f64::NAN);
    for start in (0..n).step_by(sampling.block) {
        let end = (start + sampling.block).min(n);
        let image = |t: usize| shown.index_axis(Axis(0), order[t % n]);
        let window: Vec<_> = (start..end + k).into_par_iter().map(|t| prepare(image(t))).collect();
        let rows: Vec<Vec<f64>> = (start..end)
            .into_par_iter()
            .map(|t| {
                let reconstruction = prepare(reconstructions.index_axis(Axis(0), order[t]));
                let with = |s: &Option<T>| match (&reconstruction, s) {
                    (Some(a), Some(b)) => similarity(a, b),
                    _ => f64::NAN,
                };
                window[t - start..=t - start + k].iter().map(with).collect()
            })
            .collect();
        for (t, row) in (start..end).zip(rows) {
            own[order[t]] = row[0];
            others.row_mut(order[t]).assign(&ndarray::aview1(&row[1..]));
        }
    }
    (own, others)
}
