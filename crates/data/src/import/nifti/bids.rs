//! Names of BIDS, and the files that describe a series by its inheritance principle.

use std::path::{Path, PathBuf};

use crate::import::volumes::stem;
use crate::{Error, Result};

/// Levels of folders between a series and the description of its data set, at most.
const LEVELS: usize = 6;
const ROOT: &str = "dataset_description.json";

/// The entities and the suffix of a name: `sub-01`, `run-2` and `bold` of `sub-01_run-2_bold.nii.gz`.
#[derive(Debug, PartialEq, Eq)]
struct Name<'a> {
    entities: Vec<(&'a str, &'a str)>,
    suffix: &'a str,
}

impl<'a> Name<'a> {
    fn of(stem: &'a str) -> Option<Self> {
        let mut parts: Vec<&str> = stem.split('_').collect();
        let suffix = parts.pop().filter(|suffix| !suffix.contains('-'))?;
        let entities = parts.iter().map(|part| part.split_once('-').unwrap_or(("", part))).collect();
        Some(Self { entities, suffix })
    }

    /// Whether a file of this name describes a series of the other: it has no entity that the series lacks, and all parts
    /// that are no entities of BIDS, as `run1` of `run1_bold`.
    fn describes(&self, series: &Self) -> bool {
        let bare = |name: &Self| name.entities.iter().filter(|(key, _)| key.is_empty()).count();
        bare(self) == bare(series) && self.entities.iter().all(|entity| series.entities.contains(entity))
    }
}

/// The files that describe a series, nearest first: of its own name and the ending, then of `suffix` (if not the series'
/// own) without entities that the series lacks, in its folder and those above up to that of the data set.
///
/// # Errors
/// [`Error::Io`] for a folder that cannot be listed.
pub(super) fn describing(series: &Path, suffix: Option<&str>, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let name = stem(series);
    let mut found = Vec::new();
    if suffix.is_none() {
        let own = endings.iter().map(|ending| series.with_file_name(format!("{name}{ending}")));
        found.extend(own.filter(|own| own.is_file()));
    }
    let Some(series_name) = Name::of(&name) else { return Ok(found) };
    let suffix = suffix.unwrap_or(series_name.suffix);
    for folder in folders(series) {
        let mut here = Vec::new();
        // Folders above may be closed to the user.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let file = entry.map_err(Error::io("list", &folder))?.file_name().to_string_lossy().into_owned();
            let Some(stem) = endings.iter().find_map(|ending| file.strip_suffix(ending)) else { continue };
            let fits = Name::of(stem).filter(|known| known.suffix == suffix && known.describes(&series_name));
            here.extend(fits.map(|known| (known.entities.len(), file.clone())));
        }
        // The more entities, the nearer.
        here.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        for path in here.into_iter().map(|(_, file)| path_in(series, &folder, &file)) {
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The folder of a series and those above it, up to that of its data set; without one, up to what lies over `sub-` folders.
fn folders(series: &Path) -> Vec<PathBuf> {
    let Ok(whole) = std::path::absolute(series) else { return Vec::new() };
    let above: Vec<PathBuf> = whole.ancestors().skip(1).take(LEVELS).map(Path::to_owned).collect();
    if let Some(root) = above.iter().position(|folder| folder.join(ROOT).is_file()) {
        return above[..=root].to_vec();
    }
    let is_inner = |folder: &&PathBuf| {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name == "func" || name.starts_with("ses-") || name.starts_with("sub-")
    };
    let inner = above.iter().take_while(is_inner).count();
    above.into_iter().take(inner + 1).collect()
}

/// The path as the user wrote it, for a file in the folder of the series.
fn path_in(series: &Path, folder: &Path, file: &str) -> PathBuf {
    let own = std::path::absolute(series).ok().and_then(|whole| whole.parent().map(Path::to_owned));
    if own.as_deref() == Some(folder) { series.with_file_name(file) } else { folder.join(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_description_comes_first_and_others_entities_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let func = folder.path().join("sub-01/ses-02/func");
        std::fs::create_dir_all(&func).unwrap();
        let name = "sub-01_ses-02_task-x_run-1_space-T1w_desc-preproc_bold";
        let files = [
            folder.path().join(ROOT),
            folder.path().join("task-x_bold.json"),
            folder.path().join("task-y_bold.json"),
            folder.path().join("sub-01/sub-01_task-x_bold.json"),
            func.join("sub-01_ses-02_task-x_run-2_bold.json"),
            func.join("sub-01_ses-02_task-x_run-1_events.tsv"),
            func.join("sub-01_ses-02_task-x_run-1_bold.json"),
            func.join(format!("{name}.json")),
        ];
        files.iter().for_each(|file| std::fs::write(file, "{}").unwrap());
        let series = func.join(format!("{name}.nii.gz"));
        let found = describing(&series, None, &[".json"]).unwrap();
        let mut wanted = vec![&files[7], &files[6], &files[3], &files[1]];
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
        wanted = vec![&files[5]];
        let found = describing(&series, Some("events"), &[".tsv", ".tsv.gz"]).unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn events_of_the_same_name_are_found_whatever_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let events = ["run1", "run2", "subj01_run-1", "S1", "rest_run-1"].map(|name| format!("{name}_events.tsv"));
        events.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        for (series, wanted) in [("run1", 0), ("run2", 1), ("subj01_run-1", 2), ("S1", 3), ("run1_space-T1w", 0)] {
            let series = folder.path().join(format!("{series}_bold.nii.gz"));
            let found = describing(&series, Some("events"), &[".tsv"]).unwrap();
            assert_eq!(found, [folder.path().join(&events[wanted])]);
        }
        assert!(describing(&folder.path().join("run3_bold.nii"), Some("events"), &[".tsv"]).unwrap().is_empty());
    }

    #[test]
    fn names_that_are_not_of_bids_have_a_description_of_their_own_name_only() {
        let folder = tempfile::tempdir().unwrap();
        ["run1.json", "bold.json"].iter().for_each(|name| std::fs::write(folder.path().join(name), "{}").unwrap());
        let found = describing(&folder.path().join("run1.nii.gz"), None, &[".json"]).unwrap();
        assert_eq!(found, [folder.path().join("run1.json")]);
    }
}
