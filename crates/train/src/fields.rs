//! The receptive-field part of an encoder: ridge regression from features that are summed over a Gaussian field of each voxel.
//!
//! With `E` the network and `F` this regression, which [`afterimage_baseline::FieldModel`] fits, the encoder predicts
//! `(1 - s) E(x) + s F(x)`, s the share. Both err in other images, so that the mean is nearer to the response than either.

use afterimage_baseline::field::{self, Field};
use afterimage_kernels::linear;
use ndarray::{Array2, Array3, ArrayView4, Axis, s};

use crate::apply::FeatureExtractor;

/// Images passed through the network at a time.
const BATCH: usize = 32;

/// The fitted regressions with the network that gives their features.
pub struct FieldReadout {
    extractor: FeatureExtractor,
    parts: Vec<Part>,
    voxels: usize,
}

/// The voxels of one field.
struct Part {
    field: Field,
    voxels: Vec<usize>,
    /// `[features, voxels of the part]`.
    weights: Array2<f32>,
    constants: Vec<f32>,
}

impl FieldReadout {
    /// Of a table `[voxels, features + 2]`: place of the field in `fields`, weights of the features, constant. `None` for a table
    /// of another shape, and for places that are none.
    pub fn new(table: &Array2<f32>, fields: &[Field], extractor: FeatureExtractor) -> Option<Self> {
        let (voxels, columns) = table.dim();
        if columns != extractor.channels() + 2 {
            return None;
        }
        let place = |value: f32| (0..fields.len()).find(|&place| place as f32 == value);
        let of: Vec<usize> = table.column(0).iter().map(|&value| place(value)).collect::<Option<_>>()?;
        let part = |(place, &field): (usize, &Field)| {
            let voxels: Vec<usize> = (0..voxels).filter(|&voxel| of[voxel] == place).collect();
            let rows = table.select(Axis(0), &voxels);
            let weights = rows.slice(s![.., 1..columns - 1]).t().as_standard_layout().into_owned();
            Part { field, voxels, weights, constants: rows.column(columns - 1).to_vec() }
        };
        let parts = fields.iter().enumerate().map(part).filter(|part| !part.voxels.is_empty()).collect();
        Some(Self { extractor, parts, voxels })
    }

    /// Number of voxels.
    pub fn voxels(&self) -> usize {
        self.voxels
    }

    /// Predicted responses `[images, voxels]`, normalised as in training, for images u8 `[images, side, side, 3]`.
    pub fn predict(&self, images: ArrayView4<'_, u8>) -> Array2<f32> {
        let fields: Vec<Field> = self.parts.iter().map(|part| part.field).collect();
        let mut out = Array2::zeros((images.len_of(Axis(0)), self.voxels));
        for (first, features) in pooled(&self.extractor, images, &fields) {
            for (part, x) in self.parts.iter().zip(features.outer_iter()) {
                let (x, weights) = (x.as_standard_layout(), part.weights.as_slice().expect("standard layout"));
                let y = linear::forward(x.as_slice().expect("standard layout"), weights, &part.constants);
                for (row, values) in y.chunks_exact(part.voxels.len()).enumerate() {
                    part.voxels.iter().zip(values).for_each(|(&voxel, &value)| out[[first + row, voxel]] = value);
                }
            }
        }
        out
    }
}

/// For each batch of images u8 `[images, side, side, 3]` the place of its first and the sums over each field of the maps of all
/// layers, `[fields, batch, channels]`.
pub fn pooled<'a>(
    extractor: &'a FeatureExtractor,
    images: ArrayView4<'a, u8>,
    fields: &'a [Field],
) -> impl Iterator<Item = (usize, Array3<f32>)> + 'a {
    let n = images.len_of(Axis(0));
    (0..n).step_by(BATCH).map(move |first| {
        let batch = images.slice(s![first..(first + BATCH).min(n), .., .., ..]);
        let maps = extractor.extract_bytes(batch);
        let sums: Vec<Array3<f32>> = maps.iter().map(|maps| field::pool(maps.view(), fields)).collect();
        let views: Vec<_> = sums.iter().map(|sums| sums.view()).collect();
        (first, ndarray::concatenate(Axis(2), &views).expect("layers of one batch"))
    })
}

#[cfg(test)]
mod tests {
    use afterimage_config::BackboneKind;
    use ndarray::Array4;

    use super::*;

    fn extractor() -> FeatureExtractor {
        FeatureExtractor::new(BackboneKind::SqueezeNet11, &["relu1", "fire3"], 64, "cpu").unwrap()
    }

    #[test]
    fn responses_are_weighted_sums_over_each_voxels_field() {
        let fields = field::pyramid(2);
        let channels = 64 + 128;
        let table = Array2::from_shape_fn((3, channels + 2), |(voxel, column)| match column {
            0 => [4.0, 1.0, 4.0][voxel],
            _ => ((voxel * 31 + column * 7) % 13) as f32 / 13.0 - 0.5,
        });
        let readout = FieldReadout::new(&table, &fields, extractor()).unwrap();
        let images = Array4::from_shape_fn((35, 64, 64, 3), |(n, y, x, c)| ((n * 7 + y * x + 11 * c) % 256) as u8);
        let predicted = readout.predict(images.view());
        assert_eq!(predicted.dim(), (35, 3));
        let maps = extractor().extract_bytes(images.slice(s![33..34, .., .., ..]));
        for (voxel, place) in [(0, 4), (1, 1), (2, 4)] {
            let mut expected = f64::from(table[[voxel, channels + 1]]);
            let mut channel = 0;
            for maps in &maps {
                let sums = field::pool(maps.view(), &[fields[place]]);
                for &sum in &sums {
                    channel += 1;
                    expected += f64::from(table[[voxel, channel]]) * f64::from(sum);
                }
            }
            let found = f64::from(predicted[[33, voxel]]);
            assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0), "{found} {expected}");
        }
    }

    #[test]
    fn tables_of_other_features_or_fields_are_refused() {
        let of = |columns: usize, place: f32| {
            let mut table = Array2::zeros((2, columns));
            table.column_mut(0).fill(place);
            FieldReadout::new(&table, &field::pyramid(2), extractor())
        };
        assert!(of(64 + 128 + 2, 4.0).is_some());
        assert!(of(64 + 128 + 1, 4.0).is_none() && of(64 + 128 + 2, 5.0).is_none() && of(64 + 128 + 2, 0.5).is_none());
    }
}
