//! Agreement between people about which items they recognise.

use std::collections::BTreeMap;

use crate::correlation::pearson;
use crate::draws::{Purpose, below, repeat, shuffle};
use crate::{Interval, Sample, mean, percentile_interval};

/// One rating: whether one participant (`rater`) was right about one item (`unit`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rating {
    /// Participant.
    pub rater: usize,
    /// Item.
    pub unit: usize,
    /// True if the answer was right.
    pub right: bool,
}

/// Krippendorff's alpha of right and wrong, nominal, with missing ratings.
///
/// Over units with two ratings or more, `o = sum over units of 2 right wrong / (m - 1)` counts disagreeing pairs (m
/// ratings of the unit), n ratings have n1 right and n0 wrong, and `alpha = 1 - (n - 1) o / (2 n0 n1)`. 1 is perfect
/// agreement, 0 what chance gives. NaN if all pairable ratings are equal, or there are none.
///
/// Source: Krippendorff, *Content Analysis*, 2004, chapter 11.
pub fn krippendorff_alpha(ratings: &[Rating]) -> f64 {
    alpha(&units(ratings))
}

/// Percentile interval of [`krippendorff_alpha`] over units; resamples without a value are left out.
///
/// `None` with fewer than two units that two participants rated.
pub fn krippendorff_interval(ratings: &[Rating], resamples: usize, seed: u64) -> Option<Interval> {
    let units = units(ratings);
    if units.len() < 2 {
        return None;
    }
    let values = repeat(resamples, seed, Purpose::Bootstrap, |rng| {
        alpha(&units.iter().map(|_| units[below(rng, units.len())]).collect::<Vec<_>>())
    });
    percentile_interval(values, &Sample::of(units.len(), "item"))
}

/// Right and wrong ratings of each unit that has two or more.
fn units(ratings: &[Rating]) -> Vec<(f64, f64)> {
    let mut units: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for rating in ratings {
        let (right, wrong) = units.entry(rating.unit).or_default();
        *(if rating.right { right } else { wrong }) += 1.0;
    }
    units.into_values().filter(|(right, wrong)| right + wrong >= 2.0).collect()
}

