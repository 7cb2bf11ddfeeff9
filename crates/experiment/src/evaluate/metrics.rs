//! The measures of reconstructions that the experiment asks for.

use crate::error::{Context as _, Result};
use ndarray::{Array4, ArrayView4, Ix4};

use afterimage_config::{BackboneKind, Experiment};
use afterimage_eval::{
    BoxError, Context, DistanceMatrix, FeatureMetric, Features, HeldOutArray, Lpips, Metric, lpips_score,
    ms_ssim_scores, pixcorr_scores, ssim_scores, validity::Decoded,
};
use afterimage_model::backbone::WeightOrigin;
use afterimage_model::foreign::{ForeignNetwork, foreign};
use afterimage_train::apply::FeatureExtractor;

use super::images::{Compared, identification};
use super::material::Material;
use super::part::{Part, defined};
use crate::{steps::Steps, weights};

/// Computes every measure of `evaluation.metrics`. One whose weights are missing or broken, or that these images leave undefined, is
/// listed as not computed, with the reason.
pub(super) fn measure(of: &Material, among: &mut Compared, steps: &Steps<'_>) -> Result<Part> {
    let mut found = Part::default();
    for (name, metric) in chosen(&of.experiment)? {
        steps.next(name)?;
        match Network::of(metric, &of.experiment).and_then(|network| one(metric, network, of, among)) {
            Ok(part) => found.add(part),
            Err(error) if weights::cannot_be_used(&error) => {
                found.add(Part::all_without(metric.score_names(), error.root_cause()));
            }
            Err(error) => return Err(error.context(format!("the metric \"{name}\" failed"))),
        }
    }
    Ok(found)
}

/// Pairwise identification of several sets of reconstructions by each network of `evaluation.metrics` whose weights are installed; one list
/// of scores for each set.
pub(crate) fn by_networks<'a>(
    experiment: &Experiment,
    context: &Context,
    shown: impl HeldOutArray<'a, Ix4>,
    sets: &[ArrayView4<'_, f32>],
) -> Result<Vec<Decoded>> {
    let shown = shown.values();
    let mut found = vec![Decoded::default(); sets.len()];
    for (name, metric) in chosen(experiment)? {
        let Metric::Features(features) = metric else { continue };
        let network = match Network::of(metric, experiment) {
            Ok(Some(network)) => network,
            Ok(None) => continue,
            Err(error) if weights::cannot_be_used(&error) => continue,
            Err(error) => return Err(error.context(format!("the metric \"{name}\" failed"))),
        };
        for (set, scored) in found.iter_mut().zip(features.set_scores(&network, sets, shown, context)?) {
            set.scores.extend(scored.scores);
            set.not_computed.extend(scored.not_computed);
        }
    }
    Ok(found)
}

/// The measures of an experiment, by name.
fn chosen(experiment: &Experiment) -> Result<Vec<(&str, Metric)>> {
    let named = |name| Ok((name, Metric::find(name).with_context(|| format!("no metric is called \"{name}\""))?));
    experiment.evaluation.chosen_metrics().into_iter().map(named).collect()
}

/// Why metrics of the experiment cannot be computed: a sentence for each network whose weights are not installed. Every
/// network is loaded as [`measure`] loads it.
pub(crate) fn missing_weights(experiment: &Experiment) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for (name, metric) in chosen(experiment)? {
        match Network::of(metric, experiment) {
            Ok(_) => {}
            Err(error) if weights::cannot_be_used(&error) => {
                missing.push(format!("evaluation.metrics has \"{name}\", but {}", error.root_cause()));
            }
            Err(error) => return Err(error.context(format!("evaluation.metrics: \"{name}\""))),
        }
    }
    Ok(missing)
}

fn one(metric: Metric, network: Option<Network>, of: &Material, among: &mut Compared) -> Result<Part> {
    let (Compared { decoded, shown, .. }, context) = (&*among, &of.context);
    let (decoded, shown, names) = (*decoded, *shown, metric.score_names());
    let mut found = match (metric, &network) {
        (Metric::PixCorr, _) => {
            defined(&names, pixcorr_scores(decoded, shown, context))?.map_or_else(|undefined| undefined, Part::from)
        }
        (Metric::Ssim, _) => Part::of(&names, ssim_scores(decoded, shown, context))?,
        (Metric::MsSsim, _) => Part::of(&names, ms_ssim_scores(decoded, shown, context))?,
        (Metric::Features(metric), Some(network)) => Part::of(&names, metric.scores(network, decoded, shown, context))?,
        (Metric::Lpips(net), Some(network)) => lpips(&Lpips::new(net, network), &names, of, among)?,
        (Metric::Dists | Metric::Features(_) | Metric::Lpips(_), _) => Part::all_without(names, Metric::WITHOUT_DISTS),
    };
    found.networks.extend(network.map(|network| network.origin()));
    Ok(found)
}

fn lpips(lpips: &Lpips, names: &[String], of: &Material, among: &mut Compared) -> Result<Part> {
    let Compared { decoded, shown, .. } = *among;
    let matrix = DistanceMatrix::compute(lpips, decoded, shown, &mut *among.candidates, &of.context);
    let scored = matrix.and_then(|matrix| Ok((lpips_score(lpips, &matrix, decoded, shown, &of.context)?, matrix)));
    match defined(names, scored)? {
        Ok((score, matrix)) => {
            let mut found = Part { scores: vec![score], ..Part::default() };
            found.add(identification(&matrix, of)?);
            Ok(found)
        }
        Err(undefined) => Ok(undefined),
    }
}

/// A network as the measures want it.
struct Network {
    /// The short name of the network.
    network: String,
    /// What is taken from it.
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
    /// The network of a measure; `None` if it needs none.
    fn of(metric: Metric, experiment: &Experiment) -> Result<Option<Self>> {
        let device = &experiment.device.name;
        match metric {
            Metric::PixCorr | Metric::Ssim | Metric::MsSsim | Metric::Dists => Ok(None),
            Metric::Lpips(net) => Self::own(net.backbone(), net.taps(), experiment.image.side, device).map(Some),
            Metric::Features(metric) => Self::of_features(metric, device).map(Some),
        }
    }

    fn of_features(metric: &FeatureMetric, device: &str) -> Result<Self> {
        match metric.tap {
            Some(tap) => Self::own(metric.network.parse()?, &[tap], metric.side, device),
            None => {
                let kind = foreign(metric.network).with_context(|| format!("no network \"{}\"", metric.network))?;
                let run = Run::Foreign(Box::new(ForeignNetwork::load(kind)?));
                Ok(Self { network: metric.network.into(), name: kind.what.into(), run })
            }
        }
    }

    fn own(backbone: BackboneKind, taps: &[&str], side: usize, device: &str) -> Result<Self> {
        let run = Run::Own(Box::new(FeatureExtractor::new(backbone, taps, side, device)?));
        Ok(Self { network: backbone.name().into(), name: format!("{backbone} at {}", taps.join(", ")), run })
    }

    /// Its name, and where its weights came from.
    fn origin(self) -> (String, WeightOrigin) {
        let origin = match &self.run {
            Run::Own(extractor) => extractor.origin(),
            Run::Foreign(network) => network.origin(),
        };
        (self.network, origin.clone())
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
