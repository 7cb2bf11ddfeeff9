//! Distances from reconstructions to shown and candidate images.
//!
//! A [`Distance`] turns each image into a vector such that the distance is a constant minus an inner product, or the
//! squared length of a difference. The whole matrix is then one matrix product per block of images, and candidates are
//! read block by block, so that tens of thousands of them fit in bounded memory.

mod blocks;

use afterimage_statistics::mean_of_defined;
use ndarray::{Array2, ArrayView2, ArrayView4, Ix4};

use crate::cache::Cache;
use crate::candidates::Candidates;
use crate::error::{shape, undefined};
use crate::{Context, EvalError, HeldOutArray, Result, images};

pub(crate) use blocks::distances;

/// Images handled at once.
pub(crate) const BLOCK: usize = 32;

/// A distance of the form `offset - <embed(a), embed(b)>` or `|embed(a) - embed(b)|^2`.
pub trait Distance {
    /// Short name within a score's name, such as `perceptual`.
    fn key(&self) -> String;
    /// The measure with its exact settings.
    fn metric(&self) -> String;
    /// The constant; `None` for the squared length of the difference.
    fn offset(&self) -> Option<f64>;
    /// Vectors of images `[n, 3, height, width]`, as `[n, length]`.
    ///
    /// # Errors
    /// Whatever keeps the vectors from being computed.
    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>>;
    /// All that decides the vector of an image; vectors are kept in a [`Cache`] under it. `None` if they are not worth
    /// it.
    fn identity(&self) -> Option<String> {
        None
    }
}

/// Distances of each reconstruction to each shown image and each external candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct DistanceMatrix {
    key: String,
    metric: String,
    shown: Array2<f64>,
    candidates: Array2<f64>,
    names: Vec<String>,
    /// Items whose reconstruction or shown image has no features to compare.
    undefined: Vec<bool>,
    of_mean_image: Option<OfMeanImage>,
}

/// Distances of the mean training image, see [`Context::mean_image`].
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct OfMeanImage {
    /// To each shown image.
    pub(crate) shown: Vec<f64>,
    /// Shown images without features to compare.
    pub(crate) undefined: Vec<bool>,
    /// To each candidate.
    pub(crate) candidates: Vec<f64>,
}

/// The best-ranked wrong candidate of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Rival {
    /// Row among the candidates.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its distance to the reconstruction.
    pub distance: f64,
    /// Distance of the truth.
    pub truth: f64,
}

impl DistanceMatrix {
    /// From distances computed elsewhere: `shown` `[items, items]` (column j is shown image j) and `candidates`
    /// `[items, candidates]`.
    ///
    /// # Errors
    /// [`EvalError::Shape`] if the arrays do not fit the held-out items or `names`;
    /// [`EvalError::NotFinite`] for an undefined distance.
    pub fn new(
        key: impl Into<String>,
        metric: impl Into<String>,
        shown: Array2<f64>,
        candidates: Array2<f64>,
        names: Vec<String>,
        ctx: &Context,
    ) -> Result<Self> {
        let n = ctx.len();
        if shown.dim() != (n, n) {
            return Err(shape("distances to the shown images", shown.shape(), format!("[{n}, {n}]")));
        }
        if candidates.dim() != (n, names.len()) {
            let expected = format!("[{n}, {}]", names.len());
            return Err(shape("distances to the candidates", candidates.shape(), expected));
        }
        for (item, row) in shown.outer_iter().enumerate() {
            if row.iter().chain(candidates.row(item)).any(|d| !d.is_finite()) {
                return Err(EvalError::NotFinite { what: "the row of distances".into(), item });
            }
        }
        let undefined = vec![false; n];
        Ok(Self { key: key.into(), metric: metric.into(), shown, candidates, names, undefined, of_mean_image: None })
    }

    /// Adds the distances of the mean training image.
    pub(crate) fn with_mean_image(self, of_mean_image: Option<OfMeanImage>) -> Self {
        Self { of_mean_image, ..self }
    }

    /// Distances of the mean training image, if it was compared.
    pub(crate) fn of_mean_image(&self) -> Option<&OfMeanImage> {
        self.of_mean_image.as_ref()
    }

    /// Marks items whose distances are defined by convention only, such as the correlation of a constant image: their
    /// scores are undefined.
    pub(crate) fn with_undefined(mut self, undefined: Vec<bool>) -> Self {
        self.undefined = undefined;
        self
    }

    /// The same distances with images in the rows and reconstructions in the columns, without candidates.
    pub(crate) fn transposed(&self) -> Self {
        let (shown, candidates) = (self.shown.t().to_owned(), Array2::zeros((self.len(), 0)));
        Self { shown, candidates, names: Vec::new(), of_mean_image: None, ..self.clone() }
    }

    /// Returns whether the distances of an item are defined by convention only.
    pub(crate) fn is_undefined(&self, item: usize) -> bool {
        self.undefined[item]
    }

