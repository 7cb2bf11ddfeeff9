//! The decoder's convolutional part as one operation.

use std::sync::Arc;

use afterimage_kernels::decode::{Decode, Kept};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{map, register, slice, tensor, values};

/// Images `[batch, 3, side, side]` of maps `[batch, channels, grid, grid]` and parameters, flat in the order that
/// [`Decode::parameters`] gives.
pub(crate) fn run(decode: Arc<Decode>, maps: Tensor<4>, parameters: Tensor<1>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Decoding>::decode(maps.into_dispatch(), parameters.into_dispatch(), decode))
}

#[backend_extension(Flex, Autodiff)]
trait Decoding: Backend {
    fn decode(maps: FloatTensor<Self>, parameters: FloatTensor<Self>, decode: Arc<Decode>) -> FloatTensor<Self>;
}

impl Decoding for Flex {
    fn decode(maps: FloatTensor<Self>, parameters: FloatTensor<Self>, decode: Arc<Decode>) -> FloatTensor<Self> {
        let (image, kept) = decode.forward(map(&maps), &decode.ready(slice(&parameters.to_contiguous())));
        kept.recycle();
        tensor(image)
    }
}

impl<C: CheckpointStrategy> Decoding for Autodiff<Flex, C> {
    fn decode(maps: FloatTensor<Self>, parameters: FloatTensor<Self>, decode: Arc<Decode>) -> FloatTensor<Self> {
        let ((maps, of_maps), (parameters, of_parameters)) = (maps.into_parts(), parameters.into_parts());
        match OfDecoder.prepare::<C>([of_maps, of_parameters]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let parameters = parameters.to_contiguous();
                let (image, kept) = decode.forward(map(&maps), &decode.ready(slice(&parameters)));
                prepared.finish((parameters, decode, Arc::new(kept)), tensor(image))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::decode(maps, parameters, decode)),
        }
    }
}

#[derive(Debug)]
struct OfDecoder;

impl Backward<Flex, 2> for OfDecoder {
    type State = (FloatTensor<Flex>, Arc<Decode>, Arc<Kept>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (parameters, decode, kept) = ops.state;
        let gradient = map(&grads.consume::<Flex>(&ops.node));
        let (maps, of_parameters) = decode.backward(&kept, slice(&parameters), &gradient);
        let count = of_parameters.len();
        register(
            grads,
            ops.parents.map(|parent| parent.map(|node| node.id)),
            [tensor(maps), values(of_parameters, &[count])],
        );
    }
}
