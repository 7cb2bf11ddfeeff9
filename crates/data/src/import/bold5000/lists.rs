//! The presentation lists.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{Bold5000Options, REPEATED, names_within};
use crate::{Error, Result};

/// What was shown, in the order of the trials.
#[derive(Debug, Default)]
pub(super) struct Presented {
    /// Names without the mark of repeats, session and run.
    entries: Vec<(String, u16, u16)>,
    test: HashSet<String>,
    pub(super) files: Vec<PathBuf>,
}

impl Presented {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn has_repeats(&self) -> bool {
        !self.test.is_empty()
    }

    /// Name, whether it is of the test, session, run.
    pub(super) fn trials(&self) -> impl Iterator<Item = (&str, bool, u16, u16)> {
        self.entries.iter().map(|(name, session, run)| (name.as_str(), self.test.contains(name), *session, *run))
    }

    fn add(&mut self, lines: impl Iterator<Item = String>, session: u16, run: u16) {
        for line in lines {
            let name = plain(&line);
            if name.len() < line.len() {
                self.test.insert(name.to_owned());
            }
            self.entries.push((name.to_owned(), session, run));
        }
    }
}

/// Without the mark of repeats.
fn plain(name: &str) -> &str {
    name.strip_prefix(REPEATED).unwrap_or(name)
}

pub(super) fn read(options: &Bold5000Options) -> Result<Presented> {
    let mut presented = Presented::default();
    for path in &options.lists {
        match path.is_dir() {
            true => presented.files.extend(folder(path)?),
            false => presented.files.push(path.clone()),
        }
    }
    let files = presented.files.clone();
    for path in &files {
        let name = path.to_string_lossy();
        let counted = |what: &str| number_after(&name, what).unwrap_or(1).saturating_sub(1);
        presented.add(lines(path)?.into_iter(), counted("sess"), counted("run"));
    }
    let archive = options.responses.iter().find(|path| path.extension().is_some_and(|ending| ending == "npz"));
    if let (true, Some(archive)) = (files.is_empty(), archive) {
        presented.add(names_within(archive)?.into_iter(), 0, 0);
    }
    if presented.entries.is_empty() {
        let path = options.responses.first().map_or(Path::new(""), PathBuf::as_path);
        return Err(Error::mismatch(path, "give the presentation lists of this subject with --lists"));
    }
    match &options.repeated {
        Some(path) => presented.test = lines(path)?.iter().map(|name| plain(name).to_owned()).collect(),
        None => {
            let mut times = HashMap::<&str, usize>::new();
            presented.entries.iter().for_each(|(name, ..)| *times.entry(name).or_default() += 1);
            let often = times.into_iter().filter(|&(_, times)| times > 1).map(|(name, _)| name.to_owned());
            let often: Vec<String> = often.collect();
            presented.test.extend(often);
        }
    }
    let shown: HashSet<&str> = presented.entries.iter().map(|(name, ..)| name.as_str()).collect();
    presented.test.retain(|name| shown.contains(name.as_str()));
    Ok(presented)
}

/// The text files below a folder, by session and run.
fn folder(path: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
            let path = entry.map_err(Error::io("list", &folder))?.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|ending| ending == "txt") => found.push(path),
                false => (),
            }
        }
    }
    let key = |path: &PathBuf| {
        let name = path.to_string_lossy().into_owned();
        let place = number_after(&name, "sess").zip(number_after(&name, "run"));
        place
            .ok_or_else(|| Error::mismatch(path, "its name has no session and run, as in sess01_run02: list the files"))
    };
    let mut keyed = found.into_iter().map(|path| Ok((key(&path)?, path))).collect::<Result<Vec<_>>>()?;
    keyed.sort();
    Ok(keyed.into_iter().map(|(_, path)| path).collect())
}

/// The number behind the last occurrence of a word: 2 in `sess02_run10` behind `sess`.
fn number_after(text: &str, word: &str) -> Option<u16> {
    let rest = &text[text.rfind(word)? + word.len()..];
    let digits = rest.trim_start_matches(['_', '-']);
    digits[..digits.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}
