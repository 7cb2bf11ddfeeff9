//! Operations of our own on the processor, each with its gradient, in place of many of the framework's.
//!
//! Each has a counterpart in the framework's operations, which other devices run and tests compare with. A file here holds one
//! [`Operation`], the arithmetic of `afterimage-kernels` on the framework's tensors; [`apply`] runs any of them.

mod batch_norm;
mod bridge;
mod cosine;
mod decode;
mod frozen;
mod penalty;
mod readout;

use afterimage_kernels::Map;
use burn::backend::Flex;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::TensorData;

pub(crate) use batch_norm::{moments, normalise};
pub(crate) use cosine::distance as cosine_distance;
pub(crate) use decode::run as decode;
pub(crate) use frozen::run as frozen;
pub(crate) use penalty::run as penalty;
pub(crate) use readout::run as readout;

use bridge::{Operation, Value, apply, apply_outside_graph};

/// `[images, channels, height, width]`, channels last.
fn map(x: &Value) -> Map {
    let x = x.to_contiguous();
    Map::from_planes(slice(&x), dims(&x))
}

/// `[images, channels, height, width]`
fn tensor(map: Map) -> Value {
    let [images, height, width, channels] = map.dims;
    let planes = map.to_planes();
    map.recycle();
    values(planes, [images, channels, height, width])
}

fn values<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Value {
    Flex::float_from_data(TensorData::new(values, shape), &Default::default())
}

fn dims<const D: usize>(x: &Value) -> [usize; D] {
    x.layout().shape().dims()
}

fn slice(x: &Value) -> &[f32] {
    x.as_slice().expect("contiguous single precision")
}
