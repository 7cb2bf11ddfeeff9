//! Checkpoints: parameters, statistics and optimiser state as one `.safetensors` file, written whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use burn::tensor::Device;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use afterimage_model::{convert, params::Params};
use afterimage_run::{RunError, atomic};

use crate::{Result, TrainError};

/// Where training stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Epochs done.
    pub epoch: usize,
    /// Optimiser steps done.
    pub steps: usize,
    /// Sums of the terms over the steps of an epoch that was broken off.
    pub partial: BTreeMap<String, f64>,
    /// Best validation loss so far and its epoch, where there is a validation part.
    pub best: Option<(f64, usize)>,
    /// True once training has ended by itself.
    pub finished: bool,
    /// Fingerprint of the configuration that shapes training; resuming under another is refused.
    pub fingerprint: String,
}

/// Named groups of tensors with the progress they belong to.
#[derive(Debug, Default)]
pub struct Checkpoint {
    /// Where training stood.
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

    /// True where anything is stored under `group/`.
    pub fn has(&self, group: &str) -> bool {
        self.tensors.keys().any(|k| k.starts_with(&format!("{group}/")))
    }

    /// The parameters of a group.
    pub fn params(&self, group: &str, device: &Device) -> Params {
        let mut params = Params::default();
        for (name, (shape, values)) in self.group(group) {
            params.insert(name, shape, values.clone(), device);
        }
        params
    }

    /// The values of a group, flat.
    pub fn flat(&self, group: &str) -> BTreeMap<String, Vec<f32>> {
        self.group(group).map(|(name, (_, values))| (name.to_owned(), values.clone())).collect()
    }

    fn group(&self, group: &str) -> impl Iterator<Item = (&str, &(Vec<usize>, Vec<f32>))> {
        let prefix = format!("{group}/");
        self.tensors.iter().filter_map(move |(k, v)| k.strip_prefix(&prefix).map(|name| (name, v)))
    }

    /// Writes the checkpoint, replacing the file only once the new one is whole.
    ///
    /// # Errors
    /// [`TrainError::Run`] where the file can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
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
        let metadata = HashMap::from([("progress".to_owned(), progress)]);
        let file = safetensors::serialize(views, Some(metadata)).map_err(|e| broken(path, &e.to_string()))?;
        Ok(atomic::write(path, &file)?)
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where it is damaged, [`TrainError::Run`] where it can't be read.
    pub fn read(path: &Path) -> Result<Self> {
        let file =
            std::fs::read(path).map_err(|source| RunError::Io { action: "read", path: path.to_path_buf(), source })?;
        let (_, metadata) = SafeTensors::read_metadata(&file).map_err(|e| broken(path, &e.to_string()))?;
        let progress = metadata
            .metadata()
            .as_ref()
            .and_then(|m| m.get("progress"))
            .ok_or_else(|| broken(path, "it has no progress"))?;
        let progress = serde_json::from_str(progress).map_err(|e| broken(path, &e.to_string()))?;
        let contents = SafeTensors::deserialize(&file).map_err(|e| broken(path, &e.to_string()))?;
        let tensors = contents.iter().map(|(name, view)| {
            let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            (name.to_owned(), (view.shape().to_vec(), values))
        });
        Ok(Self { progress, tensors: tensors.collect() })
    }
}

fn broken(path: &Path, why: &str) -> TrainError {
    TrainError::Checkpoint {
        path: path.to_path_buf(),
        message: format!("can't be read: {why}; delete it to train this phase again"),
    }
}
