//! The one place where operations of our own enter the framework's graph of gradients.

use std::fmt::Debug;
use std::sync::Arc;

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::NoCheckpointing};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, AutodiffBackend, BackendTensor, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind, Flex,
};
use burn::tensor::Tensor;

/// A tensor of the processor, outside the graph.
pub(super) type Value = FloatTensor<Flex>;
/// A tensor of the processor with its place in the graph.
type Node = FloatTensor<Autodiff<Flex>>;

/// An operation of `N` tensors with a gradient of its own.
pub(super) trait Operation<const N: usize>: Debug + Send + Sync + 'static {
    /// What the gradient needs.
    type Kept: Debug + Send + Sync + 'static;

    /// Returns the result and what its gradient needs.
    fn forward(&self, inputs: [Value; N]) -> (Value, Self::Kept);

    /// Returns the result only, for inputs without gradients.
    fn infer(&self, inputs: [Value; N]) -> Value {
        self.forward(inputs).0
    }

    /// Returns the gradients of the inputs from that of the result; at least those that are `wanted`.
    fn backward(&self, kept: &Self::Kept, gradient: Value, wanted: [bool; N]) -> [Option<Value>; N];
}

/// Runs an operation, and records it where one of its inputs collects gradients.
///
/// # Panics
/// If an input is not on the processor.
pub(super) fn apply<const N: usize, const D: usize>(
    operation: impl Operation<N>,
    inputs: [DispatchTensor; N],
) -> Tensor<D> {
    let graph = inputs.iter().fold(DispatchAutodiffContext::Disabled, |graph, input| graph.merge(input.autodiff));
    if graph == DispatchAutodiffContext::Disabled {
        let value = operation.infer(inputs.map(|input| processor(input.kind).float()));
        return outside_graph(value);
    }
    let output = BackendTensor::Autodiff(record(Arc::new(operation), inputs.map(node)));
    let kind = DispatchTensorKind::Autodiff(Box::new(DispatchTensorKind::Flex(output)));
    Tensor::from_dispatch(DispatchTensor { kind, autodiff: graph })
}

/// Runs `f` on the values of `x`; nothing is recorded.
pub(super) fn apply_outside_graph(x: Tensor<4>, f: impl FnOnce(Value) -> Value) -> Tensor<2> {
    outside_graph(f(processor(x.without_autodiff().into_dispatch().kind).float()))
}

fn record<const N: usize>(operation: Arc<impl Operation<N>>, inputs: [Node; N]) -> Node {
    let values = inputs.each_ref().map(|input| input.primitive().clone());
    let parents = inputs.map(|input| input.into_parts().1);
    // None of our operations is computed again, so that the framework's strategy for that does not matter.
    match Recorded(operation.clone()).prepare::<NoCheckpointing>(parents).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let (value, kept) = operation.forward(values);
            prepared.finish(Arc::new(kept), value)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(operation.infer(values)),
    }
}

#[derive(Debug)]
struct Recorded<O>(Arc<O>);

impl<O: Operation<N>, const N: usize> Backward<Flex, N> for Recorded<O> {
    type State = Arc<O::Kept>;

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node);
        let found = self.0.backward(&ops.state, gradient, ops.parents.each_ref().map(Option::is_some));
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<Flex>(parent.id, gradient);
            }
        }
    }
}

/// The place of a tensor in the graph; one from outside is a constant.
fn node(x: DispatchTensor) -> Node {
    match x.kind {
        DispatchTensorKind::Autodiff(inner) => processor(*inner).autodiff(),
        kind => Autodiff::<Flex>::from_inner(processor(kind).float()),
    }
}

fn processor(kind: DispatchTensorKind) -> BackendTensor<Flex> {
    let DispatchTensorKind::Flex(tensor) = kind else { panic!("the tensor is not on the processor") };
    tensor
}

fn outside_graph<const D: usize>(value: Value) -> Tensor<D> {
    let kind = DispatchTensorKind::Flex(BackendTensor::Float(value));
    Tensor::from_dispatch(DispatchTensor { kind, autodiff: DispatchAutodiffContext::Disabled })
}
