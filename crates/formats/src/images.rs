//! Many images behind one name: a folder, a `.zip` or an `.npy`, read one at a time.
//!
//! Nothing is held but the list of names, so any number of images can be streamed. Names are in byte order, which
//! is also the order that a shell or Python's `sorted` gives; hidden files are ignored.

mod archive;
mod arrays;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use ndarray::Array3;

use crate::{Error, Result, digest, picture};

/// A readable collection of images; cheap to keep, safe to read from many threads.
#[derive(Debug)]
pub struct ImageSource {
    path: PathBuf,
    names: Vec<String>,
    passed_over: Vec<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Folder,
    Archive(archive::Archive),
    Array(arrays::ImageArray),
}

/// The endings that count as pictures; other files in a folder or an archive are passed over.
const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "bmp", "tif", "tiff"];

impl ImageSource {
    /// Opens a folder (with its subfolders), a `.zip` of pictures, an `.npy` of shape `[n, height, width, 3]` holding
    /// bytes or floats from 0 to 1, or a single picture.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Malformed`] or [`Error::Shape`] for a damaged file; [`Error::NoImages`] when there are none.
    pub fn open(path: &Path) -> Result<Self> {
        let ((names, passed_over), kind) = match ending(&path.to_string_lossy()).as_str() {
            _ if path.is_dir() => (folder_names(path)?, Kind::Folder),
            "zip" => {
                let (names, passed_over, archive) = archive::Archive::open(path)?;
                ((names, passed_over), Kind::Archive(archive))
            }
            "npy" => {
                let (names, array) = arrays::ImageArray::open(path)?;
                ((names, Vec::new()), Kind::Array(array))
            }
            _ => return Self::single(path),
        };
        if names.is_empty() {
            return Err(Error::NoImages { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), names, passed_over, kind })
    }

    fn single(path: &Path) -> Result<Self> {
        std::fs::metadata(path).map_err(Error::io("open", path))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        match (path.parent(), name) {
            (Some(parent), Some(name)) if is_picture(&name) => {
                Ok(Self { path: parent.to_owned(), names: vec![name], passed_over: Vec::new(), kind: Kind::Folder })
            }
            _ => Err(Error::NoImages { path: path.to_owned() }),
        }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none; an opened source never is empty.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The path it was opened from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The images' names in byte order: paths below the folder or in the archive with `/`, or `0`, `1`, ... of an array
    /// (padded with zeros to equal length, so that their byte order is their order).
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Files of a folder or an archive that are no images by their ending; hidden ones are not among them.
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// Where an image lies, for messages.
    pub fn location(&self, index: usize) -> PathBuf {
        self.path.join(self.names.get(index).map_or("", String::as_str))
    }

    /// The bytes of an image as they are stored: the picture file, or the array's row.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Malformed`], or [`Error::Shape`] for an index beyond the end.
    pub fn bytes(&self, index: usize) -> Result<Vec<u8>> {
        let name = self.name(index)?;
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
    /// As [`ImageSource::bytes`].
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
    /// As [`ImageSource::bytes`].
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

/// The names of a folder's images, and those of its other files.
fn folder_names(path: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let files = digest::walk(path)?;
    let names = files.iter().map(|file| digest::relative_name(path, file));
    Ok(names.partition(|name| is_picture(name)))
}

fn is_picture(name: &str) -> bool {
    ENDINGS.contains(&ending(name).as_str())
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}
