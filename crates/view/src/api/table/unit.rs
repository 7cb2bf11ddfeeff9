//! The column of a table that states the unit of its responses.

use afterimage_experiment::Units;

use crate::answer::Problem;

/// The column that `afterimage encode` writes the unit into.
const UNITS: &str = "units";

/// The unit that the rows state.
#[derive(Debug, Default)]
pub(super) struct Unit {
    column: Option<usize>,
    /// What the first row states.
    text: Option<String>,
}

impl Unit {
    /// Of a table with these names of columns.
    pub(super) fn of(names: &[String]) -> Self {
        Self { column: names.iter().position(|name| name == UNITS), text: None }
    }

    /// The unit of the rows that were read; `None` if they state none.
    pub(super) fn found(&self) -> Option<Units> {
        self.text.as_deref().and_then(Units::named)
    }

    /// Reads that of a row.
    ///
    /// # Errors
    /// If it is another than that of the first row.
    pub(super) fn read(&mut self, fields: &[String], line: u64) -> Result<(), Problem> {
        let Some(found) = self.column.and_then(|column| fields.get(column)) else { return Ok(()) };
        match self.text.get_or_insert_with(|| found.clone()) {
            text if text == found => Ok(()),
            text => Err(Problem::bad(format!(
                "line {line} has the unit \"{found:.40}\", the lines before \"{text:.40}\": send them separately"
            ))),
        }
    }
}
