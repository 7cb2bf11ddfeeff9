//! Tables as comma-separated text (RFC 4180) for other programs. An empty field is a number that is undefined or was not
//! computed.

use afterimage_statistics::Interval;

/// Returns the rows as text, one line per row; a field is quoted if it must be.
pub fn csv<R: IntoIterator<Item: AsRef<[u8]>>>(rows: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    rows.into_iter().for_each(|row| writer.write_record(row).expect("memory takes every row"));
    let text = writer.into_inner().expect("memory takes the last row");
    String::from_utf8_lossy(&text).into_owned()
}

/// Returns a number in full precision, or an empty field.
pub fn number(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or_else(String::new, |v| v.to_string())
}

/// Returns both ends of an interval.
pub fn ends(interval: Option<&Interval>) -> [String; 2] {
    [number(interval.map(|i| i.low)), number(interval.map(|i| i.high))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        assert_eq!(csv([["a,\"b\".png"]]), "\"a,\"\"b\"\".png\"\n");
        assert_eq!(csv([["a,b", "c\"d", "e"].map(String::from).to_vec()]), "\"a,b\",\"c\"\"d\",e\n");
        assert_eq!(csv([["a\nb", "", " c ", "#d", "'e'"]]), "\"a\nb\",, c ,#d,'e'\n");
    }

    #[test]
    fn undefined_numbers_are_empty() {
        assert_eq!([Some(0.5), Some(f64::NAN), None].map(number), ["0.5", "", ""]);
    }
}
