//! Features of images by the built-in network, for clusters and look-alikes.

use crate::error::Result;
use ndarray::{Array2, ArrayView4, Axis, s};

use afterimage_config::BackboneKind;
use afterimage_data::DataSet;
use afterimage_eval::images::from_bytes;
use afterimage_train::apply::FeatureExtractor;

/// Images passed through the network at a time.
const BATCH: usize = 32;

/// The built-in network as a function from images to features.
pub struct Embedder {
    extractor: FeatureExtractor,
}

impl Embedder {
    /// What the features are.
    pub const NAME: &str = "the channel means of SqueezeNet 1.1 after fire9";

    /// For images of `side` pixels.
    ///
    /// # Errors
    /// If the network can't take images so small.
    pub fn new(side: usize) -> Result<Self> {
        Ok(Self { extractor: FeatureExtractor::new(BackboneKind::SqueezeNet11, &["fire9"], side, "cpu")? })
    }

    /// `[n, 512]` for images `[n, height, width, 3]`.
    pub fn embed(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        let mut features = Array2::zeros((images.len_of(Axis(0)), 512));
        for first in (0..features.nrows()).step_by(BATCH) {
            let end = (first + BATCH).min(features.nrows());
            let taps = self.extractor.extract(from_bytes(images.slice(s![first..end, .., .., ..])).view());
            let of_batch = taps.into_iter().next().and_then(|tap| tap.mean_axis(Axis(3))?.mean_axis(Axis(2)));
            if let Some(of_batch) = of_batch {
                features.slice_mut(s![first..end, ..]).assign(&of_batch);
            }
        }
        features
    }

    /// Features of all stimuli of a data set; `progress` receives how many are done.
    ///
    /// # Errors
    /// If its images can't be read.
    pub fn stimuli(&self, data: &DataSet, progress: impl Fn(usize)) -> Result<Array2<f32>> {
        let rows: Vec<u32> = (0..data.header().stimuli.len() as u32).collect();
        let mut features = Array2::zeros((rows.len(), 512));
        for block in rows.chunks(4 * BATCH) {
            let first = block[0] as usize;
            progress(first);
            let of_block = self.embed(data.images(block)?.view());
            features.slice_mut(s![first..first + block.len(), ..]).assign(&of_block);
        }
        Ok(features)
    }
}
