//! Representatives of classes.

use std::collections::HashMap;
use std::path::PathBuf;

use afterimage_data::UnpairedPool;
use afterimage_data::audit::PictureHash;
use ndarray::{Array1, Array2, Array4, ArrayView4, Axis, concatenate};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Selection;
use crate::error::{finite_rows, shape};
use crate::perceptual::{Features, extract, standardise};
use crate::{EvalError, Result, images};

/// Images passed through the network at a time.
const BLOCK: usize = 32;

/// Representatives of classes, `[classes, length]`, with what they are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Bank {
    /// All that decides the features of an image: [`Features::identity`].
    pub embedding: String,
    /// Side of the images that were embedded, pixels.
    pub side: usize,
    /// The sources of the images, as [`UnpairedPool::open`] takes them.
    pub sources: Vec<PathBuf>,
    /// The classes.
    pub classes: Vec<ClassImages>,
    /// Mean features of each class.
    pub means: Array2<f32>,
}

/// A class and the images behind its representative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassImages {
    /// Name of the class.
    pub name: String,
    /// The images.
    pub images: Vec<Member>,
}

/// One image behind a representative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, as [`UnpairedPool::names`].
    pub name: String,
    /// SHA-256 of its stored bytes, hexadecimal.
    pub sha256: String,
    /// What it looks like.
    pub hash: PictureHash,
}

impl Bank {
    /// Computes the representatives of the chosen images of a pool, class by class, each the mean of the flattened features of
    /// the first tap: `m_c = 1/n_c sum over images of f(x)`, summed in double precision.
    ///
    /// `contents` are [`Selection::contents`]; `progress` gets the number of images done. While a block is in the
    /// network, the next one is read.
    ///
    /// # Errors
    /// Images that cannot be read; features that cannot be computed.
    pub fn build(
        pool: &UnpairedPool,
        sources: &[PathBuf],
        selection: &Selection,
        contents: &[Vec<String>],
        features: &dyn Features,
        mut progress: impl FnMut(usize),
    ) -> Result<Self> {
        let rows: Vec<usize> = selection.images.concat();
        let mut hashes: Vec<PictureHash> = Vec::with_capacity(rows.len());
        let mut means = Means::new(selection.images.iter().map(Vec::len).collect());
        pipelined(&rows, |block| Ok(pool.read(block)?), |pictures| {
            let views: Vec<_> = pictures.axis_iter(Axis(0)).collect();
            let of_block: Vec<_> =
                views.into_par_iter().map(PictureHash::of).collect::<afterimage_data::Result<_>>()?;
            hashes.extend(of_block);
            means.add(&embed(features, images::from_bytes(pictures.view()).view())?);
            progress(hashes.len());
            Ok(())
        })?;
        let mut next = hashes.into_iter();
        let mut classes = Vec::with_capacity(selection.names.len());
        for ((name, rows), contents) in selection.names.iter().zip(&selection.images).zip(contents) {
            let members = rows.iter().zip(contents).zip(next.by_ref());
            let images = members.map(|((&row, sha256), hash)| Member {
                name: pool.names()[row].clone(),
                sha256: sha256.clone(),
                hash,
            });
            classes.push(ClassImages { name: name.clone(), images: images.collect() });
        }
        Ok(Self {
            embedding: identity(features)?,
            side: pool.side(),
            sources: sources.to_vec(),
            classes,
            means: means.finish()?,
        })
    }

