//! Images nobody was scanned with, and external candidates: opened without what must not be among them.

use std::path::PathBuf;

use anyhow::Result;
use ndarray::Array4;

use afterimage_data::{DataSet, Exclusions, UnpairedPool};
use crate::audit_tmp::Audit;
use afterimage_formats::digest;
use afterimage_run::Experiment;
use afterimage_train::{
    draws::{Purpose, order},
    prepare::ImagePool,
};

/// A pool, limited to a number of images that the seed chooses.
pub(crate) struct Pool {
    inner: UnpairedPool,
    rows: Vec<usize>,
}

impl Pool {
    fn open(sources: &[String], limit: usize, purpose: Purpose, experiment: &Experiment, exclude: &Exclusions) -> Result<Option<Self>> {
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
        let lines: Vec<String> = self.rows.iter().map(|row| format!("{} {}", self.inner.names()[*row], content(row))).collect();
        digest::sha256_bytes(lines.join("\n").as_bytes())
    }
}

/// The unpaired images of an experiment; `None` where it uses none.
pub(crate) fn unpaired(data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    if experiment.decoder.cycle_weight == 0.0 {
        return Ok(None);
    }
    let sources = &experiment.data.unpaired;
    let exclude = exclusions(data, sources, experiment)?;
    Pool::open(sources, experiment.data.unpaired_limit, Purpose::UnpairedChoice, experiment, &exclude)
}

/// The external candidates of an experiment; `None` where it names none. Duplicates of test images are left out: a
/// copy of the shown image is no wrong candidate.
pub(crate) fn external(data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    let sources = &experiment.data.external;
    let exclude = duplicates(data, sources, experiment)?;
    Pool::open(sources, experiment.data.external_limit, Purpose::ExternalChoice, experiment, &exclude)
}

/// The audit of the data set against the pool that is used, after exclusions.
pub(crate) fn audit(data: &DataSet, experiment: &Experiment) -> Result<Audit> {
    let pool = unpaired(data, experiment)?;
    Ok(crate::audit_tmp::audit(data, pool.as_ref().map(|p| &p.inner))?)
}

/// What must not be among the unpaired images, as the experiment asks.
fn exclusions(data: &DataSet, sources: &[String], experiment: &Experiment) -> Result<Exclusions> {
    let mut exclude = Exclusions::default();
    if experiment.data.exclude_test_classes {
        let stimuli = &data.header().stimuli;
        let test = data.held_out().stimuli();
        exclude.classes.extend(test.iter().filter_map(|&row| stimuli[row as usize].class.clone()));
    }
    if experiment.data.exclude_duplicates {
        exclude.extend(&duplicates(data, sources, experiment)?);
    }
    Ok(exclude)
}

fn duplicates(data: &DataSet, sources: &[String], experiment: &Experiment) -> Result<Exclusions> {
    if sources.is_empty() {
        return Ok(Exclusions::default());
    }
    let pool = UnpairedPool::open(&paths(sources), experiment.image.side as u32, &Exclusions::default())?;
    Ok(crate::audit_tmp::duplicates_of_test(data, &pool)?)
}

fn paths(sources: &[String]) -> Vec<PathBuf> {
    sources.iter().map(PathBuf::from).collect()
}
