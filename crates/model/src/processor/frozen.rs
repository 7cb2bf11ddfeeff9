//! Frozen layers on the processor, as one operation of the framework with a gradient of its own.

use std::sync::{Arc, OnceLock};

use afterimage_kernels::{Chain, Record};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{map, tensor};

/// Filled by a forward pass that a gradient may follow.
type Kept = Arc<OnceLock<Record>>;

/// The layers of `chain` on `x`, `[batch, channels, height, width]`; gradients flow to `x`.
pub(crate) fn run(chain: Chain, x: Tensor<4>) -> Tensor<4> {
    let out = <Dispatch as Frozen>::frozen(x.into_dispatch(), Arc::new(chain), None);
    Tensor::from_dispatch(out)
}

#[backend_extension(Flex, Autodiff)]
trait Frozen: Backend {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>, kept: Option<Kept>) -> FloatTensor<Self>;
    fn frozen_backward(gradient: FloatTensor<Self>, chain: Arc<Chain>, kept: Kept) -> FloatTensor<Self>;
}

impl Frozen for Flex {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>, kept: Option<Kept>) -> FloatTensor<Self> {
        let x = map(&x);
        let y = match kept {
            None => chain.forward(x),
            Some(kept) => {
                let (y, record) = chain.forward_recorded(x);
                assert!(kept.set(record).is_ok(), "a record belongs to one forward pass");
                y
            }
        };
        tensor(y)
    }

    fn frozen_backward(gradient: FloatTensor<Self>, chain: Arc<Chain>, kept: Kept) -> FloatTensor<Self> {
        let record = kept.get().expect("the forward pass came before");
        tensor(chain.backward(record, map(&gradient)))
    }
}

impl<B: Frozen, C: CheckpointStrategy> Frozen for Autodiff<B, C> {
    fn frozen(x: FloatTensor<Self>, chain: Arc<Chain>, kept: Option<Kept>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct OfImage;

        impl<B: Frozen> Backward<B, 1> for OfImage {
            type State = (Arc<Chain>, Kept);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let (chain, kept) = ops.state;
                unary::<B, _>(ops.parents, ops.node, grads, |gradient| B::frozen_backward(gradient, chain, kept));
            }
        }

        let (x, node) = x.into_parts();
        match OfImage.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let kept = kept.unwrap_or_default();
                let y = B::frozen(x, chain.clone(), Some(kept.clone()));
                prepared.finish((chain, kept), y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::frozen(x, chain, kept)),
        }
    }

    fn frozen_backward(_: FloatTensor<Self>, _: Arc<Chain>, _: Kept) -> FloatTensor<Self> {
        panic!("a gradient of a gradient through frozen layers is not implemented")
    }
}