    /// Number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// True without a class.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Names of the classes.
    pub fn names(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.name.clone()).collect()
    }

    /// Joins banks; classes of the same name, but for case, become one whose representative is the mean over all images.
    ///
    /// # Errors
    /// [`EvalError::Classes`] for banks of other features, or none.
    pub fn merge(banks: Vec<Self>) -> Result<Self> {
        let mut banks = banks.into_iter();
        let none = || EvalError::Classes { reason: "no bank was given".into() };
        let mut all = banks.next().ok_or_else(none)?;
        for other in banks {
            if (&other.embedding, other.side) != (&all.embedding, all.side) {
                let reason = format!(
                    "banks were made with other features (\"{}\" at {} px, \"{}\" at {} px): build them alike",
                    all.embedding, all.side, other.embedding, other.side
                );
                return Err(EvalError::Classes { reason });
            }
            all.absorb(other)?;
        }
        Ok(all)
    }

    fn absorb(&mut self, other: Self) -> Result<()> {
        let places: HashMap<String, usize> =
            self.classes.iter().enumerate().map(|(place, class)| (class.name.to_lowercase(), place)).collect();
        let mut added = Vec::new();
        for (class, mean) in other.classes.into_iter().zip(other.means.rows()) {
            match places.get(&class.name.to_lowercase()) {
                Some(&place) => {
                    let (n, m) = (self.classes[place].images.len() as f64, class.images.len() as f64);
                    let blend = |a: f32, b: f32| ((n * f64::from(a) + m * f64::from(b)) / (n + m)) as f32;
                    self.means.row_mut(place).zip_mut_with(&mean, |a, &b| *a = blend(*a, b));
                    self.classes[place].images.extend(class.images);
                }
                None => {
                    added.push(mean.insert_axis(Axis(0)));
                    self.classes.push(class);
                }
            }
        }
        let views: Vec<_> = std::iter::once(self.means.view()).chain(added).collect();
        let joined = concatenate(Axis(0), &views);
        self.means = joined.map_err(|_| shape("the representatives", other.means.shape(), "the same length"))?;
        self.sources.extend(other.sources);
        Ok(())
    }

    /// `1 - Pearson` of the flattened features of images `[n, 3, height, width]` with each representative, `[n, classes]`.
    /// Constant features are at distance 1 from all.
    ///
    /// # Errors
    /// Features that cannot be computed, or of another length than the bank's.
    pub fn distances(&self, features: &dyn Features, pictures: ArrayView4<f32>) -> Result<Array2<f64>> {
        let embedded = embed(features, pictures)?;
        if embedded.ncols() != self.means.ncols() {
            return Err(shape("the features", embedded.shape(), format!("[images, {}] as the bank", self.means.ncols())));
        }
        let rows = |table: Array2<f32>| standardise(table.insert_axis(Axis(2)).insert_axis(Axis(3)));
        let products = rows(embedded).dot(&rows(self.means.clone()).t());
        Ok(products.mapv(|product| 1.0 - f64::from(product)))
    }
}

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
        let table = Array2::from_shape_vec(flat, values).map_err(|_| shape("the features", &[flat.0, flat.1], "a table"));
        parts.push(table?);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let table = concatenate(Axis(0), &views).map_err(|_| shape("the features", &[0], "features of at least one image"))?;
    finite_rows("the table of features", &table)?;
    Ok(table)
}

/// What the features are.
pub(super) fn identity(features: &dyn Features) -> Result<String> {
    let unknown = || EvalError::Classes { reason: format!("the features \"{}\" have no identity", features.name()) };
    features.identity().ok_or_else(unknown)
}

/// Means over consecutive groups of rows.
struct Means {
    counts: Vec<usize>,
    done: Vec<Vec<f32>>,
    sum: Array1<f64>,
    within: usize,
}

impl Means {
    fn new(counts: Vec<usize>) -> Self {
        Self { counts, done: Vec::new(), sum: Array1::zeros(0), within: 0 }
    }

    fn add(&mut self, rows: &Array2<f32>) {
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

    fn finish(self) -> Result<Array2<f32>> {
        let (n, length) = (self.done.len(), self.done.first().map_or(0, Vec::len));
        let table = Array2::from_shape_vec((n, length), self.done.concat());
        table.map_err(|_| shape("the representatives", &[n, length], "vectors of one length"))
    }
}

/// Mean features of some pictures u8 `[n, side, side, 3]`.
pub(super) fn mean_of(features: &dyn Features, pictures: &Array4<u8>) -> Result<Vec<f32>> {
    let mut means = Means::new(vec![pictures.len_of(Axis(0))]);
    means.add(&embed(features, images::from_bytes(pictures.view()).view())?);
    Ok(means.finish()?.into_raw_vec_and_offset().0)
}

/// Reads rows block by block on a thread of its own, one block ahead of the one that is taken.
fn pipelined<T: Send>(
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
