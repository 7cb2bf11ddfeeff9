//! Candidate images, and their vectors: read from a cache or computed block by block.

use std::ops::Range;

use ndarray::{Array2, Array4, Axis, s};

use crate::cache::{Cache, Digest, Rows};
use crate::distance::{BLOCK, Distance};
use crate::error::{BoxError, shape};
use crate::{EvalError, Result, images};

/// Candidate images, read in blocks.
pub trait Candidates {
    /// Their names, one each.
    fn names(&self) -> &[String];
    /// Images of these rows, f32 `[rows, 3, height, width]` in 0..1.
    ///
    /// # Errors
    /// Whatever keeps the images from being read.
    fn read(&mut self, rows: Range<usize>) -> std::result::Result<Array4<f32>, BoxError>;
    /// Called with the rows that are read next, so that reading them can begin.
    fn announce(&mut self, rows: Range<usize>) {
        let _ = rows;
    }
    /// A digest of all that decides the pixels of an image: its stored bytes, its cropping and its size. `None` if it
    /// is not known; its vector is then not kept in a [`Cache`].
    fn digest(&self, row: usize) -> Option<Digest> {
        let _ = row;
        None
    }
}

/// Candidates from names and a function that reads rows.
pub struct Streamed<F> {
    /// Names.
    pub names: Vec<String>,
    /// Reads rows.
    pub read: F,
}

impl<F> Candidates for Streamed<F>
where
    F: FnMut(Range<usize>) -> std::result::Result<Array4<f32>, BoxError>,
{
    fn names(&self) -> &[String] {
        &self.names
    }
    fn read(&mut self, rows: Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        (self.read)(rows)
    }
}

/// Candidates that lie in memory.
pub struct InMemory {
    /// Names.
    pub names: Vec<String>,
    /// Images `[n, 3, height, width]`.
    pub images: Array4<f32>,
}

impl Candidates for InMemory {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn read(&mut self, rows: Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        if rows.end > self.images.len_of(Axis(0)) {
            return Err(format!("{} images for {} names", self.images.len_of(Axis(0)), self.names.len()).into());
        }
        Ok(self.images.slice(s![rows, .., .., ..]).to_owned())
    }
}

/// No candidates: the shown images are compared among themselves.
pub fn no_candidates() -> InMemory {
    InMemory { names: Vec::new(), images: Array4::zeros((0, 3, 1, 1)) }
}

/// The vectors of candidates by one distance.
pub(crate) struct Embedded<'a> {
    distance: &'a dyn Distance,
    candidates: &'a mut dyn Candidates,
    rows: Option<Rows<'a>>,
    total: usize,
}

impl<'a> Embedded<'a> {
    pub(crate) fn new(
        distance: &'a dyn Distance,
        candidates: &'a mut dyn Candidates,
        cache: Option<&'a Cache>,
    ) -> Self {
        let rows = cache.zip(distance.identity()).map(|(cache, identity)| cache.open(&identity));
        let total = candidates.names().len();
        Self { distance, candidates, rows, total }
    }

    /// The vectors of a block. A block of which one vector is missing is computed as a whole.
    pub(crate) fn block(&mut self, range: Range<usize>) -> Result<Array2<f32>> {
        if let Some(found) = self.stored(range.clone()) {
            return Ok(found);
        }
        let images = read(self.candidates, range.clone())?;
        let next = range.end..(range.end + BLOCK).min(self.total);
        if !next.is_empty() && !self.has(next.clone()) {
            self.candidates.announce(next);
        }
        let block = self.distance.embed(images.view())?;
        if let Some(rows) = &mut self.rows {
            for (row, vector) in range.zip(block.rows()) {
                if let Some((digest, vector)) = self.candidates.digest(row).zip(vector.as_slice()) {
                    rows.insert(digest, vector);
                }
            }
        }
        Ok(block)
    }

    fn has(&self, range: Range<usize>) -> bool {
        let Some(rows) = &self.rows else { return false };
        range.clone().all(|row| self.candidates.digest(row).is_some_and(|digest| rows.contains(&digest)))
    }

    fn stored(&mut self, range: Range<usize>) -> Option<Array2<f32>> {
        if !self.has(range.clone()) {
            return None;
        }
        let rows = self.rows.as_mut()?;
        let mut block = Array2::zeros((range.len(), rows.length()?));
        for (place, row) in range.enumerate() {
            let digest = self.candidates.digest(row)?;
            rows.read(&digest, block.slice_mut(s![place, ..]).as_slice_mut()?)?;
        }
        Some(block)
    }
}

fn read(candidates: &mut dyn Candidates, rows: Range<usize>) -> Result<Array4<f32>> {
    let block = candidates.read(rows.clone()).map_err(|source| EvalError::Candidates {
        from: rows.start,
        to: rows.end,
        source,
    })?;
    if block.len_of(Axis(0)) != rows.len() || block.len_of(Axis(1)) != 3 {
        return Err(shape("a block of candidates", block.shape(), format!("[{}, 3, height, width]", rows.len())));
    }
    images::in_range("a block of candidates", block.view())?;
    Ok(block)
}
