//! Hemispheres of the cortex, and file names that state one.

use std::path::Path;

/// BIDS entities whose value is never a hemisphere, even if it looks like one.
const NOT_SIDES: [&str; 7] = ["sub", "ses", "task", "acq", "run", "dir", "rec"];

/// A hemisphere of the cortex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hemisphere {
    /// Left.
    Left,
    /// Right.
    Right,
}

impl Hemisphere {
    /// Hemisphere stated by a file's name or, failing that, by its folder: FreeSurfer's `lh.` or `rh.`, BIDS's `hemi-L`
    /// or `hemi-R`, or `lh` and `rh` between dots and underscores. A name with both states neither.
    pub fn of(path: &Path) -> Option<Self> {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
        let folder = || path.parent().and_then(name).filter(|folder| !folder.contains(['.', '_']));
        let of_file = name(path).map(|name| sides(&name)).unwrap_or_default();
        match of_file {
            [false, false] => folder().and_then(|folder| one(sides(&folder))),
            found => one(found),
        }
    }

    /// FreeSurfer's name, `lh` or `rh`.
    pub fn short(self) -> &'static str {
        match self {
            Self::Left => "lh",
            Self::Right => "rh",
        }
    }

    /// English name, `left` or `right`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

fn one(found: [bool; 2]) -> Option<Hemisphere> {
    match found {
        [true, false] => Some(Hemisphere::Left),
        [false, true] => Some(Hemisphere::Right),
        _ => None,
    }
}

/// Whether a lower-case name states the left and the right hemisphere.
fn sides(name: &str) -> [bool; 2] {
    let mut found = [false; 2];
    for word in name.split(['.', '_']) {
        let parts: Vec<&str> = word.split('-').collect();
        match parts[..] {
            ["hemi", "l" | "left"] => found[0] = true,
            ["hemi", "r" | "right"] => found[1] = true,
            [first, ..] if parts.len() > 1 && NOT_SIDES.contains(&first) => {}
            _ => {
                found[0] |= parts.contains(&"lh");
                found[1] |= parts.contains(&"rh");
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hemisphere_is_read_from_names_of_the_field() {
        let side = |name: &str| Hemisphere::of(Path::new(name));
        for left in [
            "lh.prf-visualrois.mgz",
            "sub-01_hemi-L_space-fsnative_bold.mgh",
            "V1_lh.nii.gz",
            "a/lh/V1.nii.gz",
            "lh-V1.nii",
            "LH_V1.nii",
        ] {
            assert_eq!(side(left), Some(Hemisphere::Left), "{left}");
        }
        for right in ["rh.betas.mgz", "sub-01_task-x_hemi-R_bold.func.mgh", "rois/hemi-R/V1.nii.gz", "lh/rh.V1.mgz"] {
            assert_eq!(side(right), Some(Hemisphere::Right), "{right}");
        }
        for neither in ["sub-RH_bold.nii.gz", "task-lh_bold.nii", "lh.rh.V1.nii", "rhesus.nii.gz", "bold.nii.gz"] {
            assert_eq!(side(neither), None, "{neither}");
        }
    }
}
