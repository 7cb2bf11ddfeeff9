//! Impossible values, refused with what would be possible.
//!
//! The range of every number stands in [`ranges`]; here are the names that must exist and what keys ask of each other.

mod ranges;

use super::{Experiment, METRICS, Schedule};
use crate::{Result, RunError};

pub(super) use ranges::check_numbers;

/// Backbones by name.
const BACKBONES: [&str; 5] = ["squeezenet1_1", "squeezenet1_1-torchvision", "vgg16", "vgg19", "alexnet"];

impl Experiment {
    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`RunError::BadValue`] or [`RunError::UnknownName`], naming the key.
    pub fn check(&self) -> Result<()> {
        let table = toml::Table::try_from(self).map_err(|e| RunError::BadValue {
            key: "seed".into(),
            got: self.seed.to_string(),
            expected: format!("a whole number from 0 to {} ({e})", i64::MAX),
        })?;
        check_numbers(&table)?;
        self.check_encoder()?;
        self.check_decoder()?;
        self.evaluation.metrics.iter().try_for_each(|name| metric(name))?;
        let (weights, taps) = (self.perceptual_weights(), self.decoder.image_loss.taps.len());
        require(
            weights.len() == taps && weights.iter().any(|w| *w > 0.0),
            "evaluation.perceptual_weights",
            format!("{weights:?}"),
            &format!("one weight for each of the {taps} taps of decoder.image_loss, not all zero"),
        )?;
        let c = &self.evaluation.classification;
        backbone(&c.backbone)?;
        require(
            ["", "squeezenet1_1"].contains(&c.classifier.as_str()),
            "evaluation.classification.classifier",
            &c.classifier,
            "\"squeezenet1_1\", or \"\" for none",
        )
    }

    fn check_encoder(&self) -> Result<()> {
        let e = &self.encoder;
        backbone(&e.backbone)?;
        schedule("encoder", &e.schedule())?;
        require(!e.branches.is_empty(), "encoder.branches", "[]", "at least one branch")
    }

    fn check_decoder(&self) -> Result<()> {
        let d = &self.decoder;
        backbone(&d.image_loss.backbone)?;
        schedule("decoder", &d.schedule())?;
        require(
            d.channels.is_multiple_of(d.groups),
            "decoder.groups",
            d.groups,
            &format!("a divisor of decoder.channels = {}", d.channels),
        )?;
        require(
            d.cycle_weight == 0.0 || self.data.unpaired.is_empty() || d.batch_unpaired >= 1,
            "decoder.batch_unpaired",
            d.batch_unpaired,
            "at least 1, or decoder.cycle_weight = 0",
        )?;
        require(
            d.image_loss.taps.len() == d.image_loss.weights.len(),
            "decoder.image_loss.weights",
            format!("{:?}", d.image_loss.weights),
            &format!("one weight for each of the {} taps", d.image_loss.taps.len()),
        )?;
        require(
            d.paired_weight > 0.0 || d.cycle_weight > 0.0 || d.response_cycle_weight > 0.0,
            "decoder.paired_weight",
            d.paired_weight,
            "a number above 0, as cycle_weight and response_cycle_weight are 0 too and nothing would be learned",
        )
    }
}

fn schedule(section: &str, s: &Schedule) -> Result<()> {
    require(
        s.milestones.is_sorted_by(|a, b| a < b),
        &format!("{section}.milestones"),
        format!("{:?}", s.milestones),
        "epochs in ascending order, each once",
    )
}

fn backbone(name: &str) -> Result<()> {
    known("backbone", name, &BACKBONES)
}

fn metric(name: &str) -> Result<()> {
    let all: Vec<&str> = METRICS.into_iter().chain(["nsd"]).collect();
    known("metric", name, &all)
}

fn known(what: &'static str, name: &str, all: &[&str]) -> Result<()> {
    if all.contains(&name) {
        return Ok(());
    }
    Err(RunError::UnknownName {
        what,
        got: name.to_owned(),
        nearest: super::nearest_name(name, all.iter().copied()),
        known: all.iter().map(|&name| name.to_owned()).collect(),
    })
}

fn require(holds: bool, key: &str, got: impl std::fmt::Display, expected: &str) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(RunError::BadValue { key: key.to_owned(), got: got.to_string(), expected: expected.to_owned() })
}
