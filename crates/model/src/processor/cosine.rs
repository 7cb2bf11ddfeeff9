//! Cosine distance over channels as one operation: of large activations it keeps nothing but the activations.

use std::sync::{Arc, OnceLock};

use afterimage_kernels::cosine::{Lengths, distance as forward, gradient as backward};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{slice, values};

type Shared = Arc<OnceLock<Lengths>>;

/// Mean over positions of 1 - cosine over channels, `[batch]`, of features and targets `[batch, channels, side, side]`
/// at unit length; gradients flow to the features alone.
pub(crate) fn distance(features: Tensor<4>, unit: Tensor<4>) -> Tensor<1> {
    let unit = unit.without_autodiff().into_dispatch();
    Tensor::from_dispatch(<Dispatch as Cosine>::cosine(features.into_dispatch(), unit, None))
}

#[backend_extension(Flex, Autodiff)]
trait Cosine: Backend {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>, kept: Option<Shared>) -> FloatTensor<Self>;

    fn cosine_backward(
        gradient: FloatTensor<Self>,
        features: FloatTensor<Self>,
        unit: FloatTensor<Self>,
        kept: Shared,
    ) -> FloatTensor<Self>;
}

impl Cosine for Flex {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>, kept: Option<Shared>) -> FloatTensor<Self> {
        let (features, unit) = (features.to_contiguous(), unit.to_contiguous());
        let dims = features.layout().shape().dims();
        let (distances, lengths) = forward(slice(&features), slice(&unit), dims);
        if let Some(kept) = kept {
            assert!(kept.set(lengths).is_ok(), "what is kept belongs to one forward pass");
        }
        values(distances, &[dims[0]])
    }

    fn cosine_backward(
        gradient: FloatTensor<Self>,
        features: FloatTensor<Self>,
        unit: FloatTensor<Self>,
        kept: Shared,
    ) -> FloatTensor<Self> {
        let (gradient, features, unit) = (gradient.to_contiguous(), features.to_contiguous(), unit.to_contiguous());
        let dims = features.layout().shape().dims();
        let lengths = kept.get().expect("the forward pass came before");
        values(backward(slice(&gradient), slice(&features), slice(&unit), lengths, dims), &dims)
    }
}

impl<B: Cosine, C: CheckpointStrategy> Cosine for Autodiff<B, C> {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>, kept: Option<Shared>) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct OfFeatures;

        impl<B: Cosine> Backward<B, 1> for OfFeatures {
            type State = (B::FloatTensorPrimitive, B::FloatTensorPrimitive, Shared);

            fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
                let (features, unit, kept) = ops.state;
                unary::<B, _>(ops.parents, ops.node, grads, |gradient| {
                    B::cosine_backward(gradient, features, unit, kept)
                });
            }
        }

        let (features, node) = features.into_parts();
        let unit = unit.into_primitive();
        match OfFeatures.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let kept = kept.unwrap_or_default();
                let distances = B::cosine(features.clone(), unit.clone(), Some(kept.clone()));
                prepared.finish((features, unit, kept), distances)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::cosine(features, unit, kept)),
        }
    }

    fn cosine_backward(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Shared,
    ) -> FloatTensor<Self> {
        panic!("a gradient of a gradient through the cosine distance is not implemented")
    }
}
