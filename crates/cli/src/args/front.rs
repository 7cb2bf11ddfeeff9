//! The arguments of `afterimage front`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Front {
    /// Experiment folder whose reconstructions have a linear path or photographs, as with the preset `best`.
    pub(crate) run: PathBuf,
    /// Print the scores as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
