//! The reliability of the test part in a few numbers.

use afterimage_statistics::{Interval, RecordedUnit, counted, jackknife_correlation};

use crate::store::DataSet;
use crate::{NoiseCeiling, Reliability, Result, SplitHalf};

/// Noise ceiling and split-half reliability of the voxels of the test part.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliable {
    /// Noise ceilings, from the repeats of the test stimuli.
    pub ceiling: NoiseCeiling,
    /// Split-half reliabilities, from the same.
    pub halves: SplitHalf,
    /// Mean over voxels of the split-half correlation, with its interval over stimuli, a jackknife of Fisher's z; `None` with
    /// fewer than [`FEW_STIMULI`], or if no voxel has one.
    pub agreement: Option<(f64, Interval)>,
}

/// Below this number of stimuli a reliability says little.
pub const FEW_STIMULI: usize = 10;

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
        Ok(found.map(|(ceiling, halves, jackknife)| {
            let enough = jackknife.means().filter(|(_, without)| without.len() >= FEW_STIMULI);
            let agreement = enough.and_then(|(r, without)| Some((r, jackknife_correlation(r, &without)?)));
            Self { ceiling, halves, agreement }
        }))
    }

    /// Mean split-half correlation over voxels in words, with its interval and the noise ceiling; `None` where it is not known.
    pub fn describe(&self, unit: RecordedUnit) -> Option<String> {
        let (r, interval) = self.agreement.as_ref()?;
        Some(format!(
            "mean split-half r over {} {r:.3} (95 % interval {:.3} to {:.3}, n = {} test stimuli), noise ceiling of the median \
             {} {:.0} %",
            unit.plural(),
            interval.low,
            interval.high,
            self.halves.stimuli,
            unit.singular(),
            of(&self.ceiling.percent, 0.5)
        ))
    }

    /// A warning if the repeats agree no better than by chance, or most voxels have no signal; `None` also with too few stimuli
    /// to tell.
    pub fn warning(&self, unit: RecordedUnit) -> Option<String> {
        let said = self.describe(unit)?;
        if self.agreement.as_ref().is_some_and(|(_, interval)| interval.low <= 0.0) {
            return Some(format!(
                "responses to repeats of one image do not agree: {said}; check the order of trials and images"
            ));
        }
        (of(&self.ceiling.percent, 0.5) <= 0.0).then(|| {
            format!(
                "more than half of the {} have a noise ceiling of 0: {said}; select those that respond (`afterimage prepare \
                 DATASET --select \"snr >= 0.5\"`, or --roi)",
                unit.plural()
            )
        })
    }

    /// Its measures, in the order in which they are shown.
    pub fn measures(&self) -> [Measured; 5] {
        let Self { ceiling, halves, .. } = self;
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
