//! The feature metrics of the common suite: correlations of a network's features.
//!
//! Images are resized to the network's side (bilinear, antialiased: [`crate::resize`]), passed through it, and their
//! flattened features are compared by `1 - Pearson`. [`Comparison::Pairwise`] gives the fraction of other shown images
//! that are farther from a reconstruction than its own; [`Comparison::Distance`] the mean of the distance itself.
//!
//! Source: the evaluation of Brain-Diffuser (Ozcelik and VanRullen, Sci. Rep. 13, 2023) and MindEye2 (Scotti et al.,
//! ICML 2024); preprocessing and layers as the latter's.

use afterimage_run::scores::Score;
use afterimage_statistics::pairing_test;
use ndarray::{Array2, Array4, ArrayView4, Ix4};

use crate::candidates::no_candidates;
use crate::distance::{Distance, DistanceMatrix};
use crate::error::{BoxError, shape};
use crate::image_scores::mismatched_mean;
use crate::perceptual::{Features, extract, standardise};
use crate::protocols::{Retrieval, pairwise_scores, retrieval_scores};
use crate::resize::resize_images;
use crate::score::{Draft, with_pairing_p};
use crate::validity::{Decoded, identified};
use crate::{Context, HeldOutArray, Result, images};

/// How features are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `pairwise` identification and retrieval.
    Pairwise,
    /// Mean correlation distance.
    Distance,
    /// Both.
    Both,
}

/// A feature metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureMetric {
    /// Name within scores and configurations.
    pub key: &'static str,
    /// What a reader sees.
    pub title: &'static str,
    /// The network.
    pub network: &'static str,
    /// Where it is read; `None` for a network with one output.
    pub tap: Option<&'static str>,
    /// Side that images are resized to, in pixels.
    pub side: usize,
    /// How features are compared.
    pub comparison: Comparison,
}

const fn metric(
    key: &'static str,
    title: &'static str,
    network: (&'static str, Option<&'static str>),
    side: usize,
    comparison: Comparison,
) -> FeatureMetric {
    FeatureMetric { key, title, network: network.0, tap: network.1, side, comparison }
}

/// All feature metrics: those of the common suite, and EfficientNet-Lite0 as a freely licensed one besides.
pub const FEATURE_METRICS: [FeatureMetric; 7] = [
    // torchvision's `features.4` and `features.11`, both after their ReLU.
    metric("alexnet2", "AlexNet(2)", ("alexnet", Some("relu2")), 256, Comparison::Pairwise),
    metric("alexnet5", "AlexNet(5)", ("alexnet", Some("relu5")), 256, Comparison::Pairwise),
    metric("inception", "InceptionV3", ("inception_v3", None), 342, Comparison::Pairwise),
    metric("clip", "CLIP ViT-L/14", ("clip_vit_l14", None), 224, Comparison::Pairwise),
    metric("efficientnet-b1", "EfficientNet-B1", ("efficientnet_b1", None), 255, Comparison::Distance),
    metric("swav", "SwAV ResNet-50", ("swav_resnet50", None), 224, Comparison::Distance),
    metric("efficientnet-lite0", "EfficientNet-Lite0", ("efficientnet_lite0", None), 224, Comparison::Both),
];

