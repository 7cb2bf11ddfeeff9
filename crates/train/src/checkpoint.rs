//! Checkpoints: parameters, statistics and optimiser state as one `.safetensors` file, written whole or not at all.
//!
//! The header's `progress` contains a SHA-256 of itself and of every tensor, so that a changed bit is refused.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use burn::tensor::Device;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use afterimage_config::settings::Settings;
use afterimage_formats::digest;
use afterimage_model::{convert, params::Params};
use afterimage_run::{RunError, RunFolder, atomic, layout::Phase};

use crate::{Result, TrainError};

/// The progress of training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs done.
    pub epoch: usize,
    /// Optimiser steps done.
    pub steps: usize,
    /// Sums of the terms over the steps of an epoch that was interrupted.
    pub partial: BTreeMap<String, f64>,
    /// Best validation loss so far and its epoch, with early stopping.
    pub best: Option<(f64, usize)>,
    /// True once training has ended.
    pub finished: bool,
    /// Fingerprint of configuration and data; a checkpoint with another is refused.
    pub fingerprint: String,
    /// Keys that the phase reads, with their values; empty in files of earlier versions.
    #[serde(default)]
    pub settings: Settings,
}

/// Named groups of tensors with the progress they belong to.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// The progress at which it was written.
    pub progress: Progress,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Checkpoint {
    /// An empty checkpoint.
    pub fn new(progress: Progress) -> Self {
        Self { progress, tensors: BTreeMap::new() }
    }

    /// Adds all parameters under `group/`.
    pub fn add_params(&mut self, group: &str, params: &Params) {
        let shapes: BTreeMap<_, _> = params.shapes().map(|(n, s)| (n.to_owned(), s.to_vec())).collect();
        for (name, flat) in params.iter() {
            self.tensors.insert(format!("{group}/{name}"), (shapes[name].clone(), convert::values(flat)));
        }
    }

    /// Adds flat values under `group/`.
    pub fn add_flat(&mut self, group: &str, tensors: Vec<(String, Vec<f32>)>) {
        for (name, values) in tensors {
            self.tensors.insert(format!("{group}/{name}"), (vec![values.len()], values));
        }
    }

    /// Returns true if any tensor is stored under `group/`.
    pub fn has(&self, group: &str) -> bool {
        self.tensors.keys().any(|k| k.starts_with(&format!("{group}/")))
    }

    /// Returns the parameters of a group.
    pub fn params(&self, group: &str, device: &Device) -> Params {
        let mut params = Params::default();
        for (name, (shape, values)) in self.group(group) {
            params.insert(name, shape, values.clone(), device);
        }
        params
    }

    /// Returns the values of a group, flat.
    pub fn flat(&self, group: &str) -> BTreeMap<String, Vec<f32>> {
        self.group(group).map(|(name, (_, values))| (name.to_owned(), values.clone())).collect()
    }

    fn group(&self, group: &str) -> impl Iterator<Item = (&str, &(Vec<usize>, Vec<f32>))> {
        let prefix = format!("{group}/");
        self.tensors.iter().filter_map(move |(k, v)| k.strip_prefix(&prefix).map(|name| (name, v)))
    }

    /// Returns name and value of the first tensor with a value that is not finite.
    pub fn not_finite(&self) -> Option<(&str, f32)> {
        self.tensors.iter().find_map(|(name, (_, values))| {
            values.iter().find(|value| !value.is_finite()).map(|&value| (name.as_str(), value))
        })
    }

    /// Writes the weights of a phase into the run, unless the file already has these bytes.
    ///
    /// # Errors
    /// As [`Checkpoint::bytes`]; [`TrainError::Run`] if the file cannot be written.
    pub(crate) fn keep(&self, run: &RunFolder, phase: Phase) -> Result<()> {
        let path = run.weights_file(phase);
        Ok(run.write(&path, &self.bytes(&path)?)?)
    }

    /// Writes the checkpoint, replacing the file only once the new one is whole.
    ///
    /// # Errors
    /// [`TrainError::Run`] if the file can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        Ok(atomic::write(path, &self.bytes(path)?)?)
    }

    /// Returns the content of its file; `path` is for messages only.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] if the tensors do not fit the format.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>> {
        let bytes: BTreeMap<&str, Vec<u8>> = self
            .tensors
            .iter()
            .map(|(k, (_, v))| (k.as_str(), v.iter().flat_map(|x| x.to_le_bytes()).collect()))
            .collect();
        let views = self.tensors.iter().map(|(name, (shape, _))| {
            let view = TensorView::new(Dtype::F32, shape.clone(), &bytes[name.as_str()]).expect("shape of the values");
            (name.clone(), view)
        });
        let progress = serde_json::to_string(&self.progress)
            .map_err(|source| RunError::Json { path: path.to_path_buf(), source })?;
        let parts =
            self.tensors.iter().map(|(name, (shape, _))| (name.as_str(), &shape[..], &bytes[name.as_str()][..]));
        let sealed = seal(&progress, &checksum(&progress, parts));
        // One entry: the order of several would differ from file to file.
        let metadata = HashMap::from([("progress".to_owned(), sealed)]);
        safetensors::serialize(views, Some(metadata)).map_err(|e| unusable(path, &e.to_string()))
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] if it is damaged, [`TrainError::Run`] if it can't be read.
    pub fn read(path: &Path) -> Result<Self> {
        let file =
            std::fs::read(path).map_err(|source| RunError::Io { action: "read", path: path.to_path_buf(), source })?;
        Self::parse(&file, path)
    }

    /// Reads a checkpoint from the content of its file; `path` is for messages only.
    ///
    /// # Errors
    /// As [`Checkpoint::read`].
    pub fn parse(file: &[u8], path: &Path) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(file).map_err(|e| unusable(path, &e.to_string()))?;
        let sealed = metadata
            .metadata()
            .as_ref()
            .and_then(|m| m.get("progress"))
            .ok_or_else(|| unusable(path, "it has no progress"))?;
        let (text, expected) = unseal(sealed);
        let contents = SafeTensors::deserialize(file).map_err(|e| unusable(path, &e.to_string()))?;
        let views: BTreeMap<&str, TensorView<'_>> = contents.iter().collect();
        let parts = views.iter().map(|(name, view)| (*name, view.shape(), view.data()));
        if expected.is_some_and(|expected| expected != checksum(&text, parts)) {
            return Err(unusable(
                path,
                "its content does not fit its checksum, so it was changed after it was written",
            ));
        }
        let progress = serde_json::from_str(&text).map_err(|e| unusable(path, &e.to_string()))?;
        let tensors = views.iter().map(|(name, view)| Ok(((*name).to_owned(), values(name, view, path)?)));
        Ok(Self { progress, tensors: tensors.collect::<Result<_>>()? })
    }

    /// Reads only the progress, from the head of the file. This is cheap and compares no checksum.
    ///
    /// # Errors
    /// As [`Checkpoint::read`].
    pub fn read_progress(path: &Path) -> Result<Progress> {
        let io = |source| RunError::Io { action: "read", path: path.to_path_buf(), source };
        let mut file = File::open(path).map_err(io)?;
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(io)?;
        let mut head = String::new();
        file.take(u64::from_le_bytes(length).min(LONGEST_HEAD)).read_to_string(&mut head).map_err(io)?;
        let head: serde_json::Value = serde_json::from_str(&head).map_err(|e| unusable(path, &e.to_string()))?;
        let sealed = head["__metadata__"]["progress"].as_str().ok_or_else(|| unusable(path, "it has no progress"))?;
        serde_json::from_str(&unseal(sealed).0).map_err(|e| unusable(path, &e.to_string()))
    }
}

