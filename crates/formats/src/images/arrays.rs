//! Images in an `.npy` of shape `[n, height, width, 3]`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use ndarray::Array3;

use crate::npy::{Element, Header};
use crate::{Error, Result, npy};

#[derive(Debug)]
pub(super) struct ImageArray {
    header: Header,
}

impl ImageArray {
    pub(super) fn open(path: &Path) -> Result<(Vec<String>, Self)> {
        let header = npy::read_header(path)?;
        let pixel = matches!(header.element, Element::U8 | Element::F16 | Element::F32 | Element::F64);
        if header.shape.len() != 4 || header.shape[3] != 3 || !pixel {
            return Err(Error::Shape {
                path: path.to_owned(),
                got: header.shape,
                expected: "[n, height, width, 3] of bytes, or of floats from 0 to 1".into(),
            });
        }
        if header.fortran_order {
            let reason = "it is in Fortran order: save it with numpy.ascontiguousarray";
            return Err(Error::malformed("image array", path, reason));
        }
        let digits = header.shape[0].saturating_sub(1).to_string().len();
        let names = (0..header.shape[0]).map(|index| format!("{index:0digits$}")).collect();
        Ok((names, Self { header }))
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
            element => scale(&element.to_f32(&bytes, self.header.big_endian), location)?,
        };
        let shape = (self.header.shape[1], self.header.shape[2], 3);
        Array3::from_shape_vec(shape, pixels).map_err(|error| Error::malformed("image array", location, error))
    }
}

fn scale(values: &[f32], location: &Path) -> Result<Vec<u8>> {
    match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        Some(value) => {
            let reason = format!("it has the value {value}, floats must lie between 0 and 1: divide by the largest");
            Err(Error::malformed("image array", location, reason))
        }
        None => Ok(values.iter().map(|value| (value * 255.0).round() as u8).collect()),
    }
}
