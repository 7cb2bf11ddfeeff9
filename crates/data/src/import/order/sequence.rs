//! The order that names give, if rows are paired with images by it.

use std::path::Path;

use afterimage_formats::images::ImageSource;
use afterimage_formats::names::{natural_cmp, order_conflict};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How names are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameOrder {
    /// Runs of digits are numbers: `2.png` before `10.png`.
    Natural,
    /// Byte by byte, as Python's `sorted` and `ls` in the C locale: `10.png` before `2.png`.
    Bytes,
}

impl NameOrder {
    /// The order that a user calls so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "natural" => Some(Self::Natural),
            "bytes" => Some(Self::Bytes),
            _ => None,
        }
    }

    /// Positions of names in this order.
    pub(crate) fn positions<S: AsRef<str>>(self, names: &[S]) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..names.len()).collect();
        let name = |at: usize| names[at].as_ref();
        match self {
            Self::Natural => positions.sort_by(|&a, &b| natural_cmp(name(a), name(b))),
            Self::Bytes => positions.sort_by(|&a, &b| name(a).cmp(name(b))),
        }
        positions
    }

    /// The order in words, for the provenance.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Natural => "in natural order of names (2 before 10), as stated",
            Self::Bytes => "in byte order of names (10 before 2), as stated",
        }
    }
}

/// Positions of images in the stated order or, if none is stated, in the one order that their names have, with that
/// order in words.
///
/// # Errors
/// [`Error::Mismatch`] for images in a format that is not read, and with two names if natural and byte order differ and none is `stated`; `option` says how to
/// state it.
pub(crate) fn sequence(
    source: &ImageSource,
    stated: Option<NameOrder>,
    option: &str,
) -> Result<(Vec<usize>, &'static str)> {
    refuse_other_images(source)?;
    let names = source.names();
    if let Some(order) = stated {
        return Ok((order.positions(names), order.words()));
    }
    refuse_conflict(source.path(), names, option)?;
    Ok(((0..names.len()).collect(), "in the sorted order of their names"))
}

/// As [`sequence`], but numbers 0 to n-1 without padding, as `{i}.png` in a loop writes them, are taken as numbers.
///
/// # Errors
/// As [`sequence`].
pub(crate) fn numbered_sequence(
    source: &ImageSource,
    stated: Option<NameOrder>,
    option: &str,
) -> Result<(Vec<usize>, &'static str)> {
    if stated.is_none()
        && let Some(positions) = numbered(source.names())
    {
        refuse_other_images(source)?;
        return Ok((positions, "by number, row i with image i"));
    }
    sequence(source, stated, option)
}

/// An image that is passed over would shift all that come after it.
fn refuse_other_images(source: &ImageSource) -> Result<()> {
    match source.unread().next() {
        Some(name) => {
            let reason =
                format!("rows are paired by the order of images, and \"{name}\" cannot be read: save it as .png");
            Err(Error::mismatch(source.path(), reason))
        }
        None => Ok(()),
    }
}

/// Refuses names that natural and byte order put differently.
///
/// # Errors
/// [`Error::Mismatch`] naming `path`, two names and what to do.
fn refuse_conflict<S: AsRef<str>>(path: &Path, names: &[S], option: &str) -> Result<()> {
    let Some((first, other)) = order_conflict(names) else { return Ok(()) };
    let reason = format!(
        "rows are paired by the order of names, and \"{first}\" comes before \"{other}\" by bytes but after it in \
         natural order: state the order with {option}"
    );
    Err(Error::mismatch(path, reason))
}

/// Positions by number, if the names without ending are the numbers 0 to n-1.
fn numbered(names: &[String]) -> Option<Vec<usize>> {
    let mut positions = vec![None; names.len()];
    for (at, name) in names.iter().enumerate() {
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        if stem.is_empty() || !stem.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let place = positions.get_mut(stem.parse::<usize>().ok()?)?;
        if place.replace(at).is_some() {
            return None;
        }
    }
    positions.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_numbers_are_an_order_and_others_are_not() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let eleven = names(&[
            "0.png", "1.png", "10.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png", "8.png", "9.png",
        ]);
        assert_eq!(numbered(&eleven).unwrap(), [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 2]);
        for other in
            [&["1.png", "2.png"][..], &["0.png", "2.png"], &["0.png", "00.png"], &["0.png", "a.png"], &["x/0.png"]]
        {
            assert_eq!(numbered(&names(other)), None);
        }
    }

    #[test]
    fn orders_are_what_they_are_called() {
        let names = ["run-1", "run-10", "run-2"];
        assert_eq!(NameOrder::Natural.positions(&names), [0, 2, 1]);
        assert_eq!(NameOrder::Bytes.positions(&names), [0, 1, 2]);
    }
}
