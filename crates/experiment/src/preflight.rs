//! What the stages of a run will need, checked before its folder exists and before the first hour of training.
//!
//! The checks call what the stages call: the pairs are prepared, the networks are loaded, the pools of images are opened and
//! audited, the images of classes are listed. What passes here can still be lost while the run is going on, but nothing is
//! met for the first time after training.

mod images;
mod machine;
mod networks;
mod place;

use std::path::Path;

use crate::error::{Context as _, Result, bail, in_words};

use afterimage_config::{CycleResponses, Experiment};
use afterimage_data::{DataSet, HeldOutPairs, ValidationPairs};
use afterimage_model::device::device;
use afterimage_run::layout::Phase;
use afterimage_train::Observer;
use afterimage_train::observer::{Parts, Start};
use afterimage_train::prepare::{self, ImagePool as _, Prepared};

use super::baseline::{self, Decoder, Plan};
use super::choice::{self, Choice, Images};
use super::pool::{self, Pool};
use super::steps::Steps;
use super::{Stage, evaluate};

pub(crate) use networks::scoring;
pub use place::refuse_unwritable;

/// What a command goes on to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work<'a> {
    /// Train the encoder.
    pub(crate) encoder: bool,
    /// Train the decoder.
    pub(crate) decoder: bool,
    /// Reconstruct and score the test items.
    pub(crate) scores: bool,
    /// Fit a baseline.
    pub(crate) baseline: Option<&'a Plan>,
    /// Runs of this size that are written to the same disk.
    pub(crate) runs: u64,
}

impl<'a> Work<'a> {
    /// All stages of a run.
    pub(crate) const RUN: Self = Self { encoder: true, decoder: true, scores: true, baseline: None, runs: 1 };
    /// Phase 1.
    pub(crate) const ENCODER: Self = Self { decoder: false, scores: false, ..Self::RUN };
    /// Both phases.
    pub(crate) const DECODER: Self = Self { scores: false, ..Self::RUN };

    /// The stages up to the last that is wanted.
    pub(crate) fn until(last: Stage) -> Self {
        match last {
            Stage::Encoder => Self::ENCODER,
            Stage::Decoder => Self::DECODER,
            Stage::Reconstruct | Stage::Evaluate | Stage::Biology | Stage::Regions | Stage::Validity => Self::RUN,
        }
    }

    /// A baseline, scored.
    pub(crate) fn baseline(plan: &'a Plan) -> Self {
        Self { encoder: false, decoder: false, baseline: Some(plan), ..Self::RUN }
    }

    /// Whether a network is trained.
    pub(crate) fn trains(&self) -> bool {
        self.encoder || self.decoder
    }

    /// Whether reconstructions are chosen among the unpaired images.
    fn retrieves(&self) -> bool {
        self.baseline.is_some_and(|plan| matches!(plan.decoder, Decoder::Retrieval { .. }))
    }

    /// What is left of it in a run that trained some phases.
    pub(crate) fn without(self, is_trained: impl Fn(Phase) -> bool) -> Self {
        Self {
            encoder: self.encoder && !is_trained(Phase::Encoder),
            decoder: self.decoder && !is_trained(Phase::Decoder),
            ..self
        }
    }
}

/// Checks that a run in `out` can be carried through; notes what was found and what will be missing.
pub(crate) fn check(
    out: &Path,
    experiment: &Experiment,
    data: &DataSet,
    work: &Work<'_>,
    kept: Option<&Choice>,
    observer: &dyn Observer,
) -> Result<Choice> {
    let steps = Steps::new(observer, "checking", 4);
    steps.next("data")?;
    refuse_odd_place(out, experiment, work, observer)?;
    let prepared = prepare::prepare(data, experiment)?;
    let test = test_items(data, experiment, &prepared, work, observer)?;
    images::note_enlarged(data, experiment, observer);
    if work.trains() {
        enough_pairs(&prepared, experiment, observer)?;
    }
    if let Some(plan) = work.baseline {
        baseline::check(plan, experiment, &prepared)?;
    }
    steps.next("networks")?;
    let voxels = prepared.statistics.voxels.len();
    let unit = data.header().provenance.unit().plural();
    let sizes = networks::check(experiment, work, voxels, observer)?;
    let load = machine::Load::of(&sizes, &prepared, test.as_ref());
    machine::refuse_what_does_not_fit(out, experiment, work, &load)?;
    let images = pools(data, experiment, &prepared, work, kept, &steps, observer)?;
    let choice = Choice::of(experiment, &images)?;
    drop(steps);
    observer.start(&Start {
        trials: data.header().trials.len(),
        items: Parts {
            training: prepared.training.len(),
            validation: prepared.validation.as_ref().map_or(0, ValidationPairs::len),
            test: test.as_ref().map_or(0, HeldOutPairs::len),
        },
        voxels: (voxels, unit),
        side_px: experiment.image.side,
        unpaired: (work.trains() || images.unpaired.is_some()).then(|| images.unpaired.as_ref().map_or(0, Pool::len)),
        external: images.external.as_ref().map_or(0, Pool::len),
        device: &experiment.device.name,
        threads: rayon::current_num_threads(),
        memory_bytes: load.memory(experiment),
    });
    if observer.interrupted() {
        bail!("stopped before training; nothing was written");
    }
    Ok(choice)
}

/// The part of [`check`] that needs no data set.
pub(crate) fn check_without_data(
    out: &Path,
    experiment: &Experiment,
    work: &Work<'_>,
    observer: &dyn Observer,
) -> Result<()> {
    refuse_odd_place(out, experiment, work, observer)?;
    networks::check(experiment, work, 1, observer).map(drop)
}

