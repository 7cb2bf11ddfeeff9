//! Confidence intervals: bootstraps over one and two levels, the jackknife, and proportions.

pub(crate) mod bca;
pub(crate) mod bootstrap;
pub(crate) mod crossed;
pub(crate) mod hierarchical;
pub(crate) mod jackknife;
pub(crate) mod proportion;
