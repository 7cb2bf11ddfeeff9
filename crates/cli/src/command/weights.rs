//! `afterimage weights`.

use std::path::PathBuf;

use anyhow::Result;

use afterimage_config::{BackboneKind, ConfigError, METRICS, nearest_name};
use afterimage_eval::Metric;
use afterimage_model::{
    foreign::{self, FOREIGN},
    weights::{self, Published, REGISTRY},
};

use crate::args::Weights;
use crate::progress::Bar;
use crate::say;

/// Installs weights, or lists them.
pub(super) fn weights(command: &Weights) -> Result<()> {
    match command {
        Weights::Get { name, from, unverified, json } => {
            let installed = match foreign::foreign(name) {
                Some(kind) => foreign::get(kind, from.as_deref())?,
                None => {
                    let kind = name.parse::<BackboneKind>().map_err(with_foreign)?;
                    let mut bar: Option<Bar> = None;
                    weights::get(kind, from.as_deref(), *unverified, &mut |done, total| {
                        bar.get_or_insert_with(|| Bar::new(name, 0, total)).set(done);
                    })?
                }
            };
            let checksum = checksum_words(installed.published);
            if *json {
                return say::json(&serde_json::json!({
                    "name": name, "file": installed.path.display().to_string(), "sha256": installed.sha256,
                    "published": installed.published.map(|file| file.url),
                }));
            }
            say::line(format!(
                "installed {name}: {} (SHA-256 {}: {checksum})",
                installed.path.display(),
                installed.sha256
            ))
        }
        Weights::List { json } => list(*json),
    }
}

/// The error for an unknown name also lists the foreign networks.
fn with_foreign(mut error: ConfigError) -> ConfigError {
    if let ConfigError::UnknownName { got, nearest, known, .. } = &mut error {
        known.extend(FOREIGN.iter().map(|kind| kind.name.to_owned()));
        *nearest = nearest_name(got, known.iter().map(String::as_str));
    }
    error
}

/// Text about a file's SHA-256.
fn checksum_words(published: Option<&Published>) -> String {
    published
        .map_or_else(|| "not that of a known published file".into(), |file| format!("as published, {}", file.name()))
}

/// A network whose weights are not built in.
struct Row {
    name: &'static str,
    file: Option<PathBuf>,
    sha256: Option<String>,
    published: Option<&'static Published>,
    source: String,
    licence: &'static str,
    mend: String,
}

fn rows() -> Vec<Row> {
    let sum = |file: &Option<PathBuf>| file.as_deref().and_then(|path| weights::checksum(path).ok());
    let own = REGISTRY.iter().map(|entry| {
        let file = weights::find(entry.kind).ok();
        let sha256 = sum(&file);
        Row {
            name: entry.kind.name(),
            published: sha256.as_deref().and_then(|sha256| weights::published(entry.kind, sha256)),
            file,
            sha256,
            source: entry.url().to_owned(),
            licence: entry.licence,
            mend: entry.hint(),
        }
    });
    let foreign = FOREIGN.iter().map(|kind| {
        let file = foreign::find(kind).ok();
        Row {
            name: kind.name,
            sha256: sum(&file),
            file,
            published: None,
            source: kind.source.to_owned(),
            licence: kind.licence,
            mend: kind.hint(),
        }
    });
    own.chain(foreign).collect()
}

/// Metrics of reconstructions that need a network.
fn metrics_of(network: &str) -> Vec<&'static str> {
    let needs = |name: &&str| Metric::find(name).and_then(Metric::network) == Some(network);
    METRICS.into_iter().filter(needs).collect()
}

fn list(json: bool) -> Result<()> {
    let rows = rows();
    if json {
        let value = |row: &Row| {
            serde_json::json!({
                "name": row.name, "file": row.file, "sha256": row.sha256,
                "published": row.published.map(|file| file.url), "source": row.source, "licence": row.licence,
                "metrics": metrics_of(row.name),
            })
        };
        return say::json(&rows.iter().map(value).collect::<Vec<_>>());
    }
    say::line("squeezenet1_1: built in")?;
    for row in &rows {
        match &row.file {
            Some(path) => {
                say::line(format!("{}: {}", row.name, path.display()))?;
                let sum = row.sha256.as_deref().unwrap_or("cannot be read");
                say::line(format!("  SHA-256 {sum}: {}", checksum_words(row.published)))?;
            }
            None => say::line(format!("{}: not installed; {}", row.name, row.mend))?,
        }
    }
    say::line("\nMetrics of reconstructions (evaluation.metrics) and what each needs:")?;
    for name in METRICS {
        let needs = match Metric::find(name).and_then(Metric::network) {
            Some(network) => {
                if rows.iter().any(|row| row.name == network && row.file.is_some()) {
                    format!("{network}, installed")
                } else {
                    format!("{network}, not installed")
                }
            }
            None if name == "dists" => "not implemented".to_owned(),
            None => "nothing".to_owned(),
        };
        say::line(format!("  {name}: {needs}"))?;
    }
    Ok(())
}
