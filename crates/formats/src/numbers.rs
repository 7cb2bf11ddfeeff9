//! Arrays of any real number type, as stored in a file.
//!
//! The readers of MAT, HDF5 and NIfTI find the type at run time, and an array of bytes must not take four times its
//! memory as floats. Values therefore keep their stored type until the caller converts them.

use half::f16;
use ndarray::{ArrayD, IxDyn, ShapeBuilder};

pub use crate::npy::Element;

/// Which axis varies fastest in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The last one, as in C and NumPy.
    Row,
    /// The first one, as in MATLAB, Fortran and NIfTI.
    Column,
}

/// An array of real numbers in the type they were stored in.
///
/// The shape is that of the program that wrote it: an array that MATLAB prints as 2x3 has shape `[2, 3]`, although it
/// is stored in column order.
#[derive(Clone, PartialEq)]
pub struct Numbers {
    element: Element,
    order: Order,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Numbers({} {:?})", self.element, self.shape)
    }
}

macro_rules! decode {
    ($bytes:expr, $type:ty, $convert:expr) => {
        $bytes.as_chunks().0.iter().map(|raw| $convert(<$type>::from_le_bytes(*raw))).collect()
    };
}

macro_rules! integers {
    ($bytes:expr, $type:ty) => {
        $bytes.as_chunks().0.iter().map(|raw| i64::try_from(<$type>::from_le_bytes(*raw)).ok()).collect()
    };
}

/// Number of elements of a shape; `None` on overflow.
///
/// Axes of length 0 are not enough: ndarray refuses a shape whose other axes overflow.
pub(crate) fn count(shape: &[usize]) -> Option<usize> {
    let others = shape.iter().filter(|&&n| n > 0).try_fold(1_usize, |product, &n| product.checked_mul(n));
    let others = others.filter(|&product| product <= isize::MAX as usize / 8)?;
    Some(if shape.contains(&0) { 0 } else { others })
}

