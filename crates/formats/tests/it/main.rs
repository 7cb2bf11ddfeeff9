//! Tests of files, in one program: it is compiled and linked once.

#[path = "../common/mod.rs"]
mod common;

mod damage;
mod hdf5;
mod mat;
mod numpy;
mod pictures;
mod tables;
mod volumes;
