//! The penalties of the decoder's linear layer as one operation that keeps its weights alone.

use std::sync::Arc;

use afterimage_kernels::penalty::Penalty;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{slice, values};

/// The two penalties of [`Penalty::forward`], `[2]`, of weights `[voxels, channels * positions]`.
pub(crate) fn run(penalty: Arc<Penalty>, weights: Tensor<2>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Penalised>::penalty(weights.into_dispatch(), penalty))
}

#[backend_extension(Flex, Autodiff)]
trait Penalised: Backend {
    fn penalty(weights: FloatTensor<Self>, penalty: Arc<Penalty>) -> FloatTensor<Self>;
}

impl Penalised for Flex {
    fn penalty(weights: FloatTensor<Self>, penalty: Arc<Penalty>) -> FloatTensor<Self> {
        values(penalty.forward(slice(&weights.to_contiguous())).to_vec(), &[2])
    }
}

impl<C: CheckpointStrategy> Penalised for Autodiff<Flex, C> {
    fn penalty(weights: FloatTensor<Self>, penalty: Arc<Penalty>) -> FloatTensor<Self> {
        let (weights, node) = weights.into_parts();
        match OfWeights.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let weights = weights.to_contiguous();
                let terms = Flex::penalty(weights.clone(), penalty.clone());
                prepared.finish((weights, penalty), terms)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::penalty(weights, penalty)),
        }
    }
}

#[derive(Debug)]
struct OfWeights;

impl Backward<Flex, 1> for OfWeights {
    type State = (FloatTensor<Flex>, Arc<Penalty>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (weights, penalty) = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, grads, |gradient| {
            let gradient = gradient.to_contiguous();
            let shape = weights.layout().shape().dims::<2>();
            let given = [slice(&gradient)[0], slice(&gradient)[1]];
            values(penalty.backward(slice(&weights), given), &shape)
        });
    }
}
