//! Tests of pages and figures, in one program: it is compiled and linked once.

#[path = "../sample/mod.rs"]
mod sample;

mod biology;
mod classification;
mod comparison;
mod dataset;
mod regions;
mod report;
mod synthesis;
mod validity;
mod volumes;
