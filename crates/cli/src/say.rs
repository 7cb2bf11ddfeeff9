//! Writing to stdout without panicking where it is closed.

use std::io::Write;

/// Prints text and a line end.
///
/// # Errors
/// Where stdout can't be written.
pub(crate) fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Prints a value as indented JSON.
///
/// # Errors
/// Where stdout can't be written.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}
