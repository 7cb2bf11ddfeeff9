//! Formats numbers for readers: minus signs, thin spaces between thousands, about three significant digits.

use afterimage_run::scores::Score;
use afterimage_statistics::{Interval, PValue};

/// Numbers smaller than this are rounding errors of zero.
const ROUNDING: f64 = 1e-12;

/// A value in its unit: fractions as per cent, all else with about three significant digits.
pub fn value(v: f64, unit: &str) -> String {
    match unit {
        _ if !v.is_finite() => "undefined".into(),
        "fraction" => minus(format!("{:.1}\u{202f}%", v * 100.0)),
        "correlation" | "similarity" if v != 0.0 => minus(format!("{v:.3}")),
        _ => plain(v),
    }
}

/// A number without unit, about three significant digits.
pub(crate) fn plain(v: f64) -> String {
    let size = v.abs();
    minus(match size {
        _ if !v.is_finite() => return "undefined".into(),
        // Scores are sums over items: what is smaller is the rounding of a zero.
        s if s < ROUNDING => return "0".into(),
        s if !(1e-3..1e7).contains(&s) => return scientific(v),
        s if s < 10.0 => format!("{v:.3}"),
        s if s < 100.0 => format!("{v:.2}"),
        s if s < 1000.0 => format!("{v:.1}"),
        _ => return format!("{}{}", if v < 0.0 { "\u{2212}" } else { "" }, count(size.round() as u64)),
    })
}

/// A count with thin spaces between groups of three digits, from five digits on.
pub fn count(n: impl Into<u64>) -> String {
    let digits = n.into().to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// Like [`count`], for lengths.
pub(crate) fn many(n: usize) -> String {
    count(n as u64)
}

/// A count with its noun: "1 image", "12 images".
pub(crate) fn of(n: usize, one: &str, more: &str) -> String {
    format!("{}\u{a0}{}", many(n), if n == 1 { one } else { more })
}

/// An interval, as "0.31 to 0.42" in the unit of the score.
pub fn interval(i: &Interval, unit: &str) -> String {
    format!("{} to {}", value(i.low, unit), value(i.high, unit))
}

/// The name of an interval: "95 % interval".
pub(crate) fn level(i: &Interval) -> String {
    let percent = i.level * 100.0;
    if (percent - percent.round()).abs() < 1e-6 {
        format!("{percent:.0}\u{202f}% interval")
    } else {
        format!("{percent:.1}\u{202f}% interval")
    }
}

/// A p-value without the "p".
pub(crate) fn p(p: &PValue) -> String {
    minus(p.text())
}

/// The least and the largest of some counts, as "1" or "2 to 40".
pub(crate) fn range(low: impl Into<u64>, high: impl Into<u64>) -> String {
    let (low, high) = (low.into(), high.into());
    if low == high { count(low) } else { format!("{} to {}", count(low), count(high)) }
}

/// Seconds as a duration.
pub(crate) fn duration(secs: f64) -> String {
    match secs {
        s if !s.is_finite() => "unknown".into(),
        s if s < 10.0 => format!("{s:.1}\u{a0}s"),
        s if s < 120.0 => format!("{s:.0}\u{a0}s"),
        s if s < 7200.0 => format!("{:.0}\u{a0}min {:02.0}\u{a0}s", (s / 60.0).floor(), (s % 60.0).floor()),
        s => format!("{:.0}\u{a0}h {:02.0}\u{a0}min", (s / 3600.0).floor(), ((s % 3600.0) / 60.0).floor()),
    }
}

/// The value of a score in its unit.
pub(crate) fn score(s: &Score) -> String {
    value(s.value, &s.unit)
}

/// Chance.
pub(crate) fn chance(s: &Score) -> String {
    s.chance.map_or("–".into(), |c| value(c, &s.unit))
}

/// A difference with its sign; of fractions in percentage points.
pub fn signed(v: f64, unit: &str) -> String {
    let sign = if v > 0.0 { "+" } else { "" };
    match unit {
        _ if !v.is_finite() => "undefined".into(),
        "fraction" => minus(format!("{sign}{:.1}", v * 100.0)),
        "correlation" | "similarity" => minus(format!("{sign}{v:.3}")),
        _ => minus(format!("{sign}{}", plain(v))),
    }
}

/// The interval of a difference, in the unit of the difference.
pub(crate) fn signed_interval(i: &Interval, unit: &str) -> String {
    format!("{} to {}", signed(i.low, unit), signed(i.high, unit))
}

/// A text as the beginning of a sentence.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title inside a sentence; an acronym stays one.
pub(crate) fn lower(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => title.to_owned(),
    }
}

/// A coordinate of a drawing, tenths of a pixel.
pub(crate) fn px(v: f64) -> String {
    let text = format!("{v:.1}");
    text.strip_suffix(".0").map(str::to_string).unwrap_or(text)
}

fn scientific(v: f64) -> String {
    let text = format!("{v:.1e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let power = exponent.parse().map_or_else(|_| exponent.to_owned(), raised);
    minus(format!("{mantissa}\u{202f}×\u{202f}{power}"))
}

/// A power of ten: "10⁻⁴".
pub(crate) fn raised(power: i32) -> String {
    format!("10{}", power.to_string().chars().map(superscript).collect::<String>())
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        d => d.to_digit(10).and_then(|d| char::from_u32(0x2070 + d)).unwrap_or(d),
    }
}

/// A number with a true minus sign, and without a sign where it is zero as it is written: neither -0.0 nor +0.0.
pub(crate) fn minus(text: String) -> String {
    let text = text.replace('-', "\u{2212}");
    match text.strip_prefix(['\u{2212}', '+']) {
        Some(rest) if !rest.contains(|c: char| ('1'..='9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_per_cent_and_negative_numbers_have_a_true_minus() {
        assert_eq!(value(0.8125, "fraction"), "81.2\u{202f}%");
        assert_eq!(value(-0.25, "correlation"), "\u{2212}0.250");
        assert_eq!(value(f64::NAN, "correlation"), "undefined");
    }

    #[test]
    fn a_number_that_is_zero_as_written_has_no_sign() {
        assert_eq!(value(-0.0004, "fraction"), "0.0\u{202f}%");
        assert_eq!(value(-0.0, "correlation"), "0");
        assert_eq!(value(-0.0004, "correlation"), "0.000");
        assert_eq!(signed(0.0004, "fraction"), "0.0");
        assert_eq!(signed(-0.0004, "fraction"), "0.0");
        assert_eq!(signed(0.004, "fraction"), "+0.4");
        assert_eq!(signed(0.00057, "correlation"), "+0.001");
        assert_eq!(signed(-0.25, "correlation"), "\u{2212}0.250");
    }

    #[test]
    fn small_and_large_numbers_keep_their_size() {
        assert_eq!(plain(0.00032), "3.2\u{202f}×\u{202f}10⁻⁴");
        assert_eq!(plain(-1_234_567.0), "\u{2212}1\u{202f}234\u{202f}567");
        assert_eq!(count(9999u32), "9999");
        assert_eq!(duration(3725.0), "62\u{a0}min 05\u{a0}s");
    }
}
