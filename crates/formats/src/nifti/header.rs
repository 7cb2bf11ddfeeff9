//! Headers of the two versions: the same fields at different offsets and widths.

use crate::npy::Element;
use crate::volume::{AffineSource, VolumeHeader};

/// Size of the longer header, in bytes.
pub(super) const LARGEST: usize = 540;

/// Intent codes of CIFTI-2.
const CIFTI_INTENTS: std::ops::RangeInclusive<i32> = 3000..=3099;

/// Why a CIFTI file is refused, and what to do.
pub(super) const CIFTI: &str = "it is CIFTI, whose rows are vertices and voxels without a grid, which is not \
                                supported: save its rows as .npy (in Python: numpy.save(\"x.npy\", \
                                nibabel.load(FILE).get_fdata())), or its volume as NIfTI \
    (wb_command -cifti-separate FILE COLUMN -volume-all x.nii.gz)";

/// Reads a header, and whether the voxels are in the same file.
pub(super) fn parse(bytes: &[u8]) -> Result<(VolumeHeader, bool), String> {
    let (version, big_endian) = match bytes.first_chunk::<4>() {
        Some(first) => version(*first)?,
        None => return Err("it is shorter than a header".into()),
    };
    let fields = Fields { bytes, big_endian, wide: version == 2 };
    if bytes.len() < if version == 2 { 540 } else { 348 } {
        return Err("its header is truncated: copy it again".into());
    }
    let alone = match if version == 2 { &bytes[4..7] } else { &bytes[344..347] } {
        b"n+1" | b"n+2" => true,
        b"ni1" | b"ni2" => false,
        _ => return Err("its header lacks the mark of NIfTI: convert an ANALYZE file first".into()),
    };
    let shape = fields.shape()?;
    fields.refuse_other_than_a_series(&shape)?;
    let sizes: [f64; 8] = std::array::from_fn(|at| fields.float(if fields.wide { 104 } else { 76 }, at));
    let voxel_size = [1, 2, 3].map(|axis| sizes[axis].abs());
    let (affine, affine_source) = fields.affine(&shape, &sizes);
    let (slope, intercept) = fields.scaling();
    let header = VolumeHeader {
        tr_secs: fields.tr_secs(&shape, &sizes),
        element: fields.element()?,
        offset: fields.offset(alone)?,
        description: fields.text(if fields.wide { 240 } else { 148 }, 80),
        shape,
        big_endian,
        slope,
        intercept,
        affine,
        affine_source,
        voxel_size,
    };
    Ok((header, alone))
}

fn version(first: [u8; 4]) -> Result<(u8, bool), String> {
    match (u32::from_le_bytes(first), u32::from_be_bytes(first)) {
        (348, _) => Ok((1, false)),
        (540, _) => Ok((2, false)),
        (_, 348) => Ok((1, true)),
        (_, 540) => Ok((2, true)),
        _ => Err("it does not begin like a NIfTI file".into()),
    }
}

/// Fields of a header of either version.
struct Fields<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    wide: bool,
}

