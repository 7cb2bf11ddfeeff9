//! Which stimuli are held out, drawn by a seed.

use afterimage_statistics::draws::{SOLE, stream};
use rand::seq::SliceRandom;

use crate::header::Split;

/// Draws `test` and then `validation` of `count` stimuli at random; the same seed gives the same split on every machine.
///
/// Stimuli in `fixed` are the test part, and `test` is ignored, when it is given. Too large numbers give `None`:
/// at least one stimulus has to remain for training.
pub fn random_split(
    count: usize,
    test: usize,
    validation: usize,
    seed: u64,
    fixed: Option<&[usize]>,
) -> Option<Vec<Split>> {
    let mut splits = vec![Split::Train; count];
    for &index in fixed.unwrap_or_default() {
        *splits.get_mut(index)? = Split::Test;
    }
    let mut free: Vec<usize> = (0..count).filter(|&index| splits[index] == Split::Train).collect();
    free.shuffle(&mut stream(seed, SOLE, 0));
    let test = if fixed.is_some() { 0 } else { test };
    if test.checked_add(validation)? >= free.len() {
        return None;
    }
    free[..test].iter().for_each(|&index| splits[index] = Split::Test);
    free[test..test + validation].iter().for_each(|&index| splits[index] = Split::Validation);
    Some(splits)
}

/// Draws whole groups of stimuli until at least `test`, then at least `validation` of them are held out.
///
/// `of` is the group of each stimulus. `None` when no group remains for training.
pub(crate) fn grouped_split(of: &[usize], test: usize, validation: usize, seed: u64) -> Option<Vec<Split>> {
    let mut groups: Vec<usize> = of.to_vec();
    groups.sort_unstable();
    groups.dedup();
    groups.shuffle(&mut stream(seed, SOLE, 0));
    let mut splits = vec![Split::Train; of.len()];
    let mut rest = groups.into_iter();
    for (part, wanted) in [(Split::Test, test), (Split::Validation, validation)] {
        let mut held = 0;
        while held < wanted {
            let group = rest.next()?;
            for (split, _) in splits.iter_mut().zip(of).filter(|&(_, &of)| of == group) {
                *split = part;
                held += 1;
            }
        }
    }
    rest.next().map(|_| splits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(splits: &[Split], wanted: Split) -> usize {
        splits.iter().filter(|&&split| split == wanted).count()
    }

    #[test]
    fn same_seed_same_split_and_other_seed_another() {
        let draw = |seed| random_split(50, 10, 5, seed, None).unwrap();
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
        assert_eq!((count(&draw(3), Split::Test), count(&draw(3), Split::Validation)), (10, 5));
    }

    #[test]
    fn split_of_a_seed_is_that_of_earlier_versions() {
        let splits = random_split(8, 2, 1, 3, None).unwrap();
        let of = |wanted| (0..8).filter(|&at| splits[at] == wanted).collect::<Vec<usize>>();
        assert_eq!((of(Split::Test), of(Split::Validation)), (vec![2, 7], vec![0]));
    }

    #[test]
    fn groups_are_held_out_whole() {
        let of: Vec<usize> = (0..40).map(|at| at % 8).collect();
        let splits = grouped_split(&of, 7, 3, 1).unwrap();
        assert_eq!((count(&splits, Split::Test), count(&splits, Split::Validation)), (10, 5));
        assert!((8..40).all(|at| splits[at] == splits[at % 8]));
        assert_ne!(splits, grouped_split(&of, 7, 3, 2).unwrap());
        assert_eq!(grouped_split(&of, 36, 0, 1), None);
    }

    #[test]
    fn test_part_does_not_depend_on_the_validation_size() {
        let test = |validation| {
            let splits = random_split(50, 10, validation, 0, None).unwrap();
            (0..50).filter(|&index| splits[index] == Split::Test).collect::<Vec<_>>()
        };
        assert_eq!(test(0), test(20));
    }

    #[test]
    fn listed_test_stimuli_are_the_test_part() {
        let splits = random_split(6, 99, 2, 0, Some(&[1, 4])).unwrap();
        assert_eq!((splits[1], splits[4], count(&splits, Split::Test)), (Split::Test, Split::Test, 2));
    }

    #[test]
    fn nothing_left_for_training_is_refused() {
        assert_eq!(random_split(10, 8, 2, 0, None), None);
        assert_eq!(random_split(10, usize::MAX, 2, 0, None), None);
    }
}
