//! Tables as text for other programs: fields by commas, as RFC 4180 has them. An empty field is a number that is undefined or was
//! not computed.

use afterimage_statistics::Interval;

/// All rows, a line each.
pub fn csv(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.iter().map(|text| field(text)).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// A field, quoted where it must be.
pub fn field(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// A number in full precision.
pub fn number(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or_else(String::new, |v| v.to_string())
}

/// Both ends of an interval.
pub fn ends(interval: Option<&Interval>) -> [String; 2] {
    [number(interval.map(|i| i.low)), number(interval.map(|i| i.high))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        assert_eq!(field("a,\"b\".png"), "\"a,\"\"b\"\".png\"");
        assert_eq!(csv(&[["a,b", "c\"d", "e"].map(String::from).to_vec()]), "\"a,b\",\"c\"\"d\",e\n");
    }

    #[test]
    fn undefined_numbers_are_empty() {
        assert_eq!([Some(0.5), Some(f64::NAN), None].map(number), ["0.5", "", ""]);
    }
}
