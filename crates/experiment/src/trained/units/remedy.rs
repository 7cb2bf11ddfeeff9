//! What to do about responses that are not as stated.

use super::Units;
use super::seen::three;

/// What makes responses that are not as stated the run's own.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Nothing beyond what the reason says.
    Nothing,
    /// They are in the run's other unit.
    State(Units),
    /// Each value is multiplied by this number; the unit is to be stated too if it is another than that stated.
    Multiply(f64, Option<Units>),
    /// This number is subtracted from each value; the unit likewise.
    Subtract(f64, Option<Units>),
    /// The columns are put in the order of the run's; the unit likewise.
    Reorder(Option<Units>),
    /// Rows and columns are exchanged.
    Transpose,
    /// The parts are decoded separately, or prepared as one.
    Separate,
    /// They are brought to the unit and the preparation of the run's data set, in words.
    Prepare(String),
}

impl Remedy {
    /// The instruction; `state` is what states a unit, such as `give --units `. Empty for [`Remedy::Nothing`].
    pub(super) fn in_words(&self, state: &str) -> String {
        let and =
            |units: &Option<Units>| units.map_or_else(String::new, |units| format!(", and {state}{}", units.name()));
        match self {
            Self::Nothing => String::new(),
            Self::State(units) => format!("{state}{}", units.name()),
            Self::Multiply(by, units) if by.abs() < 1e-3 => format!("multiply them by {by:.2e}{}", and(units)),
            Self::Multiply(by, units) => format!("multiply them by {}{}", three(*by), and(units)),
            Self::Subtract(offset, units) if *offset < 0.0 => {
                format!("add {} to each value{}", three(-offset), and(units))
            }
            Self::Subtract(offset, units) => format!("subtract {} from each value{}", three(*offset), and(units)),
            Self::Reorder(units) => format!(
                "put the columns in the order of the run's data set, or give them as columns voxel_ID of a .csv, which are matched \
                 by name{}",
                and(units)
            ),
            Self::Transpose => "exchange rows and columns: each row is one response".to_owned(),
            Self::Separate => "prepare all of them in one way, or decode the parts separately".to_owned(),
            Self::Prepare(data_set) => format!("bring them to the unit of {data_set}, with the same preparation"),
        }
    }
}
