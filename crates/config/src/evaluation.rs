//! `[evaluation]`: scores.

use std::path::PathBuf;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::metrics::metric_names;
use crate::ranges::{DRAWS, Real, SIDE, WAYS, WEIGHT, Whole, within};
use crate::{Averaging, BackboneKind, optional};

/// `[evaluation]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    /// What a test item is.
    pub averaging: Averaging,
    /// Number of candidates of the n-way identifications that are listed; all n are computed.
    #[schemars(transform = within(WAYS))]
    pub ways: Vec<usize>,
    /// Measures of reconstructions. All but pixcorr, ssim and ms-ssim need weights to be fetched (`afterimage weights
    /// list`); "nsd" stands for the common suite of the Natural Scenes Dataset. `run` refuses before training if weights are
    /// missing; `evaluate` lists what it cannot compute.
    #[schemars(transform = one_of(metric_names()))]
    pub metrics: Vec<String>,
    /// Weights of the taps in the perceptual distance of the scores; empty takes those of decoder.image_loss. Set them to
    /// compare experiments that trained with other weights.
    #[schemars(transform = within(WEIGHT))]
    pub perceptual_weights: Vec<f64>,
    /// Score against the number of test repeats averaged, if the data set has single test trials.
    pub averaging_curve: bool,
    /// Resamples of the bootstrap.
    #[schemars(transform = within(DRAWS))]
    pub resamples: usize,
    /// Draws of the permutation test.
    #[schemars(transform = within(DRAWS))]
    pub permutations: usize,
    /// Space on disk for features of external candidates and of classes, so that they are computed once, in GiB; 0 keeps
    /// none.
    #[schemars(transform = within(Real(0.0, 1e6)))]
    pub cache_gib: f64,
    /// Folder of those features; "" is AFTERIMAGE_CACHE, or else `afterimage/features` in the platform's cache folder.
    #[serde(with = "optional")]
    #[schemars(with = "String")]
    pub cache_folder: Option<PathBuf>,
    /// Large-scale classification: the class representative (mean features of a class's images) nearest to a
    /// reconstruction.
    pub classification: ClassificationConfig,
}

/// `[evaluation.classification]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassificationConfig {
    /// The classes: folder trees (a folder is a class, or `images.csv` says), archives or arrays with `images.csv`, and banks
    /// written by `afterimage classes build`. Empty: none.
    pub classes: Vec<PathBuf>,
    /// At most this many images per class, spread evenly over its names.
    #[schemars(transform = within(Whole(1, 1_000_000)))]
    pub images_per_class: usize,
    /// Backbone of the features.
    pub backbone: BackboneKind,
    /// Images are enlarged to this side before the backbone, in pixels; 0 leaves them.
    #[schemars(transform = within(SIDE))]
    pub backbone_side: usize,
    /// Tap of the backbone, flattened.
    pub tap: String,
    /// Numbers of classes that are listed, besides all of them; the protocol "class" lists them too.
    #[schemars(transform = within(WAYS))]
    pub ways: Vec<usize>,
    /// A CSV file with the columns `class` and `superclass`; "" scores no superclasses.
    #[serde(with = "optional")]
    #[schemars(with = "String")]
    pub superclasses: Option<PathBuf>,
    /// Network of the protocol "class", which classifies among the 1000 classes of ImageNet; "" leaves the protocol out.
    #[serde(with = "optional")]
    #[schemars(with = "String", transform = one_of(["squeezenet1_1", ""]))]
    pub classifier: Option<BackboneKind>,
}

/// Restricts a string, or each entry of a list, to `names`.
fn one_of(names: impl IntoIterator<Item = &'static str>) -> impl FnMut(&mut Schema) {
    let names = json!(names.into_iter().collect::<Vec<_>>());
    move |schema| {
        let target = crate::ranges::entry(schema);
        target.insert("enum".to_owned(), names.clone());
    }
}

impl EvaluationConfig {
    /// Paths of files and folders.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let classification = &mut self.classification;
        self.cache_folder.iter_mut().chain(&mut classification.superclasses).chain(&mut classification.classes)
    }
}
