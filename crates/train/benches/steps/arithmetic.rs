//! Multiplications and additions that the definition of the networks needs, and their rate in a matrix product.

use std::time::Instant;

use afterimage_run::layout::Phase;
use burn::tensor::{Device, Distribution, Tensor};

use crate::Setting;

/// Side of the matrices whose product is timed.
const SIDE: usize = 1024;
/// Side of a patch of the readout, and of the decoder's convolutions.
const PATCH: u64 = 3;
const KERNEL: u64 = 5;

/// Returns the billions of operations per second of a product of two 1024 x 1024 matrices, the best of ten.
pub(crate) fn matrix_limit(device: &Device) -> f64 {
    let matrix = || Tensor::<2>::random([SIDE, SIDE], Distribution::Uniform(-1.0, 1.0), device);
    let (a, b) = (matrix(), matrix());
    let secs = (0..10).map(|_| {
        let start = Instant::now();
        drop(a.clone().matmul(b.clone()));
        device.sync().expect("the device");
        start.elapsed().as_secs_f64()
    });
    2.0 * (SIDE as f64).powi(3) / secs.fold(f64::INFINITY, f64::min) / 1e9
}

/// Returns the products for one image, of the decoder's linear layer and of its convolutions.
pub(crate) fn decoder(at: &Setting) -> [u64; 2] {
    let channels = at.experiment.decoder.channels as u64;
    let grid = (at.experiment.image.side >> 3) as u64;
    let kernel = KERNEL * KERNEL * channels;
    let levels: u64 = (1..=3).map(|level| (grid << level).pow(2) * channels * kernel).sum();
    [at.voxels as u64 * channels * grid * grid, levels + (grid << 3).pow(2) * 3 * kernel]
}

/// Returns the products for one image of the encoder behind its backbone.
fn head(at: &Setting) -> u64 {
    let vision = at.encoder_vision();
    let of_branch = |branch: &afterimage_config::BranchConfig| {
        let inputs = vision.tap_channels(&branch.tap).expect("a tap of the backbone") as u64;
        let (kernel, channels) = (branch.kernel as u64, branch.channels as u64);
        let pooled = (vision.tap_side(&branch.tap) / branch.pool) as u64;
        let grid = (pooled + 2 * (kernel / 2) - kernel) / branch.stride as u64 + 1;
        let positions = (grid + 1 - PATCH).pow(2);
        let values = PATCH * PATCH * channels;
        grid * grid * channels * inputs * kernel * kernel + values * (positions + 1) * at.voxels as u64
    };
    at.experiment.encoder.branches.iter().map(of_branch).sum()
}

/// Products of a training step. What is trained costs three times its forward pass (two for the decoder's linear layer,
/// whose input needs no gradient), a frozen network under a gradient twice.
pub(crate) fn step(phase: Phase, at: &Setting) -> u64 {
    let (encoder, loss) = (&at.experiment.encoder, &at.experiment.decoder.image_loss);
    let taps: Vec<&str> = encoder.branches.iter().map(|branch| branch.tap.as_str()).collect();
    let seen = at.encoder_vision().products(&taps);
    match phase {
        Phase::Encoder => encoder.batch as u64 * (seen + 3 * head(at)),
        Phase::Decoder => {
            let (paired, unpaired) = (at.experiment.decoder.batch_paired, at.experiment.decoder.batch_unpaired);
            let taps: Vec<&str> = loss.taps.iter().map(String::as_str).collect();
            let perceptual = at.loss_vision().products(&taps);
            let [linear, convolutions] = decoder(at);
            (paired + unpaired) as u64 * (2 * linear + 3 * convolutions + 3 * perceptual)
                + unpaired as u64 * (seen + head(at))
        }
    }
}
