//! Weights of pretrained networks among the inputs of a run.

use afterimage_model::backbone::{BackboneKind, WeightOrigin};
use afterimage_model::{ModelError, weights};
use afterimage_train::TrainError;

use super::Session;

/// Records where the weights of `network` came from. Weights whose SHA-256 is not a published one, where such are known,
/// are a warning beside every score.
pub(crate) fn record(session: &mut Session, role: &str, network: &str, origin: &WeightOrigin) {
    let sha256 = origin.sha256.clone().unwrap_or_default();
    let known = network.parse::<BackboneKind>().ok().and_then(weights::entry);
    if let (Some(entry), None) = (known, &origin.published) {
        let warning = format!(
            "the weights of {network} in \"{}\" are not a published file: their SHA-256 is {sha256}, expected {}",
            origin.origin,
            entry.checksums()
        );
        if !session.manifest.warnings.contains(&warning) {
            session.manifest.warnings.push(warning);
        }
    }
    session.record(role, &origin.origin, sha256, None);
}

/// True where the weights of a network are not installed, or their file is not sound.
pub(crate) fn cannot_be_used(error: &anyhow::Error) -> bool {
    let of = |error: &ModelError| {
        matches!(
            error,
            ModelError::WeightsMissing { .. }
                | ModelError::WeightsNotFinite { .. }
                | ModelError::WeightsFormat { .. }
                | ModelError::TensorMissing { .. }
                | ModelError::TensorShape { .. }
                | ModelError::Onnx { .. }
        )
    };
    error.chain().any(|cause| match cause.downcast_ref::<TrainError>() {
        Some(TrainError::Model(error)) => of(error),
        _ => cause.downcast_ref::<ModelError>().is_some_and(of),
    })
}
