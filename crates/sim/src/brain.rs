//! The simulated brain: voxels that look at images, and noise.

mod config;
mod features;
mod gabor;
mod network;
mod receptive;
mod retina;
mod truth;
mod voxel;

pub use config::{BrainConfig, Region, RegionName};
pub use receptive::Hemisphere;
pub use truth::{TRUTH_VERSION, Truth, VoxelTruth};

use crate::draws::{Draws, Purpose, mix};
use crate::error::SimError;
use crate::scene::SceneGenerator;
use afterimage_data::{FittedOn, VoxelColumn, Voxels};
use features::FeatureBank;
use ndarray::{Array2, ArrayView3, ArrayView4, Axis, Zip};
use rayon::prelude::*;
use receptive::WINDOW;
use retina::RETINA;
use std::collections::BTreeMap;
use voxel::Voxel;

/// A simulated brain: a pure function of a seed and its make-up.
pub struct Brain {
    seed: u64,
    config: BrainConfig,
    bank: FeatureBank,
    voxels: Vec<Voxel>,
}

impl Brain {
    /// Draws the voxels and standardises them on scenes of their own seed, which no data set uses.
    ///
    /// # Errors
    /// An impossible configuration.
    pub fn new(seed: u64, config: BrainConfig) -> Result<Self, SimError> {
        config.check()?;
        let generator = SceneGenerator::new(mix(seed ^ Purpose::Calibration as u64), RETINA)?;
        let scenes: Vec<_> =
            (0..config.calibration as u64).into_par_iter().map(|index| generator.scene(index, None).pixels).collect();
        let views: Vec<ArrayView3<u8>> = scenes.iter().map(|scene| scene.view()).collect();
        let bank = FeatureBank::new(seed, &views[..views.len().min(64)]);
        let mut voxels: Vec<Voxel> = config
            .assignment()
            .into_iter()
            .enumerate()
            .map(|(index, region)| {
                let mut draws = Draws::new(seed, Purpose::Voxel, index as u64);
                let mut voxel = Voxel::choose(&mut draws, region, &config.regions[region], &bank.channels);
                voxel.snr = config.snr_median
                    * (config.snr_spread * Draws::new(seed, Purpose::Snr, index as u64).normal()).exp();
                voxel
            })
            .collect();
        let pooled: Vec<Vec<Vec<f32>>> = views
            .par_iter()
            .map(|image| {
                let maps = bank.maps(*image);
                voxels.iter().map(|voxel| voxel.pooled(&maps)).collect()
            })
            .collect();
        voxels.par_iter_mut().enumerate().for_each(|(v, voxel)| {
            let examples: Vec<Vec<f32>> = pooled.iter().map(|scene| scene[v].clone()).collect();
            voxel.calibrate(&examples, config.compression);
        });
        Ok(Self { seed, config, bank, voxels })
    }

    /// Number of voxels.
    pub fn len(&self) -> usize {
        self.voxels.len()
    }

    /// True if there is no voxel; never so, by construction.
    pub fn is_empty(&self) -> bool {
        self.voxels.is_empty()
    }

    /// The make-up.
    pub fn config(&self) -> &BrainConfig {
        &self.config
    }

    /// The noiseless responses `[n, voxels]` to images `[n, side, side, 3]`, in units of each voxel's standard
    /// deviation over scenes.
    ///
    /// For voxel v with Gaussian window G, features F_k, weights w_k and exponent n: `d = Σ_k w_k z(Σ_p G(p) F_k(p))`,
    /// `s = z(sign(d) ((1 + |d|)^n - 1) / n)`, where z standardises on calibration scenes.
    ///
    /// # Errors
    /// No image, or images that are not square RGB.
    pub fn signal(&self, images: ArrayView4<u8>) -> Result<Array2<f32>, SimError> {
        let (n, height, width, colours) = images.dim();
        if n == 0 || height == 0 || height != width || colours != 3 {
            return Err(SimError::ImageShape { got: images.shape().to_vec() });
        }
        let mut signal = Array2::zeros((n, self.len()));
        Zip::from(signal.axis_iter_mut(Axis(0))).and(images.axis_iter(Axis(0))).par_for_each(|mut row, image| {
            let maps = self.bank.maps(image);
            for (value, voxel) in row.iter_mut().zip(&self.voxels) {
                *value = voxel.signal(&voxel.pooled(&maps), self.config.compression);
            }
        });
        Ok(signal)
    }

