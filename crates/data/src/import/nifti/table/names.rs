//! The columns that say what was shown.

use super::{CONDITIONS, Columns, PICTURES, RUNS, SESSIONS, TIMES};
use crate::Result;

impl Columns<'_> {
    /// What a row shows: an image if there are any, else its condition.
    pub(super) fn names(&self) -> Result<(Vec<String>, Vec<Option<String>>)> {
        let pictures = self.pictures()?;
        // A table without names has the condition first and the run second.
        let conditions = if self.is_bare() { Some(0) } else { self.find(&CONDITIONS) };
        let texts = |column: usize| -> Result<Vec<String>> {
            Ok(self.table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect())
        };
        // The name of an image is not its class.
        let classes = conditions.filter(|column| Some(*column) != pictures).map(texts).transpose()?;
        let names = match (pictures, &classes) {
            (Some(column), _) => texts(column)?,
            (None, Some(classes)) if self.options.images.is_none() => classes.clone(),
            _ => return Err(self.wrong(self.unnamed())),
        };
        let classes = match classes {
            Some(classes) => classes.into_iter().map(Some).collect(),
            None => vec![None; names.len()],
        };
        Ok((names, classes))
    }

    /// The column that names the images, if there are any.
    ///
    /// # Errors
    /// [`crate::Error::Mismatch`] if the table does not have the column that the options name.
    pub(super) fn pictures(&self) -> Result<Option<usize>> {
        let Some(wanted) = self.options.image_column.as_deref() else {
            return Ok(self.find(&PICTURES).filter(|_| self.options.images.is_some()));
        };
        let numbered =
            || wanted.parse().ok().filter(|number| self.is_bare() && (1..=self.table.width()).contains(number));
        let found = self.find(&[wanted]).or_else(|| numbered().map(|number: usize| number - 1));
        found.map(Some).ok_or_else(|| {
            let hint = if self.is_bare() {
                format!("has no line of names: give the number of a column, from 1 to {}", self.table.width())
            } else {
                format!("has the columns {}: give one of them", self.table.names().join(", "))
            };
            self.wrong(format!("it has no column \"{wanted}\" (--image-column); it {hint}"))
        })
    }

    pub(super) fn is_bare(&self) -> bool {
        self.table.names().is_empty()
    }

    /// No column says what was shown, and what to do.
    fn unnamed(&self) -> String {
        let known = if self.is_bare() {
            "no line of names".to_owned()
        } else {
            format!("the columns {}", self.table.names().join(", "))
        };
        if self.options.images.is_none() {
            let advice = if self.find(&PICTURES).is_some() { ", or give the images with --images" } else { "" };
            return format!("it has {known}, and none of {}: name one of them so{advice}", CONDITIONS.join(", "));
        }
        let others = [&RUNS[..], &SESSIONS, &TIMES].concat();
        let is_other = |name: &&String| others.iter().any(|other| name.eq_ignore_ascii_case(other));
        let first = self.table.names().iter().find(|name| !is_other(name)).map_or("NAME", String::as_str);
        let example = if self.is_bare() {
            "1, its number, or add a first line of names such as \"image run\""
        } else {
            self.find(&CONDITIONS).map_or(first, |column| self.table.names()[column].as_str())
        };
        format!(
            "it has {known}, and none of {}: give the column that names the images, such as --image-column {example}",
            PICTURES.join(", ")
        )
    }
}
