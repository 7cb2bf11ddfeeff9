//! Purposes of the draws of this crate.

/// Purpose of a stream. Seeds are used only by this crate, see `Resampling` and `Probes`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Bootstrap = 1,
    Texture = 2,
    Halves = 3,
}

impl From<Purpose> for u64 {
    fn from(purpose: Purpose) -> Self {
        purpose as Self
    }
}
