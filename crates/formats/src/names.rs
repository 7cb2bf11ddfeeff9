//! File names: order, Unicode form and BIDS entities.
//!
//! Byte order sorts `10.png` before `2.png`, but people and most scripts mean the numbers. Code that pairs by the order
//! of names must call [`order_conflict`] first.

use std::borrow::Cow;
use std::cmp::Ordering;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Compares names folder by folder, with digits as numbers. Names that differ only in leading zeros compare by bytes.
///
/// ```
/// # use std::cmp::Ordering;
/// use afterimage_formats::names::natural_cmp;
/// assert_eq!(natural_cmp("2.png", "10.png"), Ordering::Less);
/// assert_eq!(natural_cmp("run-02", "run-2"), Ordering::Less);
/// ```
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    while !left.is_empty() && !right.is_empty() {
        let (head, other) = (digits(left), digits(right));
        let (order, skip) = if head > 0 && other > 0 {
            let (x, y) = (left[..head].trim_start_matches('0'), right[..other].trim_start_matches('0'));
            (x.len().cmp(&y.len()).then_with(|| x.cmp(y)), (head, other))
        } else {
            let (x, y) = (first(left), first(right));
            (rank(x).cmp(&rank(y)), (x.len_utf8(), y.len_utf8()))
        };
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (&left[skip.0..], &right[skip.1..]);
    }
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The end of a folder name sorts before every letter: `a/1.png` before `a-b/1.png`.
fn rank(letter: char) -> u32 {
    if letter == '/' { 0 } else { letter.into() }
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or_default()
}

/// Two names that byte order and natural order sort differently, as `(first by bytes, first by numbers)`; `None` if
/// both orders agree for all names.
pub fn order_conflict<S: AsRef<str>>(names: &[S]) -> Option<(String, String)> {
    let mut bytes: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut natural = bytes.clone();
    bytes.sort_unstable();
    natural.sort_unstable_by(|a, b| natural_cmp(a, b));
    let differ = bytes.into_iter().zip(natural).find(|(a, b)| a != b);
    differ.map(|(a, b)| (a.to_owned(), b.to_owned()))
}

/// A name in composed Unicode form (NFC), in which the decomposed names of macOS equal those of other systems.
pub fn nfc(name: &str) -> Cow<'_, str> {
    match is_nfc_quick(name.chars()) {
        IsNormalized::Yes => Cow::Borrowed(name),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(name.nfc().collect()),
    }
}

/// Value of a BIDS entity in a file name: `entity("sub-01_run-2_bold.nii.gz", "run")` is `Some("2")`.
pub fn entity<'a>(file_name: &'a str, key: &str) -> Option<&'a str> {
    let stem = file_name.split('.').next().unwrap_or(file_name);
    stem.split('_').find_map(|part| part.split_once('-').filter(|(name, _)| *name == key).map(|(_, value)| value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_compared_as_numbers() {
        let mut names = ["b1", "a10", "a9", "a09", "a", "é2", "e\u{301}10"];
        names.sort_by(|a, b| natural_cmp(a, b));
        assert_eq!(names, ["a", "a09", "a9", "a10", "b1", "e\u{301}10", "é2"]);
        assert_eq!(natural_cmp("99999999999999999999999", "100000000000000000000000"), Ordering::Less);
    }

    #[test]
    fn padded_names_have_one_order() {
        assert_eq!(order_conflict(&["00.png", "01.png", "10.png"]), None);
        assert_eq!(order_conflict(&["1.png", "2.png", "10.png"]), Some(("10.png".into(), "2.png".into())));
        // By bytes "-" comes before "/"; whatever lists folder by folder has it the other way round.
        assert_eq!(order_conflict(&["a/1.png", "a-b/1.png"]), Some(("a-b/1.png".into(), "a/1.png".into())));
    }

    #[test]
    fn composed_and_decomposed_names_are_equal() {
        assert_eq!(nfc("cafe\u{301}.png"), "café.png");
        assert!(matches!(nfc("cafe.png"), Cow::Borrowed(_)));
    }

    #[test]
    fn entities_are_read_from_names() {
        let name = "sub-01_ses-02_task-x_run-03_bold.nii.gz";
        assert_eq!(entity(name, "ses"), Some("02"));
        assert_eq!(entity(name, "run"), Some("03"));
        assert_eq!(entity(name, "acq"), None);
        assert_eq!(entity("prerun-4.nii", "run"), None);
    }
}
