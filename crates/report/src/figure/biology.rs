//! Figures of `biology.json`: receptive fields, their sizes, the hierarchy of regions, and recovery of a known truth.

mod accuracy;
mod fields;
mod hierarchy;
mod recovery;
mod retinotopy;
mod sizes;

use afterimage_run::biology::{Biology, Voxel};
use afterimage_statistics::RecordedUnit;

use super::{Figure, cell, row};

/// All figures for which `biology.json` has numbers, with the words of the recorded unit. `width` gives the units of a
/// figure by whether it needs both columns of a page.
pub(super) fn figures(found: &Biology, unit: RecordedUnit, width: &dyn Fn(bool) -> f64) -> Vec<Figure> {
    let all = [
        retinotopy::retinotopy(found, width(false)),
        fields::fields(found, unit),
        hierarchy::hierarchy(found, width(false)),
        sizes::sizes(found, width(false)),
        accuracy::accuracy(found, width(false)),
        recovery::centres(found, width(false)),
        recovery::sizes(found, width(false)),
    ];
    let named = |figure: Figure| Figure { caption: unit.in_text(&figure.caption), ..figure };
    all.into_iter().flatten().map(named).collect()
}

/// The unit of lengths on the image: degrees of visual angle if the width of the image is known, else pixels.
struct Length {
    per_px: f64,
    /// As it stands behind a comma in the title of an axis.
    name: &'static str,
}

impl Length {
    fn of(found: &Biology) -> Self {
        match found.degrees(1.0) {
            Some(per_px) => Self { per_px, name: "deg" },
            None => Self { per_px: 1.0, name: "px" },
        }
    }

    /// A length in pixels in this unit.
    fn at(&self, px: f64) -> f64 {
        px * self.per_px
    }

    /// A sentence for the caption.
    fn note(&self, found: &Biology) -> String {
        found.fov_deg.map_or_else(String::new, |fov| {
            format!(" Lengths are degrees of visual angle: the image is {fov} degrees wide.")
        })
    }
}

/// A length in pixels as the cells of two columns, pixels and degrees; that of degrees is empty if they are unknown.
fn both(found: &Biology, px: f64) -> [String; 2] {
    [cell(px), cell(found.degrees(px).unwrap_or(f64::NAN))]
}

/// Voxels by the smallest region that contains them, early regions first; voxels of no region come last.
fn by_region(found: &Biology) -> Vec<(String, Vec<&Voxel>)> {
    let mut groups: Vec<(String, Vec<&Voxel>)> = found
        .own_regions()
        .into_iter()
        .map(|region| {
            let inside = found.voxels.iter().filter(|v| v.regions.first() == Some(&region)).collect();
            (region, inside)
        })
        .collect();
    let rest: Vec<&Voxel> = found.voxels.iter().filter(|v| v.regions.is_empty()).collect();
    if !rest.is_empty() {
        groups.push(("no region".into(), rest));
    }
    groups
}
