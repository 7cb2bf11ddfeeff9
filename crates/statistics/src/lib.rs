//! Statistics of the method, on plain numbers. This crate depends on no other crate of the workspace.
//!
//! | question | functions |
//! |---|---|
//! | how certain is a value | [`bootstrap_mean`], [`bootstrap_median`], [`bca_mean`], [`fraction_interval`], [`wilson_interval`], [`jackknife_interval`], [`jackknife_correlation`] |
//! | and over two levels | [`hierarchical_mean`] (subjects, then images), [`crossed_mean`] (participants and items) |
//! | does a reconstruction belong to its image | [`pairing_test`], [`pairing_test_within`], [`pairing_normal`] |
//! | do two runs differ on the same images | [`paired_difference`], [`sign_flip`]; how many images are needed to separate them: [`images_needed`] |
//! | after many tests | [`holm`], [`benjamini_hochberg`] |
//! | are two vectors correlated | [`correlation::pearson`], [`spearman`], [`bootstrap_spearman`]; from half of the measurements to all: [`spearman_brown`] |
//! | do people agree | [`krippendorff_alpha`], [`split_half`] |
//!
//! An interval is an [`Interval`] and a p-value a [`PValue`]: both name their method, and both serialise as in the
//! files of an experiment folder. A statistic that is undefined is NaN or `None`, never 0. Every function that draws
//! takes a seed, and gives the same bits for any number of threads; see [`draws`].
//!
//! ```
//! use afterimage_statistics::{bootstrap_mean, paired_difference};
//!
//! let scores = [0.61, 0.72, 0.55, 0.80, 0.67, 0.71];
//! let interval = bootstrap_mean(&scores, 1000, 7).unwrap();
//! assert!(interval.low < 0.677 && interval.high > 0.677);
//!
//! // Differences of two runs, image by image: all six have one sign, as 2 of the 64 patterns of signs.
//! let difference = paired_difference(&[vec![0.1, 0.2, 0.1, 0.3, 0.2, 0.1]], 1000, 1000, 7).unwrap();
//! assert_eq!(difference.p.value, 2.0 / 64.0);
//! ```

mod agreement;
pub mod correlation;
mod counted;
mod distributions;
pub mod draws;
mod intervals;
mod outcome;
mod p_value;
mod power;
mod rank;
mod significance;
mod summary;
pub mod undefined;
mod unit;

pub use agreement::{Rating, SplitHalf, krippendorff_alpha, krippendorff_interval, spearman_brown, split_half};
pub use counted::{counted, number_or_range, plural, sample_text};
pub use intervals::bca::{bca_interval, bca_mean};
pub use intervals::bootstrap::{bootstrap_mean, bootstrap_median, percentile_interval};
pub use intervals::crossed::{Crossed, crossed_difference, crossed_mean};
pub use intervals::hierarchical::hierarchical_mean;
pub use intervals::jackknife::{jackknife_correlation, jackknife_interval, pseudo_values};
pub use intervals::proportion::{fraction_interval, wilson_interval};
pub use outcome::{Difference, Interval, LEVEL, Power, Sample};
pub use p_value::{PValue, permutation_p};
pub use power::{ALPHA, MOST_IMAGES, POWER, effect_size, images_needed, paired_t_power};
pub use rank::{bootstrap_spearman, spearman};
pub use significance::fdr::benjamini_hochberg;
pub use significance::holm::holm;
pub use significance::paired::{paired_difference, sign_flip};
pub use significance::pairing_normal::pairing_normal;
pub use significance::permutation::{PairingTest, pairing_test, pairing_test_within};
pub use summary::{defined, deviation, mean, mean_of_defined, median, moments, quantile, quartiles, variance};
pub use unit::RecordedUnit;
