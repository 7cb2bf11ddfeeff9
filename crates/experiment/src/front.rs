//! What reconstructions score on the validation part as the strengths of their parts change: coarse structure of the regression, fine
//! structure of the network and of photographs.
//!
//! A user who chooses a strength chooses by this part; the test part is not looked at.

use afterimage_config::Experiment;
use afterimage_eval::images::from_bytes;
use afterimage_eval::validity::identified;
use afterimage_eval::{Candidates, Context, Distance, HeldOut, no_candidates, pixcorr_scores, ssim_scores};
use afterimage_run::Artefact as _;
use afterimage_run::front::{Curve, FRONT_VERSION, Front, Point};
use afterimage_run::layout::Phase;
use afterimage_run::scores::{NotComputed, Score};
use afterimage_train::apply::TrainedDecoder;
use afterimage_train::prepare;
use ndarray::{Array4, ArrayView4};

use crate::error::{Result, bail};
use crate::evaluate::{self, material};
use crate::{Session, steps::Steps};

/// The strengths, and the values that are tried besides that of the run.
const STRENGTHS: [(&str, &[f64]); 3] = [
    ("decoder.photographs.detail", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]),
    ("decoder.linear.detail", &[0.0, 0.25, 0.5, 0.75, 1.0]),
    ("decoder.linear.share", &[0.0, 0.25, 0.5, 0.75, 1.0]),
];

/// Refuses a run without a strength to change, before anything is computed.
pub(crate) fn refuse_missing_inputs(session: &Session) -> Result<()> {
    let folder = session.run.root().display();
    session.refuse_baseline("it has no parts whose strengths could change")?;
    if strengths(&session.experiment).is_empty() {
        bail!(
            "\"{folder}\" decodes with the network only: no strength can change. Train with `preset = \"best\"`, or set \
             decoder.linear.pixels or decoder.photographs.images before training"
        );
    }
    if !session.run.weights_file(Phase::Decoder).is_file() {
        bail!(
            "\"{folder}\" has no trained decoder: train it first with `afterimage train decoder EXPERIMENT.toml --out RUN`"
        );
    }
    Ok(())
}

/// Scores the validation part at each strength and writes `front.json`.
pub(crate) fn front(session: &mut Session) -> Result<Front> {
    let (experiment, data) = (session.experiment.clone(), session.data()?);
    let Some(validation) = prepare::prepare(&data, &experiment)?.validation else {
        let reason = if experiment.data.train_on_validation {
            "its validation part was trained on (data.train_on_validation)"
        } else {
            "its data set has no validation part: make one with `afterimage prepare`, and train again"
        };
        bail!("\"{}\" cannot choose strengths: {reason}", session.run.root().display());
    };
    let context = material::context(&experiment, &data, HeldOut::from_names(validation.names().to_vec()));
    let judge =
        Judge { experiment: &experiment, context: &context, shown: from_bytes(validation.item_images().view()) };

    let strengths = strengths(&experiment);
    let settings = strengths.iter().map(|(_, _, values)| values.len()).sum::<usize>();
    let steps = Steps::new(session.observer(), "front", 2 * settings);
    let mut decoder = TrainedDecoder::load(&session.run, &experiment)?;
    let (mut curves, mut not_computed) = (Vec::new(), Vec::new());
    for (key, used, values) in strengths {
        let mut images = Vec::new();
        for &value in &values {
            steps.next(&format!("decoding with {key} = {value}"))?;
            let changed = experiment.clone().with_settings(&[format!("{key}={value}")])?;
            decoder.set_strengths(&changed.decoder);
            images.push(decoder.decode(validation.responses()));
        }
        let scores = judge.scores(&images, &steps, &mut not_computed)?;
        let points = values.into_iter().zip(scores).map(|(value, scores)| Point { value, scores }).collect();
        curves.push(Curve { key: key.into(), used, points });
    }
    drop(steps);
    let found =
        Front { version: FRONT_VERSION, items: validation.len(), definition: DEFINITION.into(), curves, not_computed };
    found.write(&session.run)?;
    Ok(found)
}

