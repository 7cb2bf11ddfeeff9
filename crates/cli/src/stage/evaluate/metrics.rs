//! The measures of reconstructions that the experiment asks for.

use anyhow::{Context as _, Result, bail};
use ndarray::{Array4, ArrayView4};

use afterimage_eval::{
    BoxError, Candidates, Context, DistanceMatrix, FeatureMetric, Features, Lpips, LpipsNet, Metric, Shown,
    lpips_score, ms_ssim_scores, no_candidates, pixcorr_scores, ssim_scores,
};
use afterimage_model::foreign::{ForeignNetwork, foreign};
use afterimage_run::{
    Experiment,
    scores::{NotComputed, ScoreFile},
};
use afterimage_train::apply::FeatureExtractor;

use super::{identification, undefined};
use crate::stage::{Session, external::ExternalCandidates, weights};

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
    file: &mut ScoreFile,
) -> Result<()> {
    let mut images = Images { decoded: decoded.view(), shown, external, context };
    let names: Vec<String> = session.experiment.evaluation.chosen_metrics().into_iter().map(str::to_owned).collect();
    for name in names {
        let Some(metric) = Metric::find(&name) else { bail!("no metric is called \"{name}\"") };
        match one(metric, session, &mut images, file) {
            Ok(()) => {}
            Err(error) => {
                let weights = weights::cannot_be_used(&error).then(|| error.root_cause().to_string());
                let Some(reason) = weights.or_else(|| undefined::reason(&error)) else {
                    return Err(error.context(format!("the metric \"{name}\" failed")));
                };
                let missing = |name| NotComputed { name, reason: reason.clone() };
                file.not_computed.extend(metric.score_names().into_iter().map(missing));
            }
        }
    }
    Ok(())
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

fn one(metric: Metric, session: &mut Session, images: &mut Images, file: &mut ScoreFile) -> Result<()> {
    let Images { decoded, shown, context, .. } = *images;
    match metric {
        Metric::PixCorr => {
            let (scores, missing) = pixcorr_scores(decoded, shown, context)?;
            file.scores.extend(scores);
            file.not_computed.extend(missing);
        }
        Metric::Ssim => file.scores.extend(ssim_scores(decoded, shown, context)?),
        Metric::MsSsim => file.scores.extend(ms_ssim_scores(decoded, shown, context)?),
        Metric::Dists => file.not_computed.extend(
            metric.score_names().into_iter().map(|name| NotComputed { name, reason: Metric::WITHOUT_DISTS.into() }),
        ),
        Metric::Lpips(net) => lpips(net, session, images, file)?,
        Metric::Features(metric) => {
            let network = Network::of_metric(metric, &session.experiment.device.name)?;
            network.record(metric.network, session);
            file.scores.extend(metric.scores(&network, decoded, shown, context)?);
        }
    }
    Ok(())
}

fn lpips(net: LpipsNet, session: &mut Session, images: &mut Images, file: &mut ScoreFile) -> Result<()> {
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
    file.scores.push(lpips_score(&lpips, &matrix, decoded, shown, context)?);
    identification(session, &matrix, context, file)
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
