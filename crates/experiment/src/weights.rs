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
    let about = about(network, &origin.origin);
    session.manifest.warnings.retain(|warning| !warning.starts_with(&about));
    if let (Some(entry), None) = (known, &origin.published) {
        let warning =
            format!("{about} are not a published file: their SHA-256 is {sha256}, expected {}", entry.checksums());
        session.manifest.warnings.push(warning);
    }
    session.record(role, &origin.origin, sha256, None);
}

/// How the warning of a network's weights begins.
fn about(network: &str, path: &str) -> String {
    format!("the weights of {network} in \"{path}\"")
}

/// The role of a network that only scores.
pub(super) fn role_of_metric(network: &str) -> String {
    format!("{OF_METRIC}{network}")
}

const OF_METRIC: &str = "weights of ";

/// Forgets the networks of earlier scores, with their warnings, before scores are computed again.
pub(super) fn forget_metrics(session: &mut Session) {
    let (metrics, rest): (Vec<_>, Vec<_>) =
        session.manifest.inputs.drain(..).partition(|input| input.role.starts_with(OF_METRIC));
    for input in &metrics {
        let about = about(&input.role[OF_METRIC.len()..], &input.path);
        if !rest.iter().any(|other| other.path == input.path) {
            session.manifest.warnings.retain(|warning| !warning.starts_with(&about));
        }
    }
    session.manifest.inputs = rest;
}

/// True where the weights of a network are not installed, or their file is not sound.
pub(crate) fn cannot_be_used(error: &crate::Error) -> bool {
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
