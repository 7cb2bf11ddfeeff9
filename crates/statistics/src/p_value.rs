//! The p-value, and the one way in which it is written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Smaller values are written as "< 1e-300": the arithmetic of double precision ends there.
const SMALLEST: f64 = 1e-300;
/// Relative distance within which a value is at the bound of its test.
const ROUNDING: f64 = 1e-9;

/// The p of a permutation test, `(1 + extreme) / (1 + draws)`: what was observed counts as a draw, so that it is never zero.
///
/// Source: Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010.
pub fn permutation_p(extreme: usize, draws: usize) -> f64 {
    (1 + extreme) as f64 / (1 + draws) as f64
}

/// A p-value with its test.
///
/// It is written in one way everywhere, by [`fmt::Display`] with its letter and by [`PValue::text`] without:
///
/// ```
/// use afterimage_statistics::PValue;
///
/// let drawn = |extreme| PValue::drawn(extreme, 10_000, "permutation of pairings, 10000 draws, one-sided".into());
/// assert_eq!(drawn(0).to_string(), "p ≤ 1e-4"); // no smaller one can come out
/// assert_eq!(drawn(29).to_string(), "p = 0.003");
/// assert_eq!(drawn(10_000).to_string(), "p = 1.00");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct PValue {
    /// The value, never zero for a permutation test.
    pub value: f64,
    /// The smallest value that the test can give, for a test with random draws; the p of all permutations may be
    /// smaller. `None` for a test without draws, whose p is not bounded by their number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// Test, such as "permutation of pairings, 10000 draws, one-sided".
    pub method: String,
}

impl PValue {
    /// Returns the p-value of a test with random draws, `extreme` of which were as extreme as what was observed: see
    /// [`permutation_p`].
    pub fn drawn(extreme: usize, draws: usize, method: String) -> Self {
        Self { value: permutation_p(extreme, draws), least: Some(permutation_p(0, draws)), method }
    }

    /// Returns the p-value of a test without random draws.
    pub fn exact(value: f64, method: String) -> Self {
        Self { value, least: None, method }
    }

    /// Returns true if no draw was as extreme as what was observed, so that the value is an upper bound.
    pub fn is_bound(&self) -> bool {
        self.least.is_some_and(|least| self.value <= least * (1.0 + ROUNDING))
    }

    /// Returns it without the letter: "0.003", or "≤ 1e-4" for an upper bound.
    pub fn text(&self) -> String {
        if self.is_bound() { format!("≤ {}", digits(self.value)) } else { digits(self.value) }
    }

    /// Returns the text of this p-value after a correction for many tests, `corrected`: an upper bound stays one.
    pub fn corrected_text(&self, corrected: f64) -> String {
        if self.is_bound() && corrected < 1.0 { format!("≤ {}", digits(corrected)) } else { digits(corrected) }
    }
}

impl fmt::Display for PValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            v if !v.is_finite() => write!(f, "p undefined"),
            v if self.is_bound() || v < SMALLEST => write!(f, "p {}", self.text()),
            _ => write!(f, "p = {}", self.text()),
        }
    }
}

/// Two significant digits, from 0.1 on two decimals; powers of ten as "3e-4".
fn digits(v: f64) -> String {
    match v {
        v if !v.is_finite() => "undefined".into(),
        v if v < SMALLEST => format!("< {SMALLEST:e}"),
        v if v >= 0.0995 => format!("{v:.2}"),
        v => {
            let text = format!("{v:.1e}").replace(".0e", "e");
            if v >= 0.000_995 { text.parse::<f64>().map_or(text, |rounded| rounded.to_string()) } else { text }
        }
    }
}

/// A p-value as files have it; those of earlier versions state the number of draws only in the name of the test.
#[derive(Deserialize)]
struct Stored {
    #[serde(deserialize_with = "crate::undefined::number")]
    value: f64,
    #[serde(default)]
    least: Option<f64>,
    method: String,
}

impl From<Stored> for PValue {
    fn from(stored: Stored) -> Self {
        let draws = || stored.method.split_once(" draws")?.0.rsplit(' ').next()?.parse::<u32>().ok();
        let least = stored.least.or_else(|| draws().map(|draws| 1.0 / (1.0 + f64::from(draws))));
        Self { value: stored.value, least, method: stored.method }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_two_digits_and_bounds_say_so() {
        let text = |value| PValue::exact(value, String::new()).text();
        for (value, expected) in [
            (0.5, "0.50"),
            (0.0999, "0.10"),
            (0.0449, "0.045"),
            (0.003, "0.003"),
            (0.001, "0.001"),
            (0.000_314, "3.1e-4"),
            (4e-17, "4e-17"),
            (0.0, "< 1e-300"),
            (f64::NAN, "undefined"),
        ] {
            assert_eq!(text(value), expected);
        }
        let bound = PValue::drawn(0, 999, String::new());
        assert_eq!((bound.text(), bound.to_string()), ("≤ 0.001".into(), "p ≤ 0.001".into()));
        assert_eq!((bound.corrected_text(0.027), bound.corrected_text(1.0)), ("≤ 0.027".into(), "1.00".into()));
        let above = PValue::drawn(1, 999, String::new());
        assert_eq!((above.to_string(), above.corrected_text(0.054)), ("p = 0.002".into(), "0.054".into()));
        assert_eq!(PValue::exact(0.0, String::new()).to_string(), "p < 1e-300");
    }

    #[test]
    fn bound_of_earlier_files_is_read_from_the_name_of_the_test() {
        let read = |method: &str| -> PValue {
            serde_json::from_value(serde_json::json!({"value": 0.5, "method": method})).unwrap()
        };
        let drawn = read("permutation of pairings inside clusters, 9999 draws, one-sided");
        assert_eq!(drawn.least, Some(1e-4));
        assert_eq!(read("paired sign-flip permutation, all 32 sign patterns, two-sided").least, None);
        let again: PValue = serde_json::from_str(&serde_json::to_string(&drawn).unwrap()).unwrap();
        assert_eq!(again, drawn);
    }
}
