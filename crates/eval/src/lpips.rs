//! LPIPS: learned perceptual image patch similarity, version 0.1.
//!
//! `d(a, b) = sum over taps t of mean over positions p of sum over channels c of w_tc (u_tcp(a) - u_tcp(b))^2`,
//! where u = x / (|x| + 1e-10) are a backbone's activations x divided by their length over channels, and w >= 0 are
//! the published linear heads. Images at their own size. Equal to the PyPI package `lpips`, given the backbone's
//! weights are those the heads were fitted to: torchvision's. The package maps images to -1..1 and then shifts and
//! scales them; in 0..1 that is torchvision's own normalisation, `(x - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)`,
//! which the backbones apply.
//!
//! Source: Zhang, Isola, Efros, Shechtman, Wang, CVPR 2018, equation 1. Heads: `assets/lpips.PROVENANCE.md`.

use afterimage_config::BackboneKind;
use afterimage_run::scores::Score;
use afterimage_statistics::pairing_test;
use ndarray::{Array2, Array4, ArrayView4, Axis, Ix4, s};
use rayon::prelude::*;

use crate::distance::{Distance, DistanceMatrix};
use crate::error::shape;
use crate::image_scores::mismatched_mean;
use crate::perceptual::{Features, extract};
use crate::score::{Draft, with_pairing_p};
use crate::{Context, HeldOutArray, Result, images};

/// Added to the length of an activation vector.
const EPSILON: f32 = 1e-10;
/// Pairs embedded at once.
const BLOCK: usize = 16;

/// The three backbones with published heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LpipsNet {
    /// AlexNet, the one its authors recommend for measuring.
    Alex,
    /// VGG16.
    Vgg,
    /// SqueezeNet 1.1, as torchvision trained it.
    Squeeze,
}

impl LpipsNet {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Alex, Self::Vgg, Self::Squeeze];

    /// Name within scores and configurations.
    pub fn key(self) -> &'static str {
        match self {
            Self::Alex => "lpips-alex",
            Self::Vgg => "lpips-vgg",
            Self::Squeeze => "lpips-squeeze",
        }
    }

    /// The backbone whose weights the heads were fitted to.
    pub fn backbone(self) -> BackboneKind {
        match self {
            Self::Alex => BackboneKind::AlexNet,
            Self::Vgg => BackboneKind::Vgg16,
            Self::Squeeze => BackboneKind::SqueezeNet11Torchvision,
        }
    }

    /// Where the backbone is read, all after their ReLU.
    pub fn taps(self) -> &'static [&'static str] {
        match self {
            Self::Alex => &["relu1", "relu2", "relu3", "relu4", "relu5"],
            Self::Vgg => &["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"],
            Self::Squeeze => &["relu1", "fire3", "fire5", "fire6", "fire7", "fire8", "fire9"],
        }
    }

    fn channels(self) -> &'static [usize] {
        match self {
            Self::Alex => &[64, 192, 384, 256, 256],
            Self::Vgg => &[64, 128, 256, 512, 512],
            Self::Squeeze => &[64, 128, 256, 384, 384, 512, 512],
        }
    }

    /// Weight of each channel, for each tap.
    fn heads(self) -> Vec<Vec<f32>> {
        let bytes: &[u8] = match self {
            Self::Alex => include_bytes!("../assets/lpips_alex.f32"),
            Self::Vgg => include_bytes!("../assets/lpips_vgg.f32"),
            Self::Squeeze => include_bytes!("../assets/lpips_squeeze.f32"),
        };
        let mut values = bytes.as_chunks::<4>().0.iter().map(|&word| f32::from_le_bytes(word));
        self.channels().iter().map(|&count| values.by_ref().take(count).collect()).collect()
    }
}

/// LPIPS as a distance, over features of [`LpipsNet::backbone`] at [`LpipsNet::taps`].
pub struct Lpips<'a> {
    net: LpipsNet,
    features: &'a dyn Features,
    heads: Vec<Vec<f32>>,
}

