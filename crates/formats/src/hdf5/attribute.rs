//! Attributes of groups and datasets.

use hdf5_reader::Datatype;

use super::kind::{Kind, stored};
use crate::numbers::{Numbers, Order, swap};

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// Numbers; shape `[]` for a single one.
    Numbers(Numbers),
    /// Strings.
    Text(Vec<String>),
    /// Any other type, by its name in the format.
    Other(String),
}

impl Attribute {
    pub(super) fn new(inner: hdf5_reader::Attribute) -> Self {
        let other = || Self::Other(format!("{:?}", Kind::of(&inner.datatype)));
        match Kind::of(&inner.datatype) {
            Kind::Numbers(_) => numbers(&inner).map_or_else(other, Self::Numbers),
            Kind::Text => inner.read_strings().map_or_else(|_| raw_text(&inner), Self::Text),
            _ => match inner.datatype {
                Datatype::Opaque { .. } => raw_text(&inner),
                _ => other(),
            },
        }
    }

    /// Text of a single string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(values) if values.len() == 1 => Some(&values[0]),
            _ => None,
        }
    }

    /// Value of a single number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Numbers(values) if values.len() == 1 => values.to_f64().iter().next().copied(),
            _ => None,
        }
    }
}

/// Strings that violate the encoding stated in the file are read byte by byte.
fn raw_text(inner: &hdf5_reader::Attribute) -> Attribute {
    let bytes = inner.raw_data.split(|&byte| byte == 0).next().unwrap_or_default();
    Attribute::Text(vec![bytes.iter().map(|&byte| char::from(byte)).collect()])
}

fn numbers(inner: &hdf5_reader::Attribute) -> Option<Numbers> {
    let stored = stored(&inner.datatype)?;
    let shape = inner.shape.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>()?;
    let shape = [shape, stored.inner].concat();
    let wanted = crate::numbers::count(&shape)?.checked_mul(stored.element.size())?;
    let mut bytes = inner.raw_data.get(..wanted)?.to_vec();
    if stored.big_endian {
        swap(&mut bytes, stored.element.size());
    }
    Numbers::new(stored.element, Order::Row, shape, bytes)
}