    /// Single-trial responses: the signal plus independent Gaussian noise of variance 1 / snr per voxel.
    ///
    /// # Errors
    /// As for [`Brain::signal`].
    pub fn responses(&self, images: ArrayView4<u8>, trial_seed: u64) -> Result<Array2<f32>, SimError> {
        let mut responses = self.signal(images)?;
        self.add_noise(&mut responses, trial_seed);
        Ok(responses)
    }

    /// Adds the noise of one presentation to signals `[n, voxels]`; row i of a trial seed always gets the same noise.
    pub fn add_noise(&self, signals: &mut Array2<f32>, trial_seed: u64) {
        let stream = mix(self.seed ^ mix(trial_seed));
        Zip::indexed(signals.axis_iter_mut(Axis(0))).par_for_each(|row, mut values| {
            let mut draws = Draws::new(stream, Purpose::Noise, row as u64);
            for (value, voxel) in values.iter_mut().zip(&self.voxels) {
                *value += draws.normal() / voxel.snr.sqrt();
            }
        });
    }

    /// Masks over the voxels: each region, and LVC and HVC over several.
    pub fn regions(&self) -> BTreeMap<String, Vec<bool>> {
        let mut masks = BTreeMap::new();
        for (index, voxel) in self.voxels.iter().enumerate() {
            let name = self.config.regions[voxel.region].name;
            for mask in [name.as_str(), name.cortex()] {
                masks.entry(mask.to_owned()).or_insert_with(|| vec![false; self.len()])[index] = true;
            }
        }
        masks
    }

    /// Which half of the brain each voxel lies in, as a column of a data set.
    pub fn hemispheres(&self) -> VoxelColumn {
        let side = |voxel: &Voxel| if voxel.hemisphere == Hemisphere::Left { -1.0 } else { 1.0 };
        VoxelColumn {
            meaning: "hemisphere: -1 left, 1 right".into(),
            fitted_on: FittedOn::Nothing,
            values: self.voxels.iter().map(side).collect(),
        }
    }

    /// What a data set says of the voxels.
    pub(crate) fn voxels(&self) -> Voxels {
        let mut voxels = Voxels::new(self.len());
        voxels.regions = self.regions();
        voxels.columns.insert("hemisphere".into(), self.hemispheres());
        voxels
    }

    /// The truth about every voxel.
    pub fn truth(&self) -> Truth {
        Truth {
            version: truth::TRUTH_VERSION,
            seed: self.seed,
            config: self.config.clone(),
            channels: self.bank.channels.iter().map(|channel| channel.name.clone()).collect(),
            voxels: self.voxels.iter().map(|voxel| self.voxel_truth(voxel)).collect(),
        }
    }

    fn voxel_truth(&self, voxel: &Voxel) -> VoxelTruth {
        let region = self.config.regions[voxel.region].name;
        let retina = RETINA as f32;
        let weighted =
            || voxel.channels.iter().map(|&c| &self.bank.channels[c]).zip(voxel.weights.iter().map(|w| w * w));
        let spread: f32 = weighted().map(|(channel, power)| power * (channel.spread / retina).powi(2)).sum();
        // Two cells of the coarsest grid: the one that a window always holds, and the rounding of the window's border.
        let reach =
            weighted().map(|(channel, _)| channel.reach / retina + 1.0 / channel.side as f32).fold(0.0, f32::max);
        let mut layers = [0.0; 6];
        weighted().for_each(|(channel, power)| layers[channel.layer] += power);
        let layer = (0..layers.len()).max_by(|&a, &b| layers[a].total_cmp(&layers[b])).unwrap_or(0);
        VoxelTruth {
            region,
            regions: vec![region.as_str().into(), region.cortex().into()],
            hemisphere: voxel.hemisphere,
            centre_x: voxel.field.x,
            centre_y: voxel.field.y,
            sigma: voxel.field.sigma,
            sigma_px: voxel.field.sigma * self.config.side as f32,
            sigma_effective: (voxel.field.sigma.powi(2) + spread).sqrt(),
            reach: WINDOW * voxel.field.sigma + reach,
            depth: weighted().map(|(channel, power)| power * channel.layer as f32).sum(),
            layer,
            channels: voxel.channels.clone(),
            weights: voxel.weights.clone(),
            snr: voxel.snr,
        }
    }
}
