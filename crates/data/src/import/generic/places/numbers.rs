//! Numbers of sessions and runs, from a file or from texts.

use std::path::Path;

use afterimage_formats::text;

use crate::import::columns::{self, whole};
use crate::import::matrix;
use crate::manifest::Manifest;
use crate::{Error, Result};

/// One whole number per trial, whatever the shape.
pub(super) fn of_file(manifest: &Manifest, key: &str, name: &str) -> Result<Vec<u16>> {
    let path = manifest.resolve(Path::new(name));
    let is_lines = name.to_ascii_lowercase().ends_with(".txt");
    if is_lines || matrix::is_text(&path) {
        let lines: Vec<String> = text::lines(&path)?.into_iter().map(|line| line.trim().to_owned()).collect();
        let number = |(at, line): (usize, &String)| {
            number(line).ok_or_else(|| {
                let reason = format!(
                    "line {} is \"{line}\", expected a whole number per line for {key}; a column of a table is named by \
                     its name",
                    at + 1
                );
                Error::mismatch(&path, reason)
            })
        };
        return lines.iter().enumerate().map(number).collect();
    }
    let values = matrix::read(&path, None)?;
    let number = |(at, &value): (usize, &f32)| {
        let number = Some(value).filter(|value| value.fract() == 0.0 && (0.0..=65535.0).contains(value));
        number.map(|value| value as u16).ok_or_else(|| {
            let reason = format!("entry {} is {value}, expected a whole number from 0 to 65535 for {key}", at + 1);
            Error::mismatch(&path, reason)
        })
    };
    // In C order, whatever the order in memory.
    values.as_standard_layout().iter().enumerate().map(number).collect()
}

/// The numbers of texts: those they are (`2`, `ses-02`), or else their places among the different texts, from 0.
pub(super) fn numbers(texts: &[String]) -> Vec<u16> {
    let stem = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let prefix = texts.first().map(|text| stem(text)).unwrap_or_default();
    let whole: Option<Vec<u16>> = texts.iter().map(|text| number(text)).collect();
    let labelled =
        || -> Option<Vec<u16>> { texts.iter().map(|text| text.strip_prefix(&prefix)?.parse().ok()).collect() };
    whole.or_else(labelled).unwrap_or_else(|| columns::ranks(texts))
}

fn number(text: &str) -> Option<u16> {
    whole(text).filter(|value| (0.0..=65535.0).contains(value)).map(|value| value as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_source_are_kept() {
        let of = |texts: &[&str]| numbers(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["3", "1", "3.0"]), [3, 1, 3]);
        assert_eq!(of(&["ses-02", "ses-10"]), [2, 10]);
        assert_eq!(of(&["pre", "post", "pre"]), [1, 0, 1]);
        assert_eq!(of(&["0.5", "1.5"]), [0, 1]);
    }
}
