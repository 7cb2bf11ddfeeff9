//! Statements about pretrained weights.

use afterimage_config::BackboneKind;
use afterimage_model::weights::entry;
use afterimage_run::provenance::{Statement, TestItems};

use super::{Known, state};

/// Roles of networks that reconstructions depend on; those that only score are no input of a reconstruction.
const ROLES: [&str; 2] = ["encoder backbone", "perceptual backbone"];

/// The built-in network.
const BUILT_IN: &str = "the original Caffe model of Iandola et al. 2016, part of this program; the package that it came in is MIT; \
                        trained on ImageNet (ILSVRC 2012)";

/// A statement for each network, one for those that serve twice.
pub(super) fn of(known: &Known) -> Vec<Statement> {
    let baseline = known.manifest.baseline.is_some();
    let is_input = |role: &str| ROLES.contains(&role) || baseline && role.contains("backbone");
    let mut found: Vec<(Vec<&str>, &str, &str)> = Vec::new();
    for input in known.manifest.inputs.iter().filter(|input| is_input(&input.role)) {
        match found.iter_mut().find(|(_, _, sha256)| *sha256 == input.sha256 && !sha256.is_empty()) {
            Some((roles, _, _)) => roles.push(&input.role),
            None => found.push((vec![&input.role], &input.path, &input.sha256)),
        }
    }
    if found.is_empty() {
        return vec![state("Pretrained weights", "None goes into a reconstruction.", TestItems::Excluded)];
    }
    found.into_iter().map(|(roles, path, sha256)| one(known, &roles, path, sha256)).collect()
}

fn one(known: &Known, roles: &[&str], path: &str, sha256: &str) -> Statement {
    let hash = if sha256.is_empty() { String::new() } else { format!(", SHA-256 {sha256}") };
    let (name, about) = match kind(known, roles[0]) {
        Some(kind) => (kind.name().to_owned(), entry(kind).map_or(BUILT_IN, |entry| entry.licence)),
        None => ("a network".to_owned(), "licence and training set are not known"),
    };
    let said = format!(
        "{name} as {}, from \"{path}\"{hash}: {about}. Whether test images are among those that it was trained on is not checked.",
        roles.join(" and ")
    );
    state("Pretrained weights", said, TestItems::Unknown)
}

/// The network of a role.
fn kind(known: &Known, role: &str) -> Option<BackboneKind> {
    if let Some(baseline) = &known.manifest.baseline {
        return baseline.options.get("backbone")?.parse().ok();
    }
    match role {
        "encoder backbone" => Some(known.experiment.encoder.backbone),
        "perceptual backbone" => Some(known.experiment.decoder.image_loss.backbone),
        _ => None,
    }
}
