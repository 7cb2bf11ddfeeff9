//! Writes to stdout; a closed stdout is an error, not a panic.

use std::io::Write;

/// Prints text and a line end.
///
/// # Errors
/// If stdout cannot be written.
pub(crate) fn line(text: impl std::fmt::Display) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Prints a value as indented JSON.
///
/// # Errors
/// If stdout cannot be written.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?)
}
