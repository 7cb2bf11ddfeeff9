//! Checks of values, with errors that name what is accepted.
//!
//! Ranges of numbers are declared at their fields; this module checks that names exist and that keys agree with each
//! other.

use std::path::Path;

use toml::{Table, Value};

use crate::ranges::{self, check_numbers, values};
use crate::{BackboneKind, ConfigError, Experiment, Result, Schedule, metrics::metric_names, place};

/// Refuses a document with a number out of range or an unknown name. Missing keys and values of other types are left to
/// the parser. For a count of -1 or 1e11, the parser would name neither key nor range.
pub(crate) fn check_document(document: &Table) -> Result<()> {
    check_numbers(document)?;
    let texts = |key| values(document, key).into_iter().filter_map(Value::as_str);
    let backbones = ["encoder.backbone", "decoder.image_loss.backbone", "evaluation.classification.backbone"];
    backbones.into_iter().flat_map(texts).try_for_each(|name| name.parse::<BackboneKind>().map(drop))?;
    texts("evaluation.metrics[]").try_for_each(|name| known("metric", name, &metric_names()))?;
    texts("evaluation.classification.classifier").try_for_each(|name| {
        require(
            ["", BackboneKind::SqueezeNet11.name()].contains(&name),
            "evaluation.classification.classifier",
            name,
            "\"squeezenet1_1\", or \"\" for none",
        )
    })
}

/// The error for a value of another type than its key has: with the key, the value, and what is accepted.
pub(crate) fn wrong_type(text: &str, error: &toml::de::Error, path: &Path) -> ConfigError {
    let found = error.span().and_then(|span| Some((place::key_at(text, span.start)?, text.get(span)?.to_owned())));
    let expected = error.message().split_once("expected ").map(|(_, expected)| expected.trim());
    let (Some((key, got)), Some(expected)) = (found, expected) else {
        return ConfigError::Toml { path: path.into(), message: error.message().to_owned() };
    };
    let range = ranges::RANGES.iter().find(|(known, _)| known.replace("[]", "") == key);
    let expected = match (range, expected) {
        (Some((_, range)), _) => range.to_string(),
        (None, "a boolean") => "true or false".into(),
        (None, "a string") => "text in quotation marks".into(),
        (None, "a sequence") => "a list in square brackets".into(),
        (None, other) => other.to_owned(),
    };
    ConfigError::BadValue { key, got, expected }
}

impl Experiment {
    /// Refuses values that are not accepted.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] or [`ConfigError::UnknownName`], naming the key.
    pub fn check(&self) -> Result<()> {
        let table = Table::try_from(self).map_err(|e| ConfigError::BadValue {
            key: "seed".into(),
            got: self.seed.to_string(),
            expected: format!("a whole number from 0 to {} ({e})", i64::MAX),
        })?;
        check_document(&table)?;
        self.check_encoder()?;
        self.check_decoder()?;
        let (weights, taps) = (self.perceptual_weights(), self.decoder.image_loss.taps.len());
        require(
            weights.len() == taps && weights.iter().any(|w| *w > 0.0),
            "evaluation.perceptual_weights",
            format!("{weights:?}"),
            &format!("one weight for each of the {taps} taps of decoder.image_loss, not all zero"),
        )
    }

    fn check_encoder(&self) -> Result<()> {
        let e = &self.encoder;
        schedule("encoder", &e.schedule())?;
        require(
            e.fields.levels == 0 || !e.fields.layers.is_empty(),
            "encoder.fields.layers",
            "[]",
            "at least one layer of encoder.backbone",
        )?;
        require(!e.branches.is_empty(), "encoder.branches", "[]", "at least one branch")
    }

    fn check_decoder(&self) -> Result<()> {
        let d = &self.decoder;
        schedule("decoder", &d.schedule())?;
        require(
            d.linear.pixels <= self.image.side,
            "decoder.linear.pixels",
            d.linear.pixels,
            &format!("at most image.side = {}", self.image.side),
        )?;
        require(
            d.photographs.images == 0 || !d.photographs.layers.is_empty(),
            "decoder.photographs.layers",
            "[]",
            "at least one layer of decoder.image_loss.backbone",
        )?;
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

fn known(what: &'static str, name: &str, all: &[&str]) -> Result<()> {
    if all.contains(&name) { Ok(()) } else { Err(ConfigError::unknown_name(what, name, all)) }
}

fn require(holds: bool, key: &str, got: impl std::fmt::Display, expected: &str) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(ConfigError::BadValue { key: key.to_owned(), got: got.to_string(), expected: expected.to_owned() })
}
