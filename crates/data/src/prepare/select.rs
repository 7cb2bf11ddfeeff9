//! Which voxels to keep.

use std::fmt;
use std::str::FromStr;

use super::stream::Stream;
use crate::header::FittedOn;
use crate::moments::Moments;
use crate::reliability::Repeats;
use crate::{Error, Result, SPLIT_HALF_DRAWS};

/// A measure of voxels and the rule that they have to meet: `snr >= 0.5`, `best 2000 split_half`, `prf-rsquared >= 10`,
/// `sd > 0` for those that are not constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// What is compared.
    pub measure: Measure,
    /// With what.
    pub rule: Rule,
}

/// A number for each voxel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Variance over stimuli by variance over repeats, of training trials: see [`crate::Reliability::snr`].
    Snr,
    /// Split-half reliability with Spearman-Brown, of training trials: see [`crate::Reliability::split_half`].
    SplitHalf,
    /// Standard deviation over training trials; 0 if a voxel is constant.
    Sd,
    /// A column of the data set, if it was not computed from test trials.
    Column(String),
}

/// How voxels are kept by a measure; those where it is undefined are not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// At least this much.
    Least(f32),
    /// More than this.
    Above(f32),
    /// This many of the largest; of equal ones the first.
    Best(usize),
}

impl Measure {
    pub(super) fn fitted_on(&self) -> FittedOn {
        match self {
            Self::Snr | Self::SplitHalf | Self::Sd => FittedOn::Training,
            // Others were refused.
            Self::Column(_) => FittedOn::Nothing,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Snr => "snr",
            Self::SplitHalf => "split_half",
            Self::Sd => "sd",
            Self::Column(name) => name,
        })
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Rule::Least(least) => write!(f, "{} >= {least}", self.measure),
            Rule::Above(above) => write!(f, "{} > {above}", self.measure),
            Rule::Best(count) => write!(f, "best {count} {}", self.measure),
        }
    }
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("\"{text}\" is not a selection: write \"snr >= 0.5\", \"sd > 0\" or \"best 2000 split_half\"");
        let measure = |name: &str| match name.trim() {
            "" => Err(wrong()),
            "snr" => Ok(Measure::Snr),
            "split_half" => Ok(Measure::SplitHalf),
            "sd" => Ok(Measure::Sd),
            name => Ok(Measure::Column(name.to_owned())),
        };
        if let Some((name, limit)) = text.split_once('>') {
            let (limit, rule): (&str, fn(f32) -> Rule) = match limit.strip_prefix('=') {
                Some(least) => (least, Rule::Least),
                None => (limit, Rule::Above),
            };
            let limit = limit.trim().parse().ok().filter(|limit: &f32| limit.is_finite()).ok_or_else(wrong)?;
            return Ok(Self { measure: measure(name)?, rule: rule(limit) });
        }
        let rest = text.trim().strip_prefix("best ").ok_or_else(wrong)?;
        let (count, name) = rest.trim().split_once(' ').ok_or_else(wrong)?;
        let count = count.parse().ok().filter(|&count: &usize| count > 0).ok_or_else(wrong)?;
        Ok(Self { measure: measure(name)?, rule: Rule::Best(count) })
    }
}

/// `[voxels left]`
pub(super) fn mask(stream: &Stream<'_>, selection: &Selection) -> Result<Vec<bool>> {
    let values = values(stream, &selection.measure)?;
    Ok(match selection.rule {
        Rule::Least(least) => values.iter().map(|value| *value >= least).collect(),
        Rule::Above(above) => values.iter().map(|value| *value > above).collect(),
        Rule::Best(count) => {
            let mut order: Vec<usize> = (0..values.len()).filter(|&voxel| !values[voxel].is_nan()).collect();
            order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
            let mut mask = vec![false; values.len()];
            order.into_iter().take(count).for_each(|voxel| mask[voxel] = true);
            mask
        }
    })
}

fn values(stream: &Stream<'_>, measure: &Measure) -> Result<Vec<f32>> {
    let wrong = |reason: String| Error::prepare(stream.data, reason);
    let repeats = Repeats {
        trials: &stream.trials,
        voxels: stream.voxels().count,
        inside: &|at| stream.is_seen(at),
        rows: &|visit| stream.for_each(visit),
    };
    let unrepeated =
        || wrong(format!("{measure} needs training stimuli shown more than once: select by a column, or by region"));
    match measure {
        Measure::Snr => repeats.snr()?.ok_or_else(unrepeated),
        Measure::SplitHalf => Ok(repeats.split_half(SPLIT_HALF_DRAWS, 0)?.ok_or_else(unrepeated)?.spearman_brown),
        Measure::Sd => {
            let mut moments = Moments::of_none(repeats.voxels);
            stream.for_each(|at, row| {
                if stream.is_training(at) {
                    moments.add(row);
                }
            })?;
            Ok(moments.mean_and_sd().1.iter().map(|sd| *sd as f32).collect())
        }
        Measure::Column(name) => {
            let voxels = stream.voxels();
            let column = voxels.columns.get(name).ok_or_else(|| {
                let names: Vec<&str> = voxels.columns.keys().map(String::as_str).collect();
                wrong(format!("there is no column \"{name}\"; there are snr, split_half, sd, {}", names.join(", ")))
            })?;
            match column.fitted_on {
                FittedOn::Nothing | FittedOn::Training => Ok(column.values.clone()),
                FittedOn::Everything | FittedOn::OwnRun => {
                    Err(wrong(format!("column \"{name}\" was computed from test trials: select by snr or split_half")))
                }
                FittedOn::Unknown => Err(wrong(format!(
                    "column \"{name}\" may have been computed from test trials: select by snr or split_half"
                ))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_read_as_they_are_shown() {
        for text in ["snr >= 0.5", "best 2000 split_half", "prf-rsquared >= 10", "sd > 0"] {
            assert_eq!(text.parse::<Selection>().unwrap().to_string(), text);
        }
        for text in ["snr", "snr > ", "> 0", "best snr", "best 0 snr", ">= 1", "snr >= nan"] {
            assert!(text.parse::<Selection>().unwrap_err().contains(text), "{text}");
        }
    }
}
