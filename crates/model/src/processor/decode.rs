//! The decoder's convolutional part as one operation.

use std::sync::{Arc, OnceLock};

use afterimage_kernels::decode::{Decode, Kept};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{map, slice, tensor, values};

type Shared = Arc<OnceLock<Kept>>;

/// Images `[batch, 3, side, side]` of maps `[batch, channels, grid, grid]` and parameters, flat in the order that
/// [`Decode::parameters`] gives.
pub(crate) fn run(decode: Arc<Decode>, maps: Tensor<4>, parameters: Tensor<1>) -> Tensor<4> {
    let out = <Dispatch as Decoding>::decode(maps.into_dispatch(), parameters.into_dispatch(), decode, None);
    Tensor::from_dispatch(out)
}

#[backend_extension(Flex, Autodiff)]
trait Decoding: Backend {
    fn decode(
        maps: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        decode: Arc<Decode>,
        kept: Option<Shared>,
    ) -> FloatTensor<Self>;

    /// Gradients of the maps and of the parameters.
    fn decode_backward(
        gradient: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        decode: Arc<Decode>,
        kept: Shared,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl Decoding for Flex {
    fn decode(
        maps: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        decode: Arc<Decode>,
        kept: Option<Shared>,
    ) -> FloatTensor<Self> {
        let parameters = parameters.to_contiguous();
        let (image, of_pass) = decode.forward(map(&maps), slice(&parameters));
        match kept {
            Some(kept) => assert!(kept.set(of_pass).is_ok(), "what is kept belongs to one forward pass"),
            None => of_pass.recycle(),
        }
        tensor(image)
    }

    fn decode_backward(
        gradient: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        decode: Arc<Decode>,
        kept: Shared,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let parameters = parameters.to_contiguous();
        let of_pass = kept.get().expect("the forward pass came before");
        let flat = slice(&parameters);
        let (maps, of_parameters) = decode.backward(of_pass, flat, &map(&gradient));
        let count = of_parameters.len();
        (tensor(maps), values(of_parameters, &[count]))
    }
}

impl<B: Decoding, C: CheckpointStrategy> Decoding for Autodiff<B, C> {
    fn decode(
        maps: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        decode: Arc<Decode>,
        kept: Option<Shared>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct OfDecoder;

        impl<B: Decoding> Backward<B, 2> for OfDecoder {
            type State = (B::FloatTensorPrimitive, Arc<Decode>, Shared);

            fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
                let [of_maps, of_parameters] = ops.parents;
                let (parameters, decode, kept) = ops.state;
                let gradient = grads.consume::<B>(&ops.node);
                let (maps, parameters) = B::decode_backward(gradient, parameters, decode, kept);
                if let Some(node) = of_maps {
                    grads.register::<B>(node.id, maps);
                }
                if let Some(node) = of_parameters {
                    grads.register::<B>(node.id, parameters);
                }
            }
        }

        let ((maps, of_maps), (parameters, of_parameters)) = (maps.into_parts(), parameters.into_parts());
        match OfDecoder.prepare::<C>([of_maps, of_parameters]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let kept = kept.unwrap_or_default();
                let image = B::decode(maps, parameters.clone(), decode.clone(), Some(kept.clone()));
                prepared.finish((parameters, decode, kept), image)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::decode(maps, parameters, decode, kept)),
        }
    }

    fn decode_backward(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Arc<Decode>,
        _: Shared,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        panic!("a gradient of a gradient through the decoder is not implemented")
    }
}
