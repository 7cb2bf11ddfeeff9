//! The time between volumes: what was asked for, what the JSON next to a series states, and what its header states.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::bids;
use crate::{Error, Result};

/// No series of a brain takes longer for a volume; milliseconds called seconds do.
const LONGEST_SECS: f64 = 30.0;
/// How much two statements of one time may differ, as a share.
const SHARE: f64 = 0.01;

/// One series in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing<'a> {
    pub(super) series: &'a Path,
    pub(super) volumes: usize,
    /// As the header states it.
    pub(super) header_secs: Option<f64>,
    /// As the user states it.
    pub(super) given_secs: Option<f64>,
    pub(super) delay_secs: f64,
}

/// The time between volumes, and what there is to say about it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tr {
    pub(super) secs: f64,
    /// Where it comes from, and what else states another.
    pub(super) from: String,
}

/// What a JSON file states.
#[derive(Debug, Default)]
struct Stated {
    secs: Option<(f64, PathBuf)>,
    /// Seconds from the start of a volume to the time that slices were shifted to.
    start: Option<f64>,
}

impl Timing<'_> {
    /// What the user gives, else the JSON, else the header.
    ///
    /// # Errors
    /// [`Error::Mismatch`] naming the series and the option where nothing states the time, JSON and header disagree, or it
    /// is not above 0 or above 30 s; [`Error::Format`] and [`Error::Io`] for an unreadable JSON file.
    pub(super) fn tr(&self) -> Result<Tr> {
        let stated = stated(self.series)?;
        let shown = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let json = stated.secs.as_ref().map(|(secs, path)| (*secs, format!("RepetitionTime of {}", shown(path))));
        let header = self.header_secs.map(|secs| (secs, "its header".to_owned()));
        let (secs, mut from) = match (self.given_secs, &json, &header) {
            (Some(given), ..) => {
                let others = json.iter().chain(&header).filter(|(secs, _)| differ(given, *secs));
                let others =
                    others.map(|(secs, from)| format!(", although {from} states {secs} s")).collect::<String>();
                (given, format!("as given{others}"))
            }
            (None, Some((secs, from)), Some((other, _))) if differ(*secs, *other) => {
                let reason = format!(
                    "its header states {other} s between volumes, {from} {secs} s: give the right one with --tr, in seconds"
                );
                return Err(self.wrong(reason));
            }
            (None, Some((secs, from)), _) | (None, None, Some((secs, from))) => (*secs, from.clone()),
            (None, None, None) => {
                let reason = "neither its header nor a JSON file next to it states the time between volumes: give it \
                              with --tr, in seconds";
                return Err(self.wrong(reason));
            }
        };
        let is_plausible = secs > 0.0 && secs <= LONGEST_SECS;
        if !is_plausible {
            let reason = format!(
                "{secs} s between volumes ({from}) is not a time from 0 to {LONGEST_SECS} s: give the right one with \
                 --tr, in seconds"
            );
            return Err(self.wrong(reason));
        }
        if let Some(start) = stated.start.filter(|start| *start != 0.0) {
            from.push_str(&format!("; slices were shifted to {start} s after the start of a volume, onsets are not"));
        }
        Ok(Tr { secs, from })
    }

    /// Whether anything states a time between volumes.
    pub(super) fn is_stated(&self) -> Result<bool> {
        Ok(self.given_secs.is_some() || self.header_secs.is_some() || stated(self.series)?.secs.is_some())
    }

    fn wrong(&self, reason: impl ToString) -> Error {
        Error::mismatch(self.series, reason)
    }
}

fn differ(a: f64, b: f64) -> bool {
    let off = (a - b).abs();
    off.is_nan() || off > SHARE * a.abs().max(b.abs())
}

/// The nearest JSON file that states a time.
fn stated(series: &Path) -> Result<Stated> {
    let mut stated = Stated::default();
    for path in bids::describing(series, None, &[".json"])? {
        let value: Value = serde_json::from_str(&afterimage_formats::text::read(&path)?)
            .map_err(|error| Error::manifest(&path, format!("it is not JSON ({error}): copy it again")))?;
        if stated.start.is_none() && value["SliceTimingCorrected"] != Value::Bool(false) {
            stated.start = value["StartTime"].as_f64();
        }
        if stated.secs.is_none() {
            stated.secs = repetition(&path, &value)?.map(|secs| (secs, path));
        }
    }
    Ok(stated)
}

/// `RepetitionTime`, or the distance of `VolumeTiming` where it is even.
fn repetition(path: &Path, value: &Value) -> Result<Option<f64>> {
    match (&value["RepetitionTime"], &value["VolumeTiming"]) {
        (Value::Null, Value::Null) => Ok(None),
        (Value::Null, Value::Array(times)) => {
            let times: Option<Vec<f64>> = times.iter().map(Value::as_f64).collect();
            let steps: Vec<f64> = times.unwrap_or_default().windows(2).map(|pair| pair[1] - pair[0]).collect();
            match steps.first() {
                Some(first) if steps.iter().all(|step| !differ(*step, *first)) => Ok(Some(*first)),
                _ => Err(Error::manifest(
                    path,
                    "its VolumeTiming is not even, so a volume has no time of its own here: \
                                                average the trials beforehand and import them with a table of trials",
                )),
            }
        }
        (number, _) => match number.as_f64() {
            Some(secs) => Ok(Some(secs)),
            None => Err(Error::manifest(path, format!("RepetitionTime is {number}, which is not a number of seconds"))),
        },
    }
}
