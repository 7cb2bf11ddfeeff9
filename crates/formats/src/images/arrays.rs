//! Images in an `.npy` of shape `[n, height, width, 3]`, `[n, 3, height, width]` as PyTorch has them, or `[n, height, width]` of grey
//! ones, with an axis of one channel or without.
//!
//! Integers are bytes, 0 to 255. Floats are either fractions of full brightness, 0 to 1, or bytes converted to floats
//! (`numpy.zeros` filled with images is float64). The scale is that of the whole array, not of one image, since a dark
//! image of bytes may have no value above 1. The first value other than 0 and 1 decides, so that seldom more than the
//! first image is read. An array of only 0 and 1 is read as fractions, black and white.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ndarray::Array3;

use crate::npy::{Element, Header};
use crate::{Error, Result, npy};

/// Bytes read at a time to find the scale.
const BLOCK: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct ImageArray {
    header: Header,
    layout: Layout,
    scale: Scale,
}

/// Where the channels of an image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// `[height, width, 3]`
    Last,
    /// `[3, height, width]`
    First,
    /// `[height, width]`
    Grey,
}

impl Layout {
    /// The layout, height and width of images of a shape `[n, ..]`. Three channels come last if both places have three.
    fn of(shape: &[usize]) -> Option<(Self, [usize; 2])> {
        match *shape {
            [_, height, width, 3] => Some((Self::Last, [height, width])),
            [_, 3, height, width] => Some((Self::First, [height, width])),
            // One image without an axis of images.
            [_, _, 3] | [3, _, _] => None,
            [_, height, width] | [_, height, width, 1] | [_, 1, height, width] => Some((Self::Grey, [height, width])),
            _ => None,
        }
    }
}

/// Scale of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Whole numbers from 0 to 255.
    Bytes,
    /// Fractions: 0 is black, 1 is full brightness.
    Shares,
}

impl Scale {
    /// Scale that one element implies; `None` if both are possible.
    fn of_value(value: f32) -> Option<Self> {
        match value {
            0.0 | 1.0 => None,
            _ if value.fract() == 0.0 => Some(Self::Bytes),
            _ => Some(Self::Shares),
        }
    }

    fn byte(self, value: f32) -> Option<u8> {
        match self {
            Self::Bytes if value.fract() == 0.0 && (0.0..=255.0).contains(&value) => Some(value as u8),
            Self::Shares if (0.0..=1.0).contains(&value) => Some((value * 255.0).round() as u8),
            _ => None,
        }
    }
}

impl ImageArray {
    pub(super) fn open(path: &Path) -> Result<(Vec<String>, Self)> {
        let header = npy::read_header(path)?;
        let Some((layout, _)) = Layout::of(&header.shape) else {
            let fix = match header.shape[..] {
                [_, _, _, 4] => ": leave out the fourth channel with x[..., :3]",
                [_, _] | [_, _, 3] | [3, _, _] => ": a single image needs an axis of images, as x[None] adds",
                _ => "",
            };
            let expected = format!(
                "[n, height, width, 3], [n, 3, height, width] or, of grey images, [n, height, width], of whole numbers from 0 to 255 \
                 or of floats from 0 to 1{fix}"
            );
            return Err(Error::Shape { path: path.to_owned(), got: header.shape, expected });
        };
        if header.element == Element::Bool {
            let reason = "its elements are booleans (b1), expected integers or floats: save it with \
                          x.astype(\"uint8\") * 255";
            return Err(Error::malformed("image array", path, reason));
        }
        if header.fortran_order {
            let reason = "it is in Fortran order: save it with numpy.ascontiguousarray";
            return Err(Error::malformed("image array", path, reason));
        }
        let digits = header.shape[0].saturating_sub(1).to_string().len();
        let names = (0..header.shape[0]).map(|index| format!("{index:0digits$}")).collect();
        let scale = scale(path, &header)?;
        Ok((names, Self { header, layout, scale }))
    }

    pub(super) fn bytes(&self, index: usize, path: &Path) -> Result<Vec<u8>> {
        let length = self.header.bytes() / self.header.shape[0];
        let mut file = File::open(path).map_err(Error::io("open", path))?;
        let start = self.header.offset + index as u64 * length as u64;
        file.seek(SeekFrom::Start(start)).map_err(Error::io("seek in", path))?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).map_err(Error::io("read", path))?;
        Ok(bytes)
    }

    pub(super) fn decode(&self, bytes: Vec<u8>, location: &Path) -> Result<Array3<u8>> {
        let pixels = match self.header.element {
            Element::U8 => bytes,
            element => self.pixels(&element.to_f32(&bytes, self.header.big_endian), location)?,
        };
        let wrong = |error| Error::malformed("image array", location, error);
        let [height, width] = Layout::of(&self.header.shape).map_or([0, 0], |(_, size)| size);
        match self.layout {
            Layout::Last => Array3::from_shape_vec((height, width, 3), pixels).map_err(wrong),
            Layout::First => {
                let image = Array3::from_shape_vec((3, height, width), pixels).map_err(wrong)?;
                Ok(image.permuted_axes([1, 2, 0]).as_standard_layout().into_owned())
            }
            Layout::Grey => {
                let rgb = pixels.into_iter().flat_map(|grey| [grey; 3]).collect();
                Array3::from_shape_vec((height, width, 3), rgb).map_err(wrong)
            }
        }
    }

    /// What was done to the arrays of the file to read them as RGB images, if anything.
    pub(super) fn rearranged(&self) -> Option<&'static str> {
        match self.layout {
            Layout::Last => None,
            Layout::First => Some("read as [n, 3, height, width], channels first"),
            Layout::Grey => Some("read as grey images, repeated to three channels"),
        }
    }

    fn pixels(&self, values: &[f32], location: &Path) -> Result<Vec<u8>> {
        let byte = |&value: &f32| self.scale.byte(value).ok_or(value);
        values.iter().map(byte).collect::<Result<_, f32>>().map_err(|value| {
            let element = self.header.element;
            let reason = match self.scale {
                Scale::Bytes => format!(
                    "it has the value {value} of type {element}, expected whole numbers from 0 to 255: scale the whole array and round it"
                ),
                Scale::Shares => format!(
                    "it has the value {value} of type {element}, expected floats from 0 to 1, since the array has fractions: divide the whole array by its largest possible value, or round it to whole numbers from 0 to 255"
                ),
            };
            Error::malformed("image array", location, reason)
        })
    }
}

/// Reads until a value determines the scale.
fn scale(path: &Path, header: &Header) -> Result<Scale> {
    if !matches!(header.element, Element::F16 | Element::F32 | Element::F64) {
        return Ok(Scale::Bytes);
    }
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    file.seek(SeekFrom::Start(header.offset)).map_err(Error::io("seek in", path))?;
    let mut values = BufReader::with_capacity(BLOCK, file).take(header.bytes() as u64);
    let mut block = vec![0; BLOCK];
    loop {
        let mut filled = 0;
        while filled < BLOCK {
            match values.read(&mut block[filled..]).map_err(Error::io("read", path))? {
                0 => break,
                read => filled += read,
            }
        }
        let found = header.element.to_f32(&block[..filled], header.big_endian);
        if let Some(scale) = found.into_iter().find_map(Scale::of_value) {
            return Ok(scale);
        }
        if filled < BLOCK {
            return Ok(Scale::Shares);
        }
    }
}