impl<'a> Lpips<'a> {
    /// Over features.
    pub fn new(net: LpipsNet, features: &'a dyn Features) -> Self {
        Self { net, features, heads: net.heads() }
    }

    /// LPIPS of each reconstruction with its own shown image, both `[items, 3, height, width]`.
    ///
    /// Differences are taken before they are squared, so that small distances keep their digits.
    ///
    /// # Errors
    /// See [`Distance::embed`].
    pub fn of_pairs(&self, reconstructions: ArrayView4<f32>, shown: ArrayView4<f32>) -> Result<Vec<f64>> {
        let n = reconstructions.len_of(Axis(0));
        let mut values = Vec::with_capacity(n);
        for first in (0..n).step_by(BLOCK) {
            let rows = s![first..(first + BLOCK).min(n), .., .., ..];
            let (a, b) = (self.embed(reconstructions.slice(rows))?, self.embed(shown.slice(rows))?);
            let squared = |(x, y): (&f32, &f32)| (f64::from(*x) - f64::from(*y)).powi(2);
            values.extend(a.outer_iter().zip(b.outer_iter()).map(|(a, b)| a.iter().zip(b).map(squared).sum::<f64>()));
        }
        Ok(values)
    }
}

impl Distance for Lpips<'_> {
    fn key(&self) -> String {
        self.net.key().into()
    }

    fn metric(&self) -> String {
        format!("LPIPS v0.1 with linear heads, {}, at the images' own size", self.features.name())
    }

    fn offset(&self) -> Option<f64> {
        None
    }

    fn embed(&self, images: ArrayView4<f32>) -> Result<Array2<f32>> {
        let taps = extract(self.features, images)?;
        let channels: Vec<usize> = taps.iter().map(|t| t.len_of(Axis(1))).collect();
        if channels != self.net.channels() {
            let expected = format!("{:?}, as {} has", self.net.channels(), self.net.backbone());
            return Err(shape("the list of channels of the taps", &channels, expected));
        }
        let n = images.len_of(Axis(0));
        let length = taps.iter().map(|t| t.len() / n.max(1)).sum();
        let mut out = Array2::zeros((n, length));
        let mut start = 0;
        for (tap, head) in taps.iter().zip(&self.heads) {
            let width = tap.len() / n.max(1);
            weigh(tap, head, out.slice_mut(s![.., start..start + width]));
            start += width;
        }
        Ok(out)
    }
}

/// Unit vectors over channels at each position, times `sqrt(w_c / positions)`, flattened into `to`.
fn weigh(tap: &Array4<f32>, head: &[f32], mut to: ndarray::ArrayViewMut2<f32>) {
    let (_, _, height, width) = tap.dim();
    let positions = height * width;
    to.axis_iter_mut(Axis(0)).into_par_iter().zip(tap.axis_iter(Axis(0))).for_each(|(mut to, image)| {
        let mut energy = Array2::<f32>::zeros((height, width));
        for plane in image.outer_iter() {
            energy.zip_mut_with(&plane, |e, v| *e += v * v);
        }
        let factor = energy.mapv(|e| 1.0 / (e.sqrt() + EPSILON));
        for ((c, plane), weight) in image.outer_iter().enumerate().zip(head) {
            let scaled = &plane * &factor * (weight / positions as f32).sqrt();
            to.slice_mut(s![c * positions..(c + 1) * positions]).assign(&scaled.flatten());
        }
    });
}

