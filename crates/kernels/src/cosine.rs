//! Cosine distance over channels, of activations `[images, channels, height, width]`.

use rayon::prelude::*;

use crate::vector::vectorised;

/// Added to squared lengths, so that a position without activation has a finite gradient.
const EPSILON: f32 = 1e-10;

/// Product of features and target, and length of the features, per position.
#[derive(Debug)]
pub struct Lengths {
    /// `[images, 2, places]`
    values: Vec<f32>,
}

/// Means over places of 1 - cosine, `[images]`, for targets at unit length.
///
/// # Panics
/// If the number of values does not match `dims`.
pub fn distance(features: &[f32], unit: &[f32], [n, channels, height, width]: [usize; 4]) -> (Vec<f32>, Lengths) {
    let places = height * width;
    assert_eq!([features.len(), unit.len()], [n * channels * places; 2], "values");
    let mut values = vec![0.0; n * 2 * places];
    let images = features.par_chunks_exact(channels * places).zip(unit.par_chunks_exact(channels * places));
    let distances = values.par_chunks_exact_mut(2 * places).zip(images).map(|(sums, (features, unit))| {
        let (products, lengths) = sums.split_at_mut(places);
        vectorised(
            #[inline(always)]
            || {
                lengths.fill(EPSILON);
                for (features, unit) in features.chunks_exact(places).zip(unit.chunks_exact(places)) {
                    for place in 0..places {
                        products[place] += features[place] * unit[place];
                        lengths[place] += features[place] * features[place];
                    }
                }
                lengths.iter_mut().for_each(|length| *length = length.sqrt());
            },
        );
        let cosines: f64 = products.iter().zip(&*lengths).map(|(product, length)| f64::from(product / length)).sum();
        (1.0 - cosines / places as f64) as f32
    });
    let distances = distances.collect();
    (distances, Lengths { values })
}

/// The gradient of the features for one of the distances, `[images]`.
///
/// # Panics
/// See [`distance`].
pub fn gradient(
    gradient: &[f32],
    features: &[f32],
    unit: &[f32],
    lengths: &Lengths,
    [n, channels, height, width]: [usize; 4],
) -> Vec<f32> {
    let places = height * width;
    assert_eq!(
        [features.len(), unit.len(), gradient.len()],
        [n * channels * places, n * channels * places, n],
        "values"
    );
    let mut out = vec![0.0; features.len()];
    let size = channels * places;
    let images = features.par_chunks_exact(size).zip(unit.par_chunks_exact(size)).zip(gradient);
    let images = images.zip(lengths.values.par_chunks_exact(2 * places));
    out.par_chunks_exact_mut(size).zip(images).for_each(|(out, (((features, unit), gradient), sums))| {
        let (products, lengths) = sums.split_at(places);
        let scale = -gradient / places as f32;
        vectorised(
            #[inline(always)]
            || {
                let (mut of_unit, mut of_features) = (vec![0.0; places], vec![0.0; places]);
                for place in 0..places {
                    of_unit[place] = scale / lengths[place];
                    of_features[place] = -of_unit[place] * products[place] / (lengths[place] * lengths[place]);
                }
                let rows = features.chunks_exact(places).zip(unit.chunks_exact(places));
                for (out, (features, unit)) in out.chunks_exact_mut(places).zip(rows) {
                    for place in 0..places {
                        out[place] = of_unit[place] * unit[place] + of_features[place] * features[place];
                    }
                }
            },
        );
    });
    out
}
