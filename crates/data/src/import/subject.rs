//! Whose recordings files are: a data set is of one subject.

use std::path::{Component, Path};

use crate::{Error, Result};

/// Refuses files whose names, or else folders, state two subjects as `subject` reads them from a name.
///
/// # Errors
/// [`Error::Mismatch`] naming both files.
pub(super) fn refuse_several<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
    subject: impl Fn(&str) -> Option<String>,
) -> Result<()> {
    let mut first: Option<(&Path, String)> = None;
    for path in paths {
        let names = path.components().rev().filter(|part| matches!(part, Component::Normal(_)));
        let Some(found) = names.filter_map(|name| subject(&name.as_os_str().to_string_lossy())).next() else {
            continue;
        };
        match &first {
            Some((other, known)) if *known != found => {
                let reason = format!(
                    "it is of subject {found}, \"{}\" of subject {known}: a data set is of one subject",
                    other.display()
                );
                return Err(Error::mismatch(path, reason));
            }
            Some(_) => (),
            None => first = Some((path, found)),
        }
    }
    Ok(())
}

/// `1` of `sub-01_task-x_bold.nii`, of `subj01_run1.nii` or of the folder `sub-01`.
pub(super) fn of_bids(name: &str) -> Option<String> {
    let first = name.split(['_', '.']).next()?;
    if let Some(label) = first.strip_prefix("sub-") {
        return (!label.is_empty()).then(|| plain(label));
    }
    let digits = first.strip_prefix("subj").or_else(|| first.strip_prefix("sub"))?.trim_start_matches('-');
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| plain(digits))
}

/// `1` of `CSI1_ROIs_TR34.h5`, of the folder `CSI1` or of `sub-CSI1`.
pub(super) fn of_csi(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let first = lower.split(['_', '.']).next()?;
    let digits = first.trim_start_matches("sub-").strip_prefix("csi")?;
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| plain(digits))
}

/// `01` and `1.0` are `1`.
pub(super) fn plain(label: &str) -> String {
    let label = label.trim();
    let whole = label.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|digit| digit == b'0'));
    let whole = whole.map_or(label, |(whole, _)| whole);
    whole.parse::<i64>().map_or_else(|_| label.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_from_names_and_folders() {
        let of = |paths: &[&str]| refuse_several(paths.iter().map(|path| Path::new(*path)), of_bids);
        for same in [
            &["sub-01_bold.nii", "sub-1_mask.nii", "roi.nii"][..],
            &["sub-01/a.nii", "d/sub-01_b.nii"],
            &["substrate.nii", "sub-01.nii"],
        ] {
            of(same).unwrap();
        }
        for other in
            [["sub-01_bold.nii", "sub-02_bold.nii"], ["sub-01/a.nii", "sub-02/a.nii"], ["subj01_a.nii", "subj2_a.nii"]]
        {
            assert!(of(&other).unwrap_err().to_string().contains("it is of subject 2"), "{other:?}");
        }
        assert_eq!(of_csi("CSI2_ROIs_TR34.h5").as_deref(), Some("2"));
        assert_eq!(of_csi("CSI_sess01_run01.txt"), None);
    }
}
