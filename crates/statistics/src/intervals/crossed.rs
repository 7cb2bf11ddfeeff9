//! Bootstrap over two crossed levels: participants, and items that all of them may have seen.

use super::bootstrap::percentile_of;
use crate::draws::{Purpose, below, repeat};
use crate::{Interval, Sample};

/// One observation: the answer of participant `row` to item `column`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossed {
    /// Participant.
    pub row: usize,
    /// Item.
    pub column: usize,
    /// Value.
    pub value: f64,
}

/// Percentile interval of the mean of all observations, over new participants and new items at once.
///
/// Each resample draws as many rows as there are, and independently as many columns, with replacement; an observation
/// counts as often as its row was drawn times its column. Items shared by participants thus keep their share of the
/// variance, whereas drawing items separately within each participant would divide it by the number of participants.
/// The interval is conservative: its variance counts that of single answers up to three times.
///
/// `None` with fewer than two rows or two columns, values that are all equal, or no resample.
///
/// Source: Owen, *The pigeonhole bootstrap*, Ann. Appl. Stat. 1, 2007.
pub fn crossed_mean(values: &[Crossed], resamples: usize, seed: u64) -> Option<Interval> {
    crossed(values, resamples, seed, |weigh| mean(values, weigh))
}

/// Percentile interval of `mean(b) - mean(a)`, where both have the same participants (rows) and items (columns).
///
/// Like [`crossed_mean`]; both means use the same draws.
pub fn crossed_difference(a: &[Crossed], b: &[Crossed], resamples: usize, seed: u64) -> Option<Interval> {
    let both: Vec<Crossed> = a.iter().chain(b).copied().collect();
    crossed(&both, resamples, seed, |weigh| mean(b, weigh) - mean(a, weigh))
}

fn mean(values: &[Crossed], weigh: &dyn Fn(&Crossed) -> f64) -> f64 {
    let (sum, weight) = values.iter().fold((0.0, 0.0), |(sum, weight), v| {
        let w = weigh(v);
        (sum + w * v.value, weight + w)
    });
    sum / weight
}

fn crossed(
    values: &[Crossed],
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&dyn Fn(&Crossed) -> f64) -> f64 + Sync,
) -> Option<Interval> {
    let present = |of: fn(&Crossed) -> usize| {
        let mut found: Vec<usize> = values.iter().map(of).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    let (rows, columns) = (present(|v| v.row), present(|v| v.column));
    if rows.len() < 2 || columns.len() < 2 {
        return None;
    }
    let drawn = repeat(resamples, seed, Purpose::Crossed, |rng| {
        let mut count = |levels: &[usize]| {
            let mut weights = vec![0.0; levels.last().map_or(0, |last| last + 1)];
            (0..levels.len()).for_each(|_| weights[levels[below(rng, levels.len())]] += 1.0);
            weights
        };
        let (of_rows, of_columns): (Vec<f64>, Vec<f64>) = (count(&rows), count(&columns));
        statistic(&|v: &Crossed| of_rows[v.row] * of_columns[v.column])
    });
    let over = vec![Sample::of(rows.len(), "participant"), Sample::of(columns.len(), "item")];
    let interval = percentile_of(drawn, "participants and items, crossed").filter(Interval::has_width)?;
    Some(Interval { over, ..interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `value(row, column)` at every crossing.
    fn table(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Vec<Crossed> {
        let at = |row, column| Crossed { row, column, value: value(row, column) };
        (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| at(r, c)).collect()
    }

    fn width(interval: &Interval) -> f64 {
        interval.high - interval.low
    }

    #[test]
    fn items_that_all_see_keep_their_variance_however_many_see_them() {
        // The value depends on the item alone: the mean has the variance of 20 items, with 4 participants or with 40.
        let item = |_, column: usize| column as f64;
        let expected = 2.0 * 1.96 * (399.0_f64 / 12.0 / 20.0).sqrt();
        for rows in [4, 40] {
            let interval = crossed_mean(&table(rows, 20, item), 8000, 1).unwrap();
            assert!((width(&interval) / expected - 1.0).abs() < 0.06, "{rows}: {interval:?}");
        }
    }

    #[test]
    fn variances_of_participants_and_items_add() {
        let sum = |row: usize, column: usize| (row % 2) as f64 + (column % 2) as f64;
        let interval = crossed_mean(&table(30, 20, sum), 8000, 1).unwrap();
        let expected = 2.0 * 1.96 * (0.25_f64 / 30.0 + 0.25 / 20.0).sqrt();
        assert!((width(&interval) / expected - 1.0).abs() < 0.05, "{interval:?}");
        assert!(interval.method.contains("participants and items, crossed"));
    }

    #[test]
    fn what_both_share_leaves_the_difference() {
        let a = table(12, 10, |row, column| (row + column) as f64);
        let b: Vec<Crossed> = a.iter().map(|v| Crossed { value: v.value + 0.25, ..*v }).collect();
        // All differences are equal up to rounding: no interval, or one of no width.
        let interval = crossed_difference(&a, &b, 2000, 0);
        let is_point = |i: &Interval| (i.low - 0.25).abs() < 1e-9 && (i.high - 0.25).abs() < 1e-9;
        assert!(interval.as_ref().is_none_or(is_point), "{interval:?}");
    }

    #[test]
    fn one_participant_or_one_item_has_no_interval() {
        assert!(crossed_mean(&table(1, 9, |_, _| 0.5), 100, 0).is_none());
        assert!(crossed_mean(&table(9, 1, |_, _| 0.5), 100, 0).is_none());
        assert!(crossed_mean(&[], 100, 0).is_none());
    }
}
