//! Numbers as text on a terminal.

use afterimage_statistics::Interval;

/// A value in its unit: fractions as per cent, all else with three decimals.
pub(crate) fn value(v: f64, unit: &str) -> String {
    match unit {
        _ if !v.is_finite() => "undefined".into(),
        "fraction" => unsigned_zero(format!("{:.1} %", 100.0 * v)),
        _ => unsigned_zero(format!("{v:.3}")),
    }
}

/// A difference with its sign; of fractions in percentage points.
pub(crate) fn signed(v: f64, unit: &str) -> String {
    if unit == "fraction" { format!("{:+.1}", 100.0 * v) } else { format!("{v:+.3}") }
}

/// The interval of a difference.
pub(crate) fn signed_interval(interval: &Interval, unit: &str) -> String {
    format!("[{}, {}]", signed(interval.low, unit), signed(interval.high, unit))
}

/// A number that is zero as it is written has no sign.
fn unsigned_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if !rest.contains(|c: char| ('1'..='9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!((value(-1e-9, "fraction"), value(-1e-9, "correlation")), ("0.0 %".into(), "0.000".into()));
        assert_eq!(value(-0.25, "fraction"), "-25.0 %");
    }
}
