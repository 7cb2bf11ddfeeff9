//! The objective of phase 2 on a batch: L_D on pairs, L_ED on unpaired images, and the optional third cycle.

use std::collections::BTreeMap;

use ndarray::Axis;

use afterimage_config::{DecoderConfig, Experiment};
use afterimage_data::ValidationPairs;
use afterimage_model::{
    convert,
    decoder::Decoder,
    encoder::{Encoder, EncoderState, Mode},
    loss::{
        image::{Group, ImageLoss, Target},
        response::response_terms,
    },
    params::Params,
    term::Terms,
    vision::Vision,
};
use burn::tensor::{Device, Int, Tensor};

use super::{
    Material,
    stream::{Batch, Part, Room},
};
use crate::{Result, cache::TargetCache};

/// What the names of the terms on recorded pairs begin with.
pub(super) const PAIRED: &str = "paired.";

/// Images of a batch in validation.
const VALIDATION_BATCH: usize = 32;

/// The trained encoder, which phase 2 does not change.
pub struct FrozenEncoder {
    /// The network.
    pub encoder: Encoder,
    /// Its weights.
    pub state: EncoderState,
    /// Its backbone.
    pub vision: Vision,
}

impl FrozenEncoder {
    /// Returns the predicted responses `[images, voxels]` for the features at the encoder's taps.
    pub(crate) fn respond(&self, features: &[Tensor<4>]) -> Tensor<2> {
        let mut mode = Mode::Evaluate { statistics: &self.state.statistics };
        self.encoder.forward(&self.state.params, features, &mut mode)
    }
}

/// The objective, with the cache of its targets.
pub struct Objective {
    loss: ImageLoss,
    encoder: FrozenEncoder,
    /// True if encoder and loss have the same backbone and input, so that one pass over a target serves both.
    shared: bool,
    weights: Weights,
    room: Room,
    paired: TargetCache,
    unpaired: TargetCache,
    device: Device,
}

struct Weights {
    paired: f64,
    cycle: f64,
    response_cycle: f64,
    cosine: f64,
}

impl Objective {
    pub(super) fn new(
        experiment: &Experiment,
        encoder: FrozenEncoder,
        vision: Vision,
        material: &Material<'_>,
        device: &Device,
    ) -> Result<Self> {
        let config = &experiment.decoder;
        let shared = encoder.vision.sees_the_same_as(&vision);
        let loss = ImageLoss::new(&config.image_loss, vision, material.channel_mean)?;
        let room = room(config, &loss, material);
        Ok(Self {
            loss,
            encoder,
            shared,
            weights: Weights {
                paired: config.paired_weight,
                cycle: config.cycle_weight,
                response_cycle: config.response_cycle_weight,
                cosine: experiment.encoder.cosine_weight,
            },
            paired: TargetCache::new(room.paired),
            unpaired: TargetCache::new(room.unpaired),
            room,
            device: device.clone(),
        })
    }

    pub(super) fn room(&self) -> Room {
        self.room
    }

    /// Returns the terms of a batch; pairs and unpaired images pass through decoder and backbone as one batch.
    pub(super) fn terms(&mut self, decoder: &Decoder, params: &Params, batch: &Batch) -> Terms {
        let n = batch.paired.indices.len();
        let measured = convert::matrix_to_tensor(batch.responses.view(), &self.device);
        let mut groups = vec![Group { prefix: PAIRED, images: 0..n, weight: self.weights.paired }];
        let mut targets = vec![self.paired_target(&batch.paired)];
        let mut responses = vec![measured];
        if let Some(part) = &batch.unpaired {
            let (target, predicted) = self.unpaired_target(part);
            groups.push(Group { prefix: "cycle.", images: n..n + part.indices.len(), weight: self.weights.cycle });
            targets.push(target);
            responses.push(predicted);
        }
        let decoded = decoder.forward(params, Tensor::cat(responses, 0));
        let mut terms = self.loss.terms(decoded, &Target::cat(targets), &groups);
        if let Some(cycle) = &batch.cycle {
            let responses = convert::matrix_to_tensor(cycle.view(), &self.device);
            terms.extend("response_cycle.", self.response_cycle(decoder, params, responses));
        }
        terms
    }

    /// Returns the terms of E(D(y)) compared with y.
    fn response_cycle(&self, decoder: &Decoder, params: &Params, responses: Tensor<2>) -> Terms {
        let decoded = decoder.forward(params, responses.clone());
        let features = self.encoder.vision.forward(decoded, &self.encoder.encoder.taps());
        response_terms(self.encoder.respond(&features), responses, self.weights.cosine)
            .scale(self.weights.response_cycle)
    }