impl Fields<'_> {
    fn raw<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut raw = [0; N];
        raw.copy_from_slice(&self.bytes[at..at + N]);
        if self.big_endian {
            raw.reverse();
        }
        raw
    }

    fn short(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.raw(at))
    }

    /// The `index`th float of an array: single precision in version 1, double in version 2.
    fn float(&self, start: usize, index: usize) -> f64 {
        if self.wide {
            f64::from_le_bytes(self.raw(start + 8 * index))
        } else {
            f64::from(f32::from_le_bytes(self.raw(start + 4 * index)))
        }
    }

    fn code(&self, at: usize) -> i32 {
        if self.wide { i32::from_le_bytes(self.raw(at)) } else { i32::from(self.short(at)) }
    }

    fn text(&self, at: usize, most: usize) -> String {
        let bytes = self.bytes[at..at + most].split(|&byte| byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    fn size(&self, index: usize) -> i64 {
        if self.wide { i64::from_le_bytes(self.raw(16 + 8 * index)) } else { i64::from(self.short(40 + 2 * index)) }
    }

    fn shape(&self) -> Result<Vec<usize>, String> {
        let axes = usize::try_from(self.size(0)).ok().filter(|axes| (1..=7).contains(axes));
        let axes = axes.ok_or_else(|| format!("its header says {} axes, 1 to 7 are possible", self.size(0)))?;
        let lengths = (1..=axes).map(|axis| usize::try_from(self.size(axis)));
        lengths.collect::<Result<_, _>>().map_err(|_| "an axis has a negative length".into())
    }

    /// Refuses CIFTI, and shapes with more than one axis of volumes.
    fn refuse_other_than_a_series(&self, shape: &[usize]) -> Result<(), String> {
        let intent = if self.wide { self.code(504) } else { i32::from(self.short(68)) };
        let longer = |axes: &[usize]| axes.iter().filter(|&&length| length > 1).count();
        let (space, beyond) = shape.split_at(shape.len().min(3));
        let no_space = longer(space) == 0 && longer(beyond.get(1..).unwrap_or_default()) > 0;
        if CIFTI_INTENTS.contains(&intent) || no_space {
            return Err(CIFTI.into());
        }
        if longer(beyond) > 1 {
            return Err(format!(
                "its shape {shape:?} has several axes beyond space, so the order of its volumes is unknown: save it \
                 with one axis of volumes"
            ));
        }
        Ok(())
    }

    fn element(&self) -> Result<Element, String> {
        let code = self.short(if self.wide { 12 } else { 70 });
        Ok(match code {
            2 => Element::U8,
            4 => Element::I16,
            8 => Element::I32,
            16 => Element::F32,
            64 => Element::F64,
            256 => Element::I8,
            512 => Element::U16,
            768 => Element::U32,
            1024 => Element::I64,
            1280 => Element::U64,
            32 | 1792 | 2048 => return Err("its voxels are complex numbers: save only magnitude or phase".into()),
            128 | 2304 => return Err("its voxels are colours: save one number per voxel".into()),
            other => return Err(format!("its voxels have the type {other}: save it as float32")),
        })
    }

    fn offset(&self, alone: bool) -> Result<u64, String> {
        let header = if self.wide { 540 } else { 348 };
        let stated = if self.wide {
            u64::try_from(i64::from_le_bytes(self.raw(168))).ok()
        } else {
            Some(self.float(108, 0)).filter(|at| (0.0..1e15).contains(at)).map(|at| at as u64)
        };
        match stated {
            Some(at) if !alone || at >= header => Ok(at),
            // Some programs write 0, meaning directly after the header.
            Some(0) => Ok(header + 4),
            _ => Err("its voxels would begin inside its header".into()),
        }
    }

    /// Slope and intercept; without a slope, or with slope 0, values are not scaled.
    fn scaling(&self) -> (f64, f64) {
        let at = if self.wide { 176 } else { 112 };
        let (slope, intercept) = (self.float(at, 0), self.float(at, 1));
        if slope == 0.0 || !slope.is_finite() {
            return (1.0, 0.0);
        }
        (slope, if intercept.is_finite() { intercept } else { 0.0 })
    }

    fn tr_secs(&self, shape: &[usize], sizes: &[f64; 8]) -> Option<f64> {
        let units = if self.wide { self.code(500) } else { i32::from(self.bytes[123]) };
        let factor = match units & 0x38 {
            8 => 1.0,
            16 => 1e-3,
            24 => 1e-6,
            _ => return None,
        };
        let is_time = shape.len() > 3 && shape[4..].iter().all(|&length| length == 1);
        (is_time && sizes[4] > 0.0 && sizes[4].is_finite()).then_some(sizes[4] * factor)
    }

    fn affine(&self, shape: &[usize], sizes: &[f64; 8]) -> ([[f64; 4]; 4], AffineSource) {
        let (qform, sform) = if self.wide { (344, 348) } else { (252, 254) };
        if self.code(sform) > 0 {
            let start = if self.wide { 400 } else { 280 };
            let row = |row: usize| std::array::from_fn(|column| self.float(start, 4 * row + column));
            return ([row(0), row(1), row(2), [0.0, 0.0, 0.0, 1.0]], AffineSource::Sform);
        }
        if self.code(qform) > 0 {
            let start = if self.wide { 352 } else { 256 };
            let numbers: [f64; 6] = std::array::from_fn(|at| self.float(start, at));
            return (quaternion(numbers, sizes), AffineSource::Qform);
        }
        (centred_affine(shape, sizes), AffineSource::Sizes)
    }
}

/// Rotation by the quaternion `(a, b, c, d)` of length 1 with `a >= 0`, then the offset.
fn quaternion([b, c, d, x, y, z]: [f64; 6], sizes: &[f64; 8]) -> [[f64; 4]; 4] {
    let a = (1.0 - (b * b + c * c + d * d)).max(0.0).sqrt();
    let flip = if sizes[0] < 0.0 { -1.0 } else { 1.0 };
    let (i, j, k) = (sizes[1], sizes[2], sizes[3] * flip);
    let row = |rotation: [f64; 3], offset| [rotation[0] * i, rotation[1] * j, rotation[2] * k, offset];
    [
        row([a * a + b * b - c * c - d * d, 2.0 * (b * c - a * d), 2.0 * (b * d + a * c)], x),
        row([2.0 * (b * c + a * d), a * a + c * c - b * b - d * d, 2.0 * (c * d - a * b)], y),
        row([2.0 * (b * d - a * c), 2.0 * (c * d + a * b), a * a + d * d - b * b - c * c], z),
        [0.0, 0.0, 0.0, 1.0],
    ]
}

/// Centre at the origin, first axis from right to left, as in nibabel.
fn centred_affine(shape: &[usize], sizes: &[f64; 8]) -> [[f64; 4]; 4] {
    let mut affine = [[0.0; 4]; 4];
    for (axis, row) in affine.iter_mut().enumerate().take(3) {
        let size = if axis == 0 { -sizes[1] } else { sizes[axis + 1] };
        let length = shape.get(axis).copied().unwrap_or(1) as f64;
        row[axis] = size;
        row[3] = -size * (length - 1.0) / 2.0;
    }
    affine[3][3] = 1.0;
    affine
}
