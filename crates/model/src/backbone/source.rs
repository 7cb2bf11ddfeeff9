//! Sources of a backbone's weights.

use std::io::Cursor;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::squeezenet;
use crate::Result;
use crate::weights::{self, TensorFile};
use afterimage_config::BackboneKind;

/// Which weights to load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WeightSource {
    /// The built-in ones of SqueezeNet; for the others those installed by `afterimage weights get`.
    #[default]
    Installed,
    /// A `.safetensors` or PyTorch `.pth` / `.pt` / `.bin` file with the names of torchvision or timm.
    File(PathBuf),
}

/// Weights as the record of a run names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightOrigin {
    /// A file, or a description of weights that are not in a file.
    pub origin: String,
    /// SHA-256 of the file; `None` for random weights.
    pub sha256: Option<String>,
    /// The published file with that SHA-256; `None` if none is known.
    #[serde(default)]
    pub published: Option<String>,
}

impl WeightOrigin {
    pub(super) fn random(seed: u64) -> Self {
        Self { origin: format!("random, seed {seed}"), sha256: None, published: None }
    }
}

impl WeightSource {
    pub(super) fn open(&self, kind: BackboneKind) -> Result<(TensorFile, WeightOrigin)> {
        let path = match (self, kind) {
            (Self::File(path), _) => path.clone(),
            (Self::Installed, BackboneKind::SqueezeNet11) => return built_in(),
            (Self::Installed, kind) => weights::find(kind)?,
        };
        let sha256 = weights::checksum(&path)?;
        let published = weights::published(kind, &sha256).map(|file| file.name().to_owned());
        let origin = WeightOrigin { origin: path.display().to_string(), sha256: Some(sha256), published };
        Ok((TensorFile::open(&path)?, origin))
    }
}

fn built_in() -> Result<(TensorFile, WeightOrigin)> {
    const NAME: &str = "built-in squeezenet1_1.f16.safetensors";
    let tensors = TensorFile::safetensors(NAME.into(), Box::new(Cursor::new(squeezenet::WEIGHTS)))?;
    let sha256 = Some(weights::checksum_of(squeezenet::WEIGHTS));
    Ok((tensors, WeightOrigin { origin: NAME.to_owned(), sha256, published: Some(NAME.to_owned()) }))
}
