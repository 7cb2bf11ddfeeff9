//! Held-out responses to images, and held-out images to predicted responses.

use std::path::Path;

use crate::error::{Result, bail};
use ndarray::{Array, Array2, Array4, ArrayView, ArrayView2, ArrayView3, ArrayView4, Axis, RemoveAxis, concatenate};

use afterimage_data::{DataSet, HeldOutPairs};
use afterimage_formats::picture;
use afterimage_run::layout::{PREDICTIONS, RECONSTRUCTIONS};
use afterimage_run::{
    Artefact, RunFolder,
    pictures::{PhotographNames, Pictures},
};
use afterimage_statistics::counted;
use afterimage_train::{
    apply::{Spread, TrainedDecoder, TrainedEncoder},
    prepare::{self, Statistics},
};

use super::{Session, steps::Steps};

/// Held-out items passed through a network at a time: whole batches, so that every item has the values that it has in one
/// pass over all.
const BLOCK: usize = 4 * Spread::BATCH;

/// Decodes the held-out items and predicts their responses.
pub(crate) fn reconstruct(session: &mut Session) -> Result<Vec<Pictures>> {
    let folder = session.run.root().display();
    session.refuse_baseline(&format!(
        "its reconstructions were written when it was made, and `afterimage evaluate {folder}` scores them again"
    ))?;
    let data = session.data()?;
    let statistics = Statistics::read(&session.run)?;
    let test = prepare::held_out(&data.held_out(), &statistics, &session.experiment)?;
    let networks = session.run.clone();
    by_networks(session, &networks, &data, &test)
}

/// Decodes the held-out items of a data set, and predicts their responses, with the networks of a run, which may be that of the session.
pub(crate) fn by_networks(
    session: &mut Session,
    networks: &RunFolder,
    data: &DataSet,
    test: &HeldOutPairs,
) -> Result<Vec<Pictures>> {
    // Both first: a missing decoder is met before anything is computed.
    let encoder = TrainedEncoder::load(networks, &session.experiment)?;
    let decoder = TrainedDecoder::load(networks, &session.experiment)?;
    let (predicted, decoded) = {
        let steps = Steps::new(session.observer(), "reconstructing", 2);
        (predict(&encoder, test, &steps)?, decode(&decoder, test, &steps)?)
    };
    session.observer().fact(&counted(test.len(), "held-out item"));
    session.run.write_array(PREDICTIONS, predicted.view().into_dyn())?;
    let mut items = write(session, data, test, decoded.view())?;
    if let Some(names) = photograph_names(networks, &decoder, test.responses().view())? {
        items.iter_mut().zip(names).for_each(|(item, name)| item.photograph = Some(name));
        items.write(&session.run)?;
    }
    Ok(items)
}

/// Names of the photographs that images of `responses` take fine structure from; `None` if they take none.
pub(crate) fn photograph_names(
    run: &RunFolder,
    decoder: &TrainedDecoder,
    responses: ArrayView2<'_, f32>,
) -> Result<Option<Vec<String>>> {
    let Some(places) = decoder.photographs_of(responses) else { return Ok(None) };
    let names = PhotographNames::read(run)?.0;
    let named = places.into_iter().map(|place| names.get(place).cloned());
    match named.collect() {
        Some(named) => Ok(Some(named)),
        None => bail!(
            "\"{}\" has fewer names than there are photographs: train again",
            PhotographNames::path(run).display()
        ),
    }
}

/// Predicted responses to the held-out items, `[items, voxels]`.
fn predict(encoder: &TrainedEncoder, test: &HeldOutPairs, steps: &Steps<'_>) -> Result<Array2<f32>> {
    steps.next("predicting responses")?;
    let predicted = in_blocks(test.item_images().view(), steps, |images| encoder.predict(images))?;
    refuse_not_finite("encoder", "predicts", predicted.iter())?;
    Ok(predicted)
}

