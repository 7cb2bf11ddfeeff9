//! The two phases of training, with their data.

use crate::error::Result;

use afterimage_config::{CycleResponses, join_paths};
use afterimage_data::ValidationPairs;
use afterimage_model::device::device;
use afterimage_run::{
    Artefact,
    layout::Phase,
    log::{self, COMPARABLE, Record, TOTAL},
};
use afterimage_statistics::counted;
use afterimage_train::{
    Context, apply,
    decoder::{self, ResponseCycle},
    encoder,
    prepare::{self, ImagePool, Prepared},
};

use super::{Session, chance, choice, fields, linear, photographs, pool, voxels};

/// Phase 1.
pub(crate) fn encoder(session: &mut Session, resume: bool) -> Result<()> {
    let prepared = prepare_data(session)?;
    let device = device(&session.experiment.device.name)?;
    let config = &session.experiment.encoder;
    let vision = apply::vision(config.backbone, session.experiment.image.side, config.backbone_side, &device)?;
    record_backbone(session, "encoder backbone", &vision);
    fields::fit(session, &prepared.training)?;
    let observer = session.observer();
    let context = Context { run: &session.run, experiment: &session.experiment, device, observer };
    encoder::train(&context, &vision, &prepared.training, prepared.validation.as_ref(), resume)?;
    facts(session, Phase::Encoder)?;
    chance::warn(session, prepared.validation.as_ref(), |session, images| {
        Ok(apply::TrainedEncoder::load(&session.run, &session.experiment)?.predict(images))
    })
}

/// Phase 2; the encoder must be trained.
pub(crate) fn decoder(session: &mut Session, resume: bool) -> Result<()> {
    let prepared = prepare_data(session)?;
    let data = session.data()?;
    let encoder = apply::TrainedEncoder::load(&session.run, &session.experiment)?;
    let unpaired = choice::unpaired(session.choice()?.as_ref(), &data, &session.experiment, None)?;
    if let Some(pool) = &unpaired {
        session.record(
            "unpaired images",
            &join_paths(&session.experiment.data.unpaired),
            pool.fingerprint(),
            Some(pool.len()),
        );
        session.manifest.data.unpaired_images = pool.len();
    }
    pool::audit_training(session, &data, unpaired.as_ref())?;
    let device = device(&session.experiment.device.name)?;
    let loss = &session.experiment.decoder.image_loss;
    let vision = apply::vision(loss.backbone, session.experiment.image.side, loss.backbone_side, &device)?;
    record_backbone(session, "perceptual backbone", &vision);
    linear::fit(session, &prepared.training)?;
    photographs::fit(session, &prepared.training, &encoder, unpaired.as_ref())?;
    let response_cycle = response_cycle(session, &prepared)?;
    let material = decoder::Material {
        training: &prepared.training,
        validation: prepared.validation.as_ref(),
        unpaired: unpaired.as_ref().map(|pool| pool as &dyn ImagePool),
        response_cycle,
        snr: prepared.statistics.snr.clone(),
        channel_mean: prepared.statistics.channel_mean,
    };
    let observer = session.observer();
    let context = Context { run: &session.run, experiment: &session.experiment, device, observer };
    decoder::train(&context, encoder.freeze(), vision, &material, resume)?;
    facts(session, Phase::Decoder)
}

/// Tells what the epoch gave whose weights are kept: the best with early stopping, otherwise the last.
fn facts(session: &Session, phase: Phase) -> Result<()> {
    let log: Vec<Record> = log::read(&session.run)?.into_iter().filter(|record| record.phase == phase).collect();
    let schedule = match phase {
        Phase::Encoder => session.experiment.encoder.schedule(),
        Phase::Decoder => session.experiment.decoder.schedule(),
    };
    let stops = schedule.early_stopping > 0;
    let total = |record: &&Record| record.validation.get(TOTAL).copied().unwrap_or(f64::INFINITY);
    // Of equal epochs the first is kept.
    let best = log.iter().filter(|_| stops).min_by(|a, b| total(a).total_cmp(&total(b)));
    let Some(kept) = best.or(log.last()) else { return Ok(()) };
    let data = &session.manifest.data;
    let (on, items) = (session.observer(), counted(data.validation_items, "item"));
    if let Some(r) = kept.validation.get("median_r") {
        let unit = voxels::unit(session).singular();
        on.fact(&format!("median r {r:.2} on validation (over {}, {items})", counted(data.voxels, unit)));
    } else if let Some((train, validation)) = kept.train.get(COMPARABLE).zip(kept.validation.get(COMPARABLE)) {
        on.fact(&format!("image loss {validation:.3} on validation ({items}), {train:.3} in training"));
    }
    let which = if stops { "best epoch" } else { "last epoch" };
    on.fact(&format!("{which} {} of {}", kept.epoch, log.len()));
    Ok(())
}

/// Pairs of the training part; what was fitted on them is written to the run.
pub(super) fn prepare_data(session: &mut Session) -> Result<Prepared> {
    let data = session.data()?;
    let prepared = prepare::prepare(&data, &session.experiment)?;
    prepared.statistics.write(&session.run)?;
    voxels::of(&data, &prepared.statistics).write(&session.run)?;
    let facts = &mut session.manifest.data;
    facts.voxels = prepared.statistics.voxels.len();
    facts.training_items = prepared.training.len();
    facts.validation_items = prepared.validation.as_ref().map_or(0, ValidationPairs::len);
    facts.snr_source = prepared.statistics.snr_source.clone();
    facts.preprocessing = steps_of(&data).chain(prepared.statistics.steps.iter().cloned()).collect();
    Ok(prepared)
}

fn steps_of(data: &afterimage_data::DataSet) -> impl Iterator<Item = String> {
    data.header().provenance.steps.iter().map(ToString::to_string)
}

fn record_backbone(session: &mut Session, role: &str, vision: &afterimage_model::vision::Vision) {
    super::weights::record(session, role, vision.kind().name(), vision.origin());
}

/// Responses of the third cycle. Test responses make every score transductive, which is written where it is read.
fn response_cycle(session: &mut Session, prepared: &Prepared) -> Result<Option<ResponseCycle>> {
    let config = &session.experiment.decoder;
    if config.response_cycle_weight == 0.0 {
        return Ok(None);
    }
    if config.response_cycle_on == CycleResponses::Training {
        return Ok(Some(ResponseCycle::on_training(&prepared.training)));
    }
    let warning =
        "transductive: the third cycle was trained on the test responses (decoder.response_cycle_on = \"test\")";
    if !session.manifest.warnings.iter().any(|w| w == warning) {
        session.manifest.warnings.push(warning.into());
    }
    let data = session.data()?;
    let test = prepare::held_out(&data.held_out(), &prepared.statistics, &session.experiment)?;
    Ok(Some(ResponseCycle::transductive_on_test(&test)))
}
