//! Impossible values, refused with what would be possible.

use super::{Experiment, METRICS, Schedule};
use crate::{Result, RunError};

/// Backbones by name.
const BACKBONES: [&str; 5] = ["squeezenet1_1", "squeezenet1_1-torchvision", "vgg16", "vgg19", "alexnet"];

impl Experiment {
    /// Refuses impossible values.
    ///
    /// # Errors
    /// [`RunError::BadValue`] or [`RunError::UnknownName`], naming the key.
    pub fn check(&self) -> Result<()> {
        let side = self.image.side;
        require(
            (64..=224).contains(&side) && side.is_multiple_of(8),
            "image.side",
            side,
            "a multiple of 8 from 64 to 224",
        )?;
        self.check_encoder()?;
        self.check_decoder()?;
        require(
            self.evaluation.ways.iter().all(|&n| n >= 2),
            "evaluation.ways",
            format!("{:?}", self.evaluation.ways),
            "numbers of candidates, 2 or more",
        )?;
        self.evaluation.metrics.iter().try_for_each(|name| metric(name))?;
        let (weights, taps) = (self.perceptual_weights(), self.decoder.image_loss.taps.len());
        let usable = weights.iter().all(|w| *w >= 0.0 && w.is_finite()) && weights.iter().any(|w| *w > 0.0);
        require(
            usable && weights.len() == taps,
            "evaluation.perceptual_weights",
            format!("{weights:?}"),
            &format!("one weight for each of the {taps} taps of decoder.image_loss, not all zero"),
        )?;
        require(self.evaluation.resamples >= 100, "evaluation.resamples", self.evaluation.resamples, "at least 100")?;
        require(
            self.evaluation.permutations >= 100,
            "evaluation.permutations",
            self.evaluation.permutations,
            "at least 100",
        )?;
        self.check_classification()
    }

    fn check_classification(&self) -> Result<()> {
        non_negative("evaluation.cache_gib", self.evaluation.cache_gib)?;
        let c = &self.evaluation.classification;
        backbone(&c.backbone)?;
        require(
            c.images_per_class >= 1,
            "evaluation.classification.images_per_class",
            c.images_per_class,
            "at least 1",
        )?;
        require(
            c.ways.iter().all(|&n| n >= 2),
            "evaluation.classification.ways",
            format!("{:?}", c.ways),
            "numbers of classes, 2 or more",
        )?;
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
        require(
            (0.0..=0.5).contains(&e.augment_shift),
            "encoder.augment_shift",
            e.augment_shift,
            "a fraction from 0 to 0.5",
        )?;
        require((0.0..1.0).contains(&e.dropout), "encoder.dropout", e.dropout, "a probability from 0, below 1")?;
        require(e.batch >= 2, "encoder.batch", e.batch, "at least 2, for the batch norm")?;
        require(e.patch % 2 == 1, "encoder.patch", e.patch, "an odd number of positions")?;
        require(!e.branches.is_empty(), "encoder.branches", "[]", "at least one branch")?;
        for b in &e.branches {
            let ok = b.pool >= 1 && b.kernel % 2 == 1 && b.stride >= 1 && b.channels >= 1;
            require(
                ok,
                "encoder.branches",
                format!("{b:?}"),
                "pool, stride and channels of 1 or more and an odd kernel",
            )?;
        }
        let r = &e.regularise;
        non_negative("encoder.cosine_weight", e.cosine_weight)?;
        for (key, value) in [
            ("conv_l1", r.conv_l1),
            ("map_l1", r.map_l1),
            ("map_smooth", r.map_smooth),
            ("map_compact", r.map_compact),
            ("channel_l1", r.channel_l1),
            ("branch_l1", r.branch_l1),
        ] {
            non_negative(&format!("encoder.regularise.{key}"), value)?;
        }
        Ok(())
    }

    fn check_decoder(&self) -> Result<()> {
        let d = &self.decoder;
        backbone(&d.image_loss.backbone)?;
        schedule("decoder", &d.schedule())?;
        require(
            d.groups >= 1 && d.channels.is_multiple_of(d.groups.max(1)),
            "decoder.groups",
            d.groups,
            &format!("a divisor of decoder.channels = {}", d.channels),
        )?;
        require(d.batch_paired >= 1, "decoder.batch_paired", d.batch_paired, "at least 1")?;
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
            matches!(d.regularise.neighbours, 4 | 8),
            "decoder.regularise.neighbours",
            d.regularise.neighbours,
            "4 or 8",
        )?;
        for (key, value) in [
            ("paired_weight", d.paired_weight),
            ("cycle_weight", d.cycle_weight),
            ("response_cycle_weight", d.response_cycle_weight),
            ("image_loss.pixel_weight", d.image_loss.pixel_weight),
            ("image_loss.variation_weight", d.image_loss.variation_weight),
            ("regularise.linear_l1", d.regularise.linear_l1),
            ("regularise.linear_group", d.regularise.linear_group),
            ("regularise.conv_l1", d.regularise.conv_l1),
        ] {
            non_negative(&format!("decoder.{key}"), value)?;
        }
        d.image_loss.weights.iter().try_for_each(|&w| non_negative("decoder.image_loss.weights", w))
    }
}

fn schedule(section: &str, s: &Schedule) -> Result<()> {
    require(s.epochs >= 1, &format!("{section}.epochs"), s.epochs, "at least 1")?;
    require(
        s.learning_rate > 0.0 && s.learning_rate.is_finite(),
        &format!("{section}.learning_rate"),
        s.learning_rate,
        "a number above 0",
    )?;
    require(s.decay > 0.0 && s.decay <= 1.0, &format!("{section}.decay"), s.decay, "a factor above 0, at most 1")?;
    require(s.checkpoint_every >= 1, &format!("{section}.checkpoint_every"), s.checkpoint_every, "at least 1")?;
    non_negative(&format!("{section}.clip_norm"), s.clip_norm)
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

fn non_negative(key: &str, value: f64) -> Result<()> {
    require(value >= 0.0 && value.is_finite(), key, value, "a finite number, 0 or more")
}

fn require(holds: bool, key: &str, got: impl std::fmt::Display, expected: &str) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(RunError::BadValue { key: key.to_owned(), got: got.to_string(), expected: expected.to_owned() })
}
