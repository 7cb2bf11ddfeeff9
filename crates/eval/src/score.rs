//! Puts a [`Score`] together; the one place that fills its common fields.

use afterimage_run::scores::Score;
use afterimage_statistics::{Interval, PValue, PairingTest, bootstrap_mean, defined, fraction_interval, mean};

use crate::Context;

/// What differs between scores of items that are images.
pub(crate) struct Draft<'a> {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) protocol: &'a str,
    pub(crate) metric: String,
    pub(crate) definition: String,
    pub(crate) unit: &'a str,
    pub(crate) higher_is_better: bool,
    pub(crate) chance: Option<f64>,
}

impl Draft<'_> {
    /// The mean over images with its interval. Undefined items (NaN) are left out, and a note says how many.
    pub(crate) fn mean_over_images(self, values: &[f64], ctx: &Context) -> Score {
        let defined = defined(values.iter().copied());
        let n = defined.len();
        let interval = interval_of_mean(&defined, self.unit == FRACTION, ctx.resamples, ctx.seed);
        let mut score = self.build(mean(&defined), interval, ctx);
        score.n = n;
        score.items = ctx.held_out.names().to_vec();
        score.per_item = values.iter().map(|v| v.is_finite().then_some(*v)).collect();
        if n < values.len() {
            score.notes.push(format!("undefined for {} of {} images, left out", values.len() - n, values.len()));
        }
        score
    }

    /// A score without items; the caller sets `n`, items and notes. The metric keeps the word voxel: runs are paired by it.
    pub(crate) fn build(self, value: f64, interval: Option<Interval>, ctx: &Context) -> Score {
        Score {
            name: self.name,
            title: ctx.unit.in_text(&self.title),
            protocol: self.protocol.into(),
            metric: self.metric,
            definition: ctx.unit.in_text(&self.definition),
            unit: self.unit.into(),
            higher_is_better: self.higher_is_better,
            value,
            interval: interval.map(|i| Interval { method: ctx.unit.in_text(&i.method), ..i }),
            chance: self.chance,
            guess: None,
            mean_image: None,
            drawn: None,
            p: None,
            n: ctx.len(),
            item_kind: "image".into(),
            ways: None,
            candidates: None,
            repeats_averaged: ctx.held_out.repeats(),
            seed: ctx.seed,
            items: Vec::new(),
            per_item: Vec::new(),
            pseudo_values: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Unit of a score that is a share.
const FRACTION: &str = "fraction";

/// True if a score is a share.
pub(crate) fn is_fraction(score: &Score) -> bool {
    score.unit == FRACTION
}

/// Interval of a mean over images: of shares, and of other values.
pub(crate) fn interval_of_mean(values: &[f64], are_fractions: bool, resamples: usize, seed: u64) -> Option<Interval> {
    let of_fractions = are_fractions.then(|| fraction_interval(values, "image")).flatten();
    // Of other values, and of shares below 0 such as explained variances.
    of_fractions.or_else(|| bootstrap_mean(values, resamples, seed))
}

/// Adds p and, as chance, what shuffled pairings score. The chance of the draft becomes the score of a guess: both differ
/// where the candidates differ from the shown images as a set.
pub(crate) fn with_test(mut score: Score, test: Option<PairingTest>, sign: f64) -> Score {
    if let Some(test) = &test {
        score.guess = score.chance.replace(sign * test.shuffled);
    }
    with_pairing_p(score, test)
}

/// Adds p of a similarity or distance, whose chance is the mean over mismatched pairs.
pub(crate) fn with_pairing_p(mut score: Score, test: Option<PairingTest>) -> Score {
    match test {
        Some(test) => score.p = Some(test.p),
        None => score.notes.push("not tested: too few items, or an undefined value".into()),
    }
    score
}

/// Adds a p-value.
pub(crate) fn with_p(mut score: Score, p: Option<PValue>) -> Score {
    score.p = p;
    score
}