/// Refuses a folder that cannot be made, a device that is not there and sources that images cannot come from.
fn refuse_odd_place(out: &Path, experiment: &Experiment, work: &Work<'_>, observer: &dyn Observer) -> Result<()> {
    place::refuse_unwritable(out)?;
    device(&experiment.device.name)?;
    pool::refuse_no_source("data.external", &experiment.data.external)?;
    if work.scores {
        pool::refuse_no_source("evaluation.classification.classes", &experiment.evaluation.classification.classes)?;
    }
    if work.retrieves() || work.trains() && experiment.decoder.cycle_weight > 0.0 {
        pool::refuse_no_source("data.unpaired", &experiment.data.unpaired)?;
    }
    if let Some(cache) = evaluate::cache(experiment)
        && let Err(problem) = place::refuse_unwritable(cache.folder())
    {
        let problem = in_words(&problem);
        observer.note(&format!("warning: features will not be kept (evaluation.cache_folder): {problem}"));
    }
    Ok(())
}

/// The held-out items; refused where they are to be scored and there are none.
fn test_items(
    data: &DataSet,
    experiment: &Experiment,
    prepared: &Prepared,
    work: &Work<'_>,
    observer: &dyn Observer,
) -> Result<Option<HeldOutPairs>> {
    if !data.held_out().stimuli().is_empty() {
        let test = prepare::held_out(&data.held_out(), &prepared.statistics, experiment)?;
        return Ok(Some(test));
    }
    let title = &data.header().provenance.title;
    let how = "prepare it with a test part (`afterimage prepare --split stimulus --test N`)";
    if work.scores {
        bail!(
            "the data set \"{title}\" has no test image, so nothing could be reconstructed or scored: {how}, or use `afterimage train` to train without scores"
        );
    }
    if experiment.decoder.response_cycle_weight > 0.0 && experiment.decoder.response_cycle_on == CycleResponses::Test {
        bail!("decoder.response_cycle_on = \"test\", but the data set \"{title}\" has no test image: {how}");
    }
    observer.note(&format!(
        "warning: the data set \"{title}\" has no test image: `reconstruct` and `evaluate` will refuse this run"
    ));
    Ok(None)
}

/// Refuses too few pairs for what is asked, and warns where a batch is larger than the training part.
fn enough_pairs(prepared: &Prepared, experiment: &Experiment, observer: &dyn Observer) -> Result<()> {
    let pairs = prepared.training.len();
    if pairs < 2 {
        bail!("the training part has {pairs} item, expected at least 2: split the data set with `afterimage prepare`");
    }
    for (phase, patience, key, batch) in [
        ("encoder", experiment.encoder.early_stopping, "encoder.batch", experiment.encoder.batch),
        ("decoder", experiment.decoder.early_stopping, "decoder.batch_paired", experiment.decoder.batch_paired),
    ] {
        if patience > 0 && prepared.validation.is_none() {
            bail!(
                "{phase}.early_stopping = {patience} needs a validation part, which the data set lacks or data.train_on_validation uses up: set it to 0"
            );
        }
        if batch > pairs {
            observer.note(&format!(
                "warning: {key} = {batch} is more than the {pairs} training items: every step takes all of them"
            ));
        }
    }
    Ok(())
}

/// Chooses and audits the images without responses, or opens those that the run keeps, as the stages do.
fn pools(
    data: &DataSet,
    experiment: &Experiment,
    prepared: &Prepared,
    work: &Work<'_>,
    kept: Option<&Choice>,
    steps: &Steps<'_>,
    observer: &dyn Observer,
) -> Result<Images> {
    steps.next("external images")?;
    let external = choice::external(kept, data, experiment)?;
    external.iter().for_each(|pool| pool.note_left_out(observer));
    steps.next("unpaired images")?;
    let candidates = external.as_ref();
    let unpaired = if work.retrieves() {
        Some(baseline::to_retrieve(kept, data, experiment, candidates)?)
    } else if work.trains() {
        let unpaired = choice::unpaired(kept, data, experiment, candidates)?;
        unpaired.iter().for_each(|pool| pool.note_left_out(observer));
        unpaired
    } else {
        None
    };
    let decoder = &experiment.decoder;
    let pairs_teach = decoder.paired_weight > 0.0 || decoder.response_cycle_weight > 0.0;
    if work.decoder && !pairs_teach && unpaired.is_none() {
        bail!(
            "decoder.paired_weight = 0 and there are no unpaired images, so the decoder would learn nothing from {} pairs: set data.unpaired",
            prepared.training.len()
        );
    }
    if work.scores {
        classes(experiment)?;
    }
    Ok(Images { unpaired, external })
}

/// Lists the classes of the experiment and finds their superclasses, as the scores will.
fn classes(experiment: &Experiment) -> Result<()> {
    let config = &experiment.evaluation.classification;
    if config.classes.is_empty() {
        return Ok(());
    }
    let features = super::classify::bank::embedding(experiment)?;
    let mut names = super::classify::bank::names(experiment, &features).context("evaluation.classification.classes")?;
    super::classify::labels::superclasses(config.superclasses.as_deref(), &names)?;
    names.iter_mut().for_each(|name| *name = name.to_lowercase());
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        bail!(
            "evaluation.classification.classes gives {} class, expected at least 2: name more, or take it out",
            names.len()
        );
    }
    Ok(())
}
