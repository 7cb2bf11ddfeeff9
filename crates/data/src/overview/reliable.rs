//! The reliability of the test part in a few numbers.

use afterimage_statistics::counted;

use crate::store::DataSet;
use crate::{NoiseCeiling, Reliability, Result, SplitHalf};

/// Noise ceiling and split-half reliability of the voxels of the test part.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliable {
    /// Noise ceilings, from the repeats of the test stimuli.
    pub ceiling: NoiseCeiling,
    /// Split-half reliabilities, from the same.
    pub halves: SplitHalf,
}

/// One measure over voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its short name.
    pub name: &'static str,
    /// What it is.
    pub meaning: String,
    /// 5 % quantile, median and 95 % quantile over the voxels in which it is defined.
    pub quantiles: [f64; 3],
}

impl Reliable {
    /// Of the test part; `None` with fewer than two stimuli that have repeats.
    ///
    /// # Errors
    /// [`crate::Error::Store`] for damaged chunks.
    pub fn of_test(data: &DataSet, halves: usize) -> Result<Option<Self>> {
        let found = Reliability::of_repeats(&data.held_out(), halves, 0)?;
        Ok(found.map(|(ceiling, halves)| Self { ceiling, halves }))
    }

    /// Its measures, in the order in which they are shown.
    pub fn measures(&self) -> [Measured; 5] {
        let Self { ceiling, halves } = self;
        let drawn = format!("correlation of halves of the repeats, mean of {}", counted(halves.draws, "draw"));
        [
            ("ncsnr", "signal divided by noise standard deviation of one trial", &ceiling.ncsnr),
            ("noise ceiling", "explainable variance of the mean over repeats, %", &ceiling.percent),
            ("ceiling r", "largest correlation with that mean", &ceiling.correlation),
            ("split-half r", &drawn, &halves.correlation),
            ("Spearman-Brown", "the same for the mean over all repeats", &halves.spearman_brown),
        ]
        .map(|(name, meaning, values)| Measured {
            name,
            meaning: meaning.to_owned(),
            quantiles: [0.05, 0.5, 0.95].map(|q| of(values, q)),
        })
    }
}

/// Quantile of the defined values, linearly interpolated.
fn of(values: &[f32], share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().map(|&value| f64::from(value)).filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() { f64::NAN } else { afterimage_statistics::quantile(&sorted, share) }
}
