//! `afterimage weights`.

use anyhow::Result;

use afterimage_model::{
    backbone::BackboneKind,
    weights::{self, REGISTRY},
};

use crate::args::Weights;
use crate::progress::Bar;
use crate::say;

/// Installs weights, or lists them.
pub(super) fn weights(command: &Weights) -> Result<()> {
    match command {
        Weights::Get { name, from, json } => {
            let kind: BackboneKind = name.parse()?;
            let mut bar: Option<Bar> = None;
            let installed = weights::get(kind, from.as_deref(), &mut |done, total| {
                bar.get_or_insert_with(|| Bar::new(name, 0, total)).set(done);
            })?;
            if *json {
                return say::json(
                    &serde_json::json!({ "name": name, "file": installed.path, "sha256": installed.sha256 }),
                );
            }
            say::line(format!("installed {name}: {} (SHA-256 {})", installed.path.display(), installed.sha256))
        }
        Weights::List { json } => list(*json),
    }
}

fn list(json: bool) -> Result<()> {
    let rows: Vec<_> = REGISTRY
        .iter()
        .map(|entry| {
            let file = weights::find(entry.kind).ok();
            serde_json::json!({ "name": entry.kind.name(), "file": file, "source": entry.url(), "licence": entry.licence })
        })
        .collect();
    if json {
        return say::json(&rows);
    }
    say::line("squeezenet1_1: built in")?;
    for entry in REGISTRY {
        match weights::find(entry.kind) {
            Ok(path) => say::line(format!("{}: {}", entry.kind, path.display()))?,
            Err(_) => say::line(format!("{}: not installed; {}", entry.kind, entry.mend()))?,
        }
    }
    Ok(())
}
