//! Where in the brain responses are predicted: slices through the recorded volume.

use maud::html;

use super::Part;
use crate::{number::many, plot, source::Source};

/// The score whose values are drawn.
const SCORE: &str = "encoder.r.median";

/// The section; nothing where the data set does not say where its voxels lie, or nothing is scored.
pub(crate) fn volumes(source: &Source) -> Part {
    let (Some(voxels), Some(score)) = (&source.voxels, source.scores.as_ref().and_then(|file| file.get(SCORE))) else {
        return Part::default();
    };
    let placed = voxels.volume.is_some() || voxels.surface.is_some();
    if !placed || score.per_item.len() != voxels.len() {
        return Part::default();
    }
    let values: Vec<f64> = score.per_item.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    let defined = values.iter().filter(|value| value.is_finite()).count();
    let label = format!("Horizontal slices through {} voxels, coloured by {}", defined, score.title);
    let drawn = voxels.volume.as_ref().and_then(|volume| plot::slices(volume, &values, "Pearson r", &label));
    let content = html! {
        @if let Some(drawn) = drawn {
            p { "Correlation between predicted and measured responses to the held-out images, if it was measured: \
                 horizontal slices "
                "from below to above, seen from above, left on the left, front at the top. What lies between the voxels of the data set "
                "is left blank" @if defined < values.len() { ", and voxels without a value (" (many(values.len() - defined)) ") are grey" } "." }
            figure { (drawn) }
        }
        p.note {
            "Each voxel with its place and scores is in " code { "maps/voxels.csv" } " of the experiment folder"
            @if voxels.volume.is_some() { "; the same as volumes for other tools in " code { "maps/*.nii.gz" } }
            @if voxels.surface.is_some() { "; the same on the surface for other tools in " code { "maps/*.shape.gii" } }
            ". " code { "afterimage export maps RUN --out FOLDER" } " writes them elsewhere."
        }
    };
    Part::shown(content)
}
