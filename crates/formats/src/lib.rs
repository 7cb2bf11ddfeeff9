//! Reads and writes the file formats of recordings and stimuli.
//!
//! This crate converts between bytes and arrays; it knows nothing about brains.
//!
//! | module | what it reads | what it writes |
//! |---|---|---|
//! | [`npy`] | NumPy `.npy`, any float or integer type, both orders | `f32` and `u8` |
//! | [`npz`] | named arrays of a NumPy `.npz` | |
//! | [`picture`] | JPEG, PNG, BMP, TIFF to 8-bit RGB; crop and resize | PNG |
//! | [`hdf5`] | HDF5, bdpy's and pandas' files, whole or in parts | |
//! | [`mat`] | MATLAB's `.mat` of version 5 and 7.3 | |
//! | [`volume`] | [`nifti`] and [`mgh`]: volumes and series, one at a time | NIfTI-1 of `f32` |
//! | [`gifti`] | | values on the vertices of a surface |
//! | [`table`] | `.csv` and `.tsv`, column by column | |
//! | [`numbers`] | an array in its stored type | |
//! | [`images`] | a folder, a `.zip` or an `.npy` of images, one at a time | |
//! | [`text`] | text files and plain lists, also with a byte-order mark or gzipped | |
//! | [`hemisphere`] | hemispheres, also from file names | |
//! | [`names`] | order and spelling of file names, BIDS entities | |
//! | [`digest`] | SHA-256 of files and folders | |
//!
//! Every reader treats its input as hostile: it checks sizes against the file's length before it allocates memory, and
//! returns an [`Error`] that names the file and the fix.
//!
//! ```
//! use afterimage_formats::npy;
//! # fn main() -> Result<(), afterimage_formats::Error> {
//! # let folder = std::env::temp_dir().join(format!("afterimage-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! let path = folder.join("responses.npy");
//! let responses = ndarray::array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn(); // [trials, voxels]
//! npy::write_f32(&path, responses.view())?;
//! assert_eq!(npy::read_f32(&path)?, responses);
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok(()) }
//! ```

pub mod digest;
mod error;
mod folder;
pub mod gifti;
pub mod hdf5;
pub mod hemisphere;
pub mod images;
pub mod mat;
pub mod mgh;
pub mod names;
pub mod nifti;
pub mod npy;
pub mod npz;
pub mod numbers;
mod packed;
pub mod picture;
pub mod table;
pub mod text;
pub mod volume;

pub use error::{Error, Result};
