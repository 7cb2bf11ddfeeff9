//! Uncertainty and tests: bootstrap, permutation of pairings, false discovery rate, paired comparison.

mod bootstrap;
mod fdr;
mod paired;
mod permutation;

pub use bootstrap::{LEVEL, bootstrap_mean, bootstrap_median, median, percentile_interval};
pub use fdr::benjamini_hochberg;
pub use paired::{Comparison, compare};
pub use permutation::{PairingTest, pairing_test, within_item_test};
