//! Parts of the training items, for cross-validation.

use afterimage_statistics::draws::{SOLE, stream};
use rand::seq::SliceRandom;

use crate::{BaselineError, Result};

/// The fold of each item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    fold: Vec<usize>,
    count: usize,
}

impl Folds {
    /// Draws `count` folds by `seed`, whole groups at a time: the repeats of a stimulus lie in one fold.
    ///
    /// `groups` is the group (stimulus) of each item. Groups in shuffled order go to the fold with the fewest
    /// items so far. The order of the items changes nothing.
    ///
    /// # Errors
    /// [`BaselineError::Folds`] below two folds or with fewer groups than folds.
    pub fn of_groups(groups: &[u32], count: usize, seed: u64) -> Result<Self> {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if count < 2 || distinct.len() < count {
            return Err(BaselineError::Folds { folds: count, groups: distinct.len() });
        }
        let place = |group: &u32| distinct.binary_search(group).unwrap_or_default();
        let mut sizes = vec![0_usize; distinct.len()];
        groups.iter().for_each(|group| sizes[place(group)] += 1);
        let mut order: Vec<usize> = (0..distinct.len()).collect();
        order.shuffle(&mut stream(seed, SOLE, 0));
        let (mut items, mut of_group) = (vec![0_usize; count], vec![0_usize; distinct.len()]);
        for group in order {
            let fewest = (0..count).min_by_key(|&fold| items[fold]).unwrap_or_default();
            of_group[group] = fewest;
            items[fewest] += sizes[group];
        }
        Ok(Self { fold: groups.iter().map(|group| of_group[place(group)]).collect(), count })
    }

    /// Folds drawn elsewhere: the fold of each item, counted from 0, none of them empty.
    ///
    /// # Errors
    /// As [`Folds::of_groups`].
    pub fn given(fold: Vec<usize>) -> Result<Self> {
        let count = fold.iter().max().map_or(0, |&last| last + 1);
        let used = (0..count).filter(|index| fold.contains(index)).count();
        if count < 2 || used < count {
            return Err(BaselineError::Folds { folds: count, groups: used });
        }
        Ok(Self { fold, count })
    }

    /// Number of folds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of items.
    pub fn items(&self) -> usize {
        self.fold.len()
    }

    /// The fold of each item.
    pub fn fold_of(&self) -> &[usize] {
        &self.fold
    }

    /// Rows of the items in `fold`, and rows of all others.
    pub(crate) fn split(&self, fold: usize) -> (Vec<usize>, Vec<usize>) {
        (0..self.fold.len()).partition(|&row| self.fold[row] == fold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_of_a_stimulus_share_a_fold_and_folds_are_of_equal_size() {
        let groups: Vec<u32> = (0..90).map(|i| (i * 7) % 30).collect();
        let folds = Folds::of_groups(&groups, 5, 3).unwrap();
        for fold in 0..5 {
            assert_eq!(folds.split(fold).0.len(), 18);
        }
        for (i, a) in groups.iter().enumerate() {
            for (j, b) in groups.iter().enumerate() {
                assert!(a != b || folds.fold_of()[i] == folds.fold_of()[j]);
            }
        }
    }

    #[test]
    fn order_of_items_changes_no_fold_and_seed_does() {
        let groups: Vec<u32> = (0..40).collect();
        let reversed: Vec<u32> = groups.iter().rev().copied().collect();
        let of = |groups: &[u32], seed| Folds::of_groups(groups, 4, seed).unwrap();
        let mut back = of(&reversed, 1).fold;
        back.reverse();
        assert_eq!(of(&groups, 1).fold, back);
        assert_ne!(of(&groups, 1), of(&groups, 2));
    }

    #[test]
    fn more_folds_than_stimuli_are_refused() {
        assert!(matches!(Folds::of_groups(&[1, 1, 2, 2], 3, 0), Err(BaselineError::Folds { folds: 3, groups: 2 })));
        assert!(Folds::of_groups(&[1, 2], 1, 0).is_err());
        assert!(Folds::given(vec![0, 2, 2]).is_err());
    }
}
