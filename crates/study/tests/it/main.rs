//! Tests of the study as a whole, in one program: it is compiled and linked once.

#[path = "../common/mod.rs"]
mod common;

mod analysis;
mod browser;
mod create;
mod fixation;
mod killed;
mod private;
mod server;
