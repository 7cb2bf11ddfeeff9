//! Unpaired images, and external candidates: opened without what must not be among them.

mod refuse;
mod select;

use std::{collections::HashMap, path::PathBuf, sync::OnceLock};

use crate::error::{Context as _, Result, bail};
use ndarray::Array4;
use rayon::prelude::*;

use afterimage_config::Experiment;
use afterimage_data::{
    DataSet, Exclusions, UnpairedPool,
    audit::{self, Audit, AuditOptions, Verdict},
};
use afterimage_formats::digest;
use afterimage_run::{Artefact as _, artefact::AuditFile};
use afterimage_train::{
    Observer,
    draws::{Purpose, order},
    prepare::ImagePool,
};

use super::Session;
use crate::choice::Chosen;

pub use refuse::refuse_no_source;
use refuse::{of_reason, refuse_empty};
use select::opened;
pub(crate) use select::{classes, external, without_responses};

/// A pool, limited to a number of images that the seed chooses.
pub(crate) struct Pool {
    inner: UnpairedPool,
    rows: Vec<usize>,
    left_out: Exclusions,
    /// How many images of the sources were left out and why, if any were.
    left_out_text: Option<String>,
    contents: OnceLock<Vec<String>>,
}

impl Pool {
    fn open(
        sources: &[PathBuf],
        limit: usize,
        purpose: Purpose,
        experiment: &Experiment,
        left_out: Exclusions,
    ) -> Result<Self> {
        let inner = opened(sources, experiment, &left_out)?;
        let mut rows: Vec<usize> = (0..inner.len()).collect();
        if limit > 0 && limit < rows.len() {
            rows = order(experiment.seed, purpose, 0, rows.len());
            rows.truncate(limit);
            rows.sort_unstable();
        }
        Ok(Self { inner, rows, left_out, left_out_text: None, contents: OnceLock::new() })
    }

    /// The pool that was chosen before; refused if one of its images is missing or changed.
    pub(crate) fn kept(key: &str, sources: &[PathBuf], chosen: &Chosen, experiment: &Experiment) -> Result<Self> {
        refuse_no_source(key, sources)?;
        let left_out = chosen.left_out.clone();
        let inner = opened(sources, experiment, &left_out)
            .with_context(|| format!("{key}, which must have the images that this run was begun with"))?;
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (row, name) in inner.names().iter().enumerate() {
            places.entry(name).or_default().push(row);
        }
        let (mut rows, mut contents) = (Vec::new(), Vec::new());
        let found: Vec<Option<usize>> = chosen
            .images
            .par_iter()
            .map(|(name, sha256)| -> afterimage_data::Result<_> {
                for &row in places.get(name.as_str()).into_iter().flatten() {
                    if inner.sha256(row)? == *sha256 {
                        return Ok(Some(row));
                    }
                }
                Ok(None)
            })
            .collect::<afterimage_data::Result<_>>()?;
        for ((name, sha256), row) in chosen.images.iter().zip(found) {
            let Some(row) = row else {
                let what = if places.contains_key(name.as_str()) { "has changed" } else { "has gone" };
                bail!(
                    "the image \"{name}\" of {key} {what} since this run was begun: restore it, or make another run with --out"
                )
            };
            rows.push(row);
            contents.push(sha256.clone());
        }
        Ok(Self { inner, rows, left_out, left_out_text: None, contents: contents.into() })
    }

