//! The decoder behind its linear layer.

use std::sync::Arc;

use afterimage_kernels::decode::{Decode, Kept};
use burn::tensor::Tensor;

use super::{Operation, Value, apply, map, slice, tensor, values};

/// Images `[batch, 3, side, side]` of maps `[batch, channels, grid, grid]` and parameters, flat in the order that
/// [`Decode::parameters`] gives.
pub(crate) fn run(decode: Arc<Decode>, maps: Tensor<4>, parameters: Tensor<1>) -> Tensor<4> {
    apply(decode, [maps.into_dispatch(), parameters.into_dispatch()])
}

impl Operation<2> for Arc<Decode> {
    type Kept = (Value, Kept);

    fn forward(&self, [maps, parameters]: [Value; 2]) -> (Value, Self::Kept) {
        let parameters = parameters.to_contiguous();
        let (image, kept) = Decode::forward(self, map(&maps), &self.ready(slice(&parameters)));
        (tensor(image), (parameters, kept))
    }

    fn infer(&self, inputs: [Value; 2]) -> Value {
        let (image, (_, kept)) = self.forward(inputs);
        kept.recycle();
        image
    }

    fn backward(&self, (parameters, kept): &Self::Kept, gradient: Value, _: [bool; 2]) -> [Option<Value>; 2] {
        let (maps, of_parameters) = Decode::backward(self, kept, slice(parameters), &map(&gradient));
        let count = of_parameters.len();
        [tensor(maps), values(of_parameters, [count])].map(Some)
    }
}
