//! All distances, block of images by block.

use ndarray::{Array2, ArrayView2, ArrayView4, Axis, concatenate, s};
use rayon::prelude::*;

use super::{BLOCK, Distance, DistanceMatrix, OfMeanImage};
use crate::cache::Cache;
use crate::candidates::{Candidates, Embedded};
use crate::error::{shape, undefined};
use crate::{Context, Result};

/// Embedded reconstructions held at once, bytes.
const MEMORY: usize = 512 << 20;

/// Distances of reconstructions, of which there may be more than shown images.
pub(crate) struct Distances {
    /// `[reconstructions, shown]`
    shown: Array2<f64>,
    /// `[reconstructions, candidates]`
    candidates: Array2<f64>,
    /// Reconstructions, and shown images, whose vector is zero: constant features have no direction and no correlation.
    blank: [Vec<bool>; 2],
    pub(super) of_mean_image: Option<OfMeanImage>,
}

impl Distances {
    /// `[reconstructions, candidates]`
    pub(crate) fn candidates(&self) -> ArrayView2<'_, f64> {
        self.candidates.view()
    }

    /// The matrix of the items' reconstructions from row `first` on.
    pub(crate) fn matrix(
        &self,
        first: usize,
        distance: &dyn Distance,
        names: Vec<String>,
        ctx: &Context,
    ) -> Result<DistanceMatrix> {
        let rows = s![first..first + ctx.len(), ..];
        let (shown, candidates) = (self.shown.slice(rows).to_owned(), self.candidates.slice(rows).to_owned());
        let own = self.blank[0][first..first + ctx.len()].iter().zip(&self.blank[1]);
        let undefined = own.map(|(reconstruction, shown)| *reconstruction || *shown).collect();
        let matrix = DistanceMatrix::new(distance.key(), distance.metric(), shown, candidates, names, ctx)?;
        Ok(matrix.with_undefined(undefined))
    }
}

/// Distances of each reconstruction, and of `mean_image` as a batch of one, to each shown image and to each candidate;
/// there may be more reconstructions than shown images.
///
/// # Errors
/// [`EvalError::Undefined`] if the vectors of all images are the same and the images are not: such features measure
/// nothing.
pub(crate) fn distances(
    distance: &dyn Distance,
    reconstructions: ArrayView4<f32>,
    mean_image: Option<ArrayView4<f32>>,
    shown: ArrayView4<f32>,
    candidates: &mut dyn Candidates,
    cache: Option<&Cache>,
) -> Result<Distances> {
    let (rows, n, m) = (reconstructions.len_of(Axis(0)), shown.len_of(Axis(0)), candidates.names().len());
    let mut to_shown = Array2::zeros((rows, n));
    let mut to_candidates = Array2::zeros((rows, m));
    let mut blank = [Vec::with_capacity(rows), vec![false; n]];
    let mut alike = Alike::default();
    let mut kept = Embedded::new(distance, candidates, cache);
    // On its own, so that no other distance depends on whether it is there. A constant one has nothing to compare.
    let average = mean_image.map(|image| distance.embed(image)).transpose()?.filter(|average| !blank_rows(average)[0]);
    let mut of_mean = OfMeanImage::default();
    let mut start = 0;
    while start < rows {
        let (embedded, end) = embed_rows(distance, reconstructions, start)?;
        blank[0].extend(blank_rows(&embedded));
        alike.see(&embedded);
        for from in (0..n).step_by(BLOCK) {
            let to = (from + BLOCK).min(n);
            let block = distance.embed(shown.slice(s![from..to, .., .., ..]))?;
            alike.see(&block);
            blank[1][from..to].iter_mut().zip(blank_rows(&block)).for_each(|(to, blank)| *to = blank);
            to_shown.slice_mut(s![start..end, from..to]).assign(&between(distance, &embedded, &block)?);
            if let Some(average) = average.as_ref().filter(|_| start == 0) {
                of_mean.shown.extend(between(distance, average, &block)?);
            }
        }
        for from in (0..m).step_by(BLOCK) {
            let to = (from + BLOCK).min(m);
            let block = kept.block(from..to)?;
            alike.see(&block);
            to_candidates.slice_mut(s![start..end, from..to]).assign(&between(distance, &embedded, &block)?);
            if let Some(average) = average.as_ref().filter(|_| start == 0) {
                of_mean.candidates.extend(between(distance, average, &block)?);
            }
        }
        start = end;
    }
    if alike.all() && images_differ(reconstructions, shown) {
        let reason = format!("its features are the same for all {} images", rows + n + m);
        return Err(undefined(distance.metric(), reason));
    }
    let of_mean_image = average.map(|_| OfMeanImage { undefined: blank[1].clone(), ..of_mean });
    Ok(Distances { shown: to_shown, candidates: to_candidates, blank, of_mean_image })
}

