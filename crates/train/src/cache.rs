//! Cache of target images and their features, which would otherwise be computed again at each step.

use burn::tensor::{Device, Tensor, TensorData};

use afterimage_model::{convert, loss::image::Target};

/// Target and, for unpaired images, predicted response of one image.
struct Kept {
    pixels: Vec<f32>,
    features: Vec<Vec<f32>>,
    response: Option<Vec<f32>>,
}

/// Targets by index. The indices that are kept are known in advance, so that the loader reads only the other images.
pub(crate) struct TargetCache {
    kept: Vec<Option<Kept>>,
    /// Shapes of pixels and features without the batch axis; empty before the first target.
    shapes: Vec<[usize; 3]>,
}

impl TargetCache {
    /// A cache for the first `capacity` of the indices.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { kept: (0..capacity).map(|_| None).collect(), shapes: Vec::new() }
    }

    /// Keeps the targets of `indices` that are within the capacity.
    pub(crate) fn keep(&mut self, indices: &[usize], target: &Target, responses: Option<&Tensor<2>>) {
        if !indices.iter().any(|&i| i < self.kept.len()) {
            return;
        }
        let n = indices.len();
        let shape = |t: &Tensor<4>| t.dims()[1..].try_into().expect("three dimensions behind the batch");
        self.shapes = std::iter::once(&target.pixels).chain(&target.features).map(shape).collect();
        let rows = |values: Vec<f32>| -> Vec<Vec<f32>> {
            values.chunks_exact(values.len() / n).map(<[f32]>::to_vec).collect()
        };
        let mut pixels = rows(convert::values(&target.pixels));
        let mut features: Vec<Vec<Vec<f32>>> = target.features.iter().map(|f| rows(convert::values(f))).collect();
        let mut responses = responses.map(|r| rows(convert::values(r)));
        for (row, &index) in indices.iter().enumerate() {
            let Some(slot) = self.kept.get_mut(index) else { continue };
            *slot = Some(Kept {
                pixels: std::mem::take(&mut pixels[row]),
                features: features.iter_mut().map(|f| std::mem::take(&mut f[row])).collect(),
                response: responses.as_mut().map(|r| std::mem::take(&mut r[row])),
            });
        }
    }

    /// Returns the targets of `indices` as a batch, with responses if they are kept.
    ///
    /// # Panics
    /// If one is not kept.
    pub(crate) fn batch(&self, indices: &[usize], device: &Device) -> (Target, Option<Tensor<2>>) {
        let kept: Vec<&Kept> = indices.iter().map(|&i| self.kept[i].as_ref().expect("a kept target")).collect();
        let stack = |parts: Vec<&[f32]>, [c, h, w]: [usize; 3]| {
            Tensor::<4>::from_data(TensorData::new(parts.concat(), [parts.len(), c, h, w]), device)
        };
        let pixels = stack(kept.iter().map(|k| k.pixels.as_slice()).collect(), self.shapes[0]);
        let features = self.shapes[1..].iter().enumerate();
        let features =
            features.map(|(i, &shape)| stack(kept.iter().map(|k| k.features[i].as_slice()).collect(), shape)).collect();
        let responses: Option<Vec<&[f32]>> = kept.iter().map(|k| k.response.as_deref()).collect();
        let responses = responses.map(|rows| {
            let voxels = rows.first().map_or(0, |r| r.len());
            Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), voxels]), device)
        });
        (Target { pixels, features }, responses)
    }
}
