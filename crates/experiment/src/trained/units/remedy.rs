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
    Multiply {
        /// The number.
        by: f64,
        /// Whether it is estimated from the values; else it is a power of ten, as of units.
        is_about: bool,
        /// The unit to be stated too.
        units: Option<Units>,
    },
    /// About this number is subtracted from each value; the unit likewise.
    Subtract(f64, Option<Units>),
    /// Each value is replaced by what undoes a function, in words; the unit likewise.
    Invert(&'static str, Option<Units>),
    /// All columns are given the sign that they have in the run's data set.
    Turn,
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
            Self::Multiply { by, is_about, units } => {
                let about = if *is_about { "about " } else { "" };
                let by = if by.abs() < 1e-3 { format!("{by:.2e}") } else { three(*by) };
                format!("multiply them by {about}{by}{}", and(units))
            }
            Self::Subtract(offset, units) if *offset < 0.0 => {
                format!("add about {} to each value{}", three(-offset), and(units))
            }
            Self::Subtract(offset, units) => format!("subtract about {} from each value{}", three(*offset), and(units)),
            Self::Invert(how, units) => format!("give the responses before that, or {how}{}", and(units)),
            Self::Turn => "give these columns the sign that they have in the run's data set".to_owned(),
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
