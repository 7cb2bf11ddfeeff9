//! The voxels' readout as one operation.

use afterimage_kernels::readout::{Dropout, Sizes};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{register, slice, values};

/// Sums `[batch, voxels]` over channels and positions of patches `[batch, channels, positions]`, with maps `[positions,
/// voxels]` and weights `[channels, voxels]`.
pub(crate) fn run(patches: Tensor<3>, map: Tensor<2>, weights: Tensor<2>, dropout: Option<Dropout>) -> Tensor<2> {
    let (patches, map, weights) = (patches.into_dispatch(), map.into_dispatch(), weights.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Reading>::read(patches, map, weights, dropout))
}

#[backend_extension(Flex, Autodiff)]
trait Reading: Backend {
    fn read(
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
    ) -> FloatTensor<Self>;
}

fn sizes(patches: &FloatTensor<Flex>, map: &FloatTensor<Flex>) -> (usize, Sizes) {
    let [batch, channels, positions] = patches.layout().shape().dims();
    let [_, voxels] = map.layout().shape().dims();
    (batch, Sizes { channels, positions, voxels })
}

impl Reading for Flex {
    fn read(
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
    ) -> FloatTensor<Self> {
        let [patches, map, weights] = [patches, map, weights].map(|tensor| tensor.to_contiguous());
        let (batch, sizes) = sizes(&patches, &map);
        values(sizes.forward(slice(&patches), slice(&map), slice(&weights), dropout), &[batch, sizes.voxels])
    }
}

impl<C: CheckpointStrategy> Reading for Autodiff<Flex, C> {
    fn read(
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
    ) -> FloatTensor<Self> {
        let ((patches, of_patches), (map, of_map), (weights, of_weights)) =
            (patches.into_parts(), map.into_parts(), weights.into_parts());
        match OfReadout.prepare::<C>([of_patches, of_map, of_weights]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let out = Flex::read(patches.clone(), map.clone(), weights.clone(), dropout);
                prepared.finish(([patches, map, weights], dropout), out)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(Flex::read(patches, map, weights, dropout)),
        }
    }
}

#[derive(Debug)]
struct OfReadout;

impl Backward<Flex, 3> for OfReadout {
    type State = ([FloatTensor<Flex>; 3], Option<Dropout>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (inputs, dropout) = ops.state;
        let [patches, map, weights] = inputs.map(|tensor| tensor.to_contiguous());
        let [of_patches, of_map, of_weights] = ops.parents.map(|parent| parent.map(|node| node.id));
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let (batch, sizes) = sizes(&patches, &map);
        let inputs = [slice(&patches), slice(&map), slice(&weights)];
        let found = sizes.backward(slice(&gradient), inputs, dropout, of_map.is_some() || of_weights.is_some());
        register(grads, [of_patches], [values(found.patches, &[batch, sizes.channels, sizes.positions])]);
        if let Some([map, weights]) = found.parameters {
            let map = values(map, &[sizes.positions, sizes.voxels]);
            register(grads, [of_map, of_weights], [map, values(weights, &[sizes.channels, sizes.voxels])]);
        }
    }
}
