//! `metrics.jsonl`: one line per record of the training log.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Result, RunError, RunFolder, layout::Phase};

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
    /// Each term of the objective, already weighted, as mean over the epoch; `total` is their sum.
    #[serde(deserialize_with = "crate::undefined::numbers")]
    pub train: BTreeMap<String, f64>,
    /// Terms and scores on the validation part of the training data, where there is one.
    #[serde(deserialize_with = "crate::undefined::numbers")]
    pub validation: BTreeMap<String, f64>,
    /// Seconds of the epoch in all.
    pub secs: f64,
    /// Seconds of those the trainer waited for the loader.
    pub loader_wait_secs: f64,
}

/// An append-only writer that truncates what a killed run wrote after its last checkpoint.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
}

impl LogWriter {
    /// Opens the log of `run`, keeping only the records for which `keep` holds.
    ///
    /// # Errors
    /// [`RunError::Io`] where the file can't be written.
    pub fn open(run: &RunFolder, keep: impl Fn(&Record) -> bool) -> Result<Self> {
        let path = run.log_file();
        let kept: Vec<Record> =
            if path.is_file() { read(run)?.into_iter().filter(|r| keep(r)).collect() } else { Vec::new() };
        let mut text = String::new();
        for record in &kept {
            text += &line(record, &path)?;
        }
        crate::atomic::write(&path, text.as_bytes())?;
        Ok(Self { path })
    }

    /// Appends a record.
    ///
    /// # Errors
    /// [`RunError::Io`] where the file can't be written.
    pub fn append(&mut self, record: &Record) -> Result<()> {
        let text = line(record, &self.path)?;
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

/// Reads the log; a last line cut off by a kill is passed over.
///
/// # Errors
/// [`RunError::Io`] where it can't be read, [`RunError::Json`] where a line but the last is damaged.
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
