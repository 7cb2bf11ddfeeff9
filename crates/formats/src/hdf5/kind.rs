//! Element types of datasets, attributes and fields.

use hdf5_reader::{ByteOrder, Datatype, StringSize, VarLenKind};

use crate::npy::Element;

/// Type of the elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Real numbers or booleans.
    Numbers(Element),
    /// Strings of fixed or variable length.
    Text,
    /// Records with these fields.
    Records(Vec<String>),
    /// Any other type, by its name in the format.
    Other(String),
}

/// Storage of a number in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) element: Element,
    pub(super) big_endian: bool,
    /// Axes that an array type appends to those of the dataset.
    pub(super) inner: Vec<usize>,
}

impl Kind {
    pub(super) fn of(datatype: &Datatype) -> Self {
        if let Some(stored) = stored(datatype) {
            return Self::Numbers(stored.element);
        }
        match datatype {
            _ if is_text(datatype) => Self::Text,
            Datatype::Compound { fields, .. } => Self::Records(fields.iter().map(|field| field.name.clone()).collect()),
            Datatype::Reference { .. } => Self::Other("references".into()),
            Datatype::VarLen { .. } => Self::Other("arrays of varying length".into()),
            Datatype::Opaque { .. } => Self::Other("opaque bytes".into()),
            _ => Self::Other("of a type that is not a number".into()),
        }
    }
}

pub(super) fn is_text(datatype: &Datatype) -> bool {
    matches!(datatype, Datatype::String { .. } | Datatype::VarLen { kind: VarLenKind::String, .. })
}

pub(super) fn fixed_text(datatype: &Datatype) -> Option<usize> {
    match datatype {
        Datatype::String { size: StringSize::Fixed(length), .. } => Some(*length as usize),
        _ => None,
    }
}

/// Storage of numbers of a type, or `None` if it is not a number.
pub(super) fn stored(datatype: &Datatype) -> Option<Stored> {
    let plain = |element, order: &ByteOrder| {
        Some(Stored { element, big_endian: *order == ByteOrder::BigEndian, inner: Vec::new() })
    };
    match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            plain(Element::integer(usize::from(*size), *signed)?, byte_order)
        }
        Datatype::FloatingPoint { size, byte_order } => plain(Element::float(usize::from(*size))?, byte_order),
        // PyTables writes booleans as bit fields of a byte.
        Datatype::Bitfield { size: 1, byte_order } => plain(Element::Bool, byte_order),
        Datatype::Enum { base, members } => {
            let stored = stored(base)?;
            let truth = stored.element.size() == 1
                && members.len() == 2
                && members.iter().all(|member| matches!(member.name.as_str(), "FALSE" | "TRUE"));
            Some(if truth { Stored { element: Element::Bool, ..stored } } else { stored })
        }
        Datatype::Array { base, dims } => {
            let mut stored = stored(base)?;
            let mut inner = dims.iter().map(|&n| usize::try_from(n).ok()).collect::<Option<Vec<_>>>()?;
            inner.append(&mut stored.inner);
            Some(Stored { inner, ..stored })
        }
        _ => None,
    }
}
