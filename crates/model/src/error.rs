//! The error of this crate.

use std::path::PathBuf;

/// What can go wrong with backbones, weights, networks and devices.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A tap that the backbone does not have.
    #[error("backbone {backbone} has no tap \"{tap}\"; its taps are {known}")]
    UnknownTap {
        /// The backbone.
        backbone: String,
        /// The tap asked for.
        tap: String,
        /// All taps it has.
        known: String,
    },
    /// A branch of the encoder has no place for a patch.
    #[error(
        "the branch on \"{tap}\" ends on a grid of side {side}, too small for patches of {patch}: use a tap nearer to the image, a smaller pool or stride, or a larger encoder.backbone_side"
    )]
    GridTooSmall {
        /// The tap.
        tap: String,
        /// Side of the branch's output.
        side: usize,
        /// Side of a patch.
        patch: usize,
    },
    /// A device name that does not exist.
    #[error("unknown device \"{got}\"; known: cpu, cuda, cuda:N, tch, tch:N, tch:cpu, wgpu, wgpu:N, wgpu:cpu")]
    UnknownDevice {
        /// The name given.
        got: String,
    },
    /// A device that this build lacks.
    #[error(
        "this build has no {device} support: build it with `cargo build --release --features {feature}`, or use --device cpu"
    )]
    DeviceNotBuilt {
        /// The device.
        device: &'static str,
        /// The feature that adds it.
        feature: &'static str,
    },
    /// A device that this machine lacks.
    #[error(
        "device \"{got}\" was not found on this machine; found: {found}; it needs {needs}: check the driver, or use --device cpu"
    )]
    DeviceMissing {
        /// The name given.
        got: String,
        /// Names of the devices of its kind.
        found: String,
        /// What the kind needs.
        needs: &'static str,
    },
    /// Weights that are not installed.
    #[error("the weights of {name} are not installed (looked for \"{}\"): {hint}", looked_for.display())]
    WeightsMissing {
        /// The backbone.
        name: &'static str,
        /// The missing file.
        looked_for: PathBuf,
        /// What to run or fetch.
        hint: String,
    },
    /// Weights that are part of the program.
    #[error("the weights of {name} are built in: there is nothing to install")]
    WeightsBuiltIn {
        /// The backbone.
        name: &'static str,
    },
    /// A file of weights that cannot be understood.
    #[error(
        "\"{file}\" is not a readable file of weights: {detail}; expected .safetensors or a PyTorch .pth of a state dictionary"
    )]
    WeightsFormat {
        /// The file.
        file: String,
        /// What was found.
        detail: String,
    },
    /// A value of a tensor that is not finite.
    #[error(
        "tensor \"{tensor}\" in \"{file}\" has {value} at place {place}: the weights are broken, fetch the file again"
    )]
    WeightsNotFinite {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Place of the value in row-major order.
        place: usize,
        /// The value.
        value: f32,
    },
    /// A file of weights with another SHA-256 than the published ones.
    #[error(
        "\"{}\" is not a published file of {name}: its SHA-256 is {got}, expected {expected}; the same weights saved again or converted have other bytes: add --unverified if you trust where the file comes from, and every run says so", file.display()
    )]
    WeightsChecksum {
        /// The network.
        name: &'static str,
        /// The file.
        file: PathBuf,
        /// Its SHA-256.
        got: String,
        /// Those of the published files.
        expected: String,
    },
    /// Weights with which a network's features carry no information about an image.
    #[error("\"{file}\" cannot serve as weights: its features at {tap} are {detail}")]
    WeightsFeatures {
        /// The file.
        file: String,
        /// The tap.
        tap: &'static str,
        /// What the features are.
        detail: &'static str,
    },
    /// A tensor that a network needs and its file lacks.
    #[error("\"{file}\" has no tensor \"{tensor}\"; it has {found}: is it the file of another network?")]
    TensorMissing {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Some that it has.
        found: String,
    },
    /// A tensor of another shape than the network's.
    #[error(
        "tensor \"{tensor}\" in \"{file}\" has shape {got:?}, expected {expected:?}: is it the file of another network?"
    )]
    TensorShape {
        /// The file.
        file: String,
        /// The tensor.
        tensor: String,
        /// Its shape.
        got: Vec<usize>,
        /// The network's.
        expected: Vec<usize>,
    },
    /// Weights could not be downloaded.
    #[error("cannot download {what}: {detail}; {hint}")]
    Download {
        /// Repository and file.
        what: String,
        /// The client's answer.
        detail: String,
        /// The way without a network.
        hint: String,
    },
    /// An ONNX file that is not the network it should be.
    #[error(
        "\"{file}\" cannot serve as {name}: {detail}; expected one input [batch, 3, {side}, {side}] and one output [batch, {length}], batch free, as `python scripts/export_onnx.py {name}` writes it"
    )]
    Onnx {
        /// The file.
        file: String,
        /// The network.
        name: &'static str,
        /// What was found.
        detail: String,
        /// Side of its input.
        side: usize,
        /// Length of its output.
        length: usize,
    },
    /// A file could not be read or written.
    #[error("cannot {action} \"{}\": {source}", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// Result alias of this crate.
pub type Result<T> = std::result::Result<T, ModelError>;
