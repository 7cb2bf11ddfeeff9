//! Numbers that may be undefined: JSON has no NaN, `serde_json` writes `null`, and these functions read it back as NaN.
//!
//! For fields: `#[serde(deserialize_with = "afterimage_statistics::undefined::number")]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// Reads a number; NaN for `null`.
///
/// # Errors
/// Errors of the format, for values other than numbers and `null`.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// Reads numbers by name, see [`number`].
///
/// # Errors
/// See [`number`].
pub fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let values = BTreeMap::<String, Option<f64>>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|(name, value)| (name, value.unwrap_or(f64::NAN))).collect())
}