/// Larger than any header, so that a damaged length does not allocate more.
const LONGEST_HEAD: u64 = 64 << 20;

/// Returns shape and values of a tensor, which must be 32-bit floats.
fn values(name: &str, view: &TensorView<'_>, path: &Path) -> Result<(Vec<usize>, Vec<f32>)> {
    let (shape, data) = (view.shape().to_vec(), view.data());
    if view.dtype() != Dtype::F32 {
        return Err(unusable(path, &format!("tensor \"{name}\" has type {:?}, expected F32", view.dtype())));
    }
    if data.len() != 4 * shape.iter().product::<usize>() {
        return Err(unusable(path, &format!("tensor \"{name}\" has {} bytes for shape {shape:?}", data.len())));
    }
    Ok((shape, data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()))
}

/// SHA-256 over progress, and names, shapes and bytes of the tensors in the order of their names.
fn checksum<'a>(progress: &str, tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>) -> String {
    let mut lines = format!("{progress}\n");
    for (name, shape, bytes) in tensors {
        lines += &format!("{name} {shape:?} {}\n", digest::sha256_bytes(bytes));
    }
    digest::sha256_bytes(lines.as_bytes())
}

const SEAL: &str = ",\"sha256\":\"";

/// Adds the checksum to the JSON object `progress`, as its last field.
fn seal(progress: &str, sha256: &str) -> String {
    format!("{}{SEAL}{sha256}\"}}", progress.strip_suffix('}').unwrap_or(progress))
}

/// Returns the progress that was sealed and the checksum, which files of earlier versions lack.
fn unseal(sealed: &str) -> (String, Option<String>) {
    let parts = sealed.rsplit_once(SEAL).and_then(|(head, tail)| Some((head, tail.strip_suffix("\"}")?)));
    match parts {
        Some((head, sha256)) => (format!("{head}}}"), Some(sha256.to_owned())),
        None => (sealed.to_owned(), None),
    }
}

fn unusable(path: &Path, why: &str) -> TrainError {
    TrainError::Checkpoint {
        path: path.to_path_buf(),
        message: format!("can't be used: {why}; delete it and run `afterimage run` with --resume to make it again"),
    }
}

#[cfg(test)]
mod tests;
