//! Operations of our own on the processor, each with its gradient, in place of many of the framework's.
//!
//! Every one has a counterpart in the framework's operations, which other devices run and tests compare with.

mod batch_norm;
mod cosine;
mod decode;
mod frozen;
mod penalty;
mod readout;

use afterimage_kernels::Map;
use burn::backend::Flex;
use burn::backend::autodiff::{NodeId, grads::Gradients};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::tensor::TensorData;

pub(crate) use batch_norm::{moments, normalise};
pub(crate) use cosine::distance as cosine_distance;
pub(crate) use decode::run as decode;
pub(crate) use frozen::run as frozen;
pub(crate) use penalty::run as penalty;
pub(crate) use readout::run as readout;

/// `[images, channels, height, width]`, channels last.
fn map(x: &FloatTensor<Flex>) -> Map {
    let x = x.to_contiguous();
    let dims = x.layout().shape().dims();
    Map::from_planes(slice(&x), dims)
}

/// `[images, channels, height, width]`
fn tensor(map: Map) -> FloatTensor<Flex> {
    let [images, height, width, channels] = map.dims;
    let planes = map.to_planes();
    map.recycle();
    values(planes, &[images, channels, height, width])
}

fn values(values: Vec<f32>, shape: &[usize]) -> FloatTensor<Flex> {
    Flex::float_from_data(TensorData::new(values, shape.to_vec()), &Default::default())
}

fn slice(x: &FloatTensor<Flex>) -> &[f32] {
    x.as_slice().expect("contiguous single precision")
}

/// Hands gradients to those parents that want one.
fn register<const N: usize>(grads: &mut Gradients, parents: [Option<NodeId>; N], gradients: [FloatTensor<Flex>; N]) {
    for (parent, gradient) in parents.into_iter().zip(gradients) {
        if let Some(node) = parent {
            grads.register::<Flex>(node, gradient);
        }
    }
}
