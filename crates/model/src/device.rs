//! The device that computes, by name, and the engine that computes on it.

use burn::tensor::Device;

use crate::{ModelError, Result};

/// Returns the device of a name, if it is present: `cpu` always; `cuda[:n]`, `tch[:n]`, `tch:cpu` and
/// `wgpu[:n]` if the build has the feature and the machine the device.
///
/// `wgpu` is the best graphics device, `wgpu:n` the n-th discrete one, `wgpu:cpu` a processor that speaks the graphics
/// interface (Mesa's lavapipe), and `tch:cpu` PyTorch's library on the processor; both are for tests.
///
/// The check opens no device and takes milliseconds, so that a command can call this before any work.
///
/// # Errors
/// [`ModelError::UnknownDevice`] for another name, [`ModelError::DeviceNotBuilt`] if the build lacks the feature,
/// [`ModelError::DeviceMissing`] with the devices of the kind that the machine has, if it lacks this one.
pub fn device(name: &str) -> Result<Device> {
    let (kind, place) = name.split_once(':').map_or((name, None), |(kind, place)| (kind, Some(place)));
    let place = Place::of(place).ok_or_else(|| ModelError::UnknownDevice { got: name.to_owned() })?;
    match (kind, place) {
        ("cpu", Place::Best | Place::Index(0)) => Ok(Device::flex()),
        ("cuda", Place::Best | Place::Index(_)) => cuda::device(name, place),
        ("tch", _) => tch::device(name, place),
        ("wgpu", _) => wgpu::device(name, place),
        _ => Err(ModelError::UnknownDevice { got: name.to_owned() }),
    }
}

/// What computes on a device. Every choice between arithmetic of our own and the framework's is a `match` on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The kernels of `afterimage-kernels`, on the processor.
    Kernels,
    /// The framework's operations, on any device.
    Framework,
}

impl Engine {
    /// Returns the engine of a device.
    pub fn of(device: &Device) -> Self {
        if device.clone().without_autodiff() == Device::flex() { Self::Kernels } else { Self::Framework }
    }
}

/// What stands after the colon of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing.
    Best,
    /// `cpu`
    Processor,
    /// The number of a device.
    Index(usize),
}

impl Place {
    /// `None` for another text; a sign or blank is not a number.
    fn of(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Best),
            Some("cpu") => Some(Self::Processor),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok().map(Self::Index),
            Some(_) => None,
        }
    }

    /// The number that the frameworks of NVIDIA's cards know.
    #[cfg(any(feature = "cuda", feature = "tch"))]
    fn index(self) -> usize {
        if let Self::Index(index) = self { index } else { 0 }
    }
}

/// Refuses a device that is not among `found`, names such as `cuda:0`.
#[cfg(any(feature = "cuda", feature = "tch", feature = "wgpu"))]
fn missing(name: &str, found: &[String], needs: &'static str) -> ModelError {
    let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    ModelError::DeviceMissing { got: name.to_owned(), found, needs }
}

#[cfg(feature = "cuda")]
mod cuda {
    use burn::tensor::{Device, DeviceType};

    use super::{Place, missing};
    use crate::Result;

    pub(super) fn device(name: &str, place: Place) -> Result<Device> {
        // Without a driver the framework panics where the device is first used.
        let found = Device::enumerate(DeviceType::Cuda).into_iter().count();
        if place.index() < found {
            return Ok(Device::cuda(place.index()));
        }
        let found: Vec<String> = (0..found).map(|index| format!("cuda:{index}")).collect();
        Err(missing(name, &found, "an NVIDIA card and its driver (libcuda.so.1)"))
    }
}

#[cfg(feature = "tch")]
#[expect(deprecated, reason = "the framework marks this backend as deprecated; it is kept for comparisons")]
mod tch {
    use burn::tensor::{Device, DeviceType};

    use super::{Place, missing};
    use crate::Result;

    pub(super) fn device(name: &str, place: Place) -> Result<Device> {
        if place == Place::Processor {
            return Ok(Device::libtorch());
        }
        let found = Device::enumerate(DeviceType::LibTorch).into_iter().count();
        if place.index() < found {
            return Ok(Device::libtorch_cuda(place.index()));
        }
        let cards = (0..found).map(|index| format!("tch:{index}"));
        let found: Vec<String> = cards.chain(["tch:cpu".to_owned()]).collect();
        Err(missing(name, &found, "an NVIDIA card, its driver and a libtorch built for CUDA"))
    }
}

#[cfg(feature = "wgpu")]
mod wgpu {
    use burn::tensor::{Device, DeviceKind, DeviceType};

    use super::{Place, missing};
    use crate::Result;

    pub(super) fn device(name: &str, place: Place) -> Result<Device> {
        let all: Vec<Device> = Device::enumerate(DeviceType::Wgpu).into_iter().collect();
        let of = |place: Place| match place {
            Place::Best => Device::wgpu(DeviceKind::DefaultDevice),
            Place::Processor => Device::wgpu(DeviceKind::Cpu),
            Place::Index(index) => Device::wgpu(DeviceKind::DiscreteGpu(index)),
        };
        let is_there = |place: Place| match place {
            Place::Best => !all.is_empty(),
            _ => all.contains(&of(place)),
        };
        if is_there(place) {
            return Ok(of(place));
        }
        let named = [(Place::Best, "wgpu".to_owned()), (Place::Processor, "wgpu:cpu".to_owned())];
        let cards = (0..all.len()).map(|index| (Place::Index(index), format!("wgpu:{index}")));
        let found = named.into_iter().chain(cards).filter(|(place, _)| is_there(*place)).map(|(_, name)| name);
        Err(missing(name, &found.collect::<Vec<_>>(), "a graphics card and its driver (Vulkan, Metal or Direct3D 12)"))
    }
}

macro_rules! not_built {
    ($($feature:literal $module:ident),*) => {$(
        #[cfg(not(feature = $feature))]
        mod $module {
            use burn::tensor::Device;

            use super::Place;
            use crate::{ModelError, Result};

            pub(super) fn device(_: &str, _: Place) -> Result<Device> {
                Err(ModelError::DeviceNotBuilt { device: $feature, feature: $feature })
            }
        }
    )*};
}
not_built!("cuda" cuda, "tch" tch, "wgpu" wgpu);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_device_are_refused_as_such() {
        for name in
            ["", "gpu", "cpu:1", "cpu:cpu", "cuda:", "cuda:x", "cuda:cpu", "cuda:-1", "cuda:+0", "wgpu:a", "mps"]
        {
            let problem = device(name).unwrap_err();
            assert!(matches!(problem, ModelError::UnknownDevice { .. }), "{name}: {problem}");
        }
        assert!(["cpu", "cpu:0"].iter().all(|name| Engine::of(&device(name).unwrap()) == Engine::Kernels));
    }

    /// No machine has so many; without the feature the build is what is missing.
    #[test]
    fn a_device_that_is_not_there_is_an_error_and_no_panic() {
        for (kind, built) in
            [("cuda", cfg!(feature = "cuda")), ("tch", cfg!(feature = "tch")), ("wgpu", cfg!(feature = "wgpu"))]
        {
            let problem = device(&format!("{kind}:60000")).unwrap_err();
            let said = problem.to_string();
            match problem {
                ModelError::DeviceMissing { got, .. } if built => assert_eq!(got, format!("{kind}:60000")),
                ModelError::DeviceNotBuilt { device, .. } if !built => assert_eq!(device, kind),
                _ => panic!("{said}"),
            }
        }
    }
}
