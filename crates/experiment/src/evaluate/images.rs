//! Scores of reconstructions.

use std::{ops::Range, sync::Arc};

use ndarray::{Array4, ArrayView2, ArrayView4};

use afterimage_eval::{
    BoxError, Candidates, Distance, DistanceMatrix, PixelCorrelation, Retrieval, Rival, Shown,
    cache::{Cache, Digest},
    diversity_scores, external_scores, pairwise_scores, possible_ways, retrieval_scores,
};
use afterimage_run::classification::Classification;
use afterimage_train::Observer;

use super::material::{Material, candidates};
use super::{metrics, part::Part, part::defined};
use crate::error::Result;
use crate::{averaging, classify::classify, clusters, pool::Pool, steps::Steps};

/// Scores of the reconstructions, and what of them is more than a score.
pub(super) struct Scored {
    pub(super) part: Part,
    /// The nearest external image of each item; empty if the distances are undefined.
    pub(super) rivals: Vec<Option<Rival>>,
    /// The nearest wrong shown image of each item, by its row; empty if the distances are undefined.
    pub(super) wrong: Vec<Option<usize>>,
    pub(super) classification: Option<Classification>,
}

/// What the measures of reconstructions compare.
pub(super) struct Compared<'a> {
    /// f32 `[items, 3, side, side]` in 0..1.
    pub(super) decoded: ArrayView4<'a, f32>,
    pub(super) shown: &'a Shown,
    /// The external images, or none.
    pub(super) candidates: &'a mut dyn Candidates,
}

/// Number of steps of [`score`].
pub(super) fn steps(of: &Material) -> usize {
    5 + of.experiment.evaluation.chosen_metrics().len()
}

/// Candidates whose reading is the progress of a step.
struct Watched<'a> {
    inner: Box<dyn Candidates>,
    steps: &'a Steps<'a>,
}

impl Candidates for Watched<'_> {
    fn names(&self) -> &[String] {
        self.inner.names()
    }

    fn read(&mut self, rows: Range<usize>) -> std::result::Result<Array4<f32>, BoxError> {
        self.steps.part(rows.end, self.inner.names().len());
        self.inner.read(rows)
    }

    fn announce(&mut self, rows: Range<usize>) {
        self.inner.announce(rows);
    }

    fn digest(&self, row: usize) -> Option<Digest> {
        self.inner.digest(row)
    }
}

/// Scores reconstructions `[items, 3, side, side]` of the held-out items; `predicted` responses `[items, voxels]` have their
/// place in the averaging curve.
pub(super) fn score(
    of: &Material,
    decoded: &Array4<f32>,
    predicted: Option<ArrayView2<'_, f32>>,
    external: Option<&Arc<Pool>>,
    steps: &Steps<'_>,
    observer: &dyn Observer,
) -> Result<Scored> {
    let mut candidates = Watched { inner: candidates(external)?, steps };
    let (shown, features) = (Shown::of(&of.test), of.features()?);
    let perceptual = of.perceptual(&features)?;
    let (mut found, mut rivals, mut wrong) = (Part::default(), Vec::new(), Vec::new());
    let mut compared = Compared { decoded: decoded.view(), shown: &shown, candidates: &mut candidates };
    steps.next("identification by perceptual distance")?;
    match distances(&perceptual, of, &mut compared)? {
        Ok(matrix) => {
            found.add(identification(&matrix, of)?);
            let name = ["identification.pairwise.perceptual.within_cluster"];
            found.add(Part::of(&name, clusters::scores(&matrix, &of.test, &of.context))?);
            let words = Retrieval { response: "reconstruction", image: "shown image", by: "perceptual distance" };
            let name = ["identification.retrieval.perceptual"];
            found.add(Part::of(&name, retrieval_scores(&matrix, words, &of.context))?);
            (rivals, wrong) = (matrix.rivals(), matrix.nearest_wrong());
        }
        Err(undefined) => found.add(undefined),
    }
    steps.next("identification by pixels")?;
    match distances(&PixelCorrelation, of, &mut compared)? {
        Ok(matrix) => found.add(identification(&matrix, of)?),
        Err(undefined) => found.add(undefined),
    }
    found.add(metrics::measure(of, &mut compared, steps)?);
    steps.next("classification")?;
    let (part, classification) = classify(of, compared.decoded, observer)?;
    found.add(part);
    if let Some(problem) = of.cache.as_ref().and_then(Cache::problem) {
        observer.note(&format!("note: features could not be kept in {problem}; they will be computed again next time"));
    }
    steps.next("diversity")?;
    let diversity = diversity_scores(compared.decoded, compared.shown, &of.context);
    found.add(Part::of(&["diversity.distance", "diversity.rank"], diversity)?);
    steps.next("averages of fewer repeats")?;
    found.add(averaging::curve(of, predicted, compared.shown, &perceptual, compared.candidates)?);
    Ok(Scored { part: found, rivals, wrong, classification })
}

/// All distances of a measure, or why they are undefined.
fn distances(distance: &dyn Distance, of: &Material, among: &mut Compared) -> Result<Result<DistanceMatrix, Part>> {
    let Compared { decoded, shown, .. } = *among;
    let (candidates, cache) = (&mut *among.candidates, of.cache.as_ref());
    let matrix = DistanceMatrix::compute_cached(distance, decoded, shown, candidates, cache, &of.context);
    let key = distance.key();
    defined(&[format!("identification.external.{key}"), format!("identification.pairwise.{key}")], matrix)
}

/// `external` and `pairwise` scores of a measure.
pub(super) fn identification(matrix: &DistanceMatrix, of: &Material) -> Result<Part> {
    let prefix = format!("identification.external.{}", matrix.key());
    let wrong_candidates = matrix.candidate_names().len();
    let mut found = if wrong_candidates > 0 {
        let (ways, missing) = possible_ways(&prefix, &of.experiment.evaluation.ways, wrong_candidates);
        let mut found = Part::of(&[&prefix], external_scores(matrix, &ways, &of.context))?;
        found.not_computed.extend(missing);
        found
    } else {
        Part::without(prefix, "the experiment names no external images: set data.external")
    };
    let pairwise = format!("identification.pairwise.{}", matrix.key());
    found.add(Part::of(&[pairwise], pairwise_scores(matrix, &of.context))?);
    Ok(found)
}
