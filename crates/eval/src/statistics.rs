//! Uncertainty and tests: bootstrap over images and over subjects, permutation of pairings and of signs, false discovery
//! rate and familywise error, power; of people: crossed participants and items, proportions, agreement, ranks.

mod agreement;
mod bca;
mod bootstrap;
mod crossed;
mod distributions;
mod fdr;
mod hierarchical;
mod holm;
mod jackknife;
mod moments;
mod paired;
mod pairing_normal;
mod permutation;
mod power;
mod proportion;
mod rank;

pub use agreement::{Rating, SplitHalf, krippendorff_alpha, krippendorff_interval, split_half};
pub use bca::{bca_interval, bca_mean};
pub use bootstrap::{LEVEL, bootstrap_mean, bootstrap_median, median, percentile_interval, quantile, quartiles};
pub use crossed::{Crossed, crossed_difference, crossed_mean};
pub use fdr::benjamini_hochberg;
pub use hierarchical::hierarchical_mean;
pub use holm::holm;
pub use jackknife::{jackknife_interval, pseudo_values};
pub use moments::{deviation, mean};
pub use paired::{paired_difference, sign_flip};
pub use pairing_normal::pairing_normal;
pub use permutation::{PairingTest, pairing_test, pairing_test_within};
pub use power::{ALPHA, MOST_IMAGES, POWER, effect_size, images_needed, paired_t_power};
pub use proportion::{fraction_interval, wilson_interval};
pub use rank::{bootstrap_spearman, spearman};
