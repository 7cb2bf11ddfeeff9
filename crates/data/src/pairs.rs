//! Pairs of responses and images, with the purpose of the part of the data set that they come from.

use std::marker::PhantomData;

use afterimage_formats::digest;
use ndarray::{Array4, ArrayView2, ArrayView4, Axis};

use crate::items::Items;
use crate::part::{HeldOut, Training, Validation};

/// Responses with the images that evoked them. `P` is what they may be used for: only [`Part::pairs`](crate::Part::pairs)
/// creates them, and pairs of one purpose never become those of another.
#[derive(Debug, Clone)]
pub struct Pairs<P> {
    items: Items,
    images: Array4<u8>,
    image_of: Vec<usize>,
    purpose: PhantomData<P>,
}

/// What is fitted and trained on.
pub type TrainingPairs = Pairs<Training>;

/// What epochs and settings are selected by.
pub type ValidationPairs = Pairs<Validation>;

/// What is scored.
pub type HeldOutPairs = Pairs<HeldOut>;

impl<P> Pairs<P> {
    pub(crate) fn new(items: Items, images: Array4<u8>, image_of: Vec<usize>) -> Self {
        Self { items, images, image_of, purpose: PhantomData }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.responses.nrows()
    }

    /// True if there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Normalised responses `[items, voxels]`.
    pub fn responses(&self) -> ArrayView2<'_, f32> {
        self.items.responses.view()
    }

    /// One image for each stimulus, u8 `[stimuli, side, side, 3]`.
    pub fn images(&self) -> ArrayView4<'_, u8> {
        self.images.view()
    }

    /// Row of [`Pairs::images`] for each item.
    pub fn image_of(&self) -> &[usize] {
        &self.image_of
    }

    /// Row of the data set's stimuli for each item.
    pub fn stimulus(&self) -> &[u32] {
        &self.items.stimulus
    }

    /// Name of the stimulus of each item.
    pub fn names(&self) -> &[String] {
        &self.items.names
    }

    /// Repeats averaged in each item.
    pub fn repeats(&self) -> &[u16] {
        &self.items.repeats
    }

    /// Rows of [`Pairs::images`] for these items.
    pub fn image_rows(&self, items: &[usize]) -> Vec<usize> {
        items.iter().map(|&i| self.image_of[i]).collect()
    }

    /// One image per item, u8 `[items, side, side, 3]`.
    pub fn item_images(&self) -> Array4<u8> {
        self.images.select(Axis(0), &self.image_of)
    }

    /// These items, with all images, for the same purpose.
    pub fn select(&self, items: &[usize]) -> Self {
        let all = &self.items;
        let chosen = Items {
            responses: all.responses.select(Axis(0), items),
            stimulus: items.iter().map(|&i| all.stimulus[i]).collect(),
            names: items.iter().map(|&i| all.names[i].clone()).collect(),
            repeats: items.iter().map(|&i| all.repeats[i]).collect(),
        };
        Self::new(chosen, self.images.clone(), self.image_rows(items))
    }

    /// SHA-256 of the responses as they are used and of the images.
    pub fn fingerprint(&self) -> String {
        let mut bytes: Vec<u8> = self.items.responses.iter().flat_map(|v| v.to_le_bytes()).collect();
        bytes.extend(self.images.iter());
        digest::sha256_bytes(&bytes)
    }
}
