//! Whether an encoder predicts responses to images that it was not trained on: if not, images and responses may not
//! belong together, and no later score says so as plainly.

use afterimage_data::ValidationPairs;
use afterimage_statistics::{draws, median, pairing_test};
use ndarray::{Array1, Array2, ArrayView2, ArrayView4, Axis};

use crate::{Result, Session, voxels};

/// Images below which no p-value is as small as [`LEVEL`] by a good margin.
const FEWEST: usize = 6;
/// Shuffled pairings.
const DRAWS: usize = 999;
/// p-value from which a warning is given. Validation also chose the epoch, so that p is somewhat small by that alone: 0.05 would
/// pass encoders that predict nothing.
const LEVEL: f64 = 0.01;
/// How the warning begins; by it one of an earlier training is replaced.
const BEGINNING: &str = "the encoder predicts the validation responses no better than chance";

/// How predictions agree with the responses to the same images.
struct Agreement {
    images: usize,
    /// Median over voxels of the correlation over images.
    median_r: f64,
    /// One-sided, of shuffled pairings of images and responses, for the mean correlation over voxels.
    p: f64,
}

/// Warns, and records the warning in the run, if the correlation of predictions and validation responses is at chance. Without
/// validation part, or with a small one, it says nothing. `predict` takes images `[images, side, side, 3]` and returns responses
/// `[images, voxels]`.
///
/// # Errors
/// Those of `predict`.
pub(crate) fn warn(
    session: &mut Session,
    validation: Option<&ValidationPairs>,
    predict: impl FnOnce(&Session, ArrayView4<'_, u8>) -> Result<Array2<f32>>,
) -> Result<()> {
    session.manifest.warnings.retain(|warning| !warning.starts_with(BEGINNING));
    let Some(pairs) = validation.filter(|pairs| pairs.images().len_of(Axis(0)) >= FEWEST) else { return Ok(()) };
    let predicted = predict(session, pairs.images())?;
    let responses = of_images(pairs);
    let Some(found) = agreement(predicted.view(), responses.view(), session.experiment.seed) else { return Ok(()) };
    if found.p <= LEVEL {
        return Ok(());
    }
    let noun = voxels::unit(session).plural();
    let Agreement { images, median_r, p } = found;
    let warning = format!(
        "{BEGINNING}: median r {median_r:.3} over {} {noun} and {images} images, permutation p = {p:.2}. Check that images \
         and responses are in the same order: `afterimage inspect DATASET --html FILE` shows the pairs",
        responses.ncols()
    );
    session.note(&format!("warning: {warning}"));
    session.manifest.warnings.push(warning);
    Ok(())
}

/// Responses `[images, voxels]`, the mean over the items that show the same image.
fn of_images(pairs: &ValidationPairs) -> Array2<f32> {
    let responses = pairs.responses();
    let mut sums = Array2::<f32>::zeros((pairs.images().len_of(Axis(0)), responses.ncols()));
    let mut counts = Array1::<f32>::zeros(sums.nrows());
    for (row, &image) in responses.outer_iter().zip(pairs.image_of()) {
        sums.row_mut(image).zip_mut_with(&row, |sum, value| *sum += value);
        counts[image] += 1.0;
    }
    for (mut row, count) in sums.outer_iter_mut().zip(&counts) {
        row /= count.max(1.0);
    }
    sums
}

/// Of predictions and responses, both `[images, voxels]`; `None` if no voxel varies in both.
///
/// With each voxel brought to mean 0 and length 1, `s_ij` is the mean over voxels of prediction i times response j. Its sum over
/// the diagonal is the mean correlation over voxels, and over any permutation that of shuffled images.
fn agreement(predicted: ArrayView2<'_, f32>, measured: ArrayView2<'_, f32>, seed: u64) -> Option<Agreement> {
    let pairs = predicted.axis_iter(Axis(1)).zip(measured.axis_iter(Axis(1)));
    let units: Vec<(Array1<f64>, Array1<f64>)> =
        pairs.filter_map(|(predicted, measured)| Some((unit(predicted)?, unit(measured)?))).collect();
    let images = measured.nrows();
    let mut scores = Array2::<f64>::zeros((images, images));
    let [mut of_prediction, mut of_response] = [(); 2].map(|()| Array2::<f64>::zeros((images, units.len())));
    for (voxel, (predicted, measured)) in units.iter().enumerate() {
        of_prediction.column_mut(voxel).assign(predicted);
        of_response.column_mut(voxel).assign(measured);
    }
    if units.is_empty() {
        return None;
    }
    ndarray::linalg::general_mat_mul(1.0, &of_prediction, &of_response.t(), 0.0, &mut scores);
    let test = pairing_test(scores.view(), DRAWS, draws::derive_named(seed, "pairing of validation images"))?;
    let mut of_voxels: Vec<f64> = units.iter().map(|(predicted, measured)| predicted.dot(measured)).collect();
    Some(Agreement { images, median_r: median(&mut of_voxels), p: test.p.value })
}

/// A column with mean 0 and length 1; `None` for a constant one.
fn unit(column: ndarray::ArrayView1<'_, f32>) -> Option<Array1<f64>> {
    let values = column.mapv(f64::from);
    let values = &values - values.mean()?;
    let length = values.dot(&values).sqrt();
    (length.is_finite() && length > 1e-9).then(|| values / length)
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::draws::{SOLE, stream, symmetric};

    use super::*;

    #[test]
    fn agreement_is_found_in_weak_predictions_and_not_in_shuffled_ones() {
        let mut stream = stream(3, SOLE, 0);
        let signal = Array2::from_shape_simple_fn((20, 40), || symmetric(&mut stream));
        let measured = Array2::from_shape_fn((20, 41), |(image, voxel)| {
            if voxel == 40 { 7.0 } else { signal[[image, voxel]] + 3.0 * symmetric(&mut stream) }
        });
        let mut predicted = Array2::zeros((20, 41));
        predicted.slice_mut(ndarray::s![.., ..40]).assign(&signal);
        let right = agreement(predicted.view(), measured.view(), 0).unwrap();
        assert!(right.p <= LEVEL && (0.1..0.6).contains(&right.median_r), "{} {}", right.p, right.median_r);
        let order: Vec<usize> = (0..20).map(|image| (image * 7 + 3) % 20).collect();
        let shuffled = predicted.select(Axis(0), &order);
        let wrong = agreement(shuffled.view(), measured.view(), 0).unwrap();
        assert!(wrong.p > LEVEL && wrong.median_r.abs() < 0.2, "{} {}", wrong.p, wrong.median_r);
        assert!(agreement(Array2::zeros((20, 41)).view(), measured.view(), 0).is_none());
    }
}
