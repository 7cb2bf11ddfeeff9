//! Do reconstructions come from the responses? Scores that answer what a reviewer asks.
//!
//! | question | function |
//! |---|---|
//! | what does a set of reconstructions from other responses score | [`decoded_scores`] |
//! | which share of its ceiling does a score reach | [`share_of_ceiling`] |
//! | is a reconstruction nearer to a training image than to the shown one | [`Neighbours::nearest_scores`] |
//! | are the test images nearer to training images than these are to each other | [`Neighbours::similarity_scores`] |
//! | is the shown image found among training images too | [`Neighbours::candidate_scores`] |
//! | in how many directions do features of the reconstructions vary | [`feature_rank`] |
//! | where do the images lie | [`principal_map`] |
//! | are p-values uniform where there is nothing to find | [`calibration`] |
//!
//! Names are `validity.CHECK.CONDITION.NAME`. No score has a threshold: those of baselines show how to read it.

mod calibration;
mod candidates;
mod decoded;
mod map;
mod neighbours;
mod share;
mod similarity;

pub use calibration::calibration;
pub use decoded::{Decoded, With, decoded_scores, identified, named};
pub use map::principal_map;
pub use neighbours::{Near, Neighbours};
pub use share::{sample_difference, share_of_ceiling};

pub use crate::diversity::feature_rank;
