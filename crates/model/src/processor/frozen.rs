//! Frozen layers: gradients flow to the image, and none is made for a weight.

use afterimage_kernels::{Chain, Record};
use burn::tensor::Tensor;

use super::{Operation, Value, apply, map, tensor};

/// The layers of `chain` on `x`, `[batch, channels, height, width]`; gradients flow to `x`.
pub(crate) fn run(chain: Chain, x: Tensor<4>) -> Tensor<4> {
    apply(chain, [x.into_dispatch()])
}

impl Operation<1> for Chain {
    type Kept = Record;

    fn forward(&self, [x]: [Value; 1]) -> (Value, Record) {
        let (y, record) = self.forward_recorded(map(&x));
        (tensor(y), record)
    }

    fn infer(&self, [x]: [Value; 1]) -> Value {
        tensor(Chain::forward(self, map(&x)))
    }

    fn backward(&self, record: &Record, gradient: Value, _: [bool; 1]) -> [Option<Value>; 1] {
        [Some(tensor(Chain::backward(self, record, map(&gradient))))]
    }
}
