//! Copies the images of runs under random names.

use super::*;
use afterimage_formats::digest::{hex, sha256_bytes};
use sha2::{Digest, Sha256};

/// Copies the judged images; returns the stimuli without practice and attention, and the shown images.
pub(super) fn copy(runs: &[RunFolder], options: &Options, dir: &Path) -> Result<(Stimuli, Vec<RgbImage>)> {
    let lists = runs.iter().map(Vec::<Pictures>::read).collect::<std::result::Result<Vec<_>, _>>()?;
    let (Some(first), Some(list)) = (runs.first(), lists.first()) else {
        return Err(StudyError::Design { message: "a study needs at least one run: name one".into() });
    };
    for (run, other) in runs.iter().zip(&lists) {
        if !other.iter().map(|p| &p.name).eq(list.iter().map(|p| &p.name)) {
            return Err(different(first, run, "names or order of the test items differ"));
        }
    }
    let judged = draw_judged(list.len(), options)?;
    let mut items = Vec::new();
    let mut shown = Vec::new();
    for (index, picture) in list.iter().enumerate() {
        let image = load(first, &picture.shown)?;
        for (run, other) in runs.iter().zip(&lists).skip(1) {
            if load(run, &other[index].shown)? != image {
                return Err(different(first, run, &format!("the shown image of \"{}\" differs", picture.name)));
            }
        }
        let mut reconstructions = Vec::new();
        if judged.contains(&index) {
            for (run, pictures) in runs.iter().zip(&lists) {
                reconstructions.push(save(&load(run, &pictures[index].reconstruction)?, dir)?);
            }
        }
        items.push(Item { name: picture.name.clone(), shown: save(&image, dir)?, reconstructions });
        shown.push(image);
    }
    let stimuli = Stimuli { runs: describe_runs(runs)?, items, judged, practice: Vec::new(), attention: Vec::new() };
    Ok((stimuli, shown))
}

fn different(first: &RunFolder, run: &RunFolder, how: &str) -> StudyError {
    let (first, run) = (first.root().display(), run.root().display());
    StudyError::Design {
        message: format!("\"{run}\" and \"{first}\" cannot be judged together: {how}; create one study for each"),
    }
}

fn draw_judged(items: usize, options: &Options) -> Result<Vec<usize>> {
    let count = options.items.unwrap_or(items);
    if count == 0 || count > items {
        let message = format!("{count} items were requested, the test set has {items}: request 1 to {items}");
        return Err(StudyError::Design { message });
    }
    let mut order: Vec<usize> = (0..items).collect();
    shuffle(&mut stream(options.seed, Purpose::Items, 0, 0), &mut order);
    order.truncate(count);
    order.sort_unstable();
    Ok(order)
}

fn describe_runs(runs: &[RunFolder]) -> Result<Vec<SourceRun>> {
    let describe = |(run, label): (&RunFolder, String)| {
        let manifest = Manifest::read(run)?;
        Ok(SourceRun {
            label,
            experiment: manifest.name,
            folder: run.root().display().to_string(),
            created: manifest.created,
            data: manifest.data.title,
        })
    };
    runs.iter().zip(labels(runs)).map(describe).collect()
}

/// An image of a run; its path must stay inside the folder.
fn load(run: &RunFolder, relative: &str) -> Result<RgbImage> {
    let path = run.inside(relative)?;
    let fault = |message: String| StudyError::File { path: path.clone(), message };
    let image = image::open(&path).map_err(|error| {
        fault(format!(
            "cannot be read as an image: {error}; create it with `afterimage reconstruct {}`",
            run.root().display()
        ))
    })?;
    Ok(image.into_rgb8())
}

/// Writes an image under a random name, as PNG without any metadata.
pub(super) fn save(image: &RgbImage, dir: &Path) -> Result<Picture> {
    let mut bytes = Vec::new();
    let file = format!("{}.png", crate::keys::token()?);
    let path = dir.join(&file);
    image
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
        .map_err(|error| StudyError::File { path: path.clone(), message: format!("cannot be encoded: {error}") })?;
    let written = private::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, &bytes));
    written.map_err(|source| StudyError::Io { action: "write", path, source })?;
    let mut pixels = Sha256::new();
    pixels.update(image.width().to_le_bytes());
    pixels.update(image.height().to_le_bytes());
    pixels.update(image.as_raw());
    Ok(Picture { file, sha256: sha256_bytes(&bytes), pixels: hex(&pixels.finalize()) })
}
