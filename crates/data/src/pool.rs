//! Unpaired images, streamed from disk.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use afterimage_formats::images::ImageSource;
use afterimage_formats::{digest, picture};
use ndarray::{Array3, Array4, Axis};
use rayon::prelude::*;

use crate::classes::Classes;
use crate::exclusions::Exclusions;
use crate::store::DataSet;
use crate::{Error, Result};

/// Images from several folders, archives, arrays and data sets, read by index; only their names are held.
#[derive(Debug)]
pub struct UnpairedPool {
    sources: Vec<Source>,
    entries: Vec<Entry>,
    names: Vec<String>,
    side: usize,
    excluded: usize,
}

#[derive(Debug)]
enum Source {
    Images(ImageSource),
    DataSet(Box<DataSet>),
}

#[derive(Debug)]
struct Entry {
    source: usize,
    index: usize,
    class: Option<String>,
}

impl UnpairedPool {
    /// Opens folders (with subfolders), `.zip`s, `.npy`s and data sets, in the order given, images in byte order of names.
    ///
    /// An image's class comes from `images.csv` in the folder or next to it (columns such as `image_id` and `class` or
    /// `imagenet_class_index`), else from the subfolder it lies in. Of a data set only *training* images are taken.
    /// Names are `SOURCE/NAME`, SOURCE being the last part of the source's path. What `exclude` names is left out;
    /// only when it names contents are the files read here.
    ///
    /// # Errors
    /// [`Error::Format`] for a source that cannot be read; [`Error::Shape`] for a side of 0 or a pool left empty.
    pub fn open(paths: &[PathBuf], side: u32, exclude: &Exclusions) -> Result<Self> {
        let mut pool =
            Self { sources: Vec::new(), entries: Vec::new(), names: Vec::new(), side: side as usize, excluded: 0 };
        for path in paths {
            pool.add(path, exclude)?;
        }
        pool.drop_contents(exclude)?;
        if side == 0 || pool.entries.is_empty() {
            let got = format!("{} images of side {side}, {} left out", pool.entries.len(), pool.excluded);
            return Err(Error::Shape { what: "the pool of unpaired images", got, expected: "at least one".into() });
        }
        Ok(pool)
    }

    /// The images of folders and archives whose format is not read, by their paths.
    pub fn unread(&self) -> Vec<String> {
        let of = |source: &Source| match source {
            Source::Images(images) => {
                images.unread().map(|name| images.path().join(name).display().to_string()).collect()
            }
            Source::DataSet(_) => Vec::new(),
        };
        self.sources.iter().flat_map(of).collect()
    }

    fn add(&mut self, path: &Path, exclude: &Exclusions) -> Result<()> {
        let label = path.file_name().map_or("source".into(), |name| name.to_string_lossy().into_owned());
        let source = self.sources.len();
        if DataSet::is_at(path) {
            let data = DataSet::open(path)?;
            for index in data.training().stimuli() {
                let info = &data.header().stimuli[index as usize];
                let entry = Entry { source, index: index as usize, class: info.class.clone() };
                self.push(format!("{label}/{}", info.name), entry, exclude);
            }
            self.sources.push(Source::DataSet(Box::new(data)));
            return Ok(());
        }
        let images = ImageSource::open(path)?;
        let names: Vec<&str> = images.names().iter().map(String::as_str).collect();
        let classes = Classes::find(path, &names)?;
        for ((index, name), class) in images.names().iter().enumerate().zip(classes.of) {
            self.push(format!("{label}/{name}"), Entry { source, index, class }, exclude);
        }
        self.sources.push(Source::Images(images));
        Ok(())
    }

    fn push(&mut self, name: String, entry: Entry, exclude: &Exclusions) {
        if exclude.drops(&name, entry.class.as_deref()) {
            self.excluded += 1;
        } else {
            self.names.push(name);
            self.entries.push(entry);
        }
    }

