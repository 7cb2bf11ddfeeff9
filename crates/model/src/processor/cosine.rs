//! Cosine distance over channels: of large activations it keeps nothing but the activations.

use afterimage_kernels::cosine::{self, Lengths};
use burn::tensor::Tensor;

use super::{Operation, Value, apply, dims, slice, values};

/// Mean over positions of 1 - cosine over channels, `[batch]`, of features and targets `[batch, channels, side, side]`
/// at unit length; gradients flow only to the features.
pub(crate) fn distance(features: Tensor<4>, unit: Tensor<4>) -> Tensor<1> {
    apply(Cosine, [features.into_dispatch(), unit.without_autodiff().into_dispatch()])
}

#[derive(Debug)]
struct Cosine;

impl Operation<2> for Cosine {
    type Kept = ([Value; 2], Lengths);

    fn forward(&self, inputs: [Value; 2]) -> (Value, Self::Kept) {
        let [features, unit] = inputs.map(|input| input.to_contiguous());
        let (distances, lengths) = cosine::distance(slice(&features), slice(&unit), dims(&features));
        let batch = distances.len();
        (values(distances, [batch]), ([features, unit], lengths))
    }

    fn backward(&self, ([features, unit], lengths): &Self::Kept, gradient: Value, _: [bool; 2]) -> [Option<Value>; 2] {
        let (gradient, dims) = (gradient.to_contiguous(), dims(features));
        let of_features = cosine::gradient(slice(&gradient), slice(features), slice(unit), lengths, dims);
        [Some(values(of_features, dims)), None]
    }
}
