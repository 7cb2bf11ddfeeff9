//! `compare.json` and `ablation.json`: runs compared score by score; `baselines.json` of a run is the same, with the run
//! itself first.

use afterimage_statistics::{Difference, Interval};
use serde::{Deserialize, Serialize};

use crate::{Artefact, layout, scores::NotComputed};

/// Version of the schema below.
pub const COMPARISON_VERSION: u32 = 2;

/// Runs compared. A *variant* is one experiment: its runs differ in seed, and in subject if there are several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Schema version, [`COMPARISON_VERSION`].
    pub version: u32,
    /// The heading that a reader sees.
    pub title: String,
    /// True if all variants were scored on the same held-out images, so that differences are paired.
    pub paired: bool,
    /// Data sets by title, one per subject if subjects are kept apart.
    pub subjects: Vec<String>,
    /// The variants; the first is the baseline that differences are taken from.
    pub variants: Vec<Variant>,
    /// The scores.
    pub rows: Vec<Row>,
    /// Scores that were requested and are not shown, with the reason.
    pub not_compared: Vec<NotComputed>,
    /// Remarks on the whole: how seeds and subjects were averaged, warnings of the runs.
    pub notes: Vec<String>,
    /// Number of p-values that one correction of Holm's runs over: the variants with a difference, within one score. In
    /// files of version 1 all p-values were one family.
    pub tests: usize,
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Draws of the sign-flip test.
    pub permutations: usize,
    /// Seed of every draw.
    pub seed: u64,
}

/// The run itself against its baselines.
impl Artefact for Comparison {
    const FILE: layout::RunFile = layout::BASELINES;
}

/// One experiment with its runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Short name.
    pub label: String,
    /// Its run folders.
    pub runs: Vec<String>,
    /// The seed of each run.
    pub seeds: Vec<u64>,
}

/// One score over all variants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Name of the score.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// The measure with its settings, as the baseline has it.
    pub metric: String,
    /// One sentence that defines the number.
    pub definition: String,
    /// Unit of values and differences.
    pub unit: String,
    /// True if larger is better.
    pub higher_is_better: bool,
    /// Chance level, if it is the same in all runs; else each cell has its own.
    pub chance: Option<f64>,
    /// What an item is.
    pub item_kind: String,
    /// One per variant; null if the variant has no such score.
    pub cells: Vec<Option<Cell>>,
}

/// A variant's value of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Mean over seeds, then over subjects.
    #[serde(deserialize_with = "afterimage_statistics::undefined::number")]
    pub value: f64,
    /// Interval of the value, if one is defined.
    pub interval: Option<Interval>,
    /// Chance level, mean over runs, if one is defined.
    pub chance: Option<f64>,
    /// Number of items, over all subjects.
    pub n: usize,
    /// Value of each run, in the order of the variant's runs.
    pub by_run: Vec<Option<f64>>,
    /// Standard deviation over seeds (n - 1), mean over subjects; null with one seed.
    pub spread: Option<f64>,
    /// Variant minus baseline; null for the baseline and if it cannot be computed.
    pub difference: Option<Difference>,
    /// Why there is no difference, or what limits it.
    pub note: Option<String>,
}

/// What a test says of a variant's difference from the reference; the number is how many of the levels 0.05, 0.01 and
/// 0.001 its corrected p is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Better than the reference, in the direction of the score.
    Better(usize),
    /// Worse than the reference.
    Worse(usize),
    /// No difference was found, or none was tested.
    Undecided,
}

/// Levels of [`Verdict`].
const LEVELS: [f64; 3] = [0.05, 0.01, 0.001];

