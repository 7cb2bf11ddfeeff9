//! What a brain is made of: regions, numbers of voxels, noise.

use super::features::Family;
use crate::error::SimError;
use serde::{Deserialize, Serialize};

/// One visual region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its name, one of V1, V2, V3, V4 and LOC.
    pub name: RegionName,
    /// Share of all voxels; shares are relative to their sum.
    pub share: f32,
    /// Receptive-field size at the centre of gaze, standard deviation in image sides.
    pub sigma_base: f32,
    /// Growth of that size per image side of eccentricity.
    pub sigma_slope: f32,
    /// Probability that a voxel's centre lies in the opposite half of the picture.
    pub contralateral: f32,
    /// Least and greatest share of a voxel's weights (squared) on local luminance and colour; the rest goes to the
    /// region's other features.
    pub local_share: [f32; 2],
}

/// The regions that features are defined for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum RegionName {
    V1,
    V2,
    V3,
    V4,
    LOC,
}

impl RegionName {
    /// The name as used in region masks.
    pub fn as_str(self) -> &'static str {
        match self {
            RegionName::V1 => "V1",
            RegionName::V2 => "V2",
            RegionName::V3 => "V3",
            RegionName::V4 => "V4",
            RegionName::LOC => "LOC",
        }
    }

    /// The larger region that it belongs to: lower (LVC) or higher (HVC) visual cortex.
    pub fn cortex(self) -> &'static str {
        match self {
            RegionName::V1 | RegionName::V2 | RegionName::V3 => "LVC",
            RegionName::V4 | RegionName::LOC => "HVC",
        }
    }

    /// The features that its voxels mix, besides local luminance and colour.
    pub(crate) fn families(self) -> &'static [Family] {
        use Family::{ColourEnergy, Corner, Energy, Network};
        match self {
            RegionName::V1 => &[Energy(0), Energy(1), Energy(2)],
            RegionName::V2 => &[Energy(0), Energy(1), Energy(2), ColourEnergy, Corner],
            RegionName::V3 => &[Energy(1), Energy(2), ColourEnergy, Network(0)],
            RegionName::V4 => &[Network(0), Network(1)],
            RegionName::LOC => &[Network(1), Network(2)],
        }
    }
}

/// The make-up of a simulated brain.
///
/// The signal-to-noise ratio of a voxel is the variance of its signal over scenes divided by the variance of the noise
/// of one trial. It is log-normal over voxels: `snr = snr_median · exp(snr_spread · z)`. The default median is that of
/// visual cortex at a noise-ceiling ratio `ncsnr = sqrt(snr)` of about 0.7: good voxels of single-trial recordings at 7
/// T, so two presentations of the same scenes correlate by `snr / (1 + snr) = 0.33`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrainConfig {
    /// Number of voxels.
    pub voxels: usize,
    /// Side of the stimuli in pixels; receptive fields are in image sides, so it only serves to state them in pixels.
    pub side: usize,
    /// The regions, early to late.
    pub regions: Vec<Region>,
    /// Median over voxels of the single-trial signal-to-noise ratio (variances).
    pub snr_median: f32,
    /// Standard deviation of the natural logarithm of that ratio over voxels.
    pub snr_spread: f32,
    /// Exponent of the compressive nonlinearity, 1 for none.
    pub compression: f32,
    /// Number of scenes that the signals are standardised on.
    pub calibration: usize,
}

impl Default for BrainConfig {
    fn default() -> Self {
        Self {
            voxels: 1000,
            side: 64,
            regions: default_regions(),
            snr_median: 0.5,
            snr_spread: 0.7,
            compression: 0.6,
            calibration: 256,
        }
    }
}

fn default_regions() -> Vec<Region> {
    let rows = [
        (RegionName::V1, 0.28, 0.030, 0.05, 0.98, [0.25, 0.75]),
        (RegionName::V2, 0.22, 0.045, 0.08, 0.97, [0.25, 0.70]),
        (RegionName::V3, 0.18, 0.065, 0.11, 0.95, [0.20, 0.60]),
        (RegionName::V4, 0.18, 0.095, 0.16, 0.90, [0.15, 0.60]),
        (RegionName::LOC, 0.14, 0.150, 0.22, 0.75, [0.0, 0.2]),
    ];
    let region = |(name, share, sigma_base, sigma_slope, contralateral, local_share)| Region {
        name,
        share,
        sigma_base,
        sigma_slope,
        contralateral,
        local_share,
    };
    rows.map(region).to_vec()
}

impl BrainConfig {
    /// # Errors
    /// A number that no brain can be made with; the key is named.
    pub fn check(&self) -> Result<(), SimError> {
        let refuse = |key, value: String, expected| Err(SimError::Config { key, value, expected });
        let positive = |value: f32| value > 0.0 && value.is_finite();
        if self.voxels == 0 {
            return refuse("voxels", "0".into(), "1 or more");
        }
        if self.calibration < 16 {
            return refuse("calibration", self.calibration.to_string(), "16 scenes or more");
        }
        if !positive(self.snr_median) {
            return refuse("snr_median", self.snr_median.to_string(), "a positive number");
        }
        if self.snr_spread < 0.0 || !self.snr_spread.is_finite() {
            return refuse("snr_spread", self.snr_spread.to_string(), "0 or a positive number");
        }
        if !positive(self.compression) || self.compression > 1.0 {
            return refuse("compression", self.compression.to_string(), "above 0 and at most 1");
        }
        if self.regions.is_empty() || !self.regions.iter().all(Region::is_possible) {
            return refuse(
                "regions",
                format!("{:?}", self.regions),
                "at least one, with positive shares and sizes and probabilities in 0..1",
            );
        }
        Ok(())
    }

    /// The region (index) of each voxel, early to late, in proportion to the shares.
    pub(crate) fn assignment(&self) -> Vec<usize> {
        let total: f32 = self.regions.iter().map(|region| region.share).sum();
        let bounds = self.regions.iter().scan(0.0, |sum, region| {
            *sum += region.share / total;
            Some((*sum * self.voxels as f32).round() as usize)
        });
        let bounds: Vec<usize> = bounds.collect();
        let last = self.regions.len() - 1;
        (0..self.voxels).map(|v| bounds.iter().position(|&end| v < end).unwrap_or(last)).collect()
    }
}

impl Region {
    fn is_possible(&self) -> bool {
        let unit = |value: f32| (0.0..=1.0).contains(&value);
        let positive = |value: f32| value > 0.0 && value.is_finite();
        positive(self.share)
            && positive(self.sigma_base)
            && self.sigma_slope >= 0.0
            && self.sigma_slope.is_finite()
            && unit(self.contralateral)
            && self.local_share.iter().all(|&share| unit(share))
            && self.local_share[0] <= self.local_share[1]
    }
}
