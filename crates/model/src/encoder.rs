//! The encoder: image to responses, space-feature separable, after Gaziv et al. 2022.
//!
//! Taps of a frozen backbone pass through one small head each (`head`); every voxel then reads the heads'
//! patches through a spatial map of its own and channel weights of its own (`readout`).

mod head;
mod readout;
mod regularise;

use burn::tensor::{Device, Tensor};

use afterimage_config::EncoderConfig;

use crate::backbone::Window;
use crate::params::{Init, Params};
use crate::vision::Vision;
use crate::{ModelError, Result};

pub use head::Mode;
pub use regularise::EncoderPenalty;

use head::Head;
use readout::Readout;

/// The encoder's arithmetic; its values are in [`Params`].
#[derive(Debug, Clone)]
pub struct Encoder {
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

impl Encoder {
    /// An encoder of `voxels` voxels on the taps of `vision`.
    ///
    /// # Errors
    /// [`ModelError::UnknownTap`] for a tap the backbone lacks, [`ModelError::GridTooSmall`] where a branch has
    /// no place for a patch.
    pub fn new(config: &EncoderConfig, vision: &Vision, voxels: usize) -> Result<Self> {
        let mut heads = Vec::new();
        for branch in &config.branches {
            let channels = vision.tap_channels(&branch.tap).ok_or_else(|| ModelError::UnknownTap {
                backbone: vision.kind().to_string(),
                tap: branch.tap.clone(),
                known: vision.tap_names().join(", "),
            })?;
            let head = Head::new(branch, channels, vision.tap_side(&branch.tap));
            if head.side_out() < config.patch {
                return Err(ModelError::GridTooSmall {
                    tap: branch.tap.clone(),
                    side: head.side_out(),
                    patch: config.patch,
                });
            }
            heads.push(head);
        }
        let readout = Readout::new(&heads, config, voxels);
        Ok(Self { taps: config.branches.iter().map(|b| b.tap.clone()).collect(), heads, readout })
    }

    /// Names of the taps it reads, in the order [`Encoder::forward`] wants them.
    pub fn taps(&self) -> Vec<&str> {
        self.taps.iter().map(String::as_str).collect()
    }

    /// Sides of the spatial maps, ascending.
    pub fn map_sides(&self) -> &[usize] {
        self.readout.map_sides()
    }

    /// Number of trainable values that [`Encoder::init`] makes.
    pub fn parameters(&self) -> usize {
        self.heads.iter().map(Head::parameters).sum::<usize>() + self.readout.parameters()
    }

    /// Initial values.
    pub fn init(&self, seed: u64, device: &Device) -> EncoderState {
        let init = Init::new(seed);
        let mut state = EncoderState { params: Params::default(), statistics: Params::default() };
        for (index, head) in self.heads.iter().enumerate() {
            head.init(index, init, &mut state.params, &mut state.statistics, device);
        }
        self.readout.init(init, &mut state.params, device);
        state
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

    /// The layers of a branch's head after its tap.
    pub fn head_windows(&self, branch: usize) -> Vec<Window> {
        self.heads[branch].windows()
    }

    /// Side of the patches that voxels read.
    pub fn patch(&self) -> usize {
        self.readout.patch()
    }

    /// Side of the grid that a branch's head gives, over which patches are taken.
    pub fn head_side(&self, branch: usize) -> usize {
        self.heads[branch].side_out()
    }

    fn head_maps(&self, params: &Params, features: &[Tensor<4>], mode: &mut Mode<'_>) -> Vec<Tensor<4>> {
        let maps = self.heads.iter().zip(features).enumerate();
        maps.map(|(index, (head, tap))| head.forward(index, params, tap.clone(), mode)).collect()
    }
}

/// Seed of the readout's dropout; `None` without.
fn dropout(mode: &Mode<'_>) -> Option<u64> {
    match mode {
        Mode::Train { seed, .. } => Some(*seed),
        Mode::Evaluate { .. } => None,
    }
}
