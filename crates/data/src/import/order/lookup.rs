//! Names that files list, found among the names of images.

use std::collections::HashMap;
use std::path::Path;

use afterimage_formats::names::nfc;

use crate::{Error, Result};

/// Names this unlike are no typing errors.
const SIMILARITY: f64 = 0.8;

/// Every way to name an image: in full, by its last part, or by that without its ending. Names are compared composed
/// (NFC), since macOS and other systems spell accents differently.
pub(crate) struct Lookup<'a> {
    names: &'a [&'a str],
    full: HashMap<String, Found>,
    short: HashMap<String, Found>,
}

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The image at this position.
    One(usize),
    /// These two images, and perhaps others.
    Several(usize, usize),
    /// No image.
    None,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(names: &'a [&'a str]) -> Self {
        let (mut full, mut short) = (HashMap::new(), HashMap::new());
        for (index, name) in names.iter().enumerate() {
            let name = nfc(name);
            let last = name.rsplit('/').next().unwrap_or(&name);
            let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
            add(&mut short, last, index);
            add(&mut short, stem, index);
            add(&mut full, &name, index);
        }
        Self { names, full, short }
    }

    /// The image of a name; full names win over the shortened ones of others.
    pub(crate) fn find(&self, name: &str) -> Found {
        let name = nfc(name.trim());
        let found = self.full.get(name.as_ref()).or_else(|| self.short.get(name.as_ref()));
        found.copied().unwrap_or(Found::None)
    }

    /// Positions of entries that may be called one thing or another.
    ///
    /// # Errors
    /// [`Error::Mismatch`] naming `path` and the first entry that names no image or several.
    pub(crate) fn find_either<S: AsRef<str>, const N: usize>(
        &self,
        path: &Path,
        entries: &[[S; N]],
    ) -> Result<Vec<usize>> {
        let find = |(at, called): (usize, &[S; N])| {
            let found = called.iter().map(|name| self.find(name.as_ref())).find(|found| *found != Found::None);
            let (name, entry) = (called[0].as_ref(), at + 1);
            match found.unwrap_or(Found::None) {
                Found::One(index) => Ok(index),
                Found::Several(a, b) => {
                    let (a, b) = (self.names[a], self.names[b]);
                    let reason = format!(
                        "entry {entry} is \"{name}\", which names several images, \"{a}\" and \"{b}\": write their folders too"
                    );
                    Err(Error::mismatch(path, reason))
                }
                Found::None => {
                    let reason = format!(
                        "entry {entry} is \"{}\", which no image is called; {}",
                        name.escape_debug(),
                        self.nearest(name)
                    );
                    Err(Error::mismatch(path, reason))
                }
            }
        };
        entries.iter().enumerate().map(find).collect()
    }

    /// The name that is nearest to one that no image has, and how they differ; else an example.
    pub(crate) fn nearest(&self, wanted: &str) -> String {
        let last = |name: &'a str| name.rsplit('/').next().unwrap_or(name);
        let same = self.names.iter().find_map(|name| {
            [*name, last(name), stem(last(name))].into_iter().find_map(|form| Some((form, difference(wanted, form)?)))
        });
        if let Some((name, how)) = same {
            return format!("\"{}\" {how}", name.escape_debug());
        }
        let scored = self.names.iter().map(|name| (strsim::jaro_winkler(stem(wanted), stem(last(name))), *name));
        let best = scored.filter(|(score, _)| *score >= SIMILARITY).max_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((_, name)) => format!("the nearest is \"{name}\", of {} images", self.names.len()),
            None => {
                let example = self.names.first().copied().unwrap_or_default();
                format!("they are called like \"{example}\", of {} images", self.names.len())
            }
        }
    }
}

fn add(keys: &mut HashMap<String, Found>, key: &str, index: usize) {
    let found = keys.entry(key.to_owned()).or_insert(Found::One(index));
    if let Found::One(other) = *found
        && other != index
    {
        *found = Found::Several(other, index);
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// How two names that look alike differ; `None` if they look different too.
fn difference(wanted: &str, name: &str) -> Option<&'static str> {
    let visible = |text: &str| nfc(text).chars().filter(|&c| !is_invisible(c)).collect::<String>();
    let blanks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let (wanted, name) = (visible(wanted), visible(name));
    let wanted_stem = stem(&wanted);
    if wanted == name {
        Some("differs in an invisible character")
    } else if wanted.to_lowercase() == name.to_lowercase() {
        Some("differs in letter case")
    } else if blanks(&wanted) == blanks(&name) {
        Some("differs in blanks")
    } else if wanted.replace('\\', "/") == name {
        Some("is written with / instead of \\")
    } else if wanted_stem != wanted && wanted_stem == stem(&name) {
        Some("has another ending")
    } else if wanted.rsplit(['/', '\\']).next() == Some(name.as_str()) {
        Some("lies in another folder")
    } else {
        None
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(entry: &str, names: &[&str]) -> String {
        Lookup::new(names).find_either(Path::new("list.txt"), &[[entry]]).unwrap_err().to_string()
    }

    #[test]
    fn names_are_found_whatever_their_composition() {
        let names = ["a/cafe\u{301}.png", "b/x.png", "b/y.png", "c/y.png"];
        let lookup = Lookup::new(&names);
        assert_eq!(lookup.find("café.png"), Found::One(0));
        assert_eq!(lookup.find("x"), Found::One(1));
        assert_eq!(lookup.find("y.png"), Found::Several(2, 3));
        assert_eq!(lookup.find("c/y.png"), Found::One(3));
    }

    #[test]
    fn two_spellings_of_one_name_are_ambiguous() {
        assert_eq!(Lookup::new(&["cafe\u{301}.png", "café.png"]).find("café.png"), Found::Several(0, 1));
    }

    #[test]
    fn message_shows_the_nearest_name_and_the_difference() {
        let names = ["Dog.png", "big cat.png", "deep/z.png"];
        for (entry, expected) in [
            ("dog.png", "\"Dog.png\" differs in letter case"),
            ("bigcat.png", "\"big cat.png\" differs in blanks"),
            ("Dog.jpg", "\"Dog.png\" has another ending"),
            (
                "Dog\u{200b}.png",
                "entry 1 is \"Dog\\u{200b}.png\", which no image is called; \"Dog.png\" differs in an invisible",
            ),
            ("Dogs.png", "the nearest is \"Dog.png\""),
            ("deep\\z.png", "\"deep/z.png\" is written with /"),
            ("shallow/z.png", "\"z.png\" lies in another folder"),
            ("horse.png", "they are called like \"Dog.png\", of 3 images"),
        ] {
            assert!(refusal(entry, &names).contains(expected), "{}", refusal(entry, &names));
        }
    }
}