impl Row {
    /// Returns the places of the best value among the variants; empty if they are all alike or there is only one, and for the checks of
    /// validity, which say how to read a score and are no merit.
    pub fn best(&self) -> Vec<usize> {
        if self.name.starts_with(crate::validity::PREFIX) {
            return Vec::new();
        }
        let signed = |v: f64| if self.higher_is_better { v } else { -v };
        let values: Vec<Option<f64>> =
            self.cells.iter().map(|c| c.as_ref().map(|c| signed(c.value)).filter(|v| v.is_finite())).collect();
        let best = values.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let is_best = |value: &Option<f64>| value.is_some_and(|v| v >= best);
        let (all, found) = (values.iter().flatten().count(), values.iter().filter(|v| is_best(v)).count());
        if found == all {
            return Vec::new();
        }
        values.iter().enumerate().filter(|(_, v)| is_best(v)).map(|(place, _)| place).collect()
    }

    /// Returns what the corrected test says of a cell of this row.
    pub fn verdict(&self, cell: &Cell) -> Verdict {
        let Some(d) = &cell.difference else { return Verdict::Undecided };
        match LEVELS.iter().filter(|level| d.p_holm < **level).count() {
            0 => Verdict::Undecided,
            level if (d.value > 0.0) == self.higher_is_better => Verdict::Better(level),
            level => Verdict::Worse(level),
        }
    }
}

impl Cell {
    /// Returns the number of images needed to separate the two variants, `Some(None)` beyond a million. `None` if it is
    /// not defined, or means nothing: no difference was observed, or its interval includes 0.
    pub fn images_needed(&self) -> Option<Option<usize>> {
        let d = self.difference.as_ref()?;
        let excludes_zero = d.interval.as_ref().is_none_or(|i| i.low > 0.0 || i.high < 0.0);
        let power = d.power.as_ref().filter(|_| d.value != 0.0 && excludes_zero)?;
        Some(power.images)
    }
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::{PValue, Power};

    use super::*;

    fn cell(value: f64, difference: f64, (low, high): (f64, f64), p_holm: f64) -> Option<Cell> {
        let interval = Interval { low, high, level: 0.95, method: String::new(), over: Vec::new() };
        let difference = Difference {
            value: difference,
            interval: Some(interval),
            bca: None,
            p: PValue::exact(p_holm, String::new()),
            p_holm,
            n: 9,
            power: Some(Power { images: Some(46_832), effect_size: 0.1, power: 0.8, alpha: 0.05 }),
            by_seed: Vec::new(),
        };
        let difference = Some(difference);
        Some(Cell {
            value,
            interval: None,
            chance: None,
            n: 9,
            by_run: Vec::new(),
            spread: None,
            difference,
            note: None,
        })
    }

    fn row(higher_is_better: bool, cells: Vec<Option<Cell>>) -> Row {
        Row {
            name: "a".into(),
            title: "A".into(),
            metric: String::new(),
            definition: String::new(),
            unit: "rank".into(),
            higher_is_better,
            chance: None,
            item_kind: "image".into(),
            cells,
        }
    }

    #[test]
    fn a_smaller_rank_is_better_and_the_best() {
        let cells = || vec![cell(3.0, 0.0, (0.0, 0.0), 1.0), None, cell(2.0, -1.0, (-2.0, -0.1), 0.004)];
        let (ranks, fractions) = (row(false, cells()), row(true, cells()));
        assert_eq!((ranks.best(), fractions.best()), (vec![2], vec![0]));
        let verdict = |row: &Row, place: usize| row.verdict(row.cells[place].as_ref().unwrap());
        assert_eq!((verdict(&ranks, 2), verdict(&fractions, 2)), (Verdict::Better(2), Verdict::Worse(2)));
        assert_eq!(verdict(&ranks, 0), Verdict::Undecided);
        assert_eq!(row(true, vec![cell(1.0, 0.0, (0.0, 0.0), 1.0); 2]).best(), Vec::<usize>::new());
    }

    #[test]
    fn images_needed_means_nothing_without_a_difference() {
        assert_eq!(cell(1.0, 0.5, (0.1, 0.9), 0.01).unwrap().images_needed(), Some(Some(46_832)));
        assert_eq!(cell(1.0, 0.5, (-0.1, 0.9), 0.01).unwrap().images_needed(), None);
        assert_eq!(cell(1.0, 0.0, (0.0, 0.0), 1.0).unwrap().images_needed(), None);
    }
}
