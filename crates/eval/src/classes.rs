//! Classes of images and their representatives, for scores alone: no part of training uses this module.
//!
//! A class representative is the mean of the flattened features of up to 100 images of the class. A [`Bank`] holds the
//! representatives of many classes with the content hashes of the images behind them; it is made from image sources
//! ([`Selection`], [`Bank::build`]) or read from a file. [`Bank::exclude`] takes shown images out by content before
//! anything is scored.

mod bank;
mod embed;
mod exclude;
mod file;
mod selection;
mod truth;

pub use bank::{Bank, ClassImages, Member};
pub use selection::Selection;
pub use truth::Truth;
