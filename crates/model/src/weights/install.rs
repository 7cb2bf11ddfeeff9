//! Puts weights into the folder of installed weights, whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array4, Axis};

use super::{Entry, Published, TensorFile, checksum, download, entry, file, folder, registry};
use crate::backbone::{AnyBackbone, Architecture as _, Backbone, WeightSource};
use crate::{ModelError, Result, convert, device};
use afterimage_config::BackboneKind;

/// Bytes so far and in all.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Side of the images of the self test, large enough for every tap.
const TEST_SIDE: usize = 96;

/// Weights that are in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The published file with that SHA-256; `None` if none is known.
    pub published: Option<&'static Published>,
}

/// Installs the weights of `kind` in [`folder`]: downloaded, or copied from a file.
///
/// Before anything is kept, every tensor of the network is read: its shape must be the network's and its values finite.
/// The SHA-256 of the file must be one that was published, unless `unverified`; a file that is not published must
/// also give different features for two images at every tap.
///
/// # Errors
/// [`ModelError::Download`] says what to do without a network; a file that is not this network's, that has a value that is
/// not finite, or another SHA-256 is refused with what was found.
pub fn get(kind: BackboneKind, from: Option<&Path>, unverified: bool, progress: Progress<'_>) -> Result<Installed> {
    install(&folder(), kind, from, unverified, progress)
}

fn install(
    folder: &Path,
    kind: BackboneKind,
    from: Option<&Path>,
    unverified: bool,
    progress: Progress<'_>,
) -> Result<Installed> {
    let Some(entry) = entry(kind) else {
        return Err(ModelError::WeightsBuiltIn { name: kind.name() });
    };
    let Some(source) = from else {
        return downloaded(folder, entry, progress);
    };
    let published = verify(entry, source, unverified)?;
    keep(folder, entry, source, published)
}

/// Downloads to a file next to the final one, verifies it and renames it.
fn downloaded(folder: &Path, entry: &Entry, progress: Progress<'_>) -> Result<Installed> {
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    let part = folder.join(format!("{}.{}.{}", entry.kind.name(), std::process::id(), entry.files[0].name()));
    let installed = download::download(entry, &part, progress)
        .and_then(|()| verify(entry, &part, false))
        .and_then(|published| keep(folder, entry, &part, published));
    let _ = fs::remove_file(&part);
    installed
}

fn keep(folder: &Path, entry: &Entry, source: &Path, published: Option<&'static Published>) -> Result<Installed> {
    let extension = source.extension().and_then(|e| e.to_str()).unwrap_or(file::EXTENSIONS[0]);
    let path = folder.join(entry.kind.name()).with_extension(extension);
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    copy(source, &path)?;
    for other in file::EXTENSIONS.iter().filter(|other| **other != extension) {
        // Two files of one network would leave it open which is used.
        let stale = path.with_extension(other);
        if stale.is_file() {
            fs::remove_file(&stale).map_err(io("remove", &stale))?;
        }
    }
    Ok(Installed { sha256: checksum(&path)?, path, published })
}

/// Reads the whole file, and compares its SHA-256 with those that were published.
fn verify(entry: &Entry, source: &Path, unverified: bool) -> Result<Option<&'static Published>> {
    let mut tensors = TensorFile::open(source)?;
    entry.kind.parameters().iter().try_for_each(|(name, shape)| tensors.read(name, shape).map(drop))?;
    let sha256 = checksum(source)?;
    let published = registry::published(entry.kind, &sha256);
    if published.is_none() {
        if !unverified {
            return Err(ModelError::WeightsChecksum {
                name: entry.kind.name(),
                file: source.to_owned(),
                got: sha256,
                expected: entry.checksums(),
            });
        }
        self_test(entry.kind, source)?;
    }
    Ok(published)
}

/// Refuses weights with which some tap answers two different images alike, or with values that are not finite.
fn self_test(kind: BackboneKind, source: &Path) -> Result<()> {
    let device = device::device("cpu")?;
    let network = AnyBackbone::load(kind, &WeightSource::File(source.to_owned()), &device)?;
    let pixel =
        |(n, c, y, x): (usize, usize, usize, usize)| (((5 + 8 * n) * y + (3 + 4 * n) * x + c) % 31) as f32 / 30.0;
    let images = Array4::from_shape_fn((2, 3, TEST_SIDE, TEST_SIDE), pixel);
    let images = convert::array4_to_tensor(images.view(), &device);
    let taps: Vec<&'static str> = kind.taps().iter().map(|tap| tap.name).collect();
    for (&tap, features) in taps.iter().zip(network.forward(images, &taps)) {
        let values = convert::tensor_to_array4(&features);
        let detail = if values.iter().any(|v| !v.is_finite()) {
            "values that are not finite"
        } else if values.index_axis(Axis(0), 0) == values.index_axis(Axis(0), 1) {
            "the same for two different images"
        } else {
            continue;
        };
        return Err(ModelError::WeightsFeatures { file: source.display().to_string(), tap, detail });
    }
    Ok(())
}

