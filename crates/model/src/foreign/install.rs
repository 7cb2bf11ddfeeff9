//! Puts ONNX files into the folder of installed weights, checked by running them.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::Array4;

use super::{Foreign, ForeignNetwork, refused};
use crate::weights::install::{copy, io};
use crate::weights::{self, Installed};
use crate::{ModelError, Result};

/// The installed file of a foreign network.
///
/// # Errors
/// [`ModelError::WeightsMissing`], which says how to get it.
pub fn find(kind: &Foreign) -> Result<PathBuf> {
    find_in(&weights::folder(), kind)
}

fn find_in(folder: &Path, kind: &Foreign) -> Result<PathBuf> {
    let path = folder.join(kind.name).with_extension("onnx");
    if path.is_file() { Ok(path) } else { Err(missing(kind, path)) }
}

fn missing(kind: &Foreign, looked_for: PathBuf) -> ModelError {
    ModelError::WeightsMissing { name: kind.name, looked_for, hint: kind.hint() }
}

/// Installs a foreign network from an ONNX file. Nothing is kept unless its output for two images is one row of
/// the right length each, finite, and not the same for both.
///
/// # Errors
/// [`ModelError::WeightsMissing`] without a file, since these networks are exported, not downloaded; [`ModelError::Onnx`]
/// for a file that is not this network's.
pub fn get(kind: &Foreign, from: Option<&Path>) -> Result<Installed> {
    install(&weights::folder(), kind, from)
}

fn install(folder: &Path, kind: &Foreign, from: Option<&Path>) -> Result<Installed> {
    let path = folder.join(kind.name).with_extension("onnx");
    let Some(source) = from else {
        return Err(missing(kind, path));
    };
    check(kind, source)?;
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    copy(source, &path)?;
    Ok(Installed { sha256: weights::checksum(&path)?, path, published: None })
}

fn check(kind: &Foreign, source: &Path) -> Result<()> {
    let network = ForeignNetwork::open(kind, source)?;
    let images = Array4::from_shape_fn((2, 3, kind.side, kind.side), |(n, c, y, x)| {
        let step = (5 * x + (3 + 8 * n) * y) % (29 + 11 * c);
        step as f32 / (28 + 11 * c) as f32
    });
    let features = network.features(images.view())?;
    let refused = |detail: &str| Err(refused(kind, &source.display().to_string(), detail.to_owned()));
    if features.iter().any(|v| !v.is_finite()) {
        return refused("its output holds values that are not finite");
    }
    if features.row(0) == features.row(1) {
        return refused("it answers two different images alike");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::foreign;

    #[test]
    fn missing_network_says_how_to_export_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let kind = foreign("clip_vit_l14").expect("CLIP");
        let message = install(folder.path(), kind, None).expect_err("no file").to_string();
        for part in ["scripts/export_onnx.py clip_vit_l14", "afterimage weights get clip_vit_l14 --from"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(find_in(folder.path(), kind).expect_err("no file").to_string(), message);
    }

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx").join(name)
    }

    #[test]
    fn file_of_the_user_is_installed_and_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let kind = foreign("efficientnet_lite0").expect("EfficientNet-Lite0");
        let source = fixture("efficientnet_lite0.onnx");
        let installed = install(folder.path(), kind, Some(&source)).expect("a stand-in");
        assert_eq!(find_in(folder.path(), kind).expect("installed"), installed.path);
        assert_eq!(installed.sha256, weights::checksum(&source).expect("the source"));
    }

    #[test]
    fn file_that_is_not_the_network_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let cut = folder.path().join("cut.onnx");
        let whole = fs::read(fixture("clip_vit_l14.onnx")).expect("the fixture");
        fs::write(&cut, &whole[..whole.len() / 2]).expect("a cut file");
        let kind = foreign("clip_vit_l14").expect("CLIP");
        let cases = [
            (fixture("inception_v3.onnx"), "its input has shape [batch, 3, 342, 342]"),
            (fixture("swav_resnet50.onnx"), "its output for 8 images has shape [8, 2048]"),
            (fixture("fixed_batch.onnx"), "its batch is fixed at 1"),
            (fixture("expected.json"), "it is not an ONNX file that can be run"),
            (cut, "it is not an ONNX file that can be run"),
        ];
        for (file, expected) in cases {
            let cache = folder.path().join("cache");
            let message = install(&cache, kind, Some(&file)).expect_err("another file").to_string();
            assert!(message.contains(expected) && message.contains("export_onnx.py clip_vit_l14"), "{message}");
            assert!(!cache.exists());
        }
    }
}
