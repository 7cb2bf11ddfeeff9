//! The order in which a user, mostly by a shell, gives files.
//!
//! Shells differ: in the C locale `run10.txt` comes before `run2.txt`, in others even before `run1.txt`. So no such order
//! is recognised; what counts is whether the numbers in the names rise.

use std::path::Path;

use afterimage_formats::names::natural_cmp;

/// The first two names whose numbers are the wrong way round, in the order given; `None` if that is the natural order as
/// far as numbers go. Names that differ in letters first, such as `before` and `after`, are in the order that is wanted.
pub(crate) fn find_out_of_order<S: AsRef<str>>(names: &[S]) -> Option<(&str, &str)> {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    (1..names.len()).find_map(|at| {
        let earlier = names[..at].iter().find(|earlier| is_out_of_order(earlier, names[at]));
        earlier.map(|earlier| (*earlier, names[at]))
    })
}

/// Paths as texts, for [`find_out_of_order`]: folders count too, as in `run2/bold.nii`.
pub(crate) fn texts<P: AsRef<Path>>(paths: &[P]) -> Vec<String> {
    paths.iter().map(|path| path.as_ref().to_string_lossy().into_owned()).collect()
}

/// Whether a later name belongs before an earlier one by a number in which they differ.
fn is_out_of_order(earlier: &str, later: &str) -> bool {
    let [earlier, later] = [earlier, later].map(str::to_lowercase);
    let [a, b] = [parts(&earlier), parts(&later)];
    let Some(at) = (0..a.len().max(b.len())).find(|&at| !is_same(a.get(at), b.get(at))) else { return false };
    let is_number = |part: Option<&&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    match (is_number(a.get(at)), is_number(b.get(at))) {
        (true, true) => natural_cmp(a[at], b[at]).is_gt(),
        // `bold.nii` is `bold_1.nii` without its number.
        (true, false) => a[at + 1..] == b[at..] && natural_cmp(&earlier, &later).is_gt(),
        _ => false,
    }
}

/// Words and numbers of a name, without what is between them.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for word in name.split(|c: char| !c.is_alphanumeric()) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let is_digit = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
            parts.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    parts
}

/// Whether two parts are the same word or number: `02` is `2`.
fn is_same(a: Option<&&str>, b: Option<&&str>) -> bool {
    let digits = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    match (a, b) {
        (Some(a), Some(b)) if digits(a) && digits(b) => a.trim_start_matches('0') == b.trim_start_matches('0'),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_fall_are_named_whatever_the_locale() {
        for (names, wanted) in [
            (&["run1.txt", "run10.txt", "run2.txt"][..], ("run10.txt", "run2.txt")),
            (&["run10.txt", "run11.txt", "run1.txt", "run2.txt"], ("run10.txt", "run1.txt")),
            (&["bold_10.nii", "bold_1.nii"], ("bold_10.nii", "bold_1.nii")),
            (&["Run3.txt", "run2.txt"], ("Run3.txt", "run2.txt")),
            (&["run1.txt", "run2.txt", "run.txt"], ("run1.txt", "run.txt")),
            (&["run10/bold.nii", "run2/bold.nii"], ("run10/bold.nii", "run2/bold.nii")),
            (&["s2_run1.txt", "s1_run2.txt"], ("s2_run1.txt", "s1_run2.txt")),
            (&["run01.txt", "rest.txt", "run0.txt"], ("run01.txt", "run0.txt")),
        ] {
            assert_eq!(find_out_of_order(names), Some(wanted));
        }
    }

    #[test]
    fn natural_order_and_order_of_words_are_taken() {
        for names in [
            &["run1.txt", "run2.txt", "run10.txt"][..],
            &["run1.txt", "Run2.txt", "run_3.txt"],
            &["before.nii", "after.nii"],
            &["2back.nii", "rest.nii"],
            &["rest.nii", "2back.nii"],
            &["b_run1.txt", "a_run2.txt", "a_run10.txt"],
            &["run.txt", "run1.txt"],
            &["bold_1.nii", "bold_1.nii"],
            &["run-01.nii", "run-2.nii", "run-003.nii"],
        ] {
            assert_eq!(find_out_of_order(names), None, "{names:?}");
        }
    }
}
