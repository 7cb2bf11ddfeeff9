//! Image collections: a folder, a `.zip` or an `.npy`, read one image at a time.
//!
//! Only the list of names is in memory, so any number of images can be streamed. Names are in byte order, as sorted by
//! a shell or by Python's `sorted`; hidden files are ignored. Linked folders are part of a folder. An unreadable image
//! (a broken link, an encrypted member of an archive) is never left out silently: [`ImageSource::open`] refuses it,
//! [`ImageSource::open_by_name`] leaves that to [`ImageSource::require`].

mod archive;
mod arrays;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array3;

use crate::{Error, Result, folder, picture};

/// Extensions of image formats that are not supported.
const OTHER_IMAGES: [&str; 16] = [
    "gif", "webp", "heic", "heif", "avif", "jp2", "jxl", "jfif", "jpe", "ppm", "pgm", "pbm", "tga", "svg", "psd", "exr",
];

/// A readable collection of images; small in memory, and safe to read from many threads.
#[derive(Debug)]
pub struct ImageSource {
    path: PathBuf,
    names: Vec<String>,
    /// Why an image cannot be read, by its index.
    broken: BTreeMap<usize, String>,
    passed_over: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Folder,
    Archive(archive::Archive),
    Array(arrays::ImageArray),
}

/// Supported image extensions; other files in a folder or an archive are skipped.
const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "bmp", "tif", "tiff"];

impl ImageSource {
    /// Opens a folder (with its subfolders), a `.zip` of images, an `.npy` with whole numbers from 0 to 255 or floats from 0 to 1,
    /// or a single image file. The shape of an `.npy` is `[n, height, width, 3]`, `[n, 3, height, width]`, or, of grey images,
    /// `[n, height, width]`; [`ImageSource::rearranged`] says so of the last two.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] or [`Error::Shape`] for a damaged file; [`Error::NoImages`] if it contains
    /// none; [`Error::Unreadable`] if some have no content.
    pub fn open(path: &Path) -> Result<Self> {
        let source = Self::open_by_name(path)?;
        source.require(0..source.len())?;
        Ok(source)
    }

    /// Like [`ImageSource::open`], for callers that need only some of the images: unreadable ones are listed too, and
    /// [`ImageSource::require`] checks those that are needed.
    ///
    /// # Errors
    /// As there, but for [`Error::Unreadable`], which is for a link in place of the source, or of a folder in it.
    pub fn open_by_name(path: &Path) -> Result<Self> {
        if let Some(reason) = folder::broken_link(path) {
            let first = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Err(Error::Unreadable { path: path.to_owned(), count: 1, total: 1, first, reason });
        }
        let ((listed, passed_over), kind) = match ending(&path.to_string_lossy()).as_str() {
            _ if path.is_dir() => (in_folder(path)?, Kind::Folder),
            "zip" => {
                let (listed, archive) = archive::Archive::open(path)?;
                (listed, Kind::Archive(archive))
            }
            "npy" => {
                let (names, array) = arrays::ImageArray::open(path)?;
                ((names.into_iter().map(|name| (name, None)).collect(), Vec::new()), Kind::Array(array))
            }
            _ => return Self::single(path),
        };
        if listed.is_empty() {
            return Err(Error::NoImages { path: path.to_owned() });
        }
        let (names, broken): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
        let broken = broken.into_iter().enumerate().filter_map(|(index, reason)| Some((index, reason?))).collect();
        Ok(Self { path: path.to_owned(), names, broken, passed_over, kind })
    }

    fn single(path: &Path) -> Result<Self> {
        std::fs::metadata(path).map_err(Error::io("open", path))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        match (path.parent(), name) {
            (Some(parent), Some(name)) if is_picture(&name) => Ok(Self {
                path: parent.to_owned(),
                names: vec![name],
                broken: BTreeMap::new(),
                passed_over: Vec::new(),
                kind: Kind::Folder,
            }),
            _ => Err(Error::NoImages { path: path.to_owned() }),
        }
    }

    /// Checks before reading that images are readable, by their indices.
    ///
    /// # Errors
    /// [`Error::Unreadable`] with the number of unreadable images, the first of them and the reason.
    pub fn require(&self, indices: impl IntoIterator<Item = usize>) -> Result<()> {
        if self.broken.is_empty() {
            return Ok(());
        }
        let (mut total, mut wanted) = (0, Vec::new());
        for index in indices {
            total += 1;
            wanted.extend(self.broken.get_key_value(&index));
        }
        match wanted.first() {
            None => Ok(()),
            Some(&(&index, reason)) => Err(self.unreadable(index, reason, wanted.len(), total)),
        }
    }

