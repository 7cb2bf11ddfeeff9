//! The voxels' readout as one operation.

use afterimage_kernels::readout::{Dropout, Sizes};
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, backend_extension};
use burn::tensor::Tensor;

use super::{slice, values};

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

    /// Gradients of patches, map and weights; the last two are empty unless `parameters`.
    fn read_backward(
        gradient: FloatTensor<Self>,
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
        parameters: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
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

    fn read_backward(
        gradient: FloatTensor<Self>,
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
        parameters: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [gradient, patches, map, weights] = [gradient, patches, map, weights].map(|tensor| tensor.to_contiguous());
        let (batch, sizes) = sizes(&patches, &map);
        let inputs = [slice(&patches), slice(&map), slice(&weights)];
        let found = sizes.backward(slice(&gradient), inputs, dropout, parameters);
        let of_patches = values(found.patches, &[batch, sizes.channels, sizes.positions]);
        match found.parameters {
            Some([of_map, of_weights]) => (
                of_patches,
                values(of_map, &[sizes.positions, sizes.voxels]),
                values(of_weights, &[sizes.channels, sizes.voxels]),
            ),
            None => (of_patches, values(Vec::new(), &[0]), values(Vec::new(), &[0])),
        }
    }
}

impl<B: Reading, C: CheckpointStrategy> Reading for Autodiff<B, C> {
    fn read(
        patches: FloatTensor<Self>,
        map: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        dropout: Option<Dropout>,
    ) -> FloatTensor<Self> {
        #[derive(Debug)]
        struct OfReadout;

        impl<B: Reading> Backward<B, 3> for OfReadout {
            type State = ([B::FloatTensorPrimitive; 3], Option<Dropout>);

            fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
                let ([patches, map, weights], dropout) = ops.state;
                let [of_patches, of_map, of_weights] = ops.parents;
                let gradient = grads.consume::<B>(&ops.node);
                let parameters = of_map.is_some() || of_weights.is_some();
                let found = B::read_backward(gradient, patches, map, weights, dropout, parameters);
                for (node, gradient) in [(of_patches, found.0), (of_map, found.1), (of_weights, found.2)] {
                    if let Some(node) = node {
                        grads.register::<B>(node.id, gradient);
                    }
                }
            }
        }

        let ((patches, of_patches), (map, of_map), (weights, of_weights)) =
            (patches.into_parts(), map.into_parts(), weights.into_parts());
        match OfReadout.prepare::<C>([of_patches, of_map, of_weights]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                let out = B::read(patches.clone(), map.clone(), weights.clone(), dropout);
                prepared.finish(([patches, map, weights], dropout), out)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::read(patches, map, weights, dropout)),
        }
    }

    fn read_backward(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Option<Dropout>,
        _: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        panic!("a gradient of a gradient through the readout is not implemented")
    }
}