/// Copies to a file next to the final one and renames it, so that a file is complete or missing.
pub(crate) fn copy(source: &Path, path: &Path) -> Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let done = fs::copy(source, &part).and_then(|_| fs::rename(&part, path));
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done.map_err(io("write", path))
}

pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ModelError {
    move |source| ModelError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::find_in;

    #[test]
    fn missing_weights_say_what_to_fetch() {
        let folder = tempfile::tempdir().expect("a folder");
        let message = find_in(folder.path(), BackboneKind::Vgg19).expect_err("an empty folder").to_string();
        for part in ["afterimage weights get vgg19", "vgg19-dcbb9e9d.pth", "--from FILE"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn wrong_file_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/alexnet.pth");
        let error = install(folder.path(), BackboneKind::Vgg16, Some(&wrong), true, &mut |_, _| {})
            .expect_err("narrow AlexNet");
        assert!(matches!(error, ModelError::TensorShape { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }

    #[test]
    fn file_of_the_user_is_installed_and_found_once_its_other_checksum_is_accepted() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("alexnet-owt.safetensors");
        write_alexnet(&source, noise);
        let cache = folder.path().join("cache");
        let get = |unverified| install(&cache, BackboneKind::AlexNet, Some(&source), unverified, &mut |_, _| {});
        let message = get(false).expect_err("not published").to_string();
        let own = checksum(&source).expect("the source");
        for part in [own.as_str(), "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02", "--unverified"] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!cache.exists());
        let installed = get(true).expect("AlexNet");
        assert_eq!(find_in(&cache, BackboneKind::AlexNet).expect("installed"), installed.path);
        assert_eq!((installed.sha256, installed.published), (own, None));
        assert_eq!(fs::read_dir(&cache).expect("the cache").count(), 1);
    }

    #[test]
    fn weights_that_are_not_finite_are_refused_by_their_tensor_even_unverified() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("cache");
        for (value, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf")] {
            let source = folder.path().join("alexnet-owt-7be5be79.safetensors");
            write_alexnet(&source, |tensor, k| if tensor == 3 && k == 17 { value } else { noise(tensor, k) });
            let error = install(&cache, BackboneKind::AlexNet, Some(&source), true, &mut |_, _| {});
            let message = error.expect_err("one bad value").to_string();
            let tensor = &BackboneKind::AlexNet.parameters()[3].0;
            assert!(message.contains(tensor.as_str()) && message.contains(name), "{message}");
            let device = device::device("cpu").expect("the processor");
            let loaded = AnyBackbone::load(BackboneKind::AlexNet, &WeightSource::File(source), &device);
            assert!(matches!(loaded, Err(ModelError::WeightsNotFinite { .. })));
        }
        assert!(!cache.exists());
    }

    #[test]
    fn weights_that_answer_every_image_alike_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("alexnet.safetensors");
        write_alexnet(&source, |_, _| 0.0);
        let error = install(&folder.path().join("cache"), BackboneKind::AlexNet, Some(&source), true, &mut |_, _| {});
        let message = error.expect_err("zeros").to_string();
        assert!(message.contains("relu1") && message.contains("the same for two different images"), "{message}");
    }

    #[test]
    fn built_in_weights_need_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let error =
            install(folder.path(), BackboneKind::SqueezeNet11, None, false, &mut |_, _| {}).expect_err("built in");
        assert!(matches!(error, ModelError::WeightsBuiltIn { .. }));
    }

    fn noise(tensor: usize, k: usize) -> f32 {
        let hash = ((k + 1) * (2 * tensor + 3)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        (hash as f32 / (1 << 24) as f32 - 0.5) * 0.1
    }

    /// Every value of AlexNet's tensors by the tensor's place and its own.
    fn write_alexnet(path: &Path, value: impl Fn(usize, usize) -> f32) {
        let parameters = BackboneKind::AlexNet.parameters().into_iter().enumerate().map(|(tensor, (name, shape))| {
            let count = shape.iter().product::<usize>();
            let bytes: Vec<u8> = (0..count).flat_map(|k| value(tensor, k).to_le_bytes()).collect();
            (name, shape, bytes)
        });
        let parameters: Vec<_> = parameters.collect();
        let views = parameters.iter().map(|(name, shape, bytes)| {
            let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
            (name.as_str(), view.expect("bytes fit the shape"))
        });
        safetensors::serialize_to_file(views, None, path).expect("a written file");
    }
}