const DEFINITION: &str = "The validation items are decoded with each value of one key, all other keys as in the run, and scored as test \
     items are; candidates of an identification are the validation images. Epochs of training were chosen on the same items, so \
     that values are comparable with each other rather than with those of the test part. SSIM prefers smooth images: within a small \
     window an even patch scores better than detail in the wrong place.";

/// The strengths that the run can change: key, value in the run, and all values in ascending order.
fn strengths(experiment: &Experiment) -> Vec<(&'static str, f64, Vec<f64>)> {
    let (linear, photographs) = (&experiment.decoder.linear, &experiment.decoder.photographs);
    let used = |key: &str| match key {
        "decoder.photographs.detail" => (photographs.images > 0).then_some(photographs.detail),
        "decoder.linear.detail" => (linear.pixels > 0).then_some(linear.detail),
        _ => (linear.pixels > 0).then_some(linear.share),
    };
    let of = |(key, values): (&'static str, &[f64])| {
        let used = used(key)?;
        let mut values = values.to_vec();
        values.push(used);
        values.sort_by(f64::total_cmp);
        values.dedup();
        Some((key, used, values))
    };
    STRENGTHS.into_iter().filter_map(of).collect()
}

/// What judges reconstructions of the validation part.
struct Judge<'a> {
    experiment: &'a Experiment,
    context: &'a Context,
    shown: Array4<f32>,
}

impl Judge<'_> {
    /// Identification by the networks of the evaluation and by that of the loss, PixCorr and SSIM of each set of reconstructions.
    fn scores(
        &self,
        sets: &[Array4<f32>],
        steps: &Steps<'_>,
        not_computed: &mut Vec<NotComputed>,
    ) -> Result<Vec<Vec<Score>>> {
        let views: Vec<ArrayView4<'_, f32>> = sets.iter().map(|set| set.view()).collect();
        let features = material::loss_features(self.experiment)?;
        let perceptual = material::perceptual(self.experiment, &features)?;
        let mut scored = evaluate::by_networks(self.experiment, self.context, self.shown.view(), &views)?;
        let with: (&dyn Distance, &mut dyn Candidates, _) = (&perceptual, &mut no_candidates(), None);
        let by_loss = identified(&views, self.shown.view(), None, with, self.context)?;
        for ((found, by_loss), set) in scored.iter_mut().zip(by_loss).zip(views) {
            steps.next("scoring")?;
            found.scores.extend(by_loss.scores);
            found.not_computed.extend(by_loss.not_computed);
            let (pixels, missing) = pixcorr_scores(set, self.shown.view(), self.context)?;
            found.not_computed.extend(missing);
            let structure = ssim_scores(set, self.shown.view(), self.context)?;
            let of_images = pixels.into_iter().chain(structure);
            found
                .scores
                .extend(of_images.filter(|score| ["image.pixcorr", "image.ssim"].contains(&score.name.as_str())));
        }
        Ok(scored
            .into_iter()
            .map(|found| {
                let new: Vec<_> = found.not_computed.into_iter().filter(|of| !not_computed.contains(of)).collect();
                not_computed.extend(new);
                found.scores.into_iter().map(of_validation).collect()
            })
            .collect())
    }
}

/// A score whose words name the validation images, since its candidates are they.
fn of_validation(mut score: Score) -> Score {
    for text in [&mut score.title, &mut score.definition] {
        *text = text.replace("test image", "validation image");
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_are_those_of_the_parts_that_the_run_has_with_its_own_values() {
        let preset = |name: &str, settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|&text| text.to_owned()).collect();
            Experiment::preset(name).unwrap().with_settings(&settings).unwrap()
        };
        assert!(strengths(&preset("gaziv2022", &[])).is_empty());
        let found = strengths(&preset("best", &["decoder.photographs.detail=0.35"]));
        assert_eq!(found.len(), 3);
        let (key, used, values) = &found[0];
        assert_eq!((*key, *used), ("decoder.photographs.detail", 0.35));
        assert!(values.contains(&0.35) && values.is_sorted() && values.len() == 10, "{values:?}");
        let linear = strengths(&preset("best", &["decoder.photographs.images=0", "decoder.linear.share=0.5"]));
        assert!(linear.iter().all(|(key, ..)| key.starts_with("decoder.linear.")) && linear.len() == 2);
    }
}
