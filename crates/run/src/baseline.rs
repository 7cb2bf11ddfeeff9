//! What `run.json` states about a baseline: a run in which no network was trained.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the reconstructions and predictions of a baseline were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// `ridge-pixels`, `retrieval`, `features` or `mean`, as the command line calls it.
    pub name: String,
    /// How the reconstructions were made, in words.
    pub method: String,
    /// How the predicted responses were made, in words; null without an encoder.
    pub encoder: Option<String>,
    /// The options of the command with their values.
    pub options: BTreeMap<String, String>,
    /// Penalties that were chosen.
    pub penalties: Vec<Penalties>,
    /// Names of the retrieved images, one per test item; empty if none was retrieved.
    pub retrieved: Vec<String>,
}

/// The penalties of one set of ridge regressions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Penalties {
    /// What was predicted.
    pub targets: String,
    /// What the penalties are relative to.
    pub unit: String,
    /// The grid, ascending.
    pub grid: Vec<f64>,
    /// Number of targets that chose each.
    pub chosen: Vec<usize>,
}

impl Penalties {
    /// Counts how often each place of `grid` was chosen.
    pub fn count(targets: &str, unit: &str, grid: &[f64], places: &[usize]) -> Self {
        let mut chosen = vec![0; grid.len()];
        places.iter().filter_map(|&place| chosen.get_mut(place).map(|count| *count += 1)).for_each(drop);
        Self { targets: targets.into(), unit: unit.into(), grid: grid.to_vec(), chosen }
    }

    /// Returns the median of the chosen penalties, the lower of two; `None` without targets.
    pub fn median(&self) -> Option<f64> {
        let half = self.chosen.iter().sum::<usize>().div_ceil(2);
        let mut seen = 0;
        let at = self.chosen.iter().position(|count| {
            seen += count;
            half > 0 && seen >= half
        })?;
        Some(self.grid[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_is_of_the_targets_not_of_the_grid() {
        let penalties = Penalties::count("pixels", "", &[0.1, 1.0, 10.0], &[2, 2, 0, 2, 1]);
        assert_eq!(penalties.chosen, [1, 1, 3]);
        assert_eq!(penalties.median(), Some(10.0));
        assert_eq!(Penalties::count("pixels", "", &[0.1], &[]).median(), None);
    }
}
