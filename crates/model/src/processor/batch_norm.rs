//! Batch norm, which keeps only its input.

use afterimage_kernels::batch_norm;
use burn::tensor::Tensor;

use super::{Operation, Value, apply, apply_outside_graph, dims, slice, values};

/// Mean and biased variance of each channel of `x`, `[2, channels]`, outside the graph.
pub(crate) fn moments(x: Tensor<4>) -> Tensor<2> {
    let channels = x.dims()[1];
    apply_outside_graph(x, |x| {
        let x = x.to_contiguous();
        values(batch_norm::moments(slice(&x), dims(&x)), [2, channels])
    })
}

/// `x` less the mean, over the deviation, times scale plus shift `of_channels`; `of_batch` says that `moments` are those
/// of `x`.
pub(crate) fn normalise(x: Tensor<4>, moments: Tensor<2>, of_channels: [Tensor<1>; 2], of_batch: bool) -> Tensor<4> {
    let [scale, shift] = of_channels.map(Tensor::into_dispatch);
    apply(Norm { of_batch }, [x.into_dispatch(), moments.without_autodiff().into_dispatch(), scale, shift])
}

#[derive(Debug)]
struct Norm {
    of_batch: bool,
}

impl Operation<4> for Norm {
    type Kept = [Value; 3];

    fn forward(&self, inputs: [Value; 4]) -> (Value, Self::Kept) {
        let [x, moments, scale, shift] = inputs.map(|input| input.to_contiguous());
        let dims: [usize; 4] = dims(&x);
        let y = batch_norm::forward(slice(&x), slice(&moments), slice(&scale), slice(&shift), dims[2] * dims[3]);
        (values(y, dims), [x, moments, scale])
    }

    fn backward(&self, [x, moments, scale]: &Self::Kept, gradient: Value, _: [bool; 4]) -> [Option<Value>; 4] {
        let (gradient, dims) = (gradient.to_contiguous(), dims::<4>(x));
        let (given, places) = (slice(&gradient), dims[2] * dims[3]);
        let [dx, of_scale, of_shift] =
            batch_norm::backward(given, slice(x), slice(moments), slice(scale), places, self.of_batch);
        let of_channels = |gradient| Some(values(gradient, [dims[1]]));
        [Some(values(dx, dims)), None, of_channels(of_scale), of_channels(of_shift)]
    }
}
