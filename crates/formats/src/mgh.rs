//! FreeSurfer's `.mgh` and `.mgz`: volumes, and values on the vertices of a surface as volumes of one row.
//!
//! Always big-endian; a gzipped file is `.mgz`.

use std::path::Path;

use crate::npy::Element;
use crate::packed::first_bytes;
use crate::volume::{AffineSource, Volume, VolumeHeader};
use crate::{Error, Result};

const FORMAT: &str = "MGH";
const HEADER: usize = 284;

/// Opens a file, gzipped or not.
pub(crate) fn open(path: &Path) -> Result<Volume> {
    let bytes = first_bytes(path, HEADER as u64)?;
    let header = parse(&bytes).map_err(|reason| Error::malformed(FORMAT, path, reason))?;
    Volume::new(path.to_owned(), FORMAT, header)
}

fn parse(bytes: &[u8]) -> Result<VolumeHeader, String> {
    if bytes.len() < HEADER {
        return Err("its header is truncated: copy it again".into());
    }
    let int = |at: usize| i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let float = |at: usize| f64::from(f32::from_bits(int(at) as u32));
    if int(0) != 1 {
        return Err("it does not begin like an MGH file".into());
    }
    let lengths = [4, 8, 12, 16].map(|at| usize::try_from(int(at)).ok());
    let [Some(x), Some(y), Some(z), Some(frames)] = lengths else {
        return Err("an axis has a negative length".into());
    };
    let element = match int(20) {
        0 => Element::U8,
        1 => Element::I32,
        3 => Element::F32,
        4 => Element::I16,
        10 => Element::U16,
        other => return Err(format!("its voxels have the type {other}: save it as float")),
    };
    // Without directions a volume is coronal with voxels of one millimetre.
    let stated = bytes[28..30] != [0, 0];
    let size = if stated { [30, 34, 38].map(float) } else { [1.0; 3] };
    let directions: [f64; 9] = if stated {
        std::array::from_fn(|at| float(42 + 4 * at))
    } else {
        [-1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0]
    };
    let centre = if stated { [78, 82, 86].map(float) } else { [0.0; 3] };
    Ok(VolumeHeader {
        shape: if frames == 1 { vec![x, y, z] } else { vec![x, y, z, frames] },
        element,
        big_endian: true,
        slope: 1.0,
        intercept: 0.0,
        affine: affine([x, y, z], size, directions, centre),
        affine_source: AffineSource::Directions,
        voxel_size: size,
        tr_secs: None,
        description: String::new(),
        offset: HEADER as u64,
    })
}

/// Directions of the three axes, in order; the centre is that of voxel `shape / 2`.
fn affine(shape: [usize; 3], size: [f64; 3], directions: [f64; 9], centre: [f64; 3]) -> [[f64; 4]; 4] {
    let mut affine = [[0.0; 4]; 4];
    for (row, values) in affine.iter_mut().enumerate().take(3) {
        values[3] = centre[row];
        for axis in 0..3 {
            values[axis] = directions[3 * axis + row] * size[axis];
            values[3] -= values[axis] * shape[axis] as f64 / 2.0;
        }
    }
    affine[3][3] = 1.0;
    affine
}
