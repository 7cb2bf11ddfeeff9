//! Cosine distance over channels as one operation: of large activations it keeps nothing but the activations.

use std::sync::Arc;

use afterimage_kernels::cosine::{self, Lengths};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind, unary};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{slice, values};

/// Mean over positions of 1 - cosine over channels, `[batch]`, of features and targets `[batch, channels, side, side]`
/// at unit length; gradients flow to the features alone.
pub(crate) fn distance(features: Tensor<4>, unit: Tensor<4>) -> Tensor<1> {
    let unit = unit.without_autodiff().into_dispatch();
    Tensor::from_dispatch(<Dispatch as Cosine>::cosine(features.into_dispatch(), unit))
}

#[backend_extension(Flex, Autodiff)]
trait Cosine: Backend {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Distances, and what their gradient needs; of contiguous tensors.
fn measure(features: &FloatTensor<Flex>, unit: &FloatTensor<Flex>) -> (FloatTensor<Flex>, Lengths) {
    let dims = features.layout().shape().dims();
    let (distances, lengths) = cosine::distance(slice(features), slice(unit), dims);
    (values(distances, &dims[..1]), lengths)
}

impl Cosine for Flex {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>) -> FloatTensor<Self> {
        measure(&features.to_contiguous(), &unit.to_contiguous()).0
    }
}

impl<C: CheckpointStrategy> Cosine for Autodiff<Flex, C> {
    fn cosine(features: FloatTensor<Self>, unit: FloatTensor<Self>) -> FloatTensor<Self> {
        let (features, node) = features.into_parts();
        let unit = unit.into_primitive();
        match OfFeatures.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let (features, unit) = (features.to_contiguous(), unit.to_contiguous());
                let (distances, lengths) = measure(&features, &unit);
                prepared.finish((features, unit, Arc::new(lengths)), distances)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::cosine(features, unit)),
        }
    }
}

#[derive(Debug)]
struct OfFeatures;

impl Backward<Flex, 1> for OfFeatures {
    type State = (FloatTensor<Flex>, FloatTensor<Flex>, Arc<Lengths>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (features, unit, lengths) = ops.state;
        unary::<Flex, _>(ops.parents, ops.node, grads, |gradient| {
            let (gradient, dims) = (gradient.to_contiguous(), features.layout().shape().dims());
            values(cosine::gradient(slice(&gradient), slice(&features), slice(&unit), &lengths, dims), &dims)
        });
    }
}