/// Rows that are zero throughout.
fn blank_rows(vectors: &Array2<f32>) -> Vec<bool> {
    vectors.outer_iter().map(|row| row.iter().all(|&v| v == 0.0)).collect()
}

/// True if all vectors seen so far are the same, up to rounding.
#[derive(Default)]
struct Alike {
    first: Option<Vec<f32>>,
    differ: bool,
}

impl Alike {
    fn see(&mut self, vectors: &Array2<f32>) {
        for row in vectors.outer_iter() {
            if self.differ {
                return;
            }
            let first = self.first.get_or_insert_with(|| row.to_vec());
            let rounding = 1e-6 * first.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
            self.differ = first.iter().zip(row).any(|(a, b)| (a - b).abs() > rounding);
        }
    }

    fn all(&self) -> bool {
        self.first.is_some() && !self.differ
    }
}

fn images_differ(reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>) -> bool {
    let mut images = reconstructions.outer_iter().chain(shown.outer_iter());
    images.next().is_some_and(|first| images.any(|image| image != first))
}

/// Embeds reconstructions from `start` on, as many as fit the memory.
fn embed_rows(distance: &dyn Distance, images: ArrayView4<f32>, start: usize) -> Result<(Array2<f32>, usize)> {
    let n = images.len_of(Axis(0));
    let mut parts = Vec::new();
    let (mut end, mut bytes) = (start, 0);
    while end < n && (bytes < MEMORY || parts.is_empty()) {
        let to = (end + BLOCK).min(n);
        let part = distance.embed(images.slice(s![end..to, .., .., ..]))?;
        bytes += part.len() * size_of::<f32>();
        parts.push(part);
        end = to;
    }
    let views: Vec<_> = parts.iter().map(|p| p.view()).collect();
    let all = concatenate(Axis(0), &views)
        .map_err(|_| shape("an embedding", parts[0].shape(), "the same length for every block of images"))?;
    Ok((all, end))
}

/// Distances of rows of `a` to rows of `b`.
fn between(distance: &dyn Distance, a: &Array2<f32>, b: &Array2<f32>) -> Result<Array2<f64>> {
    let mut table = product(a.view(), b.view())?;
    match distance.offset() {
        Some(offset) => table.mapv_inplace(|p| offset - p),
        None => {
            let energies = |rows: &Array2<f32>| -> Vec<f64> {
                rows.outer_iter().map(|row| row.iter().map(|&v| f64::from(v).powi(2)).sum()).collect()
            };
            let (own, others) = (energies(a), energies(b));
            // `max` would turn an undefined value into 0.
            let of = |energies: f64, product: f64| {
                let squared = energies - 2.0 * product;
                if squared < 0.0 { 0.0 } else { squared }
            };
            table.indexed_iter_mut().for_each(|((i, j), p)| *p = of(own[i] + others[j], *p));
        }
    }
    Ok(table)
}

/// `a b^T`, with rows of `a` shared among threads.
fn product(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Result<Array2<f64>> {
    if a.ncols() != b.ncols() {
        return Err(shape("an embedding", b.shape(), format!("[images, {}]", a.ncols())));
    }
    let mut out = Array2::zeros((a.nrows(), b.nrows()));
    out.axis_chunks_iter_mut(Axis(0), BLOCK)
        .into_par_iter()
        .zip(a.axis_chunks_iter(Axis(0), BLOCK))
        .for_each(|(mut out, a)| out.assign(&a.dot(&b.t()).mapv(f64::from)));
    Ok(out)
}
