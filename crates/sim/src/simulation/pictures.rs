//! Writes the pictures of a part, block by block, with the table of their classes.

use super::npy::{ImageFile, failed};
use super::{Part, Progress, SimConfig, make_folder, scene_name};
use crate::category::Category;
use crate::error::SimError;
use crate::scene::SceneGenerator;
use crate::simulation::{config::check_classes, plan::Plan};
use ndarray::Array4;
use std::path::{Path, PathBuf};

/// Pictures made at a time.
const BLOCK: usize = 256;

/// Writes `classes` generated classes of `class_images` pictures each into a folder, without a subject: `classes.npy`,
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

/// The pictures of classes, and what kind of thing each class is.
pub(super) fn write_classes(
    generator: &SceneGenerator,
    scenes: &[(u64, Category)],
    path: &Path,
    progress: &mut impl FnMut(Progress),
) -> Result<(), SimError> {
    write(generator, Part::Classes, scenes, path, progress)?;
    let mut lines: Vec<String> =
        scenes.iter().map(|(_, class)| format!("{},{}\n", class.name(), class.kind())).collect();
    lines.sort();
    lines.dedup();
    let table = path.with_file_name("superclasses.csv");
    std::fs::write(&table, format!("class,superclass\n{}", lines.concat())).map_err(|source| failed(&table, source))
}

/// The pictures of a part as an array, with `images.csv` beside it.
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
    let table = folder.join("images.csv");
    std::fs::write(&table, class_table(part, scenes)).map_err(|source| failed(&table, source))
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

/// One line per picture of an array: its index, padded as the readers of arrays name their pictures, its class and its name.
fn class_table(part: Part, scenes: &[(u64, Category)]) -> String {
    let digits = scenes.len().saturating_sub(1).to_string().len();
    let mut table = String::from("image_id,class,name\n");
    for (row, (index, category)) in scenes.iter().enumerate() {
        table += &format!("{row:0digits$},{},{}\n", category.name(), scene_name(part, *index));
    }
    table
}
