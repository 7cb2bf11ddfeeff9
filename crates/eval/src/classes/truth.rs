//! Which class of a bank each test item belongs to.

use std::collections::BTreeSet;

use afterimage_data::Meaning;

/// The class of each test item among those of a bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Index of the class; `None` if the item has no class, or its class is not in the bank.
    pub class: Vec<Option<usize>>,
    /// Classes of items that the bank does not have, or has under more than one name.
    pub unmatched: BTreeSet<String>,
}

impl Truth {
    /// Matches the classes of items with those of a bank: by name without regard to case, `_` and `-`, else by WordNet
    /// where that leaves one.
    pub fn of(items: &[Option<String>], bank: &[String]) -> Self {
        let meanings: Vec<Meaning> = bank.iter().map(|name| Meaning::of(name)).collect();
        let mut unmatched = BTreeSet::new();
        let class = items
            .iter()
            .map(|item| {
                let item = item.as_deref()?;
                let found = find(item, bank, &meanings);
                if found.is_none() {
                    unmatched.insert(item.to_owned());
                }
                found
            })
            .collect();
        Self { class, unmatched }
    }

    /// True if no item has a class in the bank.
    pub fn is_empty(&self) -> bool {
        self.class.iter().all(Option::is_none)
    }
}

fn find(item: &str, bank: &[String], meanings: &[Meaning]) -> Option<usize> {
    let plain = |name: &str| name.trim().to_lowercase().replace(['_', '-'], " ");
    if let Some(place) = bank.iter().position(|name| plain(name) == plain(item)) {
        return Some(place);
    }
    let meaning = Meaning::of(item);
    let mut same = meanings.iter().enumerate().filter(|(_, other)| meaning.is_same(other)).map(|(place, _)| place);
    let first = same.next()?;
    same.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_found_by_name_then_by_wordnet_and_never_by_guess() {
        let bank = ["Goldfish", "n02012849", "n03126707", "striped-red-star"].map(str::to_owned);
        let items = ["goldfish", "n01443537", "crane", "Striped_red star", "xyzzy"].map(|name| Some(name.to_owned()));
        let truth = Truth::of(&[&items[..], &[None]].concat(), &bank);
        assert_eq!(truth.class, [Some(0), Some(0), None, Some(3), None, None]);
        assert_eq!(truth.unmatched, ["crane", "xyzzy"].map(str::to_owned).into());
    }
}
