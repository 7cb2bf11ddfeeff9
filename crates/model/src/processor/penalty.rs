//! The penalties of the decoder's linear layer, which keep only its weights.

use std::sync::Arc;

use afterimage_kernels::penalty::Penalty;
use burn::tensor::Tensor;

use super::{Operation, Value, apply, dims, slice, values};

/// The two penalties of [`Penalty::forward`], `[2]`, of weights `[voxels, channels * positions]`.
pub(crate) fn run(penalty: Arc<Penalty>, weights: Tensor<2>) -> Tensor<1> {
    apply(penalty, [weights.into_dispatch()])
}

impl Operation<1> for Arc<Penalty> {
    type Kept = Value;

    fn forward(&self, [weights]: [Value; 1]) -> (Value, Value) {
        let weights = weights.to_contiguous();
        let terms = Penalty::forward(self, slice(&weights));
        (values(terms.to_vec(), [2]), weights)
    }

    fn backward(&self, weights: &Value, gradient: Value, _: [bool; 1]) -> [Option<Value>; 1] {
        let gradient = gradient.to_contiguous();
        let given = [slice(&gradient)[0], slice(&gradient)[1]];
        [Some(values(Penalty::backward(self, slice(weights), given), dims::<2>(weights)))]
    }
}
