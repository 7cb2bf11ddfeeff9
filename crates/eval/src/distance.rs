//! Distances from reconstructions to shown and candidate images.
//!
//! A [`Distance`] turns each image into a vector such that the distance is a constant minus an inner product, or the
//! squared length of a difference. The whole matrix is then one matrix product per block of images, and candidates are
//! read block by block, so that tens of thousands of them fit in bounded memory.

use afterimage_statistics::mean_of_defined;
use ndarray::{Array2, ArrayView2, ArrayView4, Axis, Ix4, concatenate, s};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::candidates::{Candidates, Embedded};
use crate::error::{shape, undefined};
use crate::{Context, EvalError, HeldOutArray, Result, images};

/// Images handled at once.
pub(crate) const BLOCK: usize = 32;
/// Embedded reconstructions held at once, bytes.
const MEMORY: usize = 512 << 20;

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

/// Distances of reconstructions, of which there may be more than shown images.
pub(crate) struct Distances {
    /// `[reconstructions, shown]`
    shown: Array2<f64>,
    /// `[reconstructions, candidates]`
    candidates: Array2<f64>,
    /// Reconstructions, and shown images, whose vector is zero: constant features have no direction and no correlation.
    blank: [Vec<bool>; 2],
    of_mean_image: Option<OfMeanImage>,
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
