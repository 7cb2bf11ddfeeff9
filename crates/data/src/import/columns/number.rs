//! How the fields of a table write numbers.

use csv::StringRecord;

/// The mark between a number's whole part and its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Point,
    Comma,
}

/// What stands for a missing number.
const MISSING: [&str; 6] = ["", "n/a", "na", "nan", "null", "none"];

/// A number; missing ones are NaN.
pub(super) fn parse(field: &str, mark: Mark) -> Option<f64> {
    let field = field.trim();
    if is_missing(field) {
        return Some(f64::NAN);
    }
    if mark == Mark::Comma && field.contains(',') {
        return if has_comma(field) { field.replace(',', ".").parse().ok() } else { None };
    }
    field.parse().ok()
}

pub(super) fn is_missing(field: &str) -> bool {
    MISSING.iter().any(|mark| field.trim().eq_ignore_ascii_case(mark))
}

/// Whether a field is a number or missing, with either mark.
pub(super) fn is_number(field: &str) -> bool {
    parse(field, Mark::Comma).is_some()
}

/// Whether a field is written as a whole number: digits, perhaps behind a sign.
pub(super) fn is_whole(field: &str) -> bool {
    let field = field.trim();
    is_digits(field.strip_prefix(['-', '+']).unwrap_or(field))
}

/// Whether a field is a number with a decimal comma, such as `-0,65` or `1,5e-3`.
pub(super) fn has_comma(field: &str) -> bool {
    let field = field.trim();
    let unsigned = field.strip_prefix(['-', '+']).unwrap_or(field);
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or(unsigned);
    let both = mantissa.split_once(',');
    both.is_some_and(|(whole, decimals)| is_digits(whole) && is_digits(decimals))
        && field.replace(',', ".").parse::<f64>().is_ok()
}

/// A field such as `1,336` or `1.336`, if all that have this mark are like it: one to three digits without a leading zero
/// before the mark and three behind it. Points count only next to whole numbers, since writers of decimals give each one.
pub(super) fn has_thousands<'a, I: Iterator<Item = &'a str>>(fields: impl Fn() -> I) -> Option<&'a str> {
    let marked = |mark: char| fields().map(str::trim).filter(move |field| field.contains(mark));
    let are_grouped = |mark: char| marked(mark).all(|field| is_grouped(field, mark));
    let any_whole = || fields().any(|field| is_whole(field) && field.trim().trim_start_matches(['-', '+']) != "0");
    let by_comma = marked(',').next().filter(|_| marked('.').next().is_none() && are_grouped(','));
    by_comma.or_else(|| marked('.').next().filter(|_| marked(',').next().is_none() && are_grouped('.') && any_whole()))
}

fn is_grouped(field: &str, mark: char) -> bool {
    let unsigned = field.strip_prefix(['-', '+']).unwrap_or(field);
    let mut groups = unsigned.split(mark);
    let first = groups.next().unwrap_or_default();
    is_digits(first)
        && first.len() <= 3
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// Whether a field is a number with a decimal point.
pub(super) fn has_point(field: &str) -> bool {
    field.contains('.') && field.trim().parse::<f64>().is_ok()
}

/// Whether rows without decimal points are numbers with decimal commas that were split at the commas: `0,65,-0,17`
/// gives the fields `0`, `65`, `-0`, `17`.
///
/// A whole part of `-0`, decimals that begin with 0 and mantissas such as `517e-01` are signs that no table of whole
/// numbers has.
pub(super) fn are_torn<'a>(rows: impl Iterator<Item = &'a StringRecord>) -> bool {
    let mut any_sign = false;
    for row in rows {
        let fields: Vec<&str> = row.iter().map(str::trim).collect();
        let pairs = fields.chunks_exact(2);
        if fields.is_empty() || !pairs.remainder().is_empty() {
            return false;
        }
        for pair in pairs {
            let (digits, power) = pair[1].split_once(['e', 'E']).map_or((pair[1], None), |(d, p)| (d, Some(p)));
            if !is_whole(pair[0]) || !is_digits(digits) || power.is_some_and(|power| !is_whole(power)) {
                return false;
            }
            any_sign |= pair[0] == "-0" || (digits.len() > 1 && (digits.starts_with('0') || power.is_some()));
        }
    }
    any_sign
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number, however it is written: `3`, `3.0` or `3.000e+00`.
pub(crate) fn whole(field: &str) -> Option<f64> {
    parse(field, Mark::Comma).filter(|value| value.is_finite() && value.fract() == 0.0)
}

/// Whether whole numbers in order are 0, 1, 2, … or 1, 2, 3, …, however they are written.
pub(crate) fn counts<'a>(fields: impl IntoIterator<Item = &'a str>) -> bool {
    let mut fields = fields.into_iter().map(whole);
    let first = match fields.next() {
        Some(Some(first)) if first == 0.0 || first == 1.0 => first,
        _ => return false,
    };
    fields.enumerate().all(|(at, field)| field == Some(first + 1.0 + at as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_points_are_marks() {
        assert_eq!(parse("-0,65", Mark::Comma), Some(-0.65));
        assert_eq!(parse(" 1,5e-3 ", Mark::Comma), Some(0.0015));
        assert_eq!(parse("0.65", Mark::Comma), Some(0.65));
        for field in ["1,234.5", "0,65,1", "a,b", ",5"] {
            assert_eq!(parse(field, Mark::Comma), None, "{field}");
        }
        assert_eq!(parse("0,65", Mark::Point), None);
        assert!(parse("n/a", Mark::Point).unwrap().is_nan());
    }

    #[test]
    fn marks_of_thousands_are_seen_where_nothing_speaks_for_decimals() {
        let seen = |fields: &[&'static str]| has_thousands(|| fields.iter().copied());
        assert_eq!(seen(&["448", "-1,336"]), Some("-1,336"));
        assert_eq!(seen(&["1.336", "-448"]), Some("1.336"));
        for decimals in [
            &["0,448", "-1,336"][..],
            &["1,33", "1,336"],
            &["1.336", "2.448"],
            &["1.336", "0"],
            &["1.336", "448", "0.5"],
            &["448"],
        ] {
            assert_eq!(seen(decimals), None, "{decimals:?}");
        }
    }

    #[test]
    fn torn_numbers_are_recognised_and_counts_are_not() {
        let torn = |row: &[&str]| are_torn([StringRecord::from(row.to_vec())].iter());
        for row in [&["0", "65", "-0", "17"][..], &["1", "05"], &["6", "517e-01"]] {
            assert!(torn(row), "{row:?}");
        }
        for row in [&["3", "0", "2", "1"][..], &["0", "65", "1"], &["0.5", "1"], &["1", "-5"], &["2", "1e-05"]] {
            assert!(!torn(row), "{row:?}");
        }
    }

    #[test]
    fn whole_numbers_count_however_they_are_written() {
        assert!(counts(["0", "1", "2"]) && counts(["1.0", "2.0", "3.0"]));
        assert!(counts(["0.000000000000000000e+00", "1.000000000000000000e+00"]));
        assert!(!counts(["2", "3"]) && !counts(["0", "1.5"]) && !counts(["0", ""]));
        assert_eq!((whole("2,50"), whole("1e3"), whole("nan")), (None, Some(1000.0), None));
    }
}
