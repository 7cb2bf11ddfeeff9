//! Features of many images, and their means.

use ndarray::{Array1, Array2, Array4, ArrayView4, Axis, concatenate};

use crate::error::{finite_rows, shape};
use crate::perceptual::{Features, extract};
use crate::{Result, images};

/// Images passed through the network at a time.
const BLOCK: usize = 32;

/// Flattened features of the first tap, `[n, length]`, in blocks.
pub(super) fn embed(features: &dyn Features, pictures: ArrayView4<f32>) -> Result<Array2<f32>> {
    let mut parts = Vec::new();
    for block in pictures.axis_chunks_iter(Axis(0), BLOCK) {
        let mut taps = extract(features, block)?;
        if taps.is_empty() {
            return Err(shape("the list of taps", &[0], "one tap"));
        }
        let tap = taps.swap_remove(0);
        let flat = (tap.len_of(Axis(0)), tap.len() / tap.len_of(Axis(0)).max(1));
        let values = tap.as_standard_layout().into_owned().into_raw_vec_and_offset().0;
        let table =
            Array2::from_shape_vec(flat, values).map_err(|_| shape("the features", &[flat.0, flat.1], "a table"));
        parts.push(table?);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let table =
        concatenate(Axis(0), &views).map_err(|_| shape("the features", &[0], "features of at least one image"))?;
    finite_rows("the table of features", &table)?;
    Ok(table)
}

/// Means over consecutive groups of rows.
pub(super) struct Means {
    counts: Vec<usize>,
    done: Vec<Vec<f32>>,
    sum: Array1<f64>,
    within: usize,
}

impl Means {
    pub(super) fn new(counts: Vec<usize>) -> Self {
        Self { counts, done: Vec::new(), sum: Array1::zeros(0), within: 0 }
    }

    pub(super) fn add(&mut self, rows: &Array2<f32>) {
        for row in rows.rows() {
            if self.within == 0 {
                self.sum = Array1::zeros(row.len());
            }
            self.sum.zip_mut_with(&row, |sum, &value| *sum += f64::from(value));
            self.within += 1;
            let count = self.counts[self.done.len()];
            if self.within == count {
                self.done.push(self.sum.iter().map(|sum| (sum / count as f64) as f32).collect());
                self.within = 0;
            }
        }
    }

    pub(super) fn finish(self) -> Result<Array2<f32>> {
        let (n, length) = (self.done.len(), self.done.first().map_or(0, Vec::len));
        let table = Array2::from_shape_vec((n, length), self.done.concat());
        table.map_err(|_| shape("the representatives", &[n, length], "vectors of one length"))
    }
}

/// Mean features of some images u8 `[n, side, side, 3]`.
pub(super) fn mean_of(features: &dyn Features, pictures: &Array4<u8>) -> Result<Vec<f32>> {
    let mut means = Means::new(vec![pictures.len_of(Axis(0))]);
    means.add(&embed(features, images::from_bytes(pictures.view()).view())?);
    Ok(means.finish()?.into_raw_vec_and_offset().0)
}

/// Reads rows block by block on a thread of its own, one block ahead of the one that is taken.
pub(super) fn pipelined<T: Send>(
    rows: &[usize],
    read: impl Fn(&[usize]) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let read = &read;
    let blocks: Vec<&[usize]> = rows.chunks(BLOCK).collect();
    std::thread::scope(|scope| {
        let start = |index: usize| blocks.get(index).map(|&block| scope.spawn(move || read(block)));
        let mut next = start(0);
        for index in 0..blocks.len() {
            let Some(reading) = next.take() else { break };
            let block = reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            next = start(index + 1);
            take(block?)?;
        }
        Ok(())
    })
}