/// Reverses the bytes of each value of `size` bytes.
pub(crate) fn swap(bytes: &mut [u8], size: usize) {
    if size > 1 {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
}

impl Numbers {
    /// Creates an array from little-endian values; `None` if their number does not match the shape.
    pub(crate) fn new(element: Element, order: Order, shape: Vec<usize>, bytes: Vec<u8>) -> Option<Self> {
        let wanted = count(&shape)?.checked_mul(element.size())?;
        (bytes.len() == wanted).then_some(Self { element, order, shape, bytes })
    }

    /// The type of the elements.
    pub fn element(&self) -> Element {
        self.element
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Which axis varies fastest in [`Numbers::bytes`].
    pub fn order(&self) -> Order {
        self.order
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.element.size()
    }

    /// True if there are no elements.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The values, little-endian, in [`Numbers::order`].
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As `f32`; integers beyond 2^24 and doubles are rounded to the nearest.
    pub fn to_f32(&self) -> ArrayD<f32> {
        self.array(self.element.to_f32(&self.bytes, false))
    }

    /// As `f64`; integers beyond 2^53 are rounded to the nearest.
    pub fn to_f64(&self) -> ArrayD<f64> {
        self.array(self.flat_f64())
    }

    /// As whole numbers; `None` if one of them is a fraction, not finite, or too large to be exact.
    ///
    /// MATLAB stores counts and indices as doubles, so indices are read this way.
    pub fn to_i64(&self) -> Option<ArrayD<i64>> {
        self.flat_i64().map(|values| self.array(values))
    }

    /// As booleans: every value but zero is true.
    pub fn to_bool(&self) -> ArrayD<bool> {
        self.array(self.flat_f64().iter().map(|&value| value != 0.0).collect())
    }

    /// Bytes of an unsigned 8-bit array, without a copy.
    ///
    /// # Errors
    /// Returns `self` unchanged if the elements are not `u8`.
    pub fn into_u8(self) -> Result<ArrayD<u8>, Self> {
        if self.element != Element::U8 {
            return Err(self);
        }
        Ok(into_shape(self.order, &self.shape, self.bytes))
    }

    /// Values in stored order.
    pub(crate) fn flat_f64(&self) -> Vec<f64> {
        let bytes = &self.bytes;
        match self.element {
            Element::Bool => bytes.iter().map(|&byte| f64::from(u8::from(byte != 0))).collect(),
            Element::U8 => bytes.iter().map(|&byte| f64::from(byte)).collect(),
            Element::I8 => decode!(bytes, i8, f64::from),
            Element::U16 => decode!(bytes, u16, f64::from),
            Element::I16 => decode!(bytes, i16, f64::from),
            Element::U32 => decode!(bytes, u32, f64::from),
            Element::I32 => decode!(bytes, i32, f64::from),
            Element::U64 => decode!(bytes, u64, |value| value as f64),
            Element::I64 => decode!(bytes, i64, |value| value as f64),
            Element::F16 => decode!(bytes, f16, f16::to_f64),
            Element::F32 => decode!(bytes, f32, f64::from),
            Element::F64 => decode!(bytes, f64, std::convert::identity),
        }
    }

    /// Values in stored order, if all of them are whole numbers.
    pub(crate) fn flat_i64(&self) -> Option<Vec<i64>> {
        let bytes = &self.bytes;
        match self.element {
            Element::U32 => integers!(bytes, u32),
            Element::I32 => integers!(bytes, i32),
            Element::U64 => integers!(bytes, u64),
            Element::I64 => integers!(bytes, i64),
            _ => self.flat_f64().into_iter().map(whole).collect(),
        }
    }

    fn array<T: Clone>(&self, values: Vec<T>) -> ArrayD<T> {
        into_shape(self.order, &self.shape, values)
    }
}

fn whole(value: f64) -> Option<i64> {
    const LARGEST: f64 = (1_i64 << 53) as f64;
    (value.fract() == 0.0 && value.abs() <= LARGEST).then_some(value as i64)
}

fn into_shape<T: Clone>(order: Order, shape: &[usize], values: Vec<T>) -> ArrayD<T> {
    let column = order == Order::Column;
    let array =
        ArrayD::from_shape_vec(IxDyn(shape).set_f(column), values).expect("the length was checked at the start");
    if column { array.as_standard_layout().into_owned() } else { array }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn doubles(values: &[f64], order: Order, shape: &[usize]) -> Numbers {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Numbers::new(Element::F64, order, shape.to_vec(), bytes).unwrap()
    }

    #[test]
    fn column_order_is_indexed_as_matlab_prints_it() {
        let numbers = doubles(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0], Order::Column, &[2, 3]);
        assert_eq!(numbers.to_f64(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into_dyn());
        assert_eq!(numbers.to_i64().unwrap(), array![[1, 2, 3], [4, 5, 6]].into_dyn());
    }

    #[test]
    fn a_fraction_is_no_whole_number() {
        for value in [0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(doubles(&[value], Order::Row, &[1]).to_i64(), None, "{value}");
        }
    }

    #[test]
    fn large_integers_stay_exact() {
        let value = i64::MAX - 1;
        let numbers = Numbers::new(Element::I64, Order::Row, vec![1], value.to_le_bytes().to_vec()).unwrap();
        assert_eq!(numbers.to_i64().unwrap(), array![value].into_dyn());
        let beyond = Numbers::new(Element::U64, Order::Row, vec![1], u64::MAX.to_le_bytes().to_vec()).unwrap();
        assert_eq!(beyond.to_i64(), None);
    }

    #[test]
    fn shape_that_does_not_fit_is_refused() {
        assert!(Numbers::new(Element::U8, Order::Row, vec![2, 2], vec![0; 3]).is_none());
        assert!(Numbers::new(Element::U8, Order::Row, vec![0, 1 << 40, 1 << 40], vec![]).is_none());
    }
}
