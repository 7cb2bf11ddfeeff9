//! The encoder's loss on responses.

use burn::tensor::Tensor;

use crate::term::Terms;

/// Mean squared error, and `cosine_weight` · mean over samples of (1 - cos)/2, the cosine over the voxels of a sample.
///
/// Both are `[batch, voxels]`. A sample of zeros has cosine 0. Gaziv et al. 2022, encoder training.
pub fn response_terms(predicted: Tensor<2>, measured: Tensor<2>, cosine_weight: f64) -> Terms {
    let mut terms = Terms::default();
    terms.push("mse", (predicted.clone() - measured.clone()).powi_scalar(2).mean());
    if cosine_weight > 0.0 {
        let norm = |t: &Tensor<2>| (t.clone().powi_scalar(2).sum_dim(1) + 1e-12).sqrt();
        let norms = norm(&predicted) * norm(&measured);
        let cosine = (predicted * measured).sum_dim(1) / norms;
        terms.push("cosine", (cosine.neg() + 1.0).mean() * (cosine_weight / 2.0));
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn opposite_responses_have_the_largest_cosine_term() {
        let device = Device::default();
        let y = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, -1.0]], &device);
        let terms = response_terms(y.clone().neg(), y, 0.3).values();
        assert!((terms["cosine"] - 0.3).abs() < 1e-5);
        assert!((terms["mse"] - 15.0).abs() < 1e-5);
    }
}
