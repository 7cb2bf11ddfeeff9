//! Identification inside and across clusters of similar shown images.

use crate::error::Result;

use afterimage_data::{HeldOutPairs, clusters};
use afterimage_eval::{Context, DistanceMatrix, pairwise_by_cluster};
use afterimage_run::scores::Score;

use crate::embedder::Embedder;

/// The seed of the clusters: they belong to the images, so that runs with other seeds have the same.
const SEED: u64 = 0;

/// `pairwise` within and between k-means clusters of the shown images, `k = sqrt(n / 2)`, at least 2.
pub(super) fn scores(matrix: &DistanceMatrix, test: &HeldOutPairs, context: &Context) -> Result<Vec<Score>> {
    let images = test.item_images();
    let n = test.len();
    let k = ((n as f64 / 2.0).sqrt().round() as usize).max(2);
    let features = Embedder::new(images.dim().1)?.embed(images.view());
    let of = clusters(features.view(), k, SEED);
    let what = format!("the shown images, by k-means on {} with k = {k}", Embedder::NAME);
    Ok(pairwise_by_cluster(matrix, &of, &what, context)?)
}
