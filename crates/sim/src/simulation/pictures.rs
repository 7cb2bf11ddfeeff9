//! Writes the images of a part, block by block, with the table of their classes.

use super::npy::{ImageFile, failed};
use super::{Part, Progress, SimConfig, make_folder, scene_name};
use crate::category::Category;
use crate::error::SimError;
use crate::scene::SceneGenerator;
use crate::simulation::{config::check_classes, plan::Plan};
use ndarray::Array4;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Images made at a time.
const BLOCK: usize = 256;

/// Writes `classes` generated classes of `class_images` images each into a folder, without a subject: `classes.npy`,
/// `images.csv` and `superclasses.csv`. Gives the path of the array.
///
/// # Errors
/// An impossible configuration, or a folder that cannot be written to.
pub fn generate_classes(
    config: &SimConfig,
    folder: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<PathBuf, SimError> {
    check_classes(config.classes)?;
    for (key, count) in [("classes", config.classes), ("class_images", config.class_images)] {
        if count == 0 {
            return Err(SimError::Config { key, value: "0".into(), expected: "1 or more" });
        }
    }
    let generator = SceneGenerator::new(config.seed, config.side)?;
    let scenes = Plan::new(config.seed).scenes(Part::Classes, config);
    let path = folder.join("classes.npy");
    write_classes(&generator, &scenes, &path, &mut progress)?;
    Ok(path)
}

/// The images of classes, and what kind of thing each class is.
pub(super) fn write_classes(
    generator: &SceneGenerator,
    scenes: &[(u64, Category)],
    path: &Path,
    progress: &mut impl FnMut(Progress),
) -> Result<(), SimError> {
    write(generator, Part::Classes, scenes, path, progress)?;
    let rows: BTreeSet<_> = scenes.iter().map(|(_, class)| [class.name(), class.kind().into()]).collect();
    write_table(&path.with_file_name("superclasses.csv"), ["class", "superclass"], rows)
}

/// The images of a part as an array, with `images.csv` beside it.
pub(super) fn write(
    generator: &SceneGenerator,
    part: Part,
    scenes: &[(u64, Category)],
    path: &Path,
    progress: &mut impl FnMut(Progress),
) -> Result<(), SimError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut file = ImageFile::create(path, scenes.len(), generator.side())?;
    blocks(generator, part, scenes, progress, |images| file.append(images.view()))?;
    file.finish()?;
    // The index is padded as the readers of arrays name their images.
    let digits = scenes.len().saturating_sub(1).to_string().len();
    let rows = scenes
        .iter()
        .enumerate()
        .map(|(row, (index, category))| [format!("{row:0digits$}"), category.name(), scene_name(part, *index)]);
    write_table(&folder.join("images.csv"), ["image_id", "class", "name"], rows)
}

/// Makes the scenes of a part block by block.
pub(super) fn blocks(
    generator: &SceneGenerator,
    part: Part,
    scenes: &[(u64, Category)],
    progress: &mut impl FnMut(Progress),
    mut take: impl FnMut(Array4<u8>) -> Result<(), SimError>,
) -> Result<(), SimError> {
    let mut done = 0;
    for block in scenes.chunks(BLOCK) {
        take(generator.images(block))?;
        done += block.len();
        progress(Progress { part, done, total: scenes.len() });
    }
    Ok(())
}

/// A table of text with a line of names.
fn write_table<const N: usize>(
    path: &Path,
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<(), SimError> {
    let write = || {
        let mut table = csv::Writer::from_path(path)?;
        table.write_record(head)?;
        rows.into_iter().try_for_each(|row| table.write_record(row))?;
        table.flush()
    };
    write().map_err(|source| failed(path, source))
}
