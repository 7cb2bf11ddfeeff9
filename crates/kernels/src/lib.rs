//! Convolutional networks on the CPU: frozen ones forward and backward to the image, and the decoder with the
//! gradients of its parameters.
//!
//! Activations are [`Map`]s, channels last. A [`Chain`] runs layers one after the other with bias and ReLU fused into
//! each convolution; with a record it can propagate a gradient back to its input. The record keeps one byte per element
//! (whether ReLU passed it, or the index of the maximum of a pooling window), not the activation itself.
//!
//! Convolutions of 3x3 and 5x5 with stride 1 run by Winograd's algorithm on tiles of 6 x 6 ([`winograd`]), with weights
//! transformed once; the others as one matrix product over patches ([`patches`]). Vector instructions are chosen at run
//! time: AVX-512, AVX2, or portable code. Sums that threads share are taken in an order that does not depend on their
//! number, so the same input gives the same bits.

pub mod adam;
pub mod batch_norm;
mod chain;
pub mod cosine;
pub mod decode;
mod finish;
pub mod linear;
mod map;
mod norm;
pub mod patches;
pub mod penalty;
mod pool;
mod product;
pub mod readout;
mod resample;
mod scratch;
#[cfg(test)]
mod tests;
mod vector;
pub mod winograd;

pub use chain::{Chain, Conv, Layer, Record};
pub use finish::Finish;
pub use map::Map;
pub use norm::Activation;
pub use pool::Pool;
pub use resample::Resample;
