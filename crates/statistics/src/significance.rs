//! Tests by shuffled pairings and flipped signs, and corrections for many tests.

pub(crate) mod fdr;
pub(crate) mod holm;
pub(crate) mod paired;
pub(crate) mod pairing_normal;
pub(crate) mod permutation;
