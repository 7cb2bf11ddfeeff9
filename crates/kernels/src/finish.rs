//! Operations after a convolution.

use crate::vector::vectorised;

/// Bias, ReLU, and a record of the ReLU.
#[derive(Debug, Default)]
pub struct Finish<'a> {
    /// Added to each output channel.
    pub bias: Option<&'a [f32]>,
    /// Negative values become zero.
    pub relu: bool,
    /// Record: for each output, whether it is above zero.
    pub above_zero: Option<&'a mut Vec<u8>>,
}

impl<'a> Finish<'a> {
    /// The flags of a number of outputs, if requested.
    pub(crate) fn flags(self, outputs: usize) -> Option<&'a mut [u8]> {
        let flags = self.above_zero?;
        flags.resize(outputs, 0);
        Some(flags)
    }
}

/// Records which values are above zero.
pub(crate) fn mark(values: &[f32], flags: &mut [u8]) {
    vectorised(
        #[inline(always)]
        || flags.iter_mut().zip(values).for_each(|(flag, value)| *flag = u8::from(*value > 0.0)),
    );
}
