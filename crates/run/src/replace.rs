//! Folders that a command may replace, and what in them is its own.
//!
//! A command deletes only what a command of its kind wrote: a folder with any other entry is refused as a whole, so that a
//! wrong path never costs a data set, another run or notes.

use std::fs;
use std::path::Path;

use crate::layout::{FILES, LOCK, MANIFEST, Phase, SIMULATION, UNRECORDED};
use crate::{Result, RunError, RunFolder, atomic, manifest::Manifest};

/// A kind of folder that a command writes and may replace.
#[derive(Debug, Clone, Copy)]
pub struct FolderKind {
    /// Its name with an article, such as "an experiment folder".
    pub name: &'static str,
    /// The file that every such folder contains.
    pub mark: &'static str,
    /// Names of its further entries; `*` at the beginning stands for any characters.
    pub entries: &'static [&'static str],
}

impl FolderKind {
    /// Refuses a folder that is not of this kind, or that contains anything else. A missing or empty folder passes.
    ///
    /// # Errors
    /// [`RunError::NotReplaced`] with the entry that is not of this kind; [`RunError::Io`].
    pub fn refuse_other(&self, folder: &Path) -> Result<()> {
        refuse_other(folder, self.name, self.mark, |name| self.holds(name))
    }

    /// Removes the entries of a folder that are of this kind; the folder stays.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn remove_entries(&self, folder: &Path) -> Result<()> {
        remove_entries(folder, |name| self.holds(name))
    }

    fn holds(&self, name: &str) -> bool {
        let fits = |entry: &&str| entry.strip_prefix('*').map_or(*name == **entry, |end| name.ends_with(end));
        name == self.mark || self.entries.iter().any(fits) || atomic::is_leftover(name)
    }
}

/// The folder of an experiment, by what made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Networks that are trained.
    Networks,
    /// A baseline.
    Baseline,
    /// The demonstration, with its simulated subject.
    Demonstration,
}

impl RunKind {
    /// Its name with an article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Networks => "an experiment folder",
            Self::Baseline => "the folder of a baseline",
            Self::Demonstration => "the folder of a demonstration",
        }
    }

    /// Refuses a folder that is not of this kind, or that contains anything else. A missing or empty folder passes, and one
    /// that a killed command left before it wrote `run.json`.
    ///
    /// # Errors
    /// [`RunError::NotReplaced`] with the entry that is not of this kind; [`RunError::Io`].
    pub fn refuse_other(self, folder: &Path) -> Result<()> {
        let run = RunFolder::new(folder);
        if run.manifest_file().is_file()
            && let Ok(manifest) = Manifest::read(&run)
        {
            let found = Self::of(&run, &manifest);
            if found != self {
                let message =
                    format!("is {}, not {}: choose another --out, or remove it yourself", found.name(), self.name());
                return Err(RunError::NotReplaced { path: folder.to_path_buf(), message });
            }
        }
        let was_begun = run.lock_file().exists() && !run.manifest_file().exists();
        let mark = if was_begun { LOCK } else { MANIFEST };
        refuse_other(folder, self.name(), mark, |name| self.holds(name))
    }

    /// The first entry of a folder that no run of this kind contains; `None` if there is none, or no folder.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn other_entry(self, folder: &Path) -> Result<Option<String>> {
        let names = if folder.is_dir() { names(folder)? } else { Vec::new() };
        Ok(names.into_iter().find(|name| !self.holds(name)))
    }

    /// Removes the entries of a run of this kind except its lock, which the caller holds; the folder stays.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn remove_entries(self, folder: &Path) -> Result<()> {
        remove_entries(folder, |name| name != LOCK && self.holds(name))
    }

    fn of(run: &RunFolder, manifest: &Manifest) -> Self {
        let is = |kind: &Self| match kind {
            Self::Baseline => manifest.baseline.is_some(),
            Self::Demonstration => run.root().join(SIMULATION).exists(),
            Self::Networks => true,
        };
        [Self::Baseline, Self::Demonstration].into_iter().find(is).unwrap_or(Self::Networks)
    }

    fn holds(self, name: &str) -> bool {
        let first = |path: &str| path.split('/').next().map(str::to_owned);
        let recorded = || FILES.iter().any(|file| first(file.path).as_deref() == Some(name));
        let phase = || [Phase::Encoder, Phase::Decoder].iter().any(|phase| phase.name() == name);
        UNRECORDED.contains(&name)
            || (self == Self::Demonstration && name == SIMULATION)
            || recorded()
            || phase()
            || atomic::is_leftover(name)
    }
}

fn refuse_other(folder: &Path, kind: &str, mark: &str, holds: impl Fn(&str) -> bool) -> Result<()> {
    let refuse = |message: String| Err(RunError::NotReplaced { path: folder.to_path_buf(), message });
    if folder.is_file() {
        return refuse(format!("is a file, not {kind}: choose another --out"));
    }
    let names = names(folder)?;
    if names.is_empty() {
        return Ok(());
    }
    if !names.iter().any(|name| name == mark) {
        return refuse(format!("is not {kind}, since it has no {mark}: choose another --out, or remove it yourself"));
    }
    match names.iter().find(|name| !holds(name)) {
        None => Ok(()),
        Some(other) => refuse(format!(
            "contains \"{other}\", which is not a part of {kind}: move it out of the folder, or choose another --out"
        )),
    }
}

fn remove_entries(folder: &Path, holds: impl Fn(&str) -> bool) -> Result<()> {
    for name in names(folder)?.into_iter().filter(|name| holds(name)) {
        let path = folder.join(name);
        let is_folder = path.is_dir() && !path.is_symlink();
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(|source| RunError::Io { action: "remove", path, source })?;
    }
    Ok(())
}

/// Names in a folder in their order, none if it is missing; a name that is not text is shown as far as it is.
fn names(folder: &Path) -> Result<Vec<String>> {
    let io = |source| RunError::Io { action: "read", path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(io)?,
    };
    let name = |entry: std::io::Result<fs::DirEntry>| Ok(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.map(name).collect::<Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests;
