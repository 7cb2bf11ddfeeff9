//! Where the arithmetic runs, by name.

use burn::tensor::Device;

use crate::{ModelError, Result};

/// The device of a name: `cpu` always; `cuda[:n]`, `tch[:n]` and `wgpu[:n]` where the build has the feature.
///
/// `wgpu` is the best graphics device, `wgpu:n` the n-th discrete one, `wgpu:cpu` a processor that speaks the graphics
/// interface (Mesa's lavapipe), for tests.
///
/// # Errors
/// [`ModelError::UnknownDevice`] for another name, [`ModelError::DeviceNotBuilt`] where the build lacks it.
pub fn device(name: &str) -> Result<Device> {
    let (kind, place) = name.split_once(':').map_or((name, None), |(kind, place)| (kind, Some(place)));
    let unknown = || ModelError::UnknownDevice { got: name.to_owned() };
    if kind == "wgpu" {
        return wgpu(place).ok_or_else(unknown)?;
    }
    let index: usize = place.unwrap_or("0").parse().map_err(|_| unknown())?;
    match kind {
        "cpu" if index == 0 => Ok(Device::flex()),
        "cuda" => cuda(index),
        "tch" => tch(index),
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

/// `None` for a place that is none.
#[cfg(feature = "wgpu")]
fn wgpu(place: Option<&str>) -> Option<Result<Device>> {
    use burn::tensor::DeviceKind;
    let kind = match place {
        None => DeviceKind::DefaultDevice,
        Some("cpu") => DeviceKind::Cpu,
        Some(index) => DeviceKind::DiscreteGpu(index.parse().ok()?),
    };
    Some(Ok(Device::wgpu(kind)))
}
#[cfg(not(feature = "wgpu"))]
fn wgpu(_: Option<&str>) -> Option<Result<Device>> {
    Some(Err(ModelError::DeviceNotBuilt { device: "wgpu", feature: "wgpu" }))
}