    /// What a run keeps of it.
    pub(crate) fn chosen(&self) -> Result<Chosen> {
        let images = self.names().into_iter().zip(self.contents()?.iter().cloned()).collect();
        Ok(Chosen { left_out: self.left_out.clone(), images })
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

    /// Notes which images of the pool's sources are in formats that are not read, and how many others were left out.
    pub(crate) fn note_left_out(&self, observer: &dyn Observer) {
        note_unread(&self.inner.unread(), observer);
        if let Some(text) = &self.left_out_text {
            observer.note(text);
        }
    }

    /// A pool of the sources of `key`, which contain `all`, without what `reasons` leave out; refused if that is everything.
    fn without(
        key: &str,
        all: &UnpairedPool,
        reasons: &[(&str, Exclusions)],
        (sources, limit, purpose): (&[PathBuf], usize, Purpose),
        experiment: &Experiment,
    ) -> Result<Self> {
        refuse_empty(key, all, reasons, experiment.data.external_limit)?;
        let mut exclude = Exclusions::default();
        reasons.iter().for_each(|(_, reason)| exclude.extend(reason));
        let pool = Self::open(sources, limit, purpose, experiment, exclude)?;
        let (all, left_out) = (all.len(), all.len() - pool.inner.len());
        let by = |(reason, exclude): &(&str, Exclusions)| (!exclude.is_empty()).then(|| of_reason(reason));
        let causes: Vec<String> = reasons.iter().filter_map(by).collect();
        let text = || format!("{key}: left out {left_out} of {all} images: {}", causes.join(", or "));
        Ok(Self { left_out_text: (left_out > 0).then(text), ..pool })
    }

    /// Side of the images, pixels.
    pub(crate) fn side(&self) -> usize {
        self.inner.side()
    }
}

/// Notes the first of images that are left out since their format is not read.
pub fn note_unread(names: &[String], observer: &dyn Observer) {
    if let Some(first) = names.first() {
        let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        observer.note(&format!(
            "warning: left out \"{first}\"{more}: images of this format are not read; save them as .png or .jpg"
        ));
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

/// The audit of the data set against the unpaired images in use, after what was left out.
pub(crate) fn audit(data: &DataSet, pool: Option<&Pool>, observer: &dyn Observer) -> Result<Audit> {
    let progress = |done: usize, total: usize| observer.progress("audit", done as u64, total as u64);
    progress(0, data.header().stimuli.len() + pool.map_or(0, |pool| pool.inner.len()));
    let options = AuditOptions { progress: Some(&progress), ..AuditOptions::default() };
    Ok(audit::audit_with(data, pool.map(|p| &p.inner), options)?)
}

/// Audits what a run is trained or fitted on, says which checks failed, and keeps the audit in its folder.
pub(crate) fn audit_training(session: &Session, data: &DataSet, pool: Option<&Pool>) -> Result<()> {
    let found = audit(data, pool, session.observer())?;
    for check in found.checks.iter().filter(|check| check.verdict == Verdict::Fail) {
        session.note(&format!(
            "warning: the audit failed: {}: {}; scores may be too high. Leave them out: `afterimage audit DATASET --fix leave-out.toml`, \
             then data.exclusions",
            check.name, check.detail
        ));
    }
    Ok(AuditFile(found).write(&session.run)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_images_are_opened_again_and_refused_if_one_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photos.npy");
        let write = |shade: u8| {
            let images = Array4::from_shape_fn((5, 8, 8, 3), |(n, ..)| shade + n as u8);
            afterimage_formats::npy::write_u8(&path, images.view().into_dyn()).unwrap();
        };
        write(10);
        let sources = [path.clone()];
        let experiment = Experiment::preset("demo").unwrap();
        let pool = Pool::open(&sources, 2, Purpose::UnpairedChoice, &experiment, Exclusions::default()).unwrap();
        let chosen = pool.chosen().unwrap();
        let kept = Pool::kept("data.unpaired", &sources, &chosen, &experiment).unwrap();
        assert_eq!((kept.rows.len(), &kept.rows, kept.fingerprint()), (2, &pool.rows, pool.fingerprint()));
        write(100);
        let said = Pool::kept("data.unpaired", &sources, &chosen, &experiment).err().unwrap().to_string();
        assert!(said.contains(&chosen.images[0].0) && said.contains("has changed"), "{said}");
    }
}