    fn unreadable(&self, index: usize, reason: &str, count: usize, total: usize) -> Error {
        let first = self.names[index].clone();
        Error::Unreadable { path: self.path.clone(), count, total, first, reason: reason.to_owned() }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if there are no images; an opened source is never empty.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Path of the source.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the images in byte order: paths relative to the folder or in the archive, with `/`; for an array `0`,
    /// `1`, ..., padded with zeros so that byte order is numeric order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Files of a folder or an archive without a supported image extension, except hidden ones.
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// Those of them with the extension of an unsupported image format.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        let is_image = |name: &&String| OTHER_IMAGES.contains(&ending(name).as_str());
        self.passed_over.iter().filter(is_image).map(String::as_str)
    }

    /// What was done to an array to read it as RGB images, in words; `None` if nothing was.
    pub fn rearranged(&self) -> Option<&'static str> {
        match &self.kind {
            Kind::Array(array) => array.rearranged(),
            Kind::Folder | Kind::Archive(_) => None,
        }
    }

    /// Location of an image, for messages.
    pub fn location(&self, index: usize) -> PathBuf {
        self.path.join(self.names.get(index).map_or("", String::as_str))
    }

    /// Stored bytes of an image: the image file, or the row of the array.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Malformed`], or [`Error::Shape`] for an index beyond the end.
    pub fn bytes(&self, index: usize) -> Result<Vec<u8>> {
        let name = self.name(index)?;
        if let Some(reason) = self.broken.get(&index) {
            return Err(self.unreadable(index, reason, 1, 1));
        }
        match &self.kind {
            Kind::Folder => {
                let file = self.path.join(name);
                std::fs::read(&file).map_err(Error::io("read", &file))
            }
            Kind::Archive(archive) => archive.bytes(index, &self.location(index)),
            Kind::Array(array) => array.bytes(index, &self.path),
        }
    }

    /// Decodes an image to RGB `[height, width, 3]` at its own size.
    ///
    /// # Errors
    /// See [`ImageSource::bytes`].
    pub fn decode(&self, index: usize) -> Result<Array3<u8>> {
        let bytes = self.bytes(index)?;
        match &self.kind {
            Kind::Array(array) => array.decode(bytes, &self.location(index)),
            _ => picture::decode(&bytes, &self.location(index)),
        }
    }

    /// Decodes, crops the centred square and resizes to `[side, side, 3]` (see [`picture::crop_resize`]).
    ///
    /// # Errors
    /// See [`ImageSource::bytes`].
    pub fn read_square(&self, index: usize, side: usize) -> Result<Array3<u8>> {
        picture::crop_resize(self.decode(index)?.view(), side, &self.location(index))
    }

    fn name(&self, index: usize) -> Result<&str> {
        let name = self.names.get(index).map(String::as_str);
        name.ok_or_else(|| Error::Shape {
            path: self.path.clone(),
            got: vec![self.names.len()],
            expected: format!("more than {index} images"),
        })
    }
}

/// Names of the images, each with the reason if it is unreadable; then the names of other files.
type Listed = (Vec<(String, Option<String>)>, Vec<String>);

fn in_folder(path: &Path) -> Result<Listed> {
    let (mut listed, mut others) = (Vec::new(), Vec::new());
    for found in folder::walk(path)? {
        let broken = found.broken.or_else(|| {
            let is_text = found.path.as_os_str().to_str().is_some();
            (!is_text).then(|| "its name is not UTF-8: rename it".to_owned())
        });
        match broken {
            // A name without an extension may have been a folder of images.
            Some(reason) if !is_picture(&found.name) && !has_ending(&found.name) => {
                let (path, first) = (path.to_owned(), found.name);
                return Err(Error::Unreadable { path, count: 1, total: 1, first, reason });
            }
            broken if is_picture(&found.name) => listed.push((found.name, broken)),
            _ => others.push(found.name),
        }
    }
    Ok((listed, others))
}

fn has_ending(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|last| last.contains('.'))
}

fn is_picture(name: &str) -> bool {
    ENDINGS.contains(&ending(name).as_str())
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}
