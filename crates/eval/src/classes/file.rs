//! A bank as a file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use afterimage_run::atomic;
use ndarray::Array2;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::bank::{Bank, ClassImages};
use crate::{EvalError, Result};

/// Version of the file.
pub(super) const VERSION: u32 = 1;
/// Key of the description among the file's metadata, and name of its tensor.
const DESCRIPTION: &str = "afterimage_bank";
const MEANS: &str = "means";

#[derive(Serialize, Deserialize)]
struct Description {
    version: u32,
    embedding: String,
    side: usize,
    sources: Vec<PathBuf>,
    classes: Vec<ClassImages>,
    /// CRC-32 of the representatives.
    checksum: u32,
}

impl Bank {
    /// Writes a bank: `.safetensors` with `means` f32 `[classes, length]` and, as metadata, a description in JSON. The
    /// file appears whole or not at all, also where several processes write the same.
    ///
    /// # Errors
    /// [`EvalError::Bank`] if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let fail = |error: &dyn std::fmt::Display| bank_error(path, format!("cannot be written: {error}"));
        let mut bytes = Vec::with_capacity(4 * self.means.len());
        self.means.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        let description = Description {
            version: VERSION,
            embedding: self.embedding.clone(),
            side: self.side,
            sources: self.sources.clone(),
            classes: self.classes.clone(),
            checksum: crc32fast::hash(&bytes),
        };
        let text = serde_json::to_string(&description).map_err(|error| fail(&error))?;
        let view = TensorView::new(Dtype::F32, self.means.shape().to_vec(), &bytes).map_err(|error| fail(&error))?;
        let metadata = HashMap::from([(DESCRIPTION.to_owned(), text)]);
        let file = safetensors::serialize([(MEANS, view)], Some(metadata)).map_err(|error| fail(&error))?;
        atomic::write(path, &file).map_err(|error| fail(&error))
    }

    /// Reads a bank.
    ///
    /// # Errors
    /// [`EvalError::Bank`] for a file that cannot be read, is not a bank, or is damaged.
    pub fn read(path: &Path) -> Result<Self> {
        let fail = |error: &dyn std::fmt::Display| {
            bank_error(path, format!("cannot be read: {error}; make one with `afterimage classes build`"))
        };
        let file = std::fs::read(path).map_err(|error| fail(&error))?;
        let (_, metadata) = SafeTensors::read_metadata(&file).map_err(|error| fail(&error))?;
        let text = metadata.metadata().as_ref().and_then(|all| all.get(DESCRIPTION));
        let text = text.ok_or_else(|| fail(&"it is a file of something else"))?;
        let about: Description = serde_json::from_str(text).map_err(|error| fail(&error))?;
        if about.version != VERSION {
            return Err(fail(&format!("it has version {}, this software reads {VERSION}", about.version)));
        }
        let tensors = SafeTensors::deserialize(&file).map_err(|error| fail(&error))?;
        let means = tensors.tensor(MEANS).map_err(|error| fail(&error))?;
        let &[classes, length] = means.shape() else { return Err(fail(&"its representatives are not table")) };
        if means.dtype() != Dtype::F32
            || classes != about.classes.len()
            || crc32fast::hash(means.data()) != about.checksum
        {
            return Err(fail(&"it is damaged"));
        }
        let values = means.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let means = Array2::from_shape_vec((classes, length), values).map_err(|error| fail(&error))?;
        let Description { embedding, side, sources, classes, .. } = about;
        Ok(Self { embedding, side, sources, classes, means })
    }
}

fn bank_error(path: &Path, reason: String) -> EvalError {
    EvalError::Bank { path: path.to_owned(), reason }
}
