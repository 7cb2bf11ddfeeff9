//! MS-SSIM: structural similarity over five scales.
//!
//! `MS-SSIM = product over scales s < 5 of max(CS_s, 0)^w_s times max(SSIM_5, 0)^w_5`, for each of R, G and B, then
//! their mean. SSIM and its part CS without the luminance are those of [`crate::ssim`] (Gaussian of sigma 1.5, 11x11,
//! range 1, whole windows only); w = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333. From one scale to the next images are
//! averaged over 2x2 pixels; an odd side first gets a zero on both ends, which counts in the average. Equal to
//! pytorch-msssim's `ms_ssim(data_range=1)`.
//!
//! Source: Wang, Simoncelli, Bovik, Asilomar Conf. Signals Syst. Comput. 2003, equation 7 and section 3.2.

use afterimage_run::scores::Score;
use ndarray::{Array2, ArrayView2, ArrayView3, ArrayView4, Ix4, s};

use crate::mismatch;
use crate::resize::{SUITE_SIDE, resize};
use crate::score::{Draft, with_pairing_p};
use crate::ssim::Moments;
use crate::{Context, HeldOutArray, Result, images};

const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// Smallest side that MS-SSIM is defined for: one whole window in the coarsest scale, and a pixel.
pub const SMALLEST_SIDE: usize = 161;

/// Mismatched shown images an item in chance and test: the pyramids of a group are held at once, some 17 MB each.
const OTHERS: usize = 4;

/// An image with its local moments at every scale, to be compared with many.
#[derive(Debug, Clone)]
pub struct Pyramid {
    /// One list of scales for each channel.
    channels: Vec<Vec<Moments>>,
}

impl Pyramid {
    /// Of an image in 0..1, `[channels, height, width]`. `None` if a side is below [`SMALLEST_SIDE`].
    pub fn new(image: ArrayView3<f64>) -> Option<Self> {
        let (_, height, width) = image.dim();
        if height.min(width) < SMALLEST_SIDE {
            return None;
        }
        Some(Self { channels: image.outer_iter().map(scales).collect::<Option<_>>()? })
    }

    /// MS-SSIM with another image of the same size; NaN if the sizes differ.
    pub fn ms_ssim(&self, other: &Self) -> f64 {
        if self.channels.len() != other.channels.len() {
            return f64::NAN;
        }
        let of_channel = |(a, b): (&Vec<Moments>, &Vec<Moments>)| -> f64 {
            let last = WEIGHTS.len() - 1;
            let factor = |scale: usize| {
                let found = a[scale].compare(&b[scale]);
                let value = if scale == last { found.ssim } else { found.contrast };
                // `max` would turn an undefined value into 0.
                if value < 0.0 { 0.0 } else { value.powf(WEIGHTS[scale]) }
            };
            (0..=last).map(factor).product()
        };
        let sum: f64 = self.channels.iter().zip(&other.channels).map(of_channel).sum();
        sum / self.channels.len() as f64
    }
}

fn scales(plane: ArrayView2<f64>) -> Option<Vec<Moments>> {
    let mut plane = plane.to_owned();
    let mut scales = Vec::with_capacity(WEIGHTS.len());
    for scale in 0..WEIGHTS.len() {
        if scale > 0 {
            plane = halve(&plane);
        }
        scales.push(Moments::new(plane.clone())?);
    }
    Some(scales)
}

/// Means over 2x2 pixels; an odd side gets a zero on both ends.
fn halve(plane: &Array2<f64>) -> Array2<f64> {
    let (height, width) = plane.dim();
    let (top, left) = (height % 2, width % 2);
    let mut padded = Array2::zeros((height + 2 * top, width + 2 * left));
    padded.slice_mut(s![top..top + height, left..left + width]).assign(plane);
    let (rows, columns) = ((height + 2 * top) / 2, (width + 2 * left) / 2);
    let at = |y: usize, x: usize| padded.slice(s![y..; 2, x..; 2]).slice_move(s![..rows, ..columns]);
    (&at(0, 0) + &at(0, 1) + at(1, 0) + at(1, 1)) / 4.0
}

/// `image.ms-ssim`: MS-SSIM at 425x425.
///
/// Reconstructions and shown images f32 `[items, 3, height, width]` in 0..1. The chance level is the mean over four
/// mismatched shown images an item.
///
/// # Errors
/// See [`crate::image_scores`].
pub fn ms_ssim_scores<'a>(
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<Vec<Score>> {
    let shown = shown.values();
    images::check_pair(reconstructions, shown, ctx)?;
    let pyramid = |image: ArrayView3<f32>| {
        let planes: Vec<_> = image.outer_iter().map(|p| resize(p.mapv(f64::from).view(), SUITE_SIDE)).collect();
        let views: Vec<_> = planes.iter().map(|p| p.view()).collect();
        Pyramid::new(ndarray::stack(ndarray::Axis(0), &views).ok()?.view())
    };
    let pairs = mismatch::pairs(reconstructions, shown, OTHERS, ctx, pyramid, Pyramid::ms_ssim);
    let draft = Draft {
        name: "image.ms-ssim".into(),
        title: "Multi-scale structural similarity".into(),
        protocol: "image",
        metric: format!(
            "MS-SSIM, RGB, 5 scales, gaussian weights, sigma 1.5, range 1, resized to {SUITE_SIDE}x{SUITE_SIDE} (bilinear, antialiased)"
        ),
        definition: "Mean over images of the multi-scale structural similarity of reconstruction and shown image."
            .into(),
        unit: "similarity",
        higher_is_better: true,
        chance: pairs.mismatched(),
    };
    let mut score = with_pairing_p(draft.mean_over_images(&pairs.own(), ctx), pairs.test(ctx));
    score.mean_image = mismatch::of_mean_image(shown, ctx, pyramid, Pyramid::ms_ssim);
    Ok(vec![score])
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    fn pattern(side: usize, step: usize) -> Array3<f64> {
        Array3::from_shape_fn((3, side, side), |(c, y, x)| ((step * y + (c + 2) * x) % 13) as f64 / 12.0)
    }

    #[test]
    fn an_image_equals_itself_and_the_order_does_not_matter() {
        let a = Pyramid::new(pattern(170, 3).view()).unwrap();
        let b = Pyramid::new(pattern(170, 5).view()).unwrap();
        assert!((a.ms_ssim(&a) - 1.0).abs() < 1e-12);
        assert!((a.ms_ssim(&b) - b.ms_ssim(&a)).abs() < 1e-14);
        assert!(a.ms_ssim(&b) < 0.9);
    }

    #[test]
    fn constant_images_have_the_luminance_of_the_last_scale_alone() {
        // 176 stays even through four halvings, so that no zero is added.
        let flat = |v: f64| Pyramid::new(Array3::from_elem((3, 176, 176), v).view()).unwrap();
        let luminance: f64 = (2.0 * 0.2 * 0.6 + 1e-4) / (0.2 * 0.2 + 0.6 * 0.6 + 1e-4);
        assert!((flat(0.2).ms_ssim(&flat(0.6)) - luminance.powf(0.1333)).abs() < 1e-9);
    }

    #[test]
    fn an_odd_side_counts_zeros_at_its_ends() {
        assert_eq!(halve(&Array2::from_elem((3, 2), 1.0)), ndarray::array![[0.5], [1.0]]);
    }

    #[test]
    fn an_image_smaller_than_five_scales_is_refused() {
        assert!(Pyramid::new(pattern(160, 3).view()).is_none());
        assert!(Pyramid::new(pattern(161, 3).view()).is_some());
    }
}
