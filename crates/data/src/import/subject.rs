//! Whose recordings files are: a data set is of one subject.

use std::path::{Component, Path, PathBuf};

use crate::{Error, Result};

const WORDS: [&str; 3] = ["subject", "subj", "sub"];

/// Refuses files whose names, or else folders, state two subjects, as `sub-01`, `subj01`, `sub_01` or `subject1`.
///
/// # Errors
/// [`Error::Mismatch`] naming both files.
pub(super) fn refuse_several<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    refuse_several_by(paths, in_name)
}

/// As [`refuse_several`], with subjects as `subject` reads them from a name.
///
/// # Errors
/// As there.
pub(super) fn refuse_several_by<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
    subject: impl Fn(&str) -> Option<String>,
) -> Result<()> {
    let mut first: Option<(&Path, String)> = None;
    for path in paths {
        let Some(found) = nearest(path, &subject) else { continue };
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

/// Refuses series called `S1_…` and `S2_…`; other files are not asked, since S1 is a region too.
///
/// # Errors
/// As [`refuse_several`].
pub(super) fn refuse_initials(series: &[PathBuf]) -> Result<()> {
    refuse_several_by(series.iter().filter(|path| stated(path).is_none()).map(PathBuf::as_path), initial)
}

/// Refuses files whose names, or else folders, state another subject than the number given, of `1..=last`.
///
/// # Errors
/// [`Error::Mismatch`] naming the file, its subject and the option.
pub(super) fn refuse_other<'a>(paths: impl IntoIterator<Item = &'a Path>, (given, last): (usize, usize)) -> Result<()> {
    for path in paths {
        let found =
            stated(path).and_then(|label| label.parse::<usize>().ok()).filter(|found| (1..=last).contains(found));
        if let Some(found) = found.filter(|found| *found != given) {
            let reason = format!("it is of subject {found} by its name, and --subject is {given}: correct one of them");
            return Err(Error::mismatch(path, reason));
        }
    }
    Ok(())
}

/// The subject that the name of a file states, or else the nearest of its folders.
pub(super) fn stated(path: &Path) -> Option<String> {
    nearest(path, in_name)
}

fn nearest(path: &Path, subject: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut names = path.components().rev().filter(|part| matches!(part, Component::Normal(_)));
    names.find_map(|name| subject(&name.as_os_str().to_string_lossy()))
}

/// `1` of `sub-01_task-x_bold.nii`, `subj01_run1.nii`, `Sub_01.nii`, `betas_sub1.npy` or `subject1`: a word of the name.
fn in_name(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(['_', '.', ' ']).collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let lower = part.to_ascii_lowercase();
        let word = WORDS.iter().find(|word| lower.starts_with(*word))?;
        let after = &part[word.len()..];
        if let Some(label) = after.strip_prefix('-') {
            // Labels of BIDS may be words; other spellings have numbers.
            return (!label.is_empty() && (*word == "sub" || is_number(label))).then(|| plain(label));
        }
        let digits = if after.is_empty() { parts.get(at + 1)? } else { after };
        is_number(digits).then(|| plain(digits))
    })
}

/// `1` of `S1_run1.nii` or `s01-bold.nii`: the first word, followed by others.
fn initial(name: &str) -> Option<String> {
    let (first, _) = name.split('.').next()?.split_once(['_', '-', ' '])?;
    let digits = first.strip_prefix(['s', 'S'])?;
    is_number(digits).then(|| plain(digits))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1` of `CSI1_ROIs_TR34.h5`, of the folder `CSI1` or of `sub-CSI1`.
pub(super) fn of_csi(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let first = lower.split(['_', '.']).next()?;
    let digits = first.trim_start_matches("sub-").strip_prefix("csi")?;
    is_number(digits).then(|| plain(digits))
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
        let of = |paths: &[&str]| refuse_several(paths.iter().map(|path| Path::new(*path)));
        for same in [
            &["sub-01_bold.nii", "sub-1_mask.nii", "roi.nii"][..],
            &["sub-01/a.nii", "d/sub-01_b.nii"],
            &["substrate.nii", "sub-01.nii"],
            &["subj02_a.nii", "sub_2_b.nii", "betas_Subject2.npy", "nsd_sub02.npy"],
            &["sub-01_bold.nii", "S2_mask.nii", "sub_mask.nii", "subcortex2.nii"],
        ] {
            of(same).unwrap();
        }
        for other in [
            ["sub-01_bold.nii", "sub-02_bold.nii"],
            ["sub-01/a.nii", "sub-02/a.nii"],
            ["subj01_a.nii", "subj2_a.nii"],
            ["subject1_run1.nii", "subject2_run1.nii"],
            ["sub_01_run-1.nii", "sub_02_run-1.nii"],
            ["Sub-01_run-1.nii", "Sub-02_run-1.nii"],
            ["nsd_train_sub1.npy", "nsd_test_sub2.npy"],
            ["betas_all_subj01_fp32.hdf5", "ppdata/subj02/mask.nii"],
        ] {
            assert!(of(&other).unwrap_err().to_string().contains("it is of subject 2"), "{other:?}");
        }
        assert_eq!(of_csi("CSI2_ROIs_TR34.h5").as_deref(), Some("2"));
        assert_eq!(of_csi("CSI_sess01_run01.txt"), None);
    }

    #[test]
    fn initials_are_asked_of_series_only() {
        let of = |names: [&str; 2]| refuse_initials(&names.map(PathBuf::from));
        assert!(of(["S1_run1_bold.nii", "S2_run1_bold.nii"]).unwrap_err().to_string().contains("of subject 2"));
        for same in [["S1.nii", "S2.nii"], ["S1_a.nii", "s01_b.nii"], ["sub-01_S1_a.nii", "sub-01_S2_a.nii"]] {
            of(same).unwrap();
        }
    }

    #[test]
    fn another_subject_than_the_one_given_is_refused() {
        let of = |path: &str| refuse_other([Path::new(path)], (1, 8));
        let message = of("ppdata/subj02/func1pt8mm/betas").unwrap_err().to_string();
        assert!(message.contains("it is of subject 2 by its name, and --subject is 1"), "{message}");
        for same in ["subj01/betas", "betas", "sub-alice/betas", "sub-2024/betas", "sub-12/subj01/betas"] {
            of(same).unwrap();
        }
    }
}
