//! Distances from the features of a backbone, and from pixels.

use ndarray::{Array2, Array4, ArrayView4, Axis, s};
use rayon::prelude::*;

use crate::distance::Distance;
use crate::error::{BoxError, shape, undefined};
use crate::{EvalError, Result};

/// A frozen network that turns images into features at named taps.
pub trait Features {
    /// Name with the taps, such as `squeezenet1_1 after pooling 1, 2, 3`.
    fn name(&self) -> String;
    /// Features of images f32 `[n, 3, height, width]` in 0..1: one array `[n, channels, height, width]` a tap.
    ///
    /// # Errors
    /// Whatever keeps the features from being computed.
    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError>;
    /// All that decides the features of an image, so that they can be kept on disk; `None` keeps them from it.
    fn identity(&self) -> Option<String> {
        None
    }
}

/// The method's perceptual distance.
///
/// `d(a, b) = sum over taps of w_t * mean over positions of (1 - cos(a_p, b_p))`, the cosine over channels.
/// 0 for equal features, at most `2 sum w`. A position whose features are all zero has no direction: its
/// cosine counts as 0, so its term is 1 even against itself.
///
/// Source: Gaziv et al., NeuroImage 254, 2022, image loss; the taps lie after the max-poolings.
pub struct PerceptualDistance<'a> {
    features: &'a dyn Features,
    weights: Vec<f32>,
}

impl<'a> PerceptualDistance<'a> {
    /// With one weight per tap.
    ///
    /// # Errors
    /// [`EvalError::Weights`] if a weight is negative or not finite, or all are zero. Their number is checked on use.
    pub fn new(features: &'a dyn Features, weights: Vec<f32>) -> Result<Self> {
        let usable = weights.iter().filter(|w| w.is_finite() && **w >= 0.0).count();
        if usable < weights.len() || !weights.iter().any(|w| *w > 0.0) {
            let (backbone, expected) = (features.name(), weights.len());
            return Err(EvalError::Weights { backbone, got: usable, expected });
        }
        Ok(Self { features, weights })
    }
}

impl Distance for PerceptualDistance<'_> {
    fn key(&self) -> String {
        "perceptual".into()
    }

    fn metric(&self) -> String {
        format!(
            "perceptual distance: {}, weights {:?}, mean over positions of 1 - cosine over channels",
            self.features.name(),
            self.weights
        )
    }

    fn offset(&self) -> Option<f64> {
        Some(self.weights.iter().copied().map(f64::from).sum())
    }

    fn identity(&self) -> Option<String> {
        Some(format!("perceptual, weights {:?}: {}", self.weights, self.features.identity()?))
    }

    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        let taps = extract(self.features, images)?;
        if taps.len() != self.weights.len() {
            let (backbone, expected) = (self.features.name(), taps.len());
            return Err(EvalError::Weights { backbone, got: self.weights.len(), expected });
        }
        let n = images.len_of(Axis(0));
        let length = taps.iter().map(|t| t.len() / n.max(1)).sum();
        let mut out = Array2::zeros((n, length));
        let mut start = 0;
        for (tap, weight) in taps.iter().zip(&self.weights) {
            let width = tap.len() / n.max(1);
            let to = out.slice_mut(s![.., start..start + width]);
            directions(tap, *weight, to);
            start += width;
        }
        Ok(out)
    }
}

/// Unit vectors over channels at each position, times `sqrt(weight / positions)`, flattened into `to`.
fn directions(tap: &Array4<f32>, weight: f32, mut to: ndarray::ArrayViewMut2<f32>) {
    let (_, _, height, width) = tap.dim();
    let scale = (weight / (height * width) as f32).sqrt();
    to.axis_iter_mut(Axis(0)).into_par_iter().zip(tap.axis_iter(Axis(0))).for_each(|(mut to, image)| {
        let mut energy = Array2::<f32>::zeros((height, width));
        for plane in image.outer_iter() {
            energy.zip_mut_with(&plane, |e, v| *e += v * v);
        }
        let factor = energy.mapv(|e| if e > 0.0 { scale / e.sqrt() } else { 0.0 });
        for (c, plane) in image.outer_iter().enumerate() {
            let scaled = &plane * &factor;
            to.slice_mut(s![c * height * width..(c + 1) * height * width]).assign(&scaled.flatten());
        }
    });
}

/// `1 - Pearson` of one tap's features, flattened: the distance of the common suite's `pairwise` protocol.
pub struct FeatureCorrelation<'a> {
    /// The backbone.
    pub features: &'a dyn Features,
    /// Index of the tap.
    pub tap: usize,
    /// Short name within scores, such as `alexnet2`.
    pub key: String,
}

impl Distance for FeatureCorrelation<'_> {
    fn key(&self) -> String {
        self.key.clone()
    }
    fn metric(&self) -> String {
        format!("1 - Pearson correlation of flattened features: {}, tap {}", self.features.name(), self.tap)
    }
    fn offset(&self) -> Option<f64> {
        Some(1.0)
    }
    fn identity(&self) -> Option<String> {
        Some(format!("standardised, tap {}: {}", self.tap, self.features.identity()?))
    }
    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        let mut taps = extract(self.features, images)?;
        if self.tap >= taps.len() {
            return Err(shape("the list of taps", &[taps.len()], format!("more than {} taps", self.tap)));
        }
        Ok(standardise(taps.swap_remove(self.tap)))
    }
}

/// `1 - Pearson` of the RGB values as they are, without resizing. A constant image has distance 1 to all.
pub struct PixelCorrelation;

impl Distance for PixelCorrelation {
    fn key(&self) -> String {
        "pixels".into()
    }
    fn metric(&self) -> String {
        "1 - Pearson correlation of flattened RGB at the images' own size".into()
    }
    fn offset(&self) -> Option<f64> {
        Some(1.0)
    }
    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        Ok(standardise(images.to_owned()))
    }
}

/// Features of images, refused if they are not finite: what follows could turn a NaN into a small distance.
pub(crate) fn extract(features: &dyn Features, images: ArrayView4<f32>) -> Result<Vec<Array4<f32>>> {
    let backbone = features.name();
    let taps = features.extract(images).map_err(|source| EvalError::Features { backbone: backbone.clone(), source })?;
    let n = images.len_of(Axis(0));
    for tap in &taps {
        let what = format!("features of \"{backbone}\"");
        if tap.len_of(Axis(0)) != n {
            return Err(shape(&what, tap.shape(), format!("[{n}, channels, height, width]")));
        }
        if tap.iter().any(|v| !v.is_finite()) {
            return Err(undefined(what, "they hold values that are not finite: are its weights broken?"));
        }
    }
    Ok(taps)
}

/// Rows with mean 0 and norm 1; constant rows become 0.
pub(crate) fn standardise(array: Array4<f32>) -> Array2<f32> {
    let (n, length) = (array.len_of(Axis(0)), array.len() / array.len_of(Axis(0)).max(1));
    let mut out = Array2::zeros((n, length));
    for (mut out, image) in out.rows_mut().into_iter().zip(array.outer_iter()) {
        let mean = image.iter().copied().map(f64::from).sum::<f64>() / length as f64;
        let energy: f64 = image.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
        let norm = if energy / length as f64 > 1e-12 { energy.sqrt() } else { f64::INFINITY };
        out.iter_mut().zip(image.iter()).for_each(|(o, &v)| *o = ((f64::from(v) - mean) / norm) as f32);
    }
    out
}
