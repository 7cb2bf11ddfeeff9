//! The paired and the unpaired stream: the items of each step, and the pixels of those whose target is not kept.

use ndarray::{Array2, Array4, Axis};

use afterimage_config::DecoderConfig;

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
    /// Indices whose target has to be computed, in order of first use.
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
    /// Unpaired images.
    pub unpaired: Option<Part>,
    /// Responses of the third cycle.
    pub cycle: Option<Array2<f32>>,
}

/// Number of targets of each stream that are kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    /// Of the recorded pairs.
    pub paired: usize,
    /// Of the unpaired images.
    pub unpaired: usize,
}

/// Draws and reads the batches on the loader's thread.
pub(super) struct Streams<'a> {
    material: &'a Material<'a>,
    batch_unpaired: usize,
    unpaired: Option<(Endless, &'a dyn ImagePool)>,
    cycle: Option<Endless>,
    seen_paired: Vec<bool>,
    seen_unpaired: Vec<bool>,
}

impl<'a> Streams<'a> {
    pub(super) fn new(config: &DecoderConfig, seed: u64, material: &'a Material<'a>, room: Room) -> Self {
        let unpaired = material.unpaired.filter(|pool| config.cycle_weight > 0.0 && !pool.is_empty());
        Self {
            batch_unpaired: config.batch_unpaired,
            unpaired: unpaired.map(|pool| (Endless::new(seed, Purpose::UnpairedOrder, pool.len()), pool)),
            cycle: material.response_cycle.as_ref().map(|r| Endless::new(seed, Purpose::CycleOrder, r.len())),
            seen_paired: vec![false; room.paired],
            seen_unpaired: vec![false; room.unpaired],
            material,
        }
    }

    /// Reads the batch of step `step` with these recorded pairs.
    pub(super) fn batch(&mut self, step: u64, items: &[usize]) -> Result<Batch> {
        let responses = self.material.training.responses().select(Axis(0), items);
        let indices = self.material.training.image_rows(items);
        let fresh = take_unknown(&indices, &mut self.seen_paired);
        let images = self.material.training.images().select(Axis(0), &fresh);
        let unpaired = match &mut self.unpaired {
            Some((order, pool)) => {
                let indices = order.take(step * self.batch_unpaired as u64, self.batch_unpaired);
                let fresh = take_unknown(&indices, &mut self.seen_unpaired);
                let images = pool.read(&fresh)?;
                Some(Part { indices, fresh, images })
            }
            None => None,
        };
        let cycle = self
            .cycle
            .as_mut()
            .zip(self.material.response_cycle.as_ref())
            .map(|(order, all)| all.select(&order.take(step * items.len() as u64, items.len())));
        Ok(Batch { paired: Part { indices, fresh, images }, responses, unpaired, cycle })
    }
}

/// Returns the items that are not kept, each once, and marks those within the capacity as kept.
fn take_unknown(indices: &[usize], seen: &mut [bool]) -> Vec<usize> {
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