fn alpha(units: &[(f64, f64)]) -> f64 {
    let (right, wrong) = units.iter().fold((0.0, 0.0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
    if right == 0.0 || wrong == 0.0 {
        return f64::NAN;
    }
    let disagreeing: f64 = units.iter().map(|(r, w)| 2.0 * r * w / (r + w - 1.0)).sum();
    1.0 - (right + wrong - 1.0) * disagreeing / (2.0 * right * wrong)
}

/// Split-half reliability of participants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SplitHalf {
    /// Mean over splits of Pearson's r between the accuracies of the items in either half.
    pub half: f64,
    /// Reliability of the accuracies of all participants, [`spearman_brown`]; its root bounds any correlation with them.
    pub reliability: f64,
    /// Splits in which r was defined.
    pub splits: usize,
}

/// Reliability of the mean over all measurements from the correlation r of two halves, `2 r / (1 + r)`: at most 1; -1 or less,
/// of an r below -1/3, is given as -1.
///
/// Source: Spearman, Br. J. Psychol. 3, 1910; Brown, the same volume.
///
/// ```
/// use afterimage_statistics::spearman_brown;
///
/// assert_eq!([1.0, 0.5, 0.0, -0.4, -1.0].map(spearman_brown), [1.0, 2.0 / 3.0, 0.0, -1.0, -1.0]);
/// ```
pub fn spearman_brown(r: f64) -> f64 {
    if r <= -1.0 / 3.0 { -1.0 } else { 2.0 * r / (1.0 + r) }
}

/// Split-half reliability of the accuracies of units, over `splits` random halves of the raters.
///
/// In each split, accuracies are taken over units that both halves rated. `None` with fewer than four raters, or where
/// r is defined in no split. The Spearman-Brown formula treats both halves as exchangeable.
///
/// Source: Spearman, Br. J. Psychol. 3, 1910; Brown, the same volume.
pub fn split_half(ratings: &[Rating], splits: usize, seed: u64) -> Option<SplitHalf> {
    let mut raters: Vec<usize> = ratings.iter().map(|r| r.rater).collect();
    raters.sort_unstable();
    raters.dedup();
    if raters.len() < 4 {
        return None;
    }
    let place: BTreeMap<usize, usize> = raters.iter().enumerate().map(|(i, r)| (*r, i)).collect();
    let mut values = repeat(splits, seed, Purpose::Halves, |rng| {
        let mut order: Vec<usize> = (0..place.len()).collect();
        shuffle(rng, &mut order);
        halves(ratings, |rating| order[place[&rating.rater]] < place.len() / 2)
    });
    values.retain(|r| r.is_finite());
    let half = mean(&values);
    half.is_finite().then_some(SplitHalf { half, reliability: spearman_brown(half), splits: values.len() })
}

fn halves(ratings: &[Rating], first: impl Fn(&Rating) -> bool) -> f64 {
    let mut units: BTreeMap<usize, [(f64, f64); 2]> = BTreeMap::new();
    for rating in ratings {
        let (right, all) = &mut units.entry(rating.unit).or_default()[usize::from(first(rating))];
        *right += f64::from(u8::from(rating.right));
        *all += 1.0;
    }
    let both: Vec<_> = units.into_values().filter(|halves| halves.iter().all(|half| half.1 > 0.0)).collect();
    let of = |half: usize| both.iter().map(|halves| halves[half].0 / halves[half].1).collect::<Vec<f64>>();
    pearson(&of(0), &of(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::stream;

    fn ratings(table: &[&str]) -> Vec<Rating> {
        let rows = table.iter().enumerate();
        rows.flat_map(|(rater, row)| {
            row.chars().enumerate().filter(|(_, c)| *c != '.').map(move |(unit, c)| Rating {
                rater,
                unit,
                right: c == '1',
            })
        })
        .collect()
    }

    #[test]
    fn alpha_with_missing_ratings_is_that_of_the_krippendorff_package() {
        // golden/people.py
        let alpha = krippendorff_alpha(&ratings(&["110.1001", "1101100.", "0111.011"]));
        assert!((alpha - 0.423_076_92).abs() < 1e-7, "{alpha}");
    }

    #[test]
    fn alpha_is_one_where_all_agree_and_undefined_where_nothing_differs() {
        assert_eq!(krippendorff_alpha(&ratings(&["1010", "1010"])), 1.0);
        assert!(krippendorff_alpha(&ratings(&["1111", "1111"])).is_nan());
        assert!(krippendorff_alpha(&ratings(&["10.."])).is_nan());
    }

    #[test]
    fn halves_that_answer_alike_are_reliable() {
        let same = split_half(&ratings(&["110010"; 6]), 200, 1).unwrap();
        assert!((same.half - 1.0).abs() < 1e-12 && (same.reliability - 1.0).abs() < 1e-12 && same.splits == 200);
        assert!(split_half(&ratings(&["10", "10", "10"]), 10, 1).is_none());
    }

    #[test]
    fn reliability_is_that_of_the_items_variance() {
        // Items of accuracy 0.2 and 0.8 (variance 0.09), n raters: reliability is 0.09 / (0.09 + 0.16 / n), here n =
        // 20.
        let mut rng = stream(5, Purpose::Bootstrap, 0);
        let mut all = Vec::new();
        for rater in 0..20 {
            for unit in 0..400 {
                let right = below(&mut rng, 10) < if unit % 2 == 0 { 2 } else { 8 };
                all.push(Rating { rater, unit, right });
            }
        }
        let found = split_half(&all, 50, 1).unwrap();
        assert!((found.reliability - 0.09 / (0.09 + 0.16 / 20.0)).abs() < 0.02, "{found:?}");
    }
}