    fn paired_target(&mut self, part: &Part) -> Target {
        let (fresh, _) = self.fresh_target(part, &[]);
        gather(&mut self.paired, part, fresh, None, &self.device).0
    }

    fn unpaired_target(&mut self, part: &Part) -> (Target, Tensor<2>) {
        let taps = if self.shared { self.encoder.encoder.taps() } else { Vec::new() };
        let (fresh, shared) = self.fresh_target(part, &taps);
        let responses = fresh.as_ref().map(|target| {
            let own;
            let features = if self.shared {
                &shared
            } else {
                own = self.encoder.vision.forward(target.pixels.clone(), &self.encoder.encoder.taps());
                &own
            };
            self.encoder.respond(features)
        });
        let (target, responses) = gather(&mut self.unpaired, part, fresh, responses, &self.device);
        (target, responses.expect("responses of unpaired images"))
    }

    fn fresh_target(&self, part: &Part, also: &[&str]) -> (Option<Target>, Vec<Tensor<4>>) {
        if part.fresh.is_empty() {
            return (None, Vec::new());
        }
        let (target, extra) = self.loss.target(convert::images_to_tensor(part.images.view(), &self.device), also);
        (Some(target), extra)
    }

    /// Returns the image loss on validation pairs, without the regularisers.
    pub(super) fn validate(
        &self,
        decoder: &Decoder,
        params: &Params,
        pairs: &ValidationPairs,
    ) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::<String, f64>::new();
        let shown = pairs.item_images();
        let chunks = shown.axis_chunks_iter(Axis(0), VALIDATION_BATCH);
        for (images, responses) in chunks.zip(pairs.responses().axis_chunks_iter(Axis(0), VALIDATION_BATCH)) {
            let n = images.len_of(Axis(0));
            let (target, _) = self.loss.target(convert::images_to_tensor(images, &self.device), &[]);
            let decoded = decoder.forward(params, convert::matrix_to_tensor(responses, &self.device));
            let group = Group { prefix: "", images: 0..n, weight: n as f64 / pairs.len() as f64 };
            for (name, value) in self.loss.terms(decoded, &target, &[group]).values() {
                *sums.entry(name).or_default() += value;
            }
        }
        sums.insert("total".into(), sums.values().sum());
        sums
    }
}

/// Returns fresh and kept targets in the order of the batch, and keeps the fresh ones within the capacity.
fn gather(
    cache: &mut TargetCache,
    part: &Part,
    fresh: Option<Target>,
    responses: Option<Tensor<2>>,
    device: &Device,
) -> (Target, Option<Tensor<2>>) {
    let Some(fresh) = fresh else {
        return cache.batch(&part.indices, device);
    };
    cache.keep(&part.fresh, &fresh, responses.as_ref());
    if part.fresh == part.indices {
        return (fresh, responses);
    }
    let kept: Vec<usize> = part.indices.iter().copied().filter(|i| !part.fresh.contains(i)).collect();
    let (target, responses) = if kept.is_empty() {
        (fresh, responses)
    } else {
        let (target, kept_responses) = cache.batch(&kept, device);
        let responses = responses.zip(kept_responses).map(|(a, b)| Tensor::cat(vec![a, b], 0));
        (Target::cat(vec![fresh, target]), responses)
    };
    let place = |index: &usize| {
        let found = part.fresh.iter().position(|i| i == index);
        found.unwrap_or_else(|| part.fresh.len() + kept.iter().position(|i| i == index).expect("fresh or kept")) as i32
    };
    let order: Vec<i32> = part.indices.iter().map(place).collect();
    let order = Tensor::<1, Int>::from_ints(order.as_slice(), device);
    let pick = |t: Tensor<4>| t.select(0, order.clone());
    let target = Target { pixels: pick(target.pixels), features: target.features.into_iter().map(pick).collect() };
    (target, responses.map(|r| r.select(0, order.clone())))
}

/// Divides the cache: first the pairs, which return most often, then unpaired images.
fn room(config: &DecoderConfig, loss: &ImageLoss, material: &Material<'_>) -> Room {
    let bytes = 4 * (loss.target_len() + material.training.responses().ncols());
    let fits = (config.cache_mib << 20) / bytes.max(1);
    let paired = fits.min(material.training.images().len_of(Axis(0)));
    let unpaired = material.unpaired.map_or(0, |pool| pool.len());
    Room { paired, unpaired: (fits - paired).min(unpaired) }
}
