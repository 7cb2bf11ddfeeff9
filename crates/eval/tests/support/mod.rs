//! What several tests need.

#![allow(dead_code)]

use afterimage_eval::{BoxError, Context, Features, HeldOut};
use afterimage_run::pictures::Pictures;
use ndarray::{Array4, ArrayView4};

/// Nameless items.
pub(crate) fn held_out(n: usize) -> HeldOut {
    let picture = |i: usize| Pictures {
        name: format!("item {i}"),
        class: None,
        stimulus: i as u32,
        repeats: 1,
        shown: String::new(),
        reconstruction: String::new(),
        rival: None,
        rival_name: None,
        photograph: None,
    };
    HeldOut::from_pictures(&(0..n).map(picture).collect::<Vec<_>>())
}

/// Of so many items, with few draws.
pub(crate) fn context(n: usize) -> Context {
    Context { resamples: 500, permutations: 999, ..Context::new(held_out(n), 4) }
}

/// Reproducible numbers.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    /// Uniform in 0..1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

/// Pixels of a picture as they are.
pub(crate) struct Pixels;

impl Features for Pixels {
    fn name(&self) -> String {
        "pixels".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        Ok(vec![images.to_owned()])
    }
    fn identity(&self) -> Option<String> {
        Some("pixels 1".into())
    }
}