/// `image.KEY`: LPIPS of reconstructions and their shown images; chance is what mismatched pairs reach.
///
/// `matrix` holds the distances to all shown images by the same measure.
///
/// # Errors
/// See [`DistanceMatrix::compute`].
pub fn lpips_score<'a>(
    lpips: &Lpips,
    matrix: &DistanceMatrix,
    reconstructions: ArrayView4<f32>,
    shown: impl HeldOutArray<'a, Ix4>,
    ctx: &Context,
) -> Result<Score> {
    let shown = shown.values();
    images::check_pair(reconstructions, shown, ctx)?;
    let table = matrix.defined(&matrix.shown().to_owned(), |distance| distance)?;
    let mut own = lpips.of_pairs(reconstructions, shown)?;
    own.iter_mut().zip(table.diag()).filter(|(_, d)| d.is_nan()).for_each(|(own, _)| *own = f64::NAN);
    let test = pairing_test(table.mapv(|d| -d).view(), ctx.permutations, ctx.seed);
    let draft = Draft {
        name: format!("image.{}", lpips.key()),
        title: format!("Perceptual distance LPIPS ({})", lpips.key().trim_start_matches("lpips-")),
        protocol: "image",
        metric: lpips.metric(),
        definition: "Mean over images of LPIPS of reconstruction and shown image.".into(),
        unit: "distance",
        higher_is_better: false,
        chance: test.as_ref().map(|_| mismatched_mean(&table)),
    };
    let mut score = with_pairing_p(draft.mean_over_images(&own, ctx), test);
    score.mean_image = matrix.of_mean_image().and_then(|of| of.mean(of.shown.iter().copied()));
    Ok(score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::BoxError;

    /// Channels of the pixel values, each another power of the red one.
    struct Powers(&'static [usize]);

    impl Features for Powers {
        fn name(&self) -> String {
            "powers".into()
        }
        fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
            let (n, _, height, width) = images.dim();
            let tap = |&channels: &usize| {
                Array4::from_shape_fn((n, channels, height, width), |(i, c, y, x)| {
                    images[[i, 0, y, x]].powi(1 + (c % 5) as i32)
                })
            };
            Ok(self.0.iter().map(tap).collect())
        }
    }

    fn image(salt: usize) -> Array4<f32> {
        Array4::from_shape_fn((1, 3, 4, 5), |(_, c, y, x)| ((salt * y + 3 * x + c) % 7) as f32 / 7.0 + 0.1)
    }

    #[test]
    fn heads_have_a_weight_for_every_channel() {
        for net in LpipsNet::ALL {
            let heads = net.heads();
            assert_eq!(heads.iter().map(Vec::len).collect::<Vec<_>>(), net.channels());
            assert_eq!(heads.len(), net.taps().len());
            assert!(heads.iter().flatten().all(|w| *w >= 0.0 && *w < 2.0));
        }
    }

    #[test]
    fn definition_by_hand() {
        let features = Powers(LpipsNet::Squeeze.channels());
        let lpips = Lpips::new(LpipsNet::Squeeze, &features);
        let (a, b) = (image(2), image(5));
        let unit = |image: &Array4<f32>, channels: usize, c: usize, y: usize, x: usize| {
            let value = |c: usize| f64::from(image[[0, 0, y, x]]).powi(1 + (c % 5) as i32);
            value(c) / (0..channels).map(|c| value(c).powi(2)).sum::<f64>().sqrt()
        };
        let mut expected = 0.0;
        for (head, &channels) in LpipsNet::Squeeze.heads().iter().zip(LpipsNet::Squeeze.channels()) {
            for (c, weight) in head.iter().enumerate() {
                for (y, x) in (0..4).flat_map(|y| (0..5).map(move |x| (y, x))) {
                    let difference = unit(&a, channels, c, y, x) - unit(&b, channels, c, y, x);
                    expected += f64::from(*weight) * difference * difference / 20.0;
                }
            }
        }
        let got = lpips.of_pairs(a.view(), b.view()).unwrap()[0];
        assert!((got - expected).abs() < 1e-6 * expected, "{got} {expected}");
        assert_eq!(lpips.of_pairs(a.view(), a.view()).unwrap(), [0.0]);
    }

    #[test]
    fn taps_of_another_network_are_refused() {
        let features = Powers(LpipsNet::Alex.channels());
        let error = Lpips::new(LpipsNet::Vgg, &features).embed(image(1).view()).unwrap_err().to_string();
        assert!(error.contains("vgg16"), "{error}");
    }
}
