//! The paired and the unpaired stream: which items each step uses, and the pixels of those whose target is not kept.

use ndarray::{Array2, Array4, Axis};

use afterimage_run::config::DecoderConfig;

use crate::{
    Result,
    decoder::Material,
    draws::{Endless, Purpose},
    prepare::ImagePool,
};

/// The items of one stream in a step.
pub(super) struct Part {
    /// Index of the image of each item.
    pub indices: Vec<usize>,
    /// Those among them whose target has to be computed, in order of first use.
    pub fresh: Vec<usize>,
    /// Their pixels, u8 `[fresh, side, side, 3]`.
    pub images: Array4<u8>,
}

/// The items of one step.
pub(super) struct Batch {
    /// Recorded pairs.
    pub paired: Part,
    /// Their responses `[paired, voxels]`.
    pub responses: Array2<f32>,
    /// Images without responses.
    pub unpaired: Option<Part>,
    /// Responses of the third cycle.
    pub cycle: Option<Array2<f32>>,
}

/// How many targets of each stream are kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    /// Of the recorded pairs.
    pub paired: usize,
    /// Of the unpaired images.
    pub unpaired: usize,
}

/// Draws and reads the batches, ahead of training, on the loader's thread.
pub(super) struct Streams<'a> {
    material: &'a Material<'a>,
    batch_paired: usize,
    batch_unpaired: usize,
    steps_per_epoch: usize,
    paired: Endless,
    unpaired: Option<(Endless, &'a dyn ImagePool)>,
    cycle: Option<Endless>,
    seen_paired: Vec<bool>,
    seen_unpaired: Vec<bool>,
}

impl<'a> Streams<'a> {
    pub(super) fn new(config: &DecoderConfig, seed: u64, material: &'a Material<'a>, room: Room) -> Self {
        let n = material.training.len();
        let unpaired = material.unpaired.filter(|pool| config.cycle_weight > 0.0 && !pool.is_empty());
        Self {
            batch_paired: config.batch_paired.min(n),
            batch_unpaired: config.batch_unpaired,
            steps_per_epoch: (n / config.batch_paired).max(1),
            paired: Endless::new(seed, Purpose::PairedOrder, n),
            unpaired: unpaired.map(|pool| (Endless::new(seed, Purpose::UnpairedOrder, pool.len()), pool)),
            cycle: material.response_cycle.as_ref().map(|r| Endless::new(seed, Purpose::CycleOrder, r.len())),
            seen_paired: vec![false; room.paired],
            seen_unpaired: vec![false; room.unpaired],
            material,
        }
    }

    pub(super) fn batch(&mut self, step: u64) -> Result<Batch> {
        // Each epoch is a pass of its own; what does not fill a batch is left out of that pass.
        let n = self.material.training.len() as u64;
        let (epoch, place) = (step / self.steps_per_epoch as u64, step % self.steps_per_epoch as u64);
        let from = epoch * n + place * self.batch_paired as u64;
        let items = self.paired.take(from, self.batch_paired);
        let responses = self.material.training.responses().select(Axis(0), &items);
        let indices = self.material.training.image_rows(&items);
        let fresh = unknown(&indices, &mut self.seen_paired);
        let images = self.material.training.images().select(Axis(0), &fresh);
        let unpaired = match &mut self.unpaired {
            Some((order, pool)) => {
                let indices = order.take(step * self.batch_unpaired as u64, self.batch_unpaired);
                let fresh = unknown(&indices, &mut self.seen_unpaired);
                let images = pool.read(&fresh)?;
                Some(Part { indices, fresh, images })
            }
            None => None,
        };
        let cycle = self
            .cycle
            .as_mut()
            .zip(self.material.response_cycle.as_ref())
            .map(|(order, all)| all.select(&order.take(step * self.batch_paired as u64, self.batch_paired)));
        Ok(Batch { paired: Part { indices, fresh, images }, responses, unpaired, cycle })
    }
}

/// Items that are not kept, each once; those with a place to be kept in count as kept from then on.
fn unknown(indices: &[usize], seen: &mut [bool]) -> Vec<usize> {
    let mut fresh = Vec::new();
    for &index in indices {
        let known = seen.get(index).copied().unwrap_or(false);
        if !known && !fresh.contains(&index) {
            fresh.push(index);
        }
        if let Some(slot) = seen.get_mut(index) {
            *slot = true;
        }
    }
    fresh
}
