//! Counts with their noun.

use crate::{Interval, RecordedUnit};

/// Returns a count with its noun: "1 image", "12 images", "0 classes".
///
/// `noun` is the singular; its last word gets the plural.
///
/// ```
/// use afterimage_statistics::counted;
///
/// assert_eq!((counted(1, "image"), counted(0, "voxel")), ("1 image".into(), "0 voxels".into()));
/// assert_eq!((counted(2, "test stimulus"), counted(3, "class")), ("2 test stimuli".into(), "3 classes".into()));
/// ```
pub fn counted(n: usize, noun: &str) -> String {
    format!("{n} {}", plural(n, noun))
}

/// Returns the noun as it follows a count: the singular after 1, else its plural.
pub fn plural(n: usize, noun: &str) -> String {
    match noun {
        _ if n == 1 => noun.to_owned(),
        _ if noun.ends_with("stimulus") => format!("{}i", noun.trim_end_matches("us")),
        _ if noun.ends_with(['s', 'x']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// Returns a range of counts with its noun, or one count if both ends are the same: "12 to 40 repeats", "12 repeats".
pub fn number_or_range(fewest: usize, most: usize, noun: &str) -> String {
    if fewest == most { counted(most, noun) } else { format!("{fewest} to {}", counted(most, noun)) }
}

/// Returns n with its noun and, if it is over something else, what the interval is over: "967 voxels, interval over 5
/// images". `digits` writes the numbers, `unit` is the noun for the word voxel.
pub fn sample_text(
    n: usize,
    item: &str,
    interval: Option<&Interval>,
    unit: RecordedUnit,
    digits: impl Fn(usize) -> String,
) -> String {
    let count = |n: usize, item: &str| format!("{} {}", digits(n), plural(n, &unit.in_text(item)));
    let own = count(n, item);
    let over: Vec<String> = interval.iter().flat_map(|i| &i.over).map(|sample| count(sample.n, &sample.item)).collect();
    if over.is_empty() || over == [own.as_str()] { own } else { format!("{own}, interval over {}", over.join(" and ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_of_one_number_is_that_number() {
        assert_eq!(number_or_range(12, 12, "repeat"), "12 repeats");
        assert_eq!(number_or_range(1, 1, "repeat"), "1 repeat");
        assert_eq!(number_or_range(1, 12, "repeat"), "1 to 12 repeats");
    }
}
