//! Importers: each turns the files of one source into a [`Source`], which one function writes as a data set.

mod algonauts;
mod bdata;
mod bold5000;
mod brain_diffuser;
pub(crate) mod columns;
mod files;
mod generic;
mod god;
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

pub use algonauts::{AlgonautsOptions, import_algonauts, open_algonauts};
pub use bold5000::{Bold5000Options, import_bold5000, open_bold5000};
pub use brain_diffuser::{BrainDiffuserOptions, import_brain_diffuser, open_brain_diffuser};
pub use generic::import_generic;
pub use god::{GodOptions, import_god, open_god};
pub use miyawaki::{MiyawakiOptions, import_miyawaki, open_miyawaki};
pub use nifti::{NiftiOptions, RunChoice, import_nifti, open_nifti};
pub use nsd::{NsdOptions, import_nsd, open_nsd};
pub use order::NameOrder;
pub use source::{Block, Images, Progress, Source, Watch, WriteOptions};
pub use ssr::{SsrOptions, import_ssr, open_ssr};
pub use things::{ThingsOptions, import_things, open_things};
pub use vim1::{Vim1Options, import_vim1, open_vim1};
