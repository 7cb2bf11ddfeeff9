//! The presentation lists.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use afterimage_formats::names::nfc;
use afterimage_formats::text;

use super::{Bold5000Options, REPEATED, names_within};
use crate::header::LeftOut;
use crate::import::order::{Lookup, find_out_of_order, texts};
use crate::{Error, Result};

/// What was shown, in the order of the trials.
#[derive(Debug, Default)]
pub(super) struct Presented {
    /// Names without the mark of repeats, session and run.
    entries: Vec<(String, u16, u16)>,
    test: HashSet<String>,
    pub(super) files: Vec<PathBuf>,
    /// What of the lists no trial has.
    pub(super) left_out: Vec<LeftOut>,
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
            let name = nfc(plain(&line)).into_owned();
            if line.starts_with(REPEATED) {
                self.test.insert(name.clone());
            }
            self.entries.push((name, session, run));
        }
    }
}

/// Without the mark of repeats.
fn plain(name: &str) -> &str {
    name.strip_prefix(REPEATED).unwrap_or(name)
}

pub(super) fn read(options: &Bold5000Options) -> Result<Presented> {
    let mut presented = Presented { files: files(options)?, ..Presented::default() };
    let places = places(&presented.files)?;
    for (path, (session, run)) in presented.files.clone().iter().zip(places) {
        presented.add(text::lines(path)?.into_iter(), session, run);
    }
    let archive = options.responses.iter().find(|path| path.extension().is_some_and(|ending| ending == "npz"));
    if let (true, Some(archive)) = (presented.files.is_empty(), archive) {
        presented.add(names_within(archive)?.into_iter(), 0, 0);
    }
    if presented.entries.is_empty() {
        let path = options.responses.first().map_or(Path::new(""), PathBuf::as_path);
        return Err(Error::mismatch(path, "give the presentation lists of this subject with --lists"));
    }
    match &options.repeated {
        Some(path) => (presented.test, presented.left_out) = repeated(path, &presented)?,
        None => {
            let mut times = HashMap::<&str, usize>::new();
            presented.entries.iter().for_each(|(name, ..)| *times.entry(name).or_default() += 1);
            let often = times.into_iter().filter(|&(_, times)| times > 1).map(|(name, _)| name.to_owned());
            let often: Vec<String> = often.collect();
            presented.test.extend(often);
        }
    }
    Ok(presented)
}

/// The lists in the order of the trials.
fn files(options: &Bold5000Options) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in &options.lists {
        if path.is_dir() { files.extend(folder(path)?) } else { files.push(path.clone()) }
    }
    match options.order {
        Some(order) => Ok(order.positions(&texts(&files)).into_iter().map(|at| files[at].clone()).collect()),
        None => {
            refuse_other_order(&files)?;
            Ok(files)
        }
    }
}

/// A shell puts run10 before run2, or even before run1: lists that are given so are not in the order of the trials.
fn refuse_other_order(files: &[PathBuf]) -> Result<()> {
    let names = texts(files);
    let places: Option<Vec<(u16, u16)>> = files.iter().map(|path| place(path)).collect();
    let (first, second, by) = match places {
        Some(places) => match places.windows(2).position(|pair| pair[0] > pair[1]) {
            Some(at) => (names[at].as_str(), names[at + 1].as_str(), "by the sessions and runs in their names"),
            None => return Ok(()),
        },
        None => match find_out_of_order(&names) {
            Some((first, second)) => (first, second, "by the numbers in their names"),
            None => return Ok(()),
        },
    };
    let reason = format!(
        "lists are in the order of the trials, and \"{first}\" is given before \"{second}\" but comes after it {by}: \
         give their folder, whose lists are taken by session and run, or state the order with --order natural or --order \
         bytes; for any other order, give one list of all trials"
    );
    Err(Error::mismatch(Path::new(second), reason))
}

/// Session and run of each list, from 0: by its name or, where not all names say both, by its place.
fn places(files: &[PathBuf]) -> Result<Vec<(u16, u16)>> {
    let named: Option<Vec<(u16, u16)>> = files.iter().map(|path| place(path)).collect();
    let Some(named) = named else { return Ok((0..files.len()).map(|at| (0, at as u16)).collect()) };
    let mut known = HashMap::new();
    for (path, place) in files.iter().zip(&named) {
        if let Some(other) = known.insert(*place, path) {
            let reason = format!(
                "it is of the same session and run as \"{}\": give the lists of one subject, each once",
                other.display()
            );
            return Err(Error::mismatch(path, reason));
        }
    }
    Ok(named.into_iter().map(|(session, run)| (session.saturating_sub(1), run.saturating_sub(1))).collect())
}

/// The list of repeated images, as far as this subject saw them.
fn repeated(path: &Path, presented: &Presented) -> Result<(HashSet<String>, Vec<LeftOut>)> {
    let names: Vec<String> = text::lines(path)?.iter().map(|name| nfc(plain(name)).into_owned()).collect();
    let shown: HashSet<&str> = presented.entries.iter().map(|(name, ..)| name.as_str()).collect();
    let (test, unseen): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| shown.contains(name.as_str()));
    if test.is_empty() {
        let reason = match unseen.first() {
            None => "it names no image".to_owned(),
            Some(first) => {
                let known: Vec<&str> = shown.into_iter().collect();
                format!(
                    "no trial shows any of its {} images; for \"{first}\", {}",
                    unseen.len(),
                    Lookup::new(&known).nearest(first)
                )
            }
        };
        return Err(Error::mismatch(path, reason));
    }
    let unseen = LeftOut::named("name", "of a repeated image that no trial shows", unseen);
    Ok((test.into_iter().collect(), unseen.into_iter().collect()))
}

/// The text files below a folder, by session and run.
fn folder(path: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
            let path = entry.map_err(Error::io("list", &folder))?.path();
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_dir() {
                open.push(path);
            } else if !is_hidden && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt")) {
                found.push(path);
            }
        }
    }
    let key = |path: &PathBuf| {
        place(path)
            .ok_or_else(|| Error::mismatch(path, "its name has no session and run, as in sess01_run02: list the files"))
    };
    let mut keyed = found.into_iter().map(|path| Ok((key(&path)?, path))).collect::<Result<Vec<_>>>()?;
    keyed.sort();
    Ok(keyed.into_iter().map(|(_, path)| path).collect())
}

/// Session and run in a path such as `CSI1/CSI_sess02_run10.txt` or `ses-02/run-10.txt`.
fn place(path: &Path) -> Option<(u16, u16)> {
    let path = path.to_string_lossy().to_ascii_lowercase();
    let session = ["session", "sess", "ses"].iter().find_map(|word| number_after(&path, word))?;
    Some((session, number_after(&path, "run")?))
}

/// The number behind the last occurrence of a word: 2 in `sess02_run10` behind `sess`.
fn number_after(text: &str, word: &str) -> Option<u16> {
    let rest = &text[text.rfind(word)? + word.len()..];
    let digits = rest.trim_start_matches(['_', '-']);
    digits[..digits.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}
