//! The normalisations the networks were trained with, folded into their first convolution.

/// How images in 0..1 become what a network was trained on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input {
    /// RGB, `(x - mean) / sd` with the ImageNet statistics that torchvision and timm use.
    Torchvision,
    /// Caffe's: BGR on 0..255, minus the mean pixel (103.939, 116.779, 123.68).
    Caffe,
}

/// A first convolution that takes RGB images in 0..1 less `mean`.
pub(crate) struct Folded {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Still to be subtracted from the images.
    pub(crate) mean: Option<[f32; 3]>,
}

impl Input {
    /// Mean of R, G and B in 0..1.
    fn mean(self) -> [f32; 3] {
        match self {
            Self::Torchvision => [0.485, 0.456, 0.406],
            Self::Caffe => [123.68 / 255.0, 116.779 / 255.0, 103.939 / 255.0],
        }
    }

    fn scale(self) -> [f32; 3] {
        match self {
            Self::Torchvision => [1.0 / 0.229, 1.0 / 0.224, 1.0 / 0.225],
            Self::Caffe => [255.0; 3],
        }
    }

    /// The network's input channel for each of R, G and B.
    fn channel(self) -> [usize; 3] {
        match self {
            Self::Torchvision => [0, 1, 2],
            Self::Caffe => [2, 1, 0],
        }
    }

    /// Standard deviation, roughly, of a natural image after the normalisation.
    pub(crate) fn spread(self) -> f32 {
        match self {
            Self::Torchvision => 1.0,
            Self::Caffe => 64.0,
        }
    }

    /// Folds the normalisation into a convolution `[out, 3, kernel, kernel]`.
    ///
    /// Scale and channel order always fold exactly. The mean folds into the bias only without padding: a padded
    /// border is zero after the mean was subtracted, which a bias cannot express.
    pub(crate) fn fold(self, weight: &[f32], mut bias: Vec<f32>, kernel: usize, padding: usize) -> Folded {
        let area = kernel * kernel;
        let mut folded = Vec::with_capacity(weight.len());
        for (filter, bias) in weight.chunks_exact(3 * area).zip(&mut bias) {
            for rgb in 0..3 {
                let plane = &filter[self.channel()[rgb] * area..][..area];
                let scaled = plane.iter().map(|w| w * self.scale()[rgb]);
                if padding == 0 {
                    *bias -= self.mean()[rgb] * scaled.clone().sum::<f32>();
                }
                folded.extend(scaled);
            }
        }
        Folded { weight: folded, bias, mean: (padding > 0).then(|| self.mean()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_convolution_equals_normalising_first() {
        let pixel = [0.2_f32, 0.5, 0.9];
        let weight = [0.3_f32, -0.7, 0.4];
        let bgr = [pixel[2] * 255.0 - 103.939, pixel[1] * 255.0 - 116.779, pixel[0] * 255.0 - 123.68];
        let expected: f32 = 0.1 + weight.iter().zip(bgr).map(|(w, x)| w * x).sum::<f32>();
        let folded = Input::Caffe.fold(&weight, vec![0.1], 1, 0);
        let got = folded.bias[0] + folded.weight.iter().zip(pixel).map(|(w, x)| w * x).sum::<f32>();
        assert!(folded.mean.is_none());
        assert!((got - expected).abs() < 1e-4, "{got} {expected}");
    }
}