    /// A table `[items, items]` with NaN in the rows and columns of undefined items.
    ///
    /// # Errors
    /// [`EvalError::Undefined`] if no item is defined.
    pub(crate) fn defined<T: Copy>(&self, table: &Array2<T>, value: impl Fn(T) -> f64) -> Result<Array2<f64>> {
        if !self.undefined.is_empty() && self.undefined.iter().all(|&undefined| undefined) {
            let reason = "the features of every reconstruction or of its shown image are constant";
            return Err(undefined(&self.metric, reason));
        }
        let of = |(i, j): (usize, usize)| self.undefined[i] || self.undefined[j];
        Ok(Array2::from_shape_fn(table.dim(), |at| if of(at) { f64::NAN } else { value(table[at]) }))
    }

    /// Computes the distances.
    ///
    /// Reconstructions and shown images are `[items, 3, height, width]`; candidates may have another size if the
    /// distance allows it. Embeddings of the reconstructions are held up to 512 MiB; beyond, the candidates are read
    /// once per block of reconstructions.
    ///
    /// # Errors
    /// [`EvalError::Shape`] and [`EvalError::NotFinite`] for images that do not fit; errors of the distance and of the
    /// reader.
    pub fn compute<'a>(
        distance: &dyn Distance,
        reconstructions: ArrayView4<f32>,
        shown: impl HeldOutArray<'a, Ix4>,
        candidates: &mut dyn Candidates,
        ctx: &Context,
    ) -> Result<Self> {
        Self::compute_cached(distance, reconstructions, shown, candidates, None, ctx)
    }

    /// As [`DistanceMatrix::compute`], with the vectors of candidates kept on disk. The distances are the same bit for
    /// bit, whether a vector was kept or not.
    ///
    /// # Errors
    /// As there; a cache that cannot be read or written is not an error.
    pub fn compute_cached<'a>(
        distance: &dyn Distance,
        reconstructions: ArrayView4<f32>,
        shown: impl HeldOutArray<'a, Ix4>,
        candidates: &mut dyn Candidates,
        cache: Option<&Cache>,
        ctx: &Context,
    ) -> Result<Self> {
        let shown = shown.values();
        images::check("the array of reconstructions", reconstructions, ctx)?;
        images::check("the array of shown images", shown, ctx)?;
        let mut found = distances(distance, reconstructions, ctx.mean_batch(), shown, candidates, cache)?;
        let of_mean_image = found.of_mean_image.take();
        Ok(found.matrix(0, distance, candidates.names().to_vec(), ctx)?.with_mean_image(of_mean_image))
    }

    /// The same reconstructions and shown images with other candidates `[items, candidates]`.
    pub(crate) fn with_candidates(&self, candidates: Array2<f64>, names: Vec<String>) -> Self {
        Self { candidates, names, of_mean_image: None, ..self.clone() }
    }

    /// Short name of the measure.
    pub fn key(&self) -> &str {
        &self.key
    }
    /// The measure with its settings.
    pub fn metric(&self) -> &str {
        &self.metric
    }
    /// Number of items.
    pub fn len(&self) -> usize {
        self.shown.nrows()
    }
    /// True if there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// `[items, items]`: reconstruction i to shown image j.
    pub fn shown(&self) -> ArrayView2<'_, f64> {
        self.shown.view()
    }
    /// `[items, candidates]`.
    pub fn candidates(&self) -> ArrayView2<'_, f64> {
        self.candidates.view()
    }
    /// Names of the candidates.
    pub fn candidate_names(&self) -> &[String] {
        &self.names
    }

    /// Indices of the nearest wrong shown image of each item, the first where several are equally near: what the report
    /// shows if there are no candidates.
    pub fn nearest_wrong(&self) -> Vec<Option<usize>> {
        let nearest = |i: usize| {
            let others = self.shown.row(i).into_iter().enumerate().filter(|(j, d)| *j != i && d.is_finite());
            others.min_by(|a, b| a.1.total_cmp(b.1)).map(|(j, _)| j)
        };
        (0..self.len()).map(nearest).collect()
    }

    /// The nearest candidate of each item, for the report; the first where several are equally near.
    pub fn rivals(&self) -> Vec<Option<Rival>> {
        let nearest = |i: usize| {
            let row = self.candidates.row(i);
            let (index, &distance) = row.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
            let name = self.names[index].clone();
            Some(Rival { index, name, distance, truth: self.shown[[i, i]] })
        };
        (0..self.len()).map(nearest).collect()
    }
}

impl OfMeanImage {
    /// Mean over the shown images of one value each, where it is defined; `None` if no shown image has features to compare.
    pub(crate) fn mean(&self, values: impl Iterator<Item = f64>) -> Option<f64> {
        mean_of_defined(values.zip(&self.undefined).filter(|(_, undefined)| !**undefined).map(|(v, _)| v))
    }
}
