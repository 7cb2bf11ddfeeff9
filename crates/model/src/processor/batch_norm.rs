//! Batch norm as one operation that keeps its input alone.

use afterimage_kernels::batch_norm;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{register, slice, values};

/// Mean and biased variance of each channel of `x`, `[2, channels]`, outside the graph.
pub(crate) fn moments(x: Tensor<4>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Moments>::moments(x.without_autodiff().into_dispatch()))
}

/// `x` less the mean, over the deviation, times `scale` plus `shift`; `of_batch` says that `moments` are those of `x`.
pub(crate) fn normalise(
    x: Tensor<4>,
    moments: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    of_batch: bool,
) -> Tensor<4> {
    let moments = moments.without_autodiff().into_dispatch();
    let (x, scale, shift) = (x.into_dispatch(), scale.into_dispatch(), shift.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Norming>::normalise(x, moments, scale, shift, of_batch))
}

#[backend_extension(Flex)]
trait Moments: Backend {
    fn moments(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl Moments for Flex {
    fn moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = x.to_contiguous();
        let dims: [usize; 4] = x.layout().shape().dims();
        values(batch_norm::moments(slice(&x), dims), &[2, dims[1]])
    }
}

#[backend_extension(Flex, Autodiff)]
trait Norming: Backend {
    fn normalise(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        of_batch: bool,
    ) -> FloatTensor<Self>;
}

impl Norming for Flex {
    fn normalise(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        _: bool,
    ) -> FloatTensor<Self> {
        let [x, moments, scale, shift] = [x, moments, scale, shift].map(|tensor| tensor.to_contiguous());
        let dims: [usize; 4] = x.layout().shape().dims();
        let y = batch_norm::forward(slice(&x), slice(&moments), slice(&scale), slice(&shift), dims[2] * dims[3]);
        values(y, &dims)
    }
}

impl<C: CheckpointStrategy> Norming for Autodiff<Flex, C> {
    fn normalise(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        of_batch: bool,
    ) -> FloatTensor<Self> {
        let moments = moments.into_primitive();
        let ((x, of_x), (scale, of_scale), (shift, of_shift)) =
            (x.into_parts(), scale.into_parts(), shift.into_parts());
        match OfNorm.prepare::<C>([of_x, of_scale, of_shift]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let y = Flex::normalise(x.clone(), moments.clone(), scale.clone(), shift, of_batch);
                prepared.finish(([x, moments, scale], of_batch), y)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::normalise(x, moments, scale, shift, of_batch)),
        }
    }
}

#[derive(Debug)]
struct OfNorm;

impl Backward<Flex, 3> for OfNorm {
    type State = ([FloatTensor<Flex>; 3], bool);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (inputs, of_batch) = ops.state;
        let [x, moments, scale] = inputs.map(|tensor| tensor.to_contiguous());
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let dims: [usize; 4] = x.layout().shape().dims();
        let (given, places) = (slice(&gradient), dims[2] * dims[3]);
        let [dx, of_scale, of_shift] =
            batch_norm::backward(given, slice(&x), slice(&moments), slice(&scale), places, of_batch);
        let channels = [dims[1]];
        register(
            grads,
            ops.parents.map(|parent| parent.map(|node| node.id)),
            [values(dx, &dims), values(of_scale, &channels), values(of_shift, &channels)],
        );
    }
}
