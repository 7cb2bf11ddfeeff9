//! Where the arithmetic runs, by name.

use burn::tensor::Device;

use crate::{ModelError, Result};

/// The device of a name: `cpu` always; `cuda[:n]`, `tch[:n]` and `wgpu` where the build has the feature.
///
/// # Errors
/// [`ModelError::UnknownDevice`] for another name, [`ModelError::DeviceNotBuilt`] where the build lacks it.
pub fn device(name: &str) -> Result<Device> {
    let (kind, index) = name.split_once(':').unwrap_or((name, "0"));
    let unknown = || ModelError::UnknownDevice { got: name.to_owned() };
    let index: usize = index.parse().map_err(|_| unknown())?;
    match kind {
        "cpu" if index == 0 => Ok(Device::flex()),
        "cuda" => cuda(index),
        "tch" => tch(index),
        "wgpu" => wgpu(index),
        _ => Err(unknown()),
    }
}

/// Whether this is the processor, where operations of our own run.
pub fn is_processor(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

#[cfg(feature = "cuda")]
fn cuda(index: usize) -> Result<Device> {
    Ok(Device::cuda(index))
}
#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Result<Device> {
    Err(ModelError::DeviceNotBuilt { device: "cuda", feature: "cuda" })
}

#[cfg(feature = "tch")]
fn tch(index: usize) -> Result<Device> {
    Ok(Device::libtorch_cuda(index))
}
#[cfg(not(feature = "tch"))]
fn tch(_: usize) -> Result<Device> {
    Err(ModelError::DeviceNotBuilt { device: "tch", feature: "tch" })
}

#[cfg(feature = "wgpu")]
fn wgpu(index: usize) -> Result<Device> {
    Ok(Device::wgpu(burn::tensor::DeviceKind::DiscreteGpu(index)))
}
#[cfg(not(feature = "wgpu"))]
fn wgpu(_: usize) -> Result<Device> {
    Err(ModelError::DeviceNotBuilt { device: "wgpu", feature: "wgpu" })
}
