//! Images nobody was scanned with, and external candidates: opened without what must not be among them.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::Result;
use ndarray::Array4;
use rayon::prelude::*;

use afterimage_data::{
    DataSet, Exclusions, UnpairedPool,
    audit::{self, Audit},
};
use afterimage_formats::digest;
use afterimage_run::Experiment;
use afterimage_train::{
    draws::{Purpose, order},
    prepare::ImagePool,
};

use super::session;

/// A pool, limited to a number of images that the seed chooses.
pub(crate) struct Pool {
    inner: UnpairedPool,
    rows: Vec<usize>,
}

impl Pool {
    fn open(
        sources: &[String],
        limit: usize,
        purpose: Purpose,
        experiment: &Experiment,
        exclude: &Exclusions,
    ) -> Result<Option<Self>> {
        if sources.is_empty() {
            return Ok(None);
        }
        let inner = UnpairedPool::open(&paths(sources), experiment.image.side as u32, exclude)?;
        let mut rows: Vec<usize> = (0..inner.len()).collect();
        if limit > 0 && limit < rows.len() {
            rows = order(experiment.seed, purpose, 0, rows.len());
            rows.truncate(limit);
            rows.sort_unstable();
        }
        Ok(Some(Self { inner, rows }))
    }

    /// Names of the images, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rows.iter().map(|&row| self.inner.names()[row].clone()).collect()
    }
}

impl Pool {
    /// SHA-256 of each image, in order.
    fn contents(&self) -> Result<BTreeSet<String>> {
        let contents: Result<_, _> = self.rows.par_iter().map(|&row| self.inner.sha256(row)).collect();
        Ok(contents?)
    }
}

impl ImagePool for Pool {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn read(&self, indices: &[usize]) -> afterimage_train::Result<Array4<u8>> {
        let rows: Vec<usize> = indices.iter().map(|&i| self.rows[i]).collect();
        Ok(self.inner.read(&rows)?)
    }

    /// SHA-256 over the names and contents of the images in use, in their order.
    fn fingerprint(&self) -> String {
        let content = |&row: &usize| self.inner.sha256(row).unwrap_or_else(|error| error.to_string());
        let lines: Vec<String> =
            self.rows.iter().map(|row| format!("{} {}", self.inner.names()[*row], content(row))).collect();
        digest::sha256_bytes(lines.join("\n").as_bytes())
    }
}

/// The unpaired images of an experiment, without the external candidates; `None` where it uses none.
pub(crate) fn unpaired(data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    match experiment.decoder.cycle_weight == 0.0 {
        true => Ok(None),
        false => without_responses(data, experiment),
    }
}

/// The same, whether or not a cycle is trained on them.
pub(super) fn without_responses(data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    let config = &experiment.data;
    if config.unpaired.is_empty() {
        return Ok(None);
    }
    let found = audit_all(data, &config.unpaired, experiment)?;
    let mut exclude = session::exclusions(experiment)?;
    if config.exclude_test_classes {
        exclude.extend(&found.class_exclusions);
    }
    if config.exclude_duplicates {
        exclude.extend(&found.exclusions);
    }
    // A candidate that the decoder was trained on would be told apart from the shown image by that alone.
    if let Some(candidates) = external(data, experiment)? {
        exclude.sha256.extend(candidates.contents()?);
    }
    Pool::open(&config.unpaired, config.unpaired_limit, Purpose::UnpairedChoice, experiment, &exclude)
}

/// The external candidates of an experiment; `None` where it names none. Duplicates of test images are left out: a
/// copy of the shown image is no wrong candidate.
pub(crate) fn external(data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    let config = &experiment.data;
    if config.external.is_empty() {
        return Ok(None);
    }
    let exclude = audit_all(data, &config.external, experiment)?.exclusions;
    Pool::open(&config.external, config.external_limit, Purpose::ExternalChoice, experiment, &exclude)
}

/// The audit of the data set against the unpaired images in use, after what was left out.
pub(crate) fn audit(data: &DataSet, pool: Option<&Pool>) -> Result<Audit> {
    Ok(audit::audit(data, pool.map(|p| &p.inner))?)
}

/// The audit against all images of the sources.
fn audit_all(data: &DataSet, sources: &[String], experiment: &Experiment) -> Result<Audit> {
    let pool = UnpairedPool::open(&paths(sources), experiment.image.side as u32, &Exclusions::default())?;
    Ok(audit::audit(data, Some(&pool))?)
}

fn paths(sources: &[String]) -> Vec<PathBuf> {
    sources.iter().map(PathBuf::from).collect()
}
