//! Values of variables.

use crate::npy::Element;
use crate::numbers::{Numbers, Order};

/// A variable, a field or a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum MatValue {
    /// Real numbers of any class, or booleans (`logical`).
    Numbers(Numbers),
    /// Complex numbers.
    Complex {
        /// The real part.
        real: Numbers,
        /// The imaginary part, of the same shape.
        imaginary: Numbers,
    },
    /// Characters: one string per row, at full width.
    Text(Vec<String>),
    /// A cell array.
    Cell {
        /// The shape.
        shape: Vec<usize>,
        /// The cells in column order.
        values: Vec<MatValue>,
    },
    /// A structure, or an array of them.
    Struct {
        /// The shape, `[1, 1]` for a single structure.
        shape: Vec<usize>,
        /// Name and values of each field, one value per structure in column order.
        fields: Vec<(String, Vec<MatValue>)>,
    },
    /// An unsupported class, by name.
    Unreadable(String),
}

impl MatValue {
    /// Real numbers or booleans; `None` for others.
    pub fn numbers(&self) -> Option<&Numbers> {
        match self {
            Self::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// Text of a single row of characters; `None` for others.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(rows) if rows.len() == 1 => Some(&rows[0]),
            Self::Text(rows) if rows.is_empty() => Some(""),
            _ => None,
        }
    }

    /// Rows of a character array, or texts of a cell array that contains only text.
    pub fn strings(&self) -> Option<Vec<String>> {
        match self {
            Self::Text(rows) => Some(rows.clone()),
            Self::Cell { values, .. } => values.iter().map(|cell| cell.cell_text().map(str::to_owned)).collect(),
            _ => None,
        }
    }

    /// An empty cell is an empty array of doubles, and also an empty text.
    fn cell_text(&self) -> Option<&str> {
        match self {
            Self::Numbers(numbers) if numbers.is_empty() => Some(""),
            other => other.text(),
        }
    }

    /// A field of a single structure.
    pub fn field(&self, name: &str) -> Option<&MatValue> {
        match self {
            Self::Struct { fields, .. } => fields.iter().find(|(known, _)| known == name)?.1.first(),
            _ => None,
        }
    }

    /// Names of the fields; empty if it is not a structure.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Struct { fields, .. } => fields.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// Description for messages.
    pub fn what(&self) -> &str {
        match self {
            Self::Numbers(_) => "an array of numbers",
            Self::Complex { .. } => "an array of complex numbers",
            Self::Text(_) => "text",
            Self::Cell { .. } => "a cell array",
            Self::Struct { .. } => "a structure",
            Self::Unreadable(what) => what,
        }
    }

    /// The field of the first structure, or the existing names.
    pub(super) fn into_field(self, name: &str) -> Result<Self, Vec<String>> {
        let available = self.fields().into_iter().map(str::to_owned).collect();
        let Self::Struct { fields, .. } = self else { return Err(available) };
        let found = fields.into_iter().find(|(known, _)| known == name);
        found.and_then(|(_, values)| values.into_iter().next()).ok_or(available)
    }

    pub(super) fn empty() -> Self {
        Self::Numbers(Numbers::new(Element::F64, Order::Column, vec![0, 0], Vec::new()).expect("an empty array fits"))
    }
}

/// Rows of characters stored in column order; `None` if their number does not match the shape.
pub(super) fn rows<T: Copy>(shape: &[usize], letters: &[T], join: impl Fn(Vec<T>) -> String) -> Option<Vec<String>> {
    if crate::numbers::count(shape)? != letters.len() {
        return None;
    }
    let rows = shape.first().copied().unwrap_or(0);
    // An array of many rows and no columns would be a long list of empty texts.
    let rows = if letters.is_empty() { rows.min(1) } else { rows };
    Some((0..rows).map(|row| join(letters.iter().skip(row).step_by(rows).copied().collect())).collect())
}
