//! Counts with their noun.

/// Returns a count with its noun: "1 image", "12 images", "no classes" never, "0 classes".
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
