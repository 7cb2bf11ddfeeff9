//! The voxels' readout.

use afterimage_kernels::readout::{Dropout, Sizes};
use burn::tensor::Tensor;

use super::{Operation, Value, apply, dims, slice, values};

/// Sums `[batch, voxels]` over channels and positions of patches `[batch, channels, positions]`, with maps `[positions,
/// voxels]` and weights `[channels, voxels]`.
pub(crate) fn run(patches: Tensor<3>, map: Tensor<2>, weights: Tensor<2>, dropout: Option<Dropout>) -> Tensor<2> {
    apply(Readout { dropout }, [patches.into_dispatch(), map.into_dispatch(), weights.into_dispatch()])
}

#[derive(Debug)]
struct Readout {
    dropout: Option<Dropout>,
}

fn sizes([patches, map, _]: &[Value; 3]) -> (usize, Sizes) {
    let ([batch, channels, positions], [_, voxels]) = (dims(patches), dims(map));
    (batch, Sizes { channels, positions, voxels })
}

impl Operation<3> for Readout {
    type Kept = [Value; 3];

    fn forward(&self, inputs: [Value; 3]) -> (Value, Self::Kept) {
        let inputs = inputs.map(|input| input.to_contiguous());
        let ((batch, sizes), [patches, map, weights]) = (sizes(&inputs), inputs.each_ref().map(slice));
        let out = sizes.forward(patches, map, weights, self.dropout);
        (values(out, [batch, sizes.voxels]), inputs)
    }

    fn backward(&self, inputs: &Self::Kept, gradient: Value, wanted: [bool; 3]) -> [Option<Value>; 3] {
        let ((batch, sizes), gradient) = (sizes(inputs), gradient.to_contiguous());
        let of_parameters = wanted[1] || wanted[2];
        let found = sizes.backward(slice(&gradient), inputs.each_ref().map(slice), self.dropout, of_parameters);
        let patches = values(found.patches, [batch, sizes.channels, sizes.positions]);
        let Some([map, weights]) = found.parameters else { return [Some(patches), None, None] };
        let map = values(map, [sizes.positions, sizes.voxels]);
        [patches, map, values(weights, [sizes.channels, sizes.voxels])].map(Some)
    }
}
