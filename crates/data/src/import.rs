//! Importers: each turns the files of one source into a [`Source`], which one function writes as a data set.
//!
//! An importer is a file with its options, its functions and its declaration `IMPORTER`, and a word in the list at the end of
//! this file. Programs build their commands from [`IMPORTERS`].

mod algonauts;
mod bdata;
mod bold5000;
mod brain_diffuser;
pub(crate) mod columns;
mod files;
mod generic;
mod god;
pub mod importer;
pub(crate) mod matrix;
mod miyawaki;
mod nifti;
mod nsd;
pub(crate) mod order;
mod regions;
mod shown;
mod source;
mod ssr;
mod subject;
mod table;
mod things;
mod vim1;
mod volumes;

pub use importer::Importer;
pub use order::NameOrder;
pub use source::{Block, Images, Progress, Source, Watch, WriteOptions};

/// Enters the importers of modules in the registry, and makes their options and functions those of this crate.
macro_rules! importers {
    ($($module:ident),+ $(,)?) => {
        $(pub use $module::*;)+

        /// All kinds of source, in the order in which help lists them.
        pub const IMPORTERS: &[Importer] = &[$($module::IMPORTER),+];
    };
}

importers!(generic, miyawaki, god, ssr, nsd, brain_diffuser, algonauts, bold5000, things, vim1, nifti);
