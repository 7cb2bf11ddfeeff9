//! `pictures.json`: the test items with the files and sources of their images.

use serde::{Deserialize, Serialize};

use afterimage_run::atomic;

use crate::{Result, StudyFolder};

/// All images of a study. Items are counted from 0 in the order of the runs' test sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stimuli {
    /// The runs that are judged.
    pub runs: Vec<SourceRun>,
    /// Every test item: each can be a candidate.
    pub items: Vec<Item>,
    /// Items whose reconstructions are judged.
    pub judged: Vec<usize>,
    /// Blurred images for practice.
    pub practice: Vec<Copied>,
    /// Undistorted images for attention checks.
    pub attention: Vec<Copied>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRun {
    /// Short name, unique in the study.
    pub label: String,
    /// Name of its experiment.
    pub experiment: String,
    /// The folder as it was given.
    pub folder: String,
    /// When the run was created.
    pub created: String,
    /// Title of its data set.
    pub data: String,
}

/// A test item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Name of the stimulus.
    pub name: String,
    /// The shown image.
    pub shown: Picture,
    /// Its reconstruction by each run; empty if it is not judged.
    pub reconstructions: Vec<Picture>,
}

/// An image of the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// File in `pictures/`, a random name.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// SHA-256 of width, height and RGB values, equal for equal images.
    pub pixels: String,
}

/// An image of an item for another purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// The item.
    pub item: usize,
    /// Its image.
    pub picture: Picture,
}

impl Stimuli {
    /// Reads `pictures.json`.
    ///
    /// # Errors
    /// See [`atomic::read_json`].
    pub fn read(study: &StudyFolder) -> Result<Self> {
        Ok(atomic::read_json(&study.stimuli_file())?)
    }

    /// Every image.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        let of_items = self.items.iter().flat_map(|item| std::iter::once(&item.shown).chain(&item.reconstructions));
        of_items.chain(self.practice.iter().chain(&self.attention).map(|copied| &copied.picture))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `items` test items, all judged, by `runs` runs.
    pub(crate) fn stimuli(items: usize, runs: usize) -> Stimuli {
        let picture = |name: String| Picture { file: format!("{name}.png"), sha256: name.clone(), pixels: name };
        let run = |r: usize| SourceRun {
            label: format!("run{r}"),
            experiment: "e".into(),
            folder: "f".into(),
            created: "c".into(),
            data: "d".into(),
        };
        let item = |i: usize| Item {
            name: format!("item{i}"),
            shown: picture(format!("s{i}")),
            reconstructions: (0..runs).map(|r| picture(format!("r{r}-{i}"))).collect(),
        };
        let copied = |i: usize| Copied { item: i, picture: picture(format!("c{i}")) };
        Stimuli {
            runs: (0..runs).map(run).collect(),
            items: (0..items).map(item).collect(),
            judged: (0..items).collect(),
            practice: (0..2).map(copied).collect(),
            attention: (2..5).map(copied).collect(),
        }
    }
}