/// Reconstructions of the held-out items, `[items, 3, side, side]`.
fn decode(decoder: &TrainedDecoder, test: &HeldOutPairs, steps: &Steps<'_>) -> Result<Array4<f32>> {
    steps.next("decoding")?;
    let decoded = in_blocks(test.responses().view(), steps, |responses| decoder.decode(responses))?;
    refuse_not_finite("decoder", "decodes", decoded.iter())?;
    Ok(decoded)
}

/// What a network makes of the items, some at a time so that the progress is seen.
fn in_blocks<T, I, O>(
    items: ArrayView<'_, T, I>,
    steps: &Steps<'_>,
    network: impl Fn(ArrayView<'_, T, I>) -> Array<f32, O>,
) -> Result<Array<f32, O>>
where
    I: RemoveAxis,
    O: RemoveAxis,
{
    let all = items.len_of(Axis(0));
    let blocks = items.axis_chunks_iter(Axis(0), BLOCK).enumerate().map(|(block, items)| {
        steps.part(block * BLOCK, all);
        network(items)
    });
    let made: Vec<Array<f32, O>> = blocks.collect();
    Ok(concatenate(Axis(0), &made.iter().map(|part| part.view()).collect::<Vec<_>>())?)
}

/// What is not finite comes from weights that are finite and far too large.
fn refuse_not_finite<'a>(network: &str, verb: &str, mut values: impl Iterator<Item = &'a f32>) -> Result<()> {
    match values.find(|value| !value.is_finite()) {
        Some(value) => bail!(
            "the {network} {verb} {value} for held-out items: its training diverged; lower {network}.learning_rate or set \
             {network}.clip_norm, and train again in another --out"
        ),
        None => Ok(()),
    }
}

/// Writes reconstructions `[items, 3, height, width]` of the held-out items as array and pictures.
pub(crate) fn write(
    session: &mut Session,
    data: &DataSet,
    test: &HeldOutPairs,
    decoded: ArrayView4<'_, f32>,
) -> Result<Vec<Pictures>> {
    session.run.write_array(RECONSTRUCTIONS, decoded.into_dyn())?;
    let shown = test.item_images();
    let mut items = Vec::new();
    for (row, name) in test.names().iter().enumerate() {
        let file = format!("{row:04}.png");
        let (shown_path, path) = (session.run.shown_dir().join(&file), session.run.reconstructions_dir().join(&file));
        write_picture(&session.run, &shown_path, shown.index_axis(Axis(0), row))?;
        write_picture(&session.run, &path, picture::bytes(decoded.index_axis(Axis(0), row)).view())?;
        let info = &data.header().stimuli[test.stimulus()[row] as usize];
        items.push(Pictures {
            name: name.clone(),
            class: info.class.clone(),
            stimulus: test.stimulus()[row],
            repeats: test.repeats()[row],
            shown: session.run.relative(&shown_path),
            reconstruction: session.run.relative(&path),
            rival: None,
            rival_name: None,
            photograph: None,
        });
    }
    items.write(&session.run)?;
    let range = |f: fn(u16, u16) -> u16| u32::from(test.repeats().iter().copied().reduce(f).unwrap_or(0));
    session.manifest.data.test_items = items.len();
    session.manifest.data.test_repeats = (range(u16::min), range(u16::max));
    Ok(items)
}

/// Writes a PNG of a run.
pub(super) fn write_picture(run: &RunFolder, path: &Path, image: ArrayView3<'_, u8>) -> Result<()> {
    let bytes = picture::encode_png(image, path)?;
    Ok(run.write(path, &bytes)?)
}

/// Writes a PNG outside of runs, making its folder.
///
/// # Errors
/// If it can't be written.
pub fn write_png(path: &Path, image: ArrayView3<'_, u8>) -> Result<()> {
    let bytes = picture::encode_png(image, path)?;
    Ok(afterimage_run::atomic::write(path, &bytes)?)
}
