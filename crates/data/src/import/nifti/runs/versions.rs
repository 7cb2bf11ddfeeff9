//! One scan as two series: a file given twice, copies, and versions of a scan side by side.

use std::path::{Path, PathBuf};

use super::file_name;
use crate::header::SourceFile;
use crate::import::volumes::stem;
use crate::{Error, Result};

/// Entities that distinguish versions of one scan, not scans.
const VERSIONS: [&str; 7] = ["space-", "res-", "den-", "desc-", "hemi-", "label-", "echo-"];
/// Parts of complex data; other parts are those of an experiment.
const PARTS: [&str; 4] = ["part-mag", "part-phase", "part-real", "part-imag"];

/// # Errors
/// [`Error::Mismatch`] for a file that is given twice, under whatever path.
pub(super) fn refuse_twice(series: &[PathBuf]) -> Result<()> {
    let whole: Vec<PathBuf> = series.iter().map(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect();
    for at in 1..series.len() {
        if let Some(first) = whole[..at].iter().position(|other| *other == whole[at]) {
            let other = &series[first];
            let same = if *other == series[at] { String::new() } else { format!(", as \"{}\" too", other.display()) };
            return Err(Error::mismatch(&series[at], format!("it is given twice{same}: give each series once")));
        }
    }
    Ok(())
}

/// # Errors
/// [`Error::Mismatch`] for two files that hold the same bytes, by the hashes of the provenance, which begins with the series.
pub(in crate::import::nifti) fn refuse_copies(series: &[PathBuf], files: &[SourceFile]) -> Result<()> {
    let files = &files[..series.len().min(files.len())];
    for (at, file) in files.iter().enumerate() {
        if let Some(other) = files[..at].iter().find(|other| other.sha256 == file.sha256) {
            let reason = format!("it holds the same bytes as \"{}\": give each scan once", other.path);
            return Err(Error::mismatch(&series[at], reason));
        }
    }
    Ok(())
}

/// # Errors
/// [`Error::Mismatch`] for two versions of one scan, such as two echoes or spaces, that lie side by side; `alike` says of
/// two series whether they are of one session and run.
pub(super) fn refuse_versions(series: &[PathBuf], alike: &dyn Fn(usize, usize) -> bool) -> Result<()> {
    let stems: Vec<String> = series.iter().map(|path| stem(path)).collect();
    let scans: Vec<Vec<&str>> = stems.iter().map(|stem| scan(stem)).collect();
    for at in 1..series.len() {
        let is_version =
            |other: &usize| scans[*other] == scans[at] && alike(*other, at) && is_beside(&series[*other], &series[at]);
        if let Some(other) = (0..at).find(is_version) {
            let reason = format!(
                "it is another version of the scan in \"{}\": give each scan once, in one space, echo and description",
                series[other].display()
            );
            return Err(Error::mismatch(&series[at], reason));
        }
    }
    Ok(())
}

/// In one folder, or with the names of BIDS, which differ: folders of pipelines hold versions of a scan.
fn is_beside(one: &Path, other: &Path) -> bool {
    let of_bids = |path: &Path| file_name(path).starts_with("sub-");
    one.parent() == other.parent() || of_bids(one) && of_bids(other) && file_name(one) != file_name(other)
}

/// A name without what distinguishes versions of a scan.
fn scan(stem: &str) -> Vec<&str> {
    let is_version = |part: &&str| VERSIONS.iter().any(|version| part.starts_with(version)) || PARTS.contains(part);
    stem.split('_').filter(|part| !is_version(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(names: &[&str]) -> String {
        let paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        refuse_versions(&paths, &|_, _| true).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn versions_of_a_scan_are_one_scan() {
        for names in [
            ["sub-1_task-x_echo-1_bold.nii", "sub-1_task-x_echo-2_bold.nii"],
            ["sub-1_part-mag_bold.nii.gz", "sub-1_part-phase_bold.nii.gz"],
            ["x_desc-preproc_bold.nii", "x_desc-smoothAROMAnonaggr_bold.nii"],
            ["a/sub-1_space-T1w_bold.nii", "b/sub-1_space-T1w_desc-clean_bold.nii"],
            ["bold.nii", "bold.nii.gz"],
        ] {
            let message = refusal(&names);
            assert!(message.contains("another version") && message.contains(names[0]), "{message}");
        }
        for names in [
            ["sub-1_task-x_bold.nii", "sub-1_task-y_bold.nii"],
            ["sub-1_dir-AP_bold.nii", "sub-1_dir-PA_bold.nii"],
            ["x_part-1_bold.nii", "x_part-2_bold.nii"],
            ["a/bold.nii", "b/bold.nii"],
            ["a/sub-1_bold.nii", "b/sub-1_bold.nii"],
        ] {
            assert_eq!(refusal(&names), "", "{names:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_under_two_paths_is_one_series() {
        let folder = tempfile::tempdir().unwrap();
        let [a, link] = ["a.nii", "b.nii"].map(|name| folder.path().join(name));
        std::fs::write(&a, "x").unwrap();
        std::os::unix::fs::symlink(&a, &link).unwrap();
        for other in [folder.path().join("./a.nii"), link] {
            let message = refuse_twice(&[a.clone(), other]).unwrap_err().to_string();
            assert!(message.contains("given twice"), "{message}");
        }
    }
}
