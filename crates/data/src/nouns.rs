//! Which classes are one under different names, by WordNet: `n01443537`, `goldfish` and `Carassius auratus`.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use flate2::read::GzDecoder;

/// One class of ImageNet per line: its number and its nouns; see `assets/nouns.PROVENANCE.md`.
static TABLE: &[u8] = include_bytes!("../assets/nouns.tsv.gz");

/// What a class can mean: its own name, and the synsets that have it as number or noun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    name: String,
    synsets: BTreeSet<u32>,
}

impl Meaning {
    /// The meaning of a class as folders and tables name it.
    pub fn of(class: &str) -> Self {
        let name = plain(class);
        let nouns = nouns();
        let synsets = match number(&name) {
            Some(number) => BTreeSet::from([number]),
            None => singulars(&name).find_map(|noun| nouns.get(&noun)).cloned().unwrap_or_default(),
        };
        Self { name, synsets }
    }

    /// Whether two classes have a name or a synset in common.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name || !self.synsets.is_disjoint(&other.synsets)
    }
}

/// Lower case, with spaces for underscores and hyphens.
fn plain(class: &str) -> String {
    class.trim().to_lowercase().replace(['_', '-'], " ")
}

/// The number in `n01443537`.
fn number(name: &str) -> Option<u32> {
    let digits = name.strip_prefix('n').filter(|digits| digits.len() == 8)?;
    digits.parse().ok()
}

/// The name, then what it may be the plural of.
fn singulars(name: &str) -> impl Iterator<Item = String> {
    let endings = [("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ves", "f")];
    endings.into_iter().filter_map(move |(plural, singular)| Some(format!("{}{singular}", name.strip_suffix(plural)?)))
}

/// Synsets by noun.
fn nouns() -> &'static HashMap<String, BTreeSet<u32>> {
    static NOUNS: OnceLock<HashMap<String, BTreeSet<u32>>> = OnceLock::new();
    NOUNS.get_or_init(|| {
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(b'\t').has_headers(false).flexible(true).quoting(false);
        let mut nouns: HashMap<String, BTreeSet<u32>> = HashMap::new();
        for line in reader.from_reader(GzDecoder::new(TABLE)).records() {
            let line = line.expect("the embedded table is whole: a test reads it");
            let Some(synset) = line.get(0).and_then(number) else { continue };
            for noun in line.iter().skip(1) {
                nouns.entry(plain(noun)).or_default().insert(synset);
            }
        }
        nouns
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        Meaning::of(a).is_same(&Meaning::of(b))
    }

    #[test]
    fn numbers_nouns_and_plurals_are_one_class() {
        assert!(same("n01443537", "goldfish") && same("Carassius_auratus", "goldfish"));
        assert!(same("airplanes", "n02691156") && same("butterflies", "butterfly") && same("Wolves", "wolf"));
        assert!(same("my own class", "My_own-class"));
        assert!(!same("goldfish", "n02084071") && !same("dog", "cat") && !same("xyzzy", "plugh"));
    }

    #[test]
    fn noun_of_two_meanings_matches_both() {
        assert!(same("crane", "n02012849") && same("crane", "n03126707") && !same("n02012849", "n03126707"));
    }

    #[test]
    fn table_is_whole() {
        let synsets: BTreeSet<u32> = nouns().values().flatten().copied().collect();
        assert_eq!(synsets.len(), LINES);
    }

    const LINES: usize = 21_841;
}
