//! Plain loops, compiled for the widest vectors that the processor has.

use pulp::{Arch, Simd, WithSimd};

/// Runs `f`, which must be `#[inline(always)]`, as must be what it calls: only what is inlined is compiled for the
/// vectors.
///
/// A closure handed to `Arch::dispatch` itself would be called through the adapter that makes an `FnOnce` of a closure
/// that only borrows, and that is compiled for the oldest processor, whatever the closure says.
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
