//! The encoder: image to responses, space-feature separable, after Gaziv et al. 2022.
//!
//! Taps of a frozen backbone pass through one small head each (`head`); every voxel then reads the heads'
//! patches through a spatial map of its own and channel weights of its own (`readout`).

mod anatomy;
mod head;
mod readout;
mod regularise;

use burn::tensor::{Device, Tensor};

use afterimage_config::EncoderConfig;

use crate::module::{Module, Visitor};
use crate::params::{Init, Params};
use crate::vision::Vision;
use crate::{ModelError, Result};

pub use anatomy::BranchAnatomy;
pub use head::Mode;
pub use regularise::EncoderPenalty;

use head::Head;
use readout::Readout;

/// The encoder's layers; their values are in [`Params`].
#[derive(Debug, Clone)]
pub struct Encoder {
    voxels: usize,
    taps: Vec<String>,
    heads: Vec<Head>,
    readout: Readout,
}

/// Trainable parameters and the running statistics of the batch norms.
#[derive(Debug, Clone)]
pub struct EncoderState {
    /// Trainable.
    pub params: Params,
    /// Running means and variances, used when not training.
    pub statistics: Params,
}

impl EncoderState {
    /// Number of voxels that it predicts.
    pub fn voxels(&self) -> usize {
        readout::bias(0).of(&self.params).dims()[0]
    }
}

impl Encoder {
    /// An encoder of `voxels` voxels on the taps of `vision`.
    ///
    /// # Errors
    /// [`ModelError::UnknownTap`] for a tap the backbone lacks, [`ModelError::GridTooSmall`] if a branch has
    /// no place for a patch.
    pub fn new(config: &EncoderConfig, vision: &Vision, voxels: usize) -> Result<Self> {
        let mut heads = Vec::new();
        for (index, branch) in config.branches.iter().enumerate() {
            let channels = vision.tap_channels(&branch.tap).ok_or_else(|| ModelError::UnknownTap {
                backbone: vision.kind().to_string(),
                tap: branch.tap.clone(),
                known: vision.tap_names().join(", "),
            })?;
            let head = Head::new(index, branch, channels, vision.tap_side(&branch.tap));
            if head.side_out() < config.patch {
                return Err(ModelError::GridTooSmall {
                    tap: branch.tap.clone(),
                    side: head.side_out(),
                    patch: config.patch,
                });
            }
            heads.push(head);
        }
        let readout = Readout::new(&heads, config);
        Ok(Self { voxels, taps: config.branches.iter().map(|b| b.tap.clone()).collect(), heads, readout })
    }

    /// Names of the taps it reads, in the order [`Encoder::forward`] wants them.
    pub fn taps(&self) -> Vec<&str> {
        self.taps.iter().map(String::as_str).collect()
    }

    /// Number of voxels.
    pub fn voxels(&self) -> usize {
        self.voxels
    }

    /// Number of trainable values that [`Encoder::init`] makes.
    pub fn parameters(&self) -> usize {
        self.count(self.voxels)
    }

    /// Initial values.
    pub fn init(&self, seed: u64, device: &Device) -> EncoderState {
        let mut statistics = Params::default();
        let norms = self.heads.iter().flat_map(|head| [&head.norm_in, &head.norm_out]);
        norms.for_each(|norm| norm.init_statistics(&mut statistics, device));
        EncoderState { params: self.draw(self.voxels, Init::new(seed), device), statistics }
    }

    /// Activations of the taps to responses `[batch, voxels]`.
    pub fn forward(&self, params: &Params, features: &[Tensor<4>], mode: &mut Mode<'_>) -> Tensor<2> {
        let maps = self.head_maps(params, features, mode);
        self.readout.forward(params, &maps, dropout(mode))
    }

    /// Responses `[batch, voxels]` as [`Encoder::forward`] gives them in evaluation, and those with each seed's dropout in the
    /// readout: the heads are those of evaluation and are computed once.
    ///
    /// The readout is linear behind its dropout, so the mean over masks is the response without dropout, exactly; and with
    /// probability p its variance over masks is p/(1 - p) · Σ over branches i and channels c of (b_iv C_icv (P_i S)_cv)².
    pub fn sample<'a>(
        &'a self,
        state: &'a EncoderState,
        features: &[Tensor<4>],
        seeds: &'a [u64],
    ) -> (Tensor<2>, impl Iterator<Item = Tensor<2>> + 'a) {
        let maps = self.head_maps(&state.params, features, &mut Mode::Evaluate { statistics: &state.statistics });
        let without = self.readout.forward(&state.params, &maps, None);
        (without, seeds.iter().map(move |&seed| self.readout.forward(&state.params, &maps, Some(seed))))
    }

    /// What each branch adds to the responses, `[batch, voxels]` each; their sum is [`Encoder::forward`].
    pub fn contributions(&self, params: &Params, features: &[Tensor<4>], mode: &mut Mode<'_>) -> Vec<Tensor<2>> {
        let maps = self.head_maps(params, features, mode);
        self.readout.parts(params, &maps, dropout(mode)).collect()
    }

    fn head_maps(&self, params: &Params, features: &[Tensor<4>], mode: &mut Mode<'_>) -> Vec<Tensor<4>> {
        self.heads.iter().zip(features).map(|(head, tap)| head.forward(params, tap.clone(), mode)).collect()
    }
}

impl Module for Encoder {
    fn visit(&self, voxels: usize, visitor: &mut Visitor<'_>) {
        for Head { norm_in, conv, norm_out, .. } in &self.heads {
            let parts: [&dyn Module; 3] = [&norm_in.scale_and_shift, conv, &norm_out.scale_and_shift];
            parts.into_iter().for_each(|part| part.visit(voxels, visitor));
        }
        self.readout.visit(voxels, visitor);
    }
}

/// Seed of the readout's dropout; `None` without.
fn dropout(mode: &Mode<'_>) -> Option<u64> {
    match mode {
        Mode::Train { seed, .. } => Some(*seed),
        Mode::Evaluate { .. } => None,
    }
}
