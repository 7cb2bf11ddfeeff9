//! The place that objects stand in: open landscape, room, litter of leaves, or foliage out of focus.

mod interior;
mod landscape;
mod leaves;

use crate::canvas::Canvas;
use crate::draws::Draws;
use serde::{Deserialize, Serialize};

/// The kind of place in the background of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Place {
    /// Sky, hills and ground, or water.
    Landscape,
    /// A wall behind a table.
    Interior,
    /// Overlapping leaves, stones or petals, sizes by a power law.
    Litter,
    /// Soft discs of light on a gradient.
    Foliage,
}

/// Paints a background and tells which place it is and where the ground begins (image units from the top).
pub(crate) fn paint(canvas: &mut Canvas, draws: &mut Draws) -> (Place, f32) {
    let place = *draws.pick(&[Place::Landscape, Place::Landscape, Place::Interior, Place::Litter, Place::Foliage]);
    let ground = match place {
        Place::Landscape => landscape::paint(canvas, draws),
        Place::Interior => interior::paint(canvas, draws),
        Place::Litter => leaves::paint_litter(canvas, draws),
        Place::Foliage => leaves::paint_foliage(canvas, draws),
    };
    (place, ground)
}
