//! Puts weights into the folder of installed weights, whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Entry, TensorFile, checksum, download, entry, file, folder};
use crate::backbone::BackboneKind;
use crate::{ModelError, Result};

/// Bytes so far and in all.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Weights that are in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Installs the weights of `kind` in [`folder`]: downloaded, or copied from a file.
///
/// The file is opened and every tensor of the network is read and compared in shape before anything is kept.
///
/// # Errors
/// [`ModelError::Download`] says what to do without a network; a file that is not this network's is refused with
/// the tensor and both shapes.
pub fn get(kind: BackboneKind, from: Option<&Path>, progress: Progress<'_>) -> Result<Installed> {
    install(&folder(), kind, from, progress)
}

fn install(folder: &Path, kind: BackboneKind, from: Option<&Path>, progress: Progress<'_>) -> Result<Installed> {
    let Some(entry) = entry(kind) else {
        return Err(ModelError::WeightsBuiltIn { name: kind.name() });
    };
    let source = match from {
        Some(path) => path.to_owned(),
        None => download::download(entry, progress)?,
    };
    check(entry, &source)?;
    let extension = source.extension().and_then(|e| e.to_str()).unwrap_or(file::EXTENSIONS[0]);
    let path = folder.join(kind.name()).with_extension(extension);
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    copy(&source, &path)?;
    for other in file::EXTENSIONS.iter().filter(|other| **other != extension) {
        // Two files of one network would leave it open which is used.
        let stale = path.with_extension(other);
        if stale.is_file() {
            fs::remove_file(&stale).map_err(io("remove", &stale))?;
        }
    }
    Ok(Installed { sha256: checksum(&path)?, path })
}

fn check(entry: &Entry, source: &Path) -> Result<()> {
    let mut tensors = TensorFile::open(source)?;
    entry.kind.plan().parameters().iter().try_for_each(|(name, shape)| tensors.read(name, shape).map(drop))
}

/// Copies beside the place and renames, so that a file is there whole or not at all.
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
        for part in ["afterimage weights get vgg19", "timm/vgg19.tv_in1k", "vgg19-dcbb9e9d.pth", "--from FILE"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn wrong_file_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/alexnet.pth");
        let error =
            install(folder.path(), BackboneKind::Vgg16, Some(&wrong), &mut |_, _| {}).expect_err("narrow AlexNet");
        assert!(matches!(error, ModelError::TensorShape { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    }

    #[test]
    fn file_of_the_user_is_installed_and_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("alexnet-owt.safetensors");
        write_alexnet(&source);
        let cache = folder.path().join("cache");
        let installed = install(&cache, BackboneKind::AlexNet, Some(&source), &mut |_, _| {}).expect("AlexNet");
        assert_eq!(find_in(&cache, BackboneKind::AlexNet).expect("installed"), installed.path);
        assert_eq!(installed.sha256, checksum(&source).expect("the source"));
        assert_eq!(fs::read_dir(&cache).expect("the cache").count(), 1);
    }

    #[test]
    fn built_in_weights_need_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = install(folder.path(), BackboneKind::SqueezeNet11, None, &mut |_, _| {}).expect_err("built in");
        assert!(matches!(error, ModelError::WeightsBuiltIn { .. }));
    }

    fn write_alexnet(path: &Path) {
        let plan = BackboneKind::AlexNet.plan();
        let parameters = plan.parameters().into_iter().map(|(name, shape)| {
            let bytes = vec![0; 4 * shape.iter().product::<usize>()];
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
