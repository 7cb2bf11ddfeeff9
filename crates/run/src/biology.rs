//! `biology.json`: receptive fields, preferred depth, and what they add up to, from a trained encoder.
//!
//! Positions are in pixels of the image from its upper left corner, x to the right and y down: the middle of the first
//! pixel is at 0.5, that of the image at half its side. `docs/biology.md` explains the numbers.

use afterimage_statistics::{Interval, PValue, RecordedUnit, sample_text};
use serde::{Deserialize, Serialize};

use crate::scores::NotComputed;
use crate::{Artefact, layout};

/// Name of the one measure that is over regions: their order by depth against the known one.
const HIERARCHY: &str = "truth.hierarchy.rho";

/// Version of the schema below.
pub const BIOLOGY_VERSION: u32 = 1;

/// The content of `biology.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Biology {
    /// Schema version, [`BIOLOGY_VERSION`].
    pub version: u32,
    /// Side of the images, pixels.
    pub side_px: usize,
    /// Width of the image in degrees of visual angle, if known.
    pub fov_deg: Option<f64>,
    /// The encoder's branches, from the image inwards.
    pub branches: Vec<Branch>,
    /// How the probes were made, in words.
    pub probes: String,
    /// The voxels used, in the order of the encoder's outputs.
    pub voxels: Vec<Voxel>,
    /// Measures of all voxels or of a region.
    pub measures: Vec<Measure>,
    /// Maps of a few voxels of each region, to look at.
    pub examples: Vec<Example>,
    /// What could not be computed, with the reason.
    pub not_computed: Vec<NotComputed>,
}

/// A branch of the encoder, and where the grid that voxels read from lies on the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The backbone's tap.
    pub tap: String,
    /// Positions along an axis of the grid.
    pub side: usize,
    /// Middle of the first position.
    pub first_px: f64,
    /// From one position to the next.
    pub step_px: f64,
    /// Width of the part of the image that can reach one position.
    pub extent_px: f64,
}

/// Half of the brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hemisphere {
    /// Sees mostly the right half of the image.
    Left,
    /// Sees mostly the left half of the image.
    Right,
}

/// A receptive field: a round Gaussian fitted to a map over the image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Middle, from the left.
    pub x_px: f64,
    /// Middle, from the top.
    pub y_px: f64,
    /// Standard deviation.
    pub sigma_px: f64,
    /// Distance of the middle from that of the image.
    pub eccentricity_px: f64,
    /// Direction of the middle from that of the image: 0 to the right, 90 up, below 360; null in the middle itself.
    pub angle_deg: Option<f64>,
    /// Share of the map's variance that the Gaussian explains.
    pub r2: f64,
}

/// One voxel. Fields are null if their map is flat or no Gaussian fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voxel {
    /// Column in the data set's responses.
    pub column: usize,
    /// The regions that contain it, the smallest first.
    pub regions: Vec<String>,
    /// Its half of the brain, if the data set states it.
    pub hemisphere: Option<Hemisphere>,
    /// From the encoder's weights.
    pub weights: Option<Field>,
    /// From the predicted responses to probes.
    pub stimulation: Option<Field>,
    /// Share of each branch in the prediction; null if nothing is predicted.
    pub shares: Option<Vec<f64>>,
    /// Mean of the branches' places by their shares: 0 the first branch, 1 the last.
    pub depth: Option<f64>,
    /// Correlation of predicted and measured responses to held-out images.
    pub r: Option<f64>,
    /// The largest such correlation that noise allows.
    pub ceiling: Option<f64>,
    /// The true values of a simulated voxel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
    /// The population receptive field that the data set contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prf: Option<Prf>,
}

/// The true values of a simulated voxel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Middle of the receptive field, from the left.
    pub x_px: f64,
    /// Middle, from the top.
    pub y_px: f64,
    /// Standard deviation of the Gaussian that pools features.
    pub pooling_px: f64,
    /// The same at the pixels, which includes the extent of the features.
    pub effective_px: f64,
    /// Mean depth of its features.
    pub depth: f64,
    /// Variance of the signal over that of one trial's noise.
    pub snr: f64,
}

