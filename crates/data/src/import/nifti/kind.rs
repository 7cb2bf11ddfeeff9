//! Whether the volumes of a series are points in time or betas of single trials.
//!
//! BOLD answers seconds after a stimulus, and its volumes resemble their neighbours in time: a volume of a time series is
//! neither the response to its own row of the table nor a repeat of the one before it. Betas are.

use std::path::{Path, PathBuf};

use super::table::Shown;
use super::timing::Timing;
use super::{BOLD_DELAY_SECS, NiftiOptions};
use crate::import::volumes::stem;
use crate::{Error, Result};

/// What the volumes of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// Points in time.
    #[default]
    TimeSeries,
    /// Betas of single trials, and how that is known.
    Betas(&'static str),
}

/// What the rows of the table say.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows {
    /// Events with onsets.
    Events,
    /// A condition for each volume.
    Conditions,
    /// An image for each volume; of `all`, those next to a volume of the same image or without one, as in a time series.
    Images { all: usize, as_in_series: usize },
}

/// What the options say; else the name of the series, if the table does not contradict it; else the table.
///
/// # Errors
/// [`Error::Mismatch`] naming the series, with the options that tell, if the volumes could be either.
pub(super) fn of(rows: Rows, timing: Timing<'_>, options: &NiftiOptions) -> Result<Kind> {
    if options.betas {
        return Ok(Kind::Betas("as given"));
    }
    if options.delay_secs.is_some() || options.tr_secs.is_some() {
        return Ok(Kind::TimeSeries);
    }
    let name = stem(timing.series).to_lowercase();
    let (of_betas, of_bold) = (name.contains("beta"), name == "bold" || name.ends_with("_bold"));
    let is_mostly_series = match rows {
        Rows::Events | Rows::Conditions => true,
        Rows::Images { all, as_in_series } => 2 * as_in_series >= all,
    };
    let reason = match (rows, of_betas) {
        (_, true) if !is_mostly_series => return Ok(Kind::Betas("by the name of the series")),
        (Rows::Events, true) => "its name says betas, but its table has onsets as for a time series",
        (Rows::Conditions, true) => "its name says betas, but its table has a condition for each volume",
        (Rows::Images { .. }, true) => "its name says betas, but most volumes continue a block or show no image",
        (_, false) if is_mostly_series || of_bold => return Ok(Kind::TimeSeries),
        (Rows::Images { as_in_series: 0, .. }, false) if !timing.is_stated()? => {
            return Ok(Kind::Betas(
                "no two volumes in a row show the same image, and no time between volumes is stated",
            ));
        }
        _ => "its table has an image for each volume, as for betas of single trials or for a time series",
    };
    Err(Error::mismatch(
        timing.series,
        format!(
            "{reason}: give --betas if each volume is the beta of a trial; for a time series give --delay, in seconds \
             ({BOLD_DELAY_SECS} for BOLD, 0 if the table is already shifted by the delay)"
        ),
    ))
}

/// A data set has trials of one kind.
///
/// # Errors
/// [`Error::Mismatch`] naming the first series of the other kind.
pub(super) fn refuse_both(series: &[PathBuf], shown: &[Shown]) -> Result<()> {
    let is_series = |shown: &Shown| shown.kind == Kind::TimeSeries;
    let other = shown.iter().position(|other| is_series(other) != is_series(&shown[0]));
    let Some(other) = other else { return Ok(()) };
    let [a, b]: [&Path; 2] = [&series[0], &series[other]];
    let words = |is_series: bool| if is_series { "a time series" } else { "betas of single trials" };
    let reason = format!(
        "it is read as {}, but \"{}\" as {}: give --betas or --delay, or import them separately",
        words(is_series(&shown[other])),
        a.display(),
        words(is_series(&shown[0]))
    );
    Err(Error::mismatch(b, reason))
}
