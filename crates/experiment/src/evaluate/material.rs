//! What the scores of a run are computed from.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, sync::Arc};

use crate::error::{BoxError, Context as _, Result, bail};
use ndarray::{Array2, Array4, ArrayView4};

use afterimage_config::Experiment;
use afterimage_data::{DataSet, HeldOutPairs};
use afterimage_eval::{Candidates, Context, Features, HeldOut, PerceptualDistance, cache::Cache, no_candidates};
use afterimage_run::{Artefact, RunFolder, pictures::Pictures};
use afterimage_train::{
    apply::FeatureExtractor,
    draws::{Purpose, derive},
    prepare::{self, Statistics},
};

use crate::choice::{self, Choice};
use crate::{Session, arrays, external::ExternalCandidates, pool::Pool};

/// What the scores of a run are computed from: read from its folder and its data set, checked, and not changed by any score.
pub(crate) struct Material {
    /// The folder, to read from.
    pub(crate) run: RunFolder,
    /// The folder of the networks: another only where a run is scored on another data set than its own.
    pub(crate) networks: RunFolder,
    /// The data set that they were trained on, where it is another than `data`.
    pub(crate) trained_on: Option<DataSet>,
    pub(crate) experiment: Experiment,
    pub(crate) data: DataSet,
    /// What was fitted on the training part.
    pub(crate) statistics: Statistics,
    /// The held-out items.
    pub(crate) test: HeldOutPairs,
    /// Their pictures.
    pub(crate) items: Vec<Pictures>,
    pub(crate) context: Context,
    /// Vectors of images that were computed before.
    pub(crate) cache: Option<Cache>,
    /// False for a baseline that predicts no responses.
    pub(crate) predicts: bool,
    /// True if something was trained on the unpaired images that the run keeps.
    has_seen_unpaired: bool,
}

impl Material {
    /// Reads it.
    ///
    /// # Errors
    /// If the run was not reconstructed, or its reconstructions are not of the held-out items.
    pub(crate) fn of(session: &Session) -> Result<Self> {
        let run = session.run.clone();
        let again = || format!("`afterimage reconstruct {}`", run.root().display());
        let items = Vec::<Pictures>::read(&run).with_context(|| format!("run {} first", again()))?;
        let experiment = session.experiment.clone();
        let data = session.data()?;
        let statistics = Statistics::read(&run)?;
        let test = prepare::held_out(&data.held_out(), &statistics, &experiment)?;
        if !test.names().iter().eq(items.iter().map(|p| &p.name)) {
            bail!("the reconstructions belong to other test items: run {} again", again());
        }
        Ok(Self {
            context: context(&experiment, &data, HeldOut::of(&test)),
            cache: cache(&experiment),
            predicts: session.manifest.predicts_responses(),
            has_seen_unpaired: session.has_seen_unpaired(),
            networks: run.clone(),
            trained_on: None,
            run,
            experiment,
            data,
            statistics,
            test,
            items,
        })
    }

    /// The data set that the networks were trained on.
    pub(crate) fn trained_on(&self) -> &DataSet {
        self.trained_on.as_ref().unwrap_or(&self.data)
    }

    /// Reconstructions of the held-out items `[items, 3, side, side]`, all in 0..1.
    pub(crate) fn reconstructions(&self) -> Result<Array4<f32>> {
        arrays::reconstructions(&self.run, self.test.len(), self.experiment.image.side)
    }

    /// Predicted responses to them `[items, voxels]`, all finite.
    pub(crate) fn predictions(&self) -> Result<Array2<f32>> {
        arrays::predictions(&self.run, self.test.len(), self.statistics.voxels.len())
    }

    /// The external images; `None` if the experiment names none.
    pub(crate) fn external(&self) -> Result<Option<Arc<Pool>>> {
        let kept = Choice::made_for(&self.run, &self.experiment, self.has_seen_unpaired)?;
        Ok(choice::external(kept.as_ref(), &self.data, &self.experiment)?.map(Arc::new))
    }

    /// The backbone of the perceptual distance.
    pub(crate) fn features(&self) -> Result<Taps> {
        loss_features(&self.experiment)
    }

    /// The distance of the decoder's perceptual term.
    pub(crate) fn perceptual<'a>(&self, features: &'a Taps) -> Result<PerceptualDistance<'a>> {
        perceptual(&self.experiment, features)
    }

    /// Masks of the data set's regions over the voxels that the run uses.
    pub(crate) fn masks(&self) -> BTreeMap<String, Vec<bool>> {
        let pick = |mask: &Vec<bool>| self.statistics.voxels.iter().map(|&v| mask[v]).collect();
        self.data.header().voxels.regions.iter().map(|(name, mask)| (name.clone(), pick(mask))).collect()
    }
}

/// The backbone of the perceptual distance of an experiment.
pub(crate) fn loss_features(experiment: &Experiment) -> Result<Taps> {
    let loss = &experiment.decoder.image_loss;
    let name = format!("{} at {}", loss.backbone, loss.taps.join(", "));
    Ok(Taps { extractor: FeatureExtractor::of_image_loss(experiment)?, name })
}

/// The distance of the perceptual term of an experiment.
pub(crate) fn perceptual<'a>(experiment: &Experiment, features: &'a Taps) -> Result<PerceptualDistance<'a>> {
    let weights = experiment.perceptual_weights().iter().map(|&w| w as f32).collect();
    Ok(PerceptualDistance::new(features, weights)?)
}

/// The images as candidates of identification; none if there are no images.
pub(crate) fn candidates(external: Option<&Arc<Pool>>) -> Result<Box<dyn Candidates>> {
    Ok(match external {
        Some(pool) => Box::new(ExternalCandidates::new(Arc::clone(pool))?),
        None => Box::new(no_candidates()),
    })
}

/// The items with the settings of an experiment.
pub(crate) fn context(experiment: &Experiment, data: &DataSet, items: HeldOut) -> Context {
    let config = &experiment.evaluation;
    let mut context = Context::new(items, derive(experiment.seed, Purpose::Statistics));
    context.resamples = config.resamples;
    context.permutations = config.permutations;
    context.unit = data.header().provenance.unit();
    context
}

/// The memory on disk that an experiment allows.
pub fn cache(experiment: &Experiment) -> Option<Cache> {
    let config = &experiment.evaluation;
    let set = |path: OsString| Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty());
    let folder = (config.cache_folder.clone())
        .or_else(|| std::env::var_os("AFTERIMAGE_CACHE").and_then(set))
        .unwrap_or_else(|| afterimage_model::weights::cache_folder().join("features"));
    (config.cache_gib > 0.0).then(|| Cache::new(folder, (config.cache_gib * (1_u64 << 30) as f64) as u64))
}

/// A backbone as the scores want it.
pub struct Taps {
    pub(crate) extractor: FeatureExtractor,
    pub(crate) name: String,
}

impl Features for Taps {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        Ok(self.extractor.extract(images))
    }

    fn identity(&self) -> Option<String> {
        Some(self.extractor.identity())
    }
}