/// A population receptive field from another measurement, in degrees of visual angle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prf {
    /// Distance from the centre of gaze.
    pub eccentricity_deg: f64,
    /// 0 to the right, 90 up.
    pub angle_deg: f64,
    /// Its size, as the source defines it; null if it states none.
    pub size_deg: Option<f64>,
}

/// A number over many voxels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Unique dotted name, such as `agreement.x.r` or `depth.mean.V1`.
    pub name: String,
    /// What a reader sees.
    pub title: String,
    /// One sentence that defines the number.
    pub definition: String,
    /// Unit: `correlation`, `px`, `fraction` ...
    pub unit: String,
    /// The region; null for all voxels.
    pub region: Option<String>,
    /// The value; NaN (`null` in the file) if it is undefined.
    #[serde(deserialize_with = "afterimage_statistics::undefined::number")]
    pub value: f64,
    /// 95 % interval, if one is defined: over voxels, except for what `scores.json` has too, which has its interval over
    /// images.
    pub interval: Option<Interval>,
    /// Chance level, if one is defined.
    pub chance: Option<f64>,
    /// p-value, if a test was made.
    pub p: Option<PValue>,
    /// Number of voxels (of regions, for an order of regions) behind the value.
    pub n: usize,
    /// Remarks that belong to this number.
    pub notes: Vec<String>,
}

impl Measure {
    /// Returns n with its noun and, if it is over something else, what the interval is over; see
    /// [`afterimage_statistics::sample_text`].
    pub fn sample_text(&self, unit: RecordedUnit, digits: impl Fn(usize) -> String) -> String {
        let item = if self.name == HIERARCHY { "region" } else { "voxel" };
        sample_text(self.n, item, self.interval.as_ref(), unit, digits)
    }

    /// Returns the texts that a reader sees.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let methods = self.interval.iter_mut().map(|i| &mut i.method).chain(self.p.iter_mut().map(|p| &mut p.method));
        [&mut self.title, &mut self.definition].into_iter().chain(&mut self.notes).chain(methods)
    }
}

/// The two maps of a voxel on square grids, row by row from the upper left, divided by their largest value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Index in `voxels`.
    pub voxel: usize,
    /// The region that it is an example of.
    pub region: String,
    /// Square root of the power of the weights.
    pub weights: Vec<f32>,
    /// Root mean square of the change by a probe.
    pub stimulation: Vec<f32>,
}

impl Artefact for Biology {
    const FILE: layout::RunFile = layout::BIOLOGY;
}

impl Biology {
    /// Returns the regions that are the smallest of some voxel, early ones first; empty without regions.
    pub fn own_regions(&self) -> Vec<String> {
        let mut names: Vec<String> = self.voxels.iter().filter_map(|v| v.regions.first().cloned()).collect();
        early_first(&mut names);
        names
    }

    /// Returns the measure of that name.
    pub fn get(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|m| m.name == name)
    }

    /// Converts a length in pixels to degrees of visual angle; `None` if the width of the image is unknown.
    pub fn degrees(&self, px: f64) -> Option<f64> {
        self.fov_deg.map(|fov| px * fov / self.side_px as f64)
    }
}

/// Beginnings of the names of visual regions, early to late.
const ORDER: [&str; 14] = ["V1", "V2", "V3", "hV4", "V4", "LO", "LVC", "HVC", "IT", "FFA", "OFA", "EBA", "PPA", "RSC"];

/// Sorts names of regions, each once: those that begin with a known region by its place in the visual hierarchy, others after them by name.
pub fn early_first(names: &mut Vec<String>) {
    let place = |name: &str| ORDER.iter().position(|known| name.starts_with(known)).unwrap_or(ORDER.len());
    names.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    names.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_in_the_order_of_the_hierarchy() {
        let mut names = ["LOC", "V2", "zone", "V1v", "V1d", "all", "V2", "hV4"].map(String::from).to_vec();
        early_first(&mut names);
        assert_eq!(names, ["V1d", "V1v", "V2", "hV4", "LOC", "all", "zone"]);
    }
}
