//! Frozen layers on the processor, as one operation of the framework with a gradient of its own.

use std::sync::Arc;

use afterimage_kernels::{Chain, Record};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{map, tensor};

/// The layers of `chain` on `x`, `[batch, channels, height, width]`; gradients flow to `x`.
pub(crate) fn run(chain: Chain, x: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Frozen>::frozen(x.into_dispatch(), Arc::new(chain)))
}

#[backend_extension(Flex, Autodiff)]
trait Frozen: Backend {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>) -> FloatTensor<Self>;
}

impl Frozen for Flex {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>) -> FloatTensor<Self> {
        tensor(chain.forward(map(&x)))
    }
}

impl<C: CheckpointStrategy> Frozen for Autodiff<Flex, C> {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>) -> FloatTensor<Self> {
        let (x, node) = x.into_parts();
        match OfImage.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (y, record) = chain.forward_recorded(map(&x));
                prepared.finish((chain, Arc::new(record)), tensor(y))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::frozen(x, chain)),
        }
    }
}

#[derive(Debug)]
struct OfImage;

impl Backward<Flex, 1> for OfImage {
    type State = (Arc<Chain>, Arc<Record>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (chain, record) = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, grads, |gradient| tensor(chain.backward(&record, map(&gradient))));
    }
}
