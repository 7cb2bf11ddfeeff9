//! Two more encoders, each trained on one half of the training images, and their maps against each other.

use crate::error::{Result, bail};

use afterimage_biology::{Resampling, measures};
use afterimage_config::Experiment;
use afterimage_data::{DataSet, TrainingPairs, ValidationPairs};
use afterimage_model::device::device;
use afterimage_run::{RunFolder, biology::Measure, layout::Phase};
use afterimage_train::{
    Context, Observer, TrainError, apply,
    apply::TrainedEncoder,
    draws::{Purpose, derive},
    encoder,
    prepare::{self, Statistics},
};

use super::looks::Looks;
use crate::{Session, steps::Steps};

/// True where both encoders were trained before.
pub(super) fn are_there(run: &RunFolder) -> bool {
    [1, 2].iter().all(|&half| folder(run, half).weights_file(Phase::Encoder).is_file())
}

/// Trains what is not trained, and compares the maps of both by weights and by stimulation.
///
/// The halves share no image. Each has a seed of its own: from one seed both encoders would begin with the same random maps, and what is left of
/// these would agree too. Probes are the same for both.
pub(super) fn compare(
    session: &Session,
    data: &DataSet,
    statistics: &Statistics,
    draws: &Resampling,
) -> Result<Vec<Measure>> {
    let prepared = prepare::prepare(data, &session.experiment)?;
    let halves = measures::halves_of(prepared.training.stimulus(), draws.seed);
    let mut looks = Vec::new();
    for (half, rows) in [1, 2].into_iter().zip(&halves) {
        let experiment = experiment_of(&session.experiment, half);
        let run = folder(&session.run, half);
        let validation = prepared.validation.as_ref();
        train(&run, &experiment, &prepared.training.select(rows), validation, half, session.observer())?;
        let encoder = TrainedEncoder::load(&run, &experiment)?;
        let steps = Steps::new(session.observer(), "biology of a half", 2);
        looks.push(Looks::new(&encoder, &session.experiment, statistics, &steps)?);
    }
    let maps = [0, 1].map(|half: usize| [looks[half].weights.power.mapv(f64::sqrt), looks[half].stimulation.clone()]);
    let mut found = Vec::new();
    for (index, method) in measures::METHODS.into_iter().enumerate() {
        let halves = measures::Halves {
            maps: [maps[0][index].view(), maps[1][index].view()],
            fields: [&looks[0].fields[index], &looks[1].fields[index]],
            method,
        };
        found.extend(measures::split_half(&halves, draws)?);
    }
    Ok(found)
}

fn folder(run: &RunFolder, half: usize) -> RunFolder {
    RunFolder::new(run.half_dir(half))
}

/// Maps are those of the network: a half has no receptive-field part.
fn experiment_of(whole: &Experiment, half: usize) -> Experiment {
    let purpose = if half == 1 { Purpose::FirstHalf } else { Purpose::SecondHalf };
    let mut experiment = Experiment { seed: derive(whole.seed, purpose), ..whole.clone() };
    experiment.encoder.fields.levels = 0;
    experiment
}

/// Trains one half's encoder, or goes on where it was stopped; nothing to do where it is finished.
fn train(
    run: &RunFolder,
    experiment: &Experiment,
    pairs: &TrainingPairs,
    validation: Option<&ValidationPairs>,
    half: usize,
    observer: &dyn Observer,
) -> Result<()> {
    observer.note(&format!("encoder of half {half}: {} training items", pairs.len()));
    let device = device(&experiment.device.name)?;
    let config = &experiment.encoder;
    let vision = apply::vision(config.backbone, experiment.image.side, config.backbone_side, &device)?;
    let context = Context { run, experiment, device, observer };
    // Without early stopping, validation would only cost time.
    let validation = validation.filter(|_| config.early_stopping > 0);
    match encoder::train(&context, &vision, pairs, validation, true) {
        Err(TrainError::Interrupted { epoch, .. }) => {
            bail!("stopped in the encoder of half {half} after epoch {epoch}; give the same command again to go on")
        }
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_begin_from_seeds_of_their_own() {
        let whole = Experiment::preset("demo").unwrap();
        let [first, second] = [1, 2].map(|half| experiment_of(&whole, half).seed);
        assert!(first != second && first != whole.seed && second != whole.seed);
    }
}
