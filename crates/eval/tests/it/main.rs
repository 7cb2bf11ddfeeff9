//! Tests of scores, in one program: it is compiled and linked once.

#[path = "../support/mod.rs"]
mod support;

mod bank;
mod classes;
mod comparison;
mod golden;
mod kept;
mod lite0;
mod mean_image;
mod networks;
mod scores;
mod undefined;
