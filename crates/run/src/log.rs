//! `metrics.jsonl`: one line per record of the training log.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder, layout::Phase};

/// Name under which both parts of a record have the sum of all their terms.
pub const TOTAL: &str = "total";

/// Name under which both parts of a record have the sum of the same terms, at the same weights.
pub const COMPARABLE: &str = "comparable";

/// One record: the means of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Phase of training.
    pub phase: Phase,
    /// Epoch, from 1.
    pub epoch: u32,
    /// Optimiser steps done at the end of the epoch.
    pub step: u64,
    /// Learning rate of the epoch.
    pub learning_rate: f64,
    /// Time of day at the end of the epoch, seconds since 1970 (UTC); `None` in logs of earlier versions.
    #[serde(default)]
    pub unix_secs: Option<f64>,
    /// Each term of the objective, already weighted, as mean over the epoch; `total` is their sum, and [`COMPARABLE`] that
    /// of the terms that the validation part has too.
    #[serde(deserialize_with = "afterimage_statistics::undefined::numbers")]
    pub train: BTreeMap<String, f64>,
    /// Terms and scores on the validation part, if there is one; `total` and [`COMPARABLE`] are the sum of the terms.
    #[serde(deserialize_with = "afterimage_statistics::undefined::numbers")]
    pub validation: BTreeMap<String, f64>,
    /// Seconds of the epoch.
    pub secs: f64,
    /// Seconds of it in which the trainer waited for the loader.
    pub loader_wait_secs: f64,
}

/// Writes the records of one phase. It removes those that a killed run wrote after its last checkpoint.
///
/// If the earlier phase is trained again, records of the later phase stay after it.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    /// Lines up to here; kept only if lines follow.
    before: String,
    /// Lines of the later phase.
    after: String,
}

impl LogWriter {
    /// Opens the log of `run` for `phase`, keeping the records of that phase up to `epochs` and those of the other phase.
    ///
    /// # Errors
    /// [`RunError::Io`] if the file can't be written.
    pub fn open(run: &RunFolder, phase: Phase, epochs: usize) -> Result<Self> {
        let path = run.log_file();
        let (mut before, mut after) = (String::new(), String::new());
        for record in if path.is_file() { read(run)? } else { Vec::new() } {
            let line = line(&record, &path)?;
            match (phase, record.phase) {
                (Phase::Encoder, Phase::Decoder) => after += &line,
                (Phase::Decoder, Phase::Encoder) => before += &line,
                _ if record.epoch as usize <= epochs => before += &line,
                _ => {}
            }
        }
        crate::atomic::write(&path, (before.clone() + &after).as_bytes())?;
        Ok(Self { path, before, after })
    }

    /// Appends a record of the phase.
    ///
    /// # Errors
    /// [`RunError::Io`] if the file can't be written.
    pub fn append(&mut self, record: &Record) -> Result<()> {
        let text = line(record, &self.path)?;
        if !self.after.is_empty() {
            self.before += &text;
            return crate::atomic::write(&self.path, (self.before.clone() + &self.after).as_bytes());
        }
        OpenOptions::new()
            .append(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| RunError::Io { action: "write", path: self.path.clone(), source })
    }
}

fn line(record: &Record, path: &std::path::Path) -> Result<String> {
    serde_json::to_string(record)
        .map(|s| s + "\n")
        .map_err(|source| RunError::Json { path: path.to_path_buf(), source })
}

/// Reads the log; a last line that a kill cut off is ignored.
///
/// # Errors
/// [`RunError::Io`] if it can't be read, [`RunError::Json`] if a line before the last is damaged.
pub fn read(run: &RunFolder) -> Result<Vec<Record>> {
    let path = run.log_file();
    let text =
        fs::read_to_string(&path).map_err(|source| RunError::Io { action: "read", path: path.clone(), source })?;
    let whole = if text.ends_with('\n') { text.as_str() } else { text.rsplit_once('\n').map_or("", |(head, _)| head) };
    whole
        .lines()
        .map(|l| serde_json::from_str(l).map_err(|source| RunError::Json { path: path.clone(), source }))
        .collect()
}
