//! Plain loops, compiled for the widest vectors of the CPU.

use pulp::{Arch, Simd, WithSimd};

/// Runs `f`. It and everything it calls must be `#[inline(always)]`: only inlined code is compiled for the vectors.
///
/// A closure passed to `Arch::dispatch` directly would be called through the adapter from a borrowing closure to
/// `FnOnce`, which is compiled for the oldest CPU whatever the attributes of the closure.
pub(crate) fn vectorised<R>(f: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Loop(f))
}

struct Loop<F>(F);

impl<R, F: FnMut() -> R> WithSimd for Loop<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}
