//! Representatives of classes.

use std::collections::HashMap;
use std::path::PathBuf;

use afterimage_data::UnpairedPool;
use afterimage_data::audit::PictureHash;
use ndarray::{Array2, ArrayView4, Axis, concatenate};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Selection;
use super::embed::{Means, embed, pipelined};
use crate::error::shape;
use crate::perceptual::{Features, standardise};
use crate::{EvalError, Result, images};

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
    /// Computes the representatives of the chosen images of a pool, class by class, each the mean of the flattened
    /// features of the first tap: `m_c = 1/n_c sum over images of f(x)`, summed in double precision.
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
        pipelined(
            &rows,
            |block| Ok(pool.read(block)?),
            |pictures| {
                let views: Vec<_> = pictures.axis_iter(Axis(0)).collect();
                let of_block: Vec<_> =
                    views.into_par_iter().map(PictureHash::of).collect::<afterimage_data::Result<_>>()?;
                hashes.extend(of_block);
                means.add(&embed(features, images::from_bytes(pictures.view()).view())?);
                progress(hashes.len());
                Ok(())
            },
        )?;
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

    /// About the size of its file.
    pub fn bytes(&self) -> u64 {
        const MEMBER: usize = 200;
        let images: usize = self.classes.iter().map(|class| class.images.len()).sum();
        (self.means.len() * size_of::<f32>() + images * MEMBER) as u64
    }

    /// True without a class.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Names of the classes.
    pub fn names(&self) -> Vec<String> {
        self.classes.iter().map(|class| class.name.clone()).collect()
    }

    /// Joins banks; classes of the same name, but for case, become one whose representative is the mean over all
    /// images.
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

    /// `1 - Pearson` of the flattened features of images `[n, 3, height, width]` with each representative, `[n,
    /// classes]`. Constant features are at distance 1 from all.
    ///
    /// # Errors
    /// Features that cannot be computed, or of another length than the bank's.
    pub fn distances(&self, features: &dyn Features, pictures: ArrayView4<f32>) -> Result<Array2<f64>> {
        let embedded = embed(features, pictures)?;
        if embedded.ncols() != self.means.ncols() {
            return Err(shape(
                "the features",
                embedded.shape(),
                format!("[images, {}] as the bank", self.means.ncols()),
            ));
        }
        let rows = |table: Array2<f32>| standardise(table.insert_axis(Axis(2)).insert_axis(Axis(3)));
        let products = rows(embedded).dot(&rows(self.means.clone()).t());
        Ok(products.mapv(|product| 1.0 - f64::from(product)))
    }
}

/// What the features are.
fn identity(features: &dyn Features) -> Result<String> {
    let unknown = || EvalError::Classes { reason: format!("the features \"{}\" have no identity", features.name()) };
    features.identity().ok_or_else(unknown)
}
