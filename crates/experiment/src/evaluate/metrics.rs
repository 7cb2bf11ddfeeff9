//! The measures of reconstructions that the experiment asks for.

use crate::error::{Context as _, Result, bail};
use ndarray::{Array4, ArrayView4};

use afterimage_eval::{
    BoxError, Candidates, Context, DistanceMatrix, FeatureMetric, Features, Lpips, LpipsNet, Metric, Shown,
    lpips_score, ms_ssim_scores, no_candidates, pixcorr_scores, ssim_scores,
};
use afterimage_model::foreign::{ForeignNetwork, foreign};
use afterimage_run::{Experiment, scores::NotComputed};
use afterimage_train::apply::FeatureExtractor;

use super::identification;
use super::part::{self, Part};
use crate::{Session, external::ExternalCandidates, weights};

/// What is compared.
struct Images<'a> {
    decoded: ArrayView4<'a, f32>,
    shown: &'a Shown,
    external: Option<&'a mut ExternalCandidates>,
    context: &'a Context,
}

/// Computes every measure of `evaluation.metrics`. One whose weights are missing or broken, or that these images leave undefined, is
/// listed as not computed, with the reason.
pub(super) fn measure(
    session: &mut Session,
    decoded: &Array4<f32>,
    shown: &Shown,
    external: Option<&mut ExternalCandidates>,
    context: &Context,
) -> Result<Part> {
    let mut found = Part::default();
    let mut images = Images { decoded: decoded.view(), shown, external, context };
    let names: Vec<String> = session.experiment.evaluation.chosen_metrics().into_iter().map(str::to_owned).collect();
    for name in names {
        let Some(metric) = Metric::find(&name) else { bail!("no metric is called \"{name}\"") };
        match one(metric, session, &mut images) {
            Ok(part) => found.add(part),
            Err(error) => {
                let weights = weights::cannot_be_used(&error).then(|| error.root_cause());
                let Some(reason) = weights.or_else(|| part::reason(&error)) else {
                    return Err(error.context(format!("the metric \"{name}\" failed")));
                };
                let missing = |name| NotComputed { name, reason: reason.clone() };
                found.not_computed.extend(metric.score_names().into_iter().map(missing));
            }
        }
    }
    Ok(found)
}

/// Why metrics of the experiment cannot be computed: a sentence for each network whose weights are not installed. Every
/// network is loaded as [`measure`] loads it.
pub(crate) fn missing_weights(experiment: &Experiment) -> Result<Vec<String>> {
    let device = &experiment.device.name;
    let mut missing = Vec::new();
    for name in experiment.evaluation.chosen_metrics() {
        let Some(metric) = Metric::find(name) else { bail!("no metric is called \"{name}\"") };
        let loaded = match metric {
            Metric::PixCorr | Metric::Ssim | Metric::MsSsim | Metric::Dists => continue,
            Metric::Lpips(net) => Network::own(net.backbone(), net.taps(), experiment.image.side, device),
            Metric::Features(metric) => Network::of_metric(metric, device),
        };
        match loaded {
            Ok(_) => {}
            Err(error) if weights::cannot_be_used(&error) => {
                missing.push(format!("evaluation.metrics has \"{name}\", but {}", error.root_cause()));
            }
            Err(error) => return Err(error.context(format!("evaluation.metrics: \"{name}\""))),
        }
    }
    Ok(missing)
}

fn one(metric: Metric, session: &mut Session, images: &mut Images) -> Result<Part> {
    let Images { decoded, shown, context, .. } = *images;
    let scores = match metric {
        Metric::PixCorr => return Ok(pixcorr_scores(decoded, shown, context)?.into()),
        Metric::Ssim => ssim_scores(decoded, shown, context)?,
        Metric::MsSsim => ms_ssim_scores(decoded, shown, context)?,
        Metric::Dists => {
            let missing = |name| NotComputed { name, reason: Metric::WITHOUT_DISTS.into() };
            let not_computed = metric.score_names().into_iter().map(missing).collect();
            return Ok(Part { not_computed, ..Part::default() });
        }
        Metric::Lpips(net) => return lpips(net, session, images),
        Metric::Features(metric) => {
            let network = Network::of_metric(metric, &session.experiment.device.name)?;
            network.record(metric.network, session);
            metric.scores(&network, decoded, shown, context)?
        }
    };
    Ok(Part { scores, ..Part::default() })
}

fn lpips(net: LpipsNet, session: &mut Session, images: &mut Images) -> Result<Part> {
    let Images { decoded, shown, context, .. } = *images;
    let side = session.experiment.image.side;
    let network = Network::own(net.backbone(), net.taps(), side, &session.experiment.device.name)?;
    network.record(net.backbone(), session);
    let lpips = Lpips::new(net, &network);
    let mut none = no_candidates();
    let source: &mut dyn Candidates = match &mut images.external {
        Some(candidates) => *candidates,
        None => &mut none,
    };
    let matrix = DistanceMatrix::compute(&lpips, decoded, shown, source, context)?;
    let mut found = Part { scores: vec![lpips_score(&lpips, &matrix, decoded, shown, context)?], ..Part::default() };
    found.add(identification(session, &matrix, context)?);
    Ok(found)
}

/// A network as the measures want it.
struct Network {
    name: String,
    run: Run,
}

enum Run {
    /// One of the backbones.
    Own(Box<FeatureExtractor>),
    /// From an ONNX file.
    Foreign(Box<ForeignNetwork>),
}

impl Network {
    fn of_metric(metric: &FeatureMetric, device: &str) -> Result<Self> {
        match metric.tap {
            Some(tap) => Self::own(metric.network, &[tap], metric.side, device),
            None => {
                let kind = foreign(metric.network).with_context(|| format!("no network \"{}\"", metric.network))?;
                let network = ForeignNetwork::load(kind)?;
                Ok(Self { name: kind.what.into(), run: Run::Foreign(Box::new(network)) })
            }
        }
    }

    fn own(backbone: &str, taps: &[&str], side: usize, device: &str) -> Result<Self> {
        let extractor = FeatureExtractor::new(backbone, taps, side, device)?;
        Ok(Self { name: format!("{backbone} at {}", taps.join(", ")), run: Run::Own(Box::new(extractor)) })
    }

    /// Notes the weights among the inputs of the run.
    fn record(&self, network: &str, session: &mut Session) {
        let origin = match &self.run {
            Run::Own(extractor) => extractor.origin(),
            Run::Foreign(network) => network.origin(),
        };
        weights::record(session, &weights::role_of_metric(network), network, origin);
    }
}

impl Features for Network {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        match &self.run {
            Run::Own(extractor) => Ok(extractor.extract(images)),
            Run::Foreign(network) => {
                let features = network.features(images)?; // [n, length]
                let shape = [features.nrows(), features.ncols(), 1, 1];
                Ok(vec![features.into_shape_with_order(shape)?])
            }
        }
    }
}
