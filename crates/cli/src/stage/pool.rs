//! Images nobody was scanned with, and external candidates: opened without what must not be among them.

use std::{collections::BTreeSet, path::PathBuf, sync::OnceLock};

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
    contents: OnceLock<Vec<String>>,
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
        Ok(Some(Self { inner, rows, contents: OnceLock::new() }))
    }

    /// Names of the images, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.rows.iter().map(|&row| self.inner.names()[row].clone()).collect()
    }
}

impl Pool {
    /// SHA-256 of each image, in order; computed once.
    pub(crate) fn contents(&self) -> Result<&[String]> {
        if let Some(known) = self.contents.get() {
            return Ok(known);
        }
        let contents: Vec<String> =
            self.rows.par_iter().map(|&row| self.inner.sha256(row)).collect::<afterimage_data::Result<_>>()?;
        Ok(self.contents.get_or_init(|| contents))
    }

    /// Side of the images, pixels.
    pub(crate) fn side(&self) -> usize {
        self.inner.side()
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
        let contents = match self.contents() {
            Ok(contents) => contents,
            Err(error) => return digest::sha256_bytes(error.to_string().as_bytes()),
        };
        let named = self.rows.iter().zip(contents);
        let lines: Vec<String> =
            named.map(|(&row, content)| format!("{} {content}", self.inner.names()[row])).collect();
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
        exclude.sha256.extend(candidates.contents()?.iter().cloned());
    }
    Pool::open(&config.unpaired, config.unpaired_limit, Purpose::UnpairedChoice, experiment, &exclude)
}

/// Classes of the unpaired sources of an experiment that trains with them.
pub(crate) fn classes(experiment: &Experiment) -> Result<BTreeSet<String>> {
    let config = &experiment.data;
    if experiment.decoder.cycle_weight == 0.0 || config.unpaired.is_empty() {
        return Ok(BTreeSet::new());
    }
    let exclude = session::exclusions(experiment)?;
    let by_name = Exclusions { sha256: BTreeSet::new(), ..exclude };
    let pool = UnpairedPool::open(&paths(&config.unpaired), experiment.image.side as u32, &by_name)?;
    Ok((0..pool.len()).filter_map(|row| pool.class(row)).map(str::to_owned).collect())
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
