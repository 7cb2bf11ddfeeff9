//! Version and commit of this binary, as recorded by experiments.

use afterimage_experiment::{Caller, Program};

use crate::progress::Terminal;

/// Name and version.
pub(crate) fn software() -> String {
    format!("afterimage {}", env!("CARGO_PKG_VERSION"))
}

/// Version and commit, as `--version` prints them after the name.
pub(crate) fn version() -> String {
    match env!("AFTERIMAGE_COMMIT") {
        "" => env!("CARGO_PKG_VERSION").to_owned(),
        commit => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
    }
}

/// This program with its progress on stderr.
pub(crate) fn caller() -> Caller {
    let commit = Some(env!("AFTERIMAGE_COMMIT")).filter(|commit| !commit.is_empty()).map(str::to_owned);
    Caller::new(Program::new(software(), commit), Terminal::default())
}