impl FeatureMetric {
    /// The metric of that name.
    pub fn find(key: &str) -> Option<&'static Self> {
        FEATURE_METRICS.iter().find(|metric| metric.key == key)
    }

    /// Names of the scores it gives.
    pub fn score_names(&self) -> Vec<String> {
        let identifies = self.comparison != Comparison::Distance;
        let among = ["pairwise", "retrieval"].into_iter().filter(|_| identifies);
        let distance = (self.comparison != Comparison::Pairwise).then(|| format!("image.{}", self.key));
        among.map(|protocol| format!("identification.{protocol}.{}", self.key)).chain(distance).collect()
    }

    /// `identification.pairwise.KEY` of each of several sets of reconstructions, as [`FeatureMetric::scores`] has it; empty if the features
    /// are compared otherwise.
    ///
    /// # Errors
    /// See [`crate::validity::identified`].
    pub fn set_scores<'a>(
        &self,
        features: &dyn Features,
        sets: &[ArrayView4<'_, f32>],
        shown: impl HeldOutArray<'a, Ix4>,
        ctx: &Context,
    ) -> Result<Vec<Decoded>> {
        if self.comparison == Comparison::Distance {
            return Ok(Vec::new());
        }
        let distance = SuiteDistance { metric: self, features: &Resized { features, side: self.side } };
        let mut found = identified(sets, shown, None, (&distance, &mut no_candidates(), None), ctx)?;
        for set in &mut found {
            set.scores = set.scores.drain(..).map(|score| self.titled(score)).collect();
        }
        Ok(found)
    }

    /// Its scores: `identification.pairwise.KEY` with [`retrieval_scores`], `image.KEY`, or both.
    ///
    /// `features` are those of [`FeatureMetric::network`] at [`FeatureMetric::tap`] alone, for images of
    /// [`FeatureMetric::side`]. Reconstructions and shown images f32 `[items, 3, side, side]` in 0..1. An image of
    /// constant features has no correlation: its item is null and left out of the mean, and among the wrong candidates it is
    /// neither near nor far.
    ///
    /// # Errors
    /// [`crate::EvalError::Shape`], [`crate::EvalError::NotFinite`] and [`crate::EvalError::Features`];
    /// [`crate::EvalError::TooFewItems`] below two items; [`crate::EvalError::Undefined`] if features are not finite,
    /// or the same for all images.
    pub fn scores<'a>(
        &self,
        features: &dyn Features,
        reconstructions: ArrayView4<f32>,
        shown: impl HeldOutArray<'a, Ix4>,
        ctx: &Context,
    ) -> Result<Vec<Score>> {
        let shown = shown.values();
        images::check_pair(reconstructions, shown, ctx)?;
        let distance = SuiteDistance { metric: self, features: &Resized { features, side: self.side } };
        let matrix = DistanceMatrix::compute(&distance, reconstructions, shown, &mut no_candidates(), ctx)?;
        let mut scores = Vec::new();
        if self.comparison != Comparison::Distance {
            scores.extend(pairwise_scores(&matrix, ctx)?.into_iter().map(|s| self.titled(s)));
            let words = Retrieval { response: "reconstruction", image: "shown image", by: self.title };
            scores.extend(retrieval_scores(&matrix, words, ctx)?);
        }
        if self.comparison != Comparison::Pairwise {
            scores.push(self.distance_score(&matrix, ctx)?);
        }
        Ok(scores)
    }

    fn titled(&self, mut score: Score) -> Score {
        score.title = format!("Pairwise identification among the test images, by {}", self.title);
        score
    }

    fn distance_score(&self, matrix: &DistanceMatrix, ctx: &Context) -> Result<Score> {
        let table = matrix.defined(&matrix.shown().to_owned(), |distance| distance)?;
        let test = pairing_test(table.mapv(|d| -d).view(), ctx.permutations, ctx.seed);
        let draft = Draft {
            name: format!("image.{}", self.key),
            title: format!("Correlation distance of {} features", self.title),
            protocol: "image",
            metric: matrix.metric().into(),
            definition:
                "Mean over images of 1 - Pearson correlation of the features of reconstruction and shown image.".into(),
            unit: "distance",
            higher_is_better: false,
            chance: test.as_ref().map(|_| mismatched_mean(&table)),
        };
        let mut score = with_pairing_p(draft.mean_over_images(&table.diag().to_vec(), ctx), test);
        score.mean_image = matrix.of_mean_image().and_then(|of| of.mean(of.shown.iter().copied()));
        Ok(score)
    }
}

/// A network that sees every image at one size.
pub struct Resized<'a> {
    /// The network.
    pub features: &'a dyn Features,
    /// Side of the images it sees.
    pub side: usize,
}

impl Features for Resized<'_> {
    fn name(&self) -> String {
        format!("{}, images resized to {side}x{side} (bilinear, antialiased)", self.features.name(), side = self.side)
    }

    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        self.features.extract(resize_images(images, self.side).view())
    }
}

struct SuiteDistance<'a> {
    metric: &'a FeatureMetric,
    features: &'a dyn Features,
}

impl Distance for SuiteDistance<'_> {
    fn key(&self) -> String {
        self.metric.key.into()
    }
    fn metric(&self) -> String {
        format!("1 - Pearson correlation of flattened features: {}", self.features.name())
    }
    fn offset(&self) -> Option<f64> {
        Some(1.0)
    }
    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        let mut taps = extract(self.features, images)?;
        if taps.len() != 1 {
            return Err(shape("the list of taps", &[taps.len()], "one tap"));
        }
        Ok(standardise(taps.swap_remove(0)))
    }
}