    fn drop_contents(&mut self, exclude: &Exclusions) -> Result<()> {
        if exclude.sha256.is_empty() {
            return Ok(());
        }
        let indices: Vec<usize> = (0..self.len()).collect();
        let keep: Vec<bool> = indices
            .into_par_iter()
            .map(|index| Ok(!exclude.sha256.contains(&self.sha256(index)?)))
            .collect::<Result<_>>()?;
        let before = self.len();
        let mut kept = keep.iter();
        self.entries.retain(|_| *kept.next().unwrap_or(&true));
        let mut kept = keep.iter();
        self.names.retain(|_| *kept.next().unwrap_or(&true));
        self.excluded += before - self.len();
        Ok(())
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if it has no images; a pool that was opened has some.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many images the exclusions left out.
    pub fn excluded(&self) -> usize {
        self.excluded
    }

    /// Height and width of what [`UnpairedPool::read`] gives, pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Names, `SOURCE/NAME`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The class of an image, where known.
    pub fn class(&self, index: usize) -> Option<&str> {
        self.entries.get(index).and_then(|entry| entry.class.as_deref())
    }

    /// SHA-256 of an image's stored bytes (of a data set: its pixels), as [`Exclusions::sha256`] compares.
    ///
    /// # Errors
    /// As [`UnpairedPool::read`].
    pub fn sha256(&self, index: usize) -> Result<String> {
        let entry = self.entry(index)?;
        Ok(match &self.sources[entry.source] {
            Source::Images(images) => digest::sha256_bytes(&images.bytes(entry.index)?),
            Source::DataSet(data) => {
                digest::sha256_bytes(data.images(&[entry.index as u32])?.as_slice().unwrap_or_default())
            }
        })
    }

    /// Reads images by index in parallel: decoded, cropped to the centred square, resized: `[n, side, side, 3]`.
    ///
    /// # Errors
    /// [`Error::Format`] naming the file that cannot be decoded; [`Error::Shape`] for an index beyond the end.
    pub fn read(&self, indices: &[usize]) -> Result<Array4<u8>> {
        let mut images = Array4::zeros((indices.len(), self.side, self.side, 3));
        let slots: Vec<_> = images.axis_iter_mut(Axis(0)).zip(indices).collect();
        slots.into_par_iter().try_for_each(|(mut slot, &index)| {
            slot.assign(&self.read_one(index)?);
            Ok::<_, Error>(())
        })?;
        Ok(images)
    }

    /// Decodes images, and says of all at once which are damaged.
    ///
    /// # Errors
    /// [`Error::Unreadable`] with how many cannot be read, their first names and what is wrong with the first.
    pub fn require(&self, indices: &[usize]) -> Result<()> {
        let damaged: Vec<(usize, Error)> =
            indices.par_iter().filter_map(|&index| Some((index, self.read_one(index).err()?))).collect();
        let name = |index: usize| self.names.get(index).cloned().unwrap_or_default();
        let names = damaged.iter().take(5).map(|(index, _)| name(*index)).collect();
        let count = damaged.len();
        match damaged.into_iter().next() {
            Some((_, first)) => Err(Error::Unreadable { count, total: indices.len(), names, first: Box::new(first) }),
            None => Ok(()),
        }
    }

    fn read_one(&self, index: usize) -> Result<Array3<u8>> {
        let entry = self.entry(index)?;
        match &self.sources[entry.source] {
            Source::Images(images) => Ok(images.read_square(entry.index, self.side)?),
            Source::DataSet(data) => {
                let image = data.images(&[entry.index as u32])?;
                Ok(picture::crop_resize(image.index_axis(Axis(0), 0), self.side, data.path())?)
            }
        }
    }

    fn entry(&self, index: usize) -> Result<&Entry> {
        self.entries.get(index).ok_or_else(|| Error::Shape {
            what: "the pool of unpaired images",
            got: format!("{} images", self.entries.len()),
            expected: format!("more than {index}"),
        })
    }
}
