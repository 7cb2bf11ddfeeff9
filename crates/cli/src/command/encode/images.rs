//! The images to encode, from any mixture of sources, in the order given.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use ndarray::{Array3, Array4, Axis};
use rayon::prelude::*;

use afterimage_data::{DataSet, at_side};
use afterimage_experiment::pool::note_unread;
use afterimage_formats::{images::ImageSource, names::nfc, text};

use crate::log;
use crate::progress::Terminal;

/// Images, read on demand.
pub(super) struct Pictures {
    sources: Vec<Source>,
    /// Source of each image, and its position in the source.
    entries: Vec<(usize, usize)>,
    names: Vec<String>,
}

enum Source {
    Images(ImageSource),
    Data(Box<DataSet>),
}

impl Pictures {
    /// Opens folders, archives, arrays, image files, lists (`.txt`, one path per line, relative to the list's folder)
    /// and data sets (all stimuli, in the order of their rows).
    ///
    /// Names are those of the source; with several sources `SOURCE/NAME`, and for single files their paths.
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut pictures = Self { sources: Vec::new(), entries: Vec::new(), names: Vec::new() };
        for path in paths {
            let label = match paths {
                [_] => None,
                _ => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            };
            match path.extension() {
                Some(ending) if ending.eq_ignore_ascii_case("txt") => pictures.add_list(path)?,
                _ => pictures.add(path, label)?,
            }
        }
        Ok(pictures)
    }

    /// Names of the images, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Images `[n, side, side, 3]`, decoded in parallel.
    pub(super) fn read(&self, rows: Range<usize>, side: usize) -> Result<Array4<u8>> {
        let mut images = Array4::zeros((rows.len(), side, side, 3));
        let slots: Vec<_> = images.axis_iter_mut(Axis(0)).zip(rows).collect();
        slots.into_par_iter().try_for_each(|(mut slot, row)| {
            slot.assign(&self.read_one(row, side)?);
            Ok::<_, anyhow::Error>(())
        })?;
        Ok(images)
    }

    fn read_one(&self, row: usize, side: usize) -> Result<Array3<u8>> {
        let (source, place) = self.entries[row];
        match &self.sources[source] {
            Source::Images(images) => Ok(images.read_square(place, side)?),
            // As in training, so that images of the data set have the predictions of the run.
            Source::Data(data) => Ok(at_side(data.images(&[place as u32])?, side)?.index_axis_move(Axis(0), 0)),
        }
    }

    fn add(&mut self, path: &Path, label: Option<String>) -> Result<()> {
        let source = self.sources.len();
        let (opened, names) = if DataSet::is_at(path) {
            let data = DataSet::open(path)?;
            if !data.header().has_images() {
                bail!("\"{}\" contains responses but no images: give the image files", path.display());
            }
            let names = data.header().stimuli.iter().map(|info| info.name.clone()).collect();
            (Source::Data(Box::new(data)), names)
        } else {
            let images = ImageSource::open(path)?;
            let unread: Vec<String> = images.unread().map(|name| path.join(name).display().to_string()).collect();
            note_unread(&unread, &Terminal::default());
            if let Some(how) = images.rearranged() {
                log::note(&format!("\"{}\" was {how}", path.display()));
            }
            let names: Vec<String> = images.names().to_vec();
            (Source::Images(images), names)
        };
        let is_picture =
            path.is_file() && names.len() == 1 && path.file_name().is_some_and(|name| name == names[0].as_str());
        for (place, name) in names.into_iter().enumerate() {
            self.entries.push((source, place));
            self.names.push(match &label {
                Some(_) if is_picture => path.display().to_string(),
                Some(label) => format!("{label}/{name}"),
                None => name,
            });
        }
        self.sources.push(opened);
        Ok(())
    }

    fn add_list(&mut self, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let before = self.names.len();
        for line in text::lines(path)? {
            let images =
                ImageSource::open(&find_listed(folder, &line)).with_context(|| format!("in \"{}\"", path.display()))?;
            if images.len() != 1 {
                bail!(
                    "\"{}\" names \"{line}\", which contains {} images: name one image per line",
                    path.display(),
                    images.len()
                );
            }
            self.entries.push((self.sources.len(), 0));
            self.names.push(line);
            self.sources.push(Source::Images(images));
        }
        if self.names.len() == before {
            bail!("\"{}\" names no image: write one path per line", path.display());
        }
        Ok(())
    }
}

/// Finds a file that a list names, whatever the Unicode form of its name: macOS decomposes accents, other systems do
/// not.
fn find_listed(folder: &Path, line: &str) -> PathBuf {
    let path = folder.join(line);
    let (false, Some(name)) = (path.exists(), path.file_name().map(|name| name.to_string_lossy().into_owned())) else {
        return path;
    };
    let within = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(within).into_iter().flatten().flatten();
    let same = |entry: &std::fs::DirEntry| nfc(&entry.file_name().to_string_lossy()) == nfc(&name);
    let mut same = entries.filter(same).map(|entry| entry.path());
    same.next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_may_have_a_mark_quotes_and_another_spelling_of_accents() {
        let folder = tempfile::tempdir().unwrap();
        let pixels = Array4::<u8>::zeros((1, 4, 4, 3));
        for name in ["a.npy", "cafe\u{301}.npy", "b c.npy"] {
            afterimage_formats::npy::write_u8(&folder.path().join(name), pixels.view().into_dyn()).unwrap();
        }
        let list = folder.path().join("list.txt");
        std::fs::write(&list, "\u{feff}a.npy\r\ncafé.npy\r\n\"b c.npy\"\r\n").unwrap();
        let pictures = Pictures::open(std::slice::from_ref(&list)).unwrap();
        assert_eq!(pictures.names(), ["a.npy", "café.npy", "b c.npy"]);
        std::fs::write(&list, "none.npy\n").unwrap();
        assert!(Pictures::open(&[list]).is_err());
    }
}
