//! The body of a request, and the media types in its headers.

use std::collections::HashMap;
use std::path::Path;

use axum::http::{HeaderMap, StatusCode, header};
use ndarray::{Array2, Axis};

use afterimage_formats::npy;

use super::MOST;
use crate::answer::Problem;
use crate::effort::Stop;
use crate::networks::Facts;

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns whether `Accept` names a media type; the default is JSON.
pub(super) fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| one.split(';').next().is_some_and(|one| one.trim() == kind))
}

pub(super) fn unsupported(kind: &str, known: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Content-Type \"{kind}\" is not known here: send {known}"))
}

/// Refuses a longer list. The advice says what parts lose: a part standardised by itself among others that are not is told
/// by its own values only.
pub(super) fn too_many() -> Problem {
    let message = format!(
        "more than {MOST} at once, at most {MOST} are taken: send them in parts of about that size; the unit of each part is judged \
         on its own, the better the more responses it has, and `afterimage decode` judges a whole table"
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

pub(super) fn check_count(count: usize) -> Result<(), Problem> {
    match count {
        0 => Err(Problem::bad("nothing was sent: give at least one")),
        n if n > MOST => Err(too_many()),
        _ => Ok(()),
    }
}

/// Rows of numbers while they are read. It keeps at most [`MOST`] and refuses the first number or row beyond the limits. Of a table
/// whose rows are not trials it counts the rows, to say so.
pub(super) struct Rows<'a> {
    facts: &'a Facts,
    most: usize,
    values: Vec<f32>,
    rows: usize,
    /// Numbers in the current row.
    in_row: usize,
    columns: usize,
    stop: &'a Stop,
}

impl<'a> Rows<'a> {
    /// Returns an empty table of responses for the networks of a run.
    pub(super) fn new(facts: &'a Facts, stop: &'a Stop) -> Self {
        Self { facts, most: most_columns(facts), values: Vec::new(), rows: 0, in_row: 0, columns: 0, stop }
    }

    pub(super) fn begin(&mut self) -> Result<(), Problem> {
        self.stop.check()?;
        self.in_row = 0;
        if self.rows == MOST && facts_fit(self.facts, self.columns) { Err(too_many()) } else { Ok(()) }
    }

    pub(super) fn push(&mut self, value: f32) -> Result<(), Problem> {
        if self.in_row == self.most {
            let message =
                format!("row {} has more than {} numbers, more than the run's data set", self.rows, self.most);
            return Err(Problem::bad(message));
        }
        self.in_row += 1;
        if self.rows < MOST {
            self.values.push(value);
        }
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Problem> {
        let columns = self.in_row;
        if self.rows == 0 {
            self.columns = columns;
        }
        if columns != self.columns {
            return Err(Problem::bad(format!("row {} has {columns} numbers, row 0 has {}", self.rows, self.columns)));
        }
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Array2<f32>, Problem> {
        check_orientation(self.rows, self.columns, self.facts)?;
        check_count(self.rows)?;
        let shape = (self.rows, self.columns);
        Array2::from_shape_vec(shape, self.values).map_err(|error| Problem::bad(error.to_string()))
    }
}

/// Returns whether a response may have so many numbers.
fn facts_fit(facts: &Facts, columns: usize) -> bool {
    columns == facts.ids.len() || Some(columns) == facts.columns
}

/// Refuses a table with one row per voxel.
fn check_orientation(rows: usize, columns: usize, facts: &Facts) -> Result<(), Problem> {
    if !facts_fit(facts, columns) && facts_fit(facts, rows) {
        let message = format!(
            "the table has {rows} rows of {columns}: transpose it, rows are trials and columns are voxels, of which the run has {rows}"
        );
        return Err(Problem::bad(message));
    }
    Ok(())
}

/// Returns the most numbers that a row may have.
pub(super) fn most_columns(facts: &Facts) -> usize {
    facts.columns.unwrap_or(0).max(facts.ids.len())
}

/// Finds the voxels of the run among columns with these places and IDs; returns the places in the order of the run.
pub(super) fn find_voxels(columns: &[(usize, &str)], prefix: &str, facts: &Facts) -> Result<Vec<usize>, Problem> {
    let mut at: HashMap<usize, usize> = HashMap::new();
    for (place, text) in columns {
        let known =
            |id: &usize| facts.of_more || facts.columns.is_some_and(|all| *id < all) || facts.names.contains(id);
        let id = text.parse().ok().filter(known).ok_or_else(|| {
            Problem::bad(format!(
                "the run and its data set have no {prefix}{text:.40}: is the table of another subject?"
            ))
        })?;
        if at.insert(id, *place).is_some() {
            return Err(Problem::bad(format!("the column {prefix}{id} is there twice")));
        }
    }
    let place = |id: &usize| {
        let missing =
            || Problem::bad(format!("the column {prefix}{id} is missing: the run decodes {}", facts.ids.len()));
        at.get(id).copied().ok_or_else(missing)
    };
    facts.names.iter().map(place).collect()
}

/// Parses an array; checks its shape before its values.
pub(super) fn parse_npy(body: &[u8], facts: &Facts) -> Result<Array2<f32>, Problem> {
    let most = most_columns(facts);
    let (name, bad) = (Path::new("the array"), |error: &dyn std::fmt::Display| Problem::bad(error.to_string()));
    let shape = npy::parse_header(body, name).map_err(|error| bad(&error))?.shape;
    let (rows, columns) = match shape[..] {
        [columns] => (1, columns),
        [rows, columns] => (rows, columns),
        _ => return Err(Problem::bad(format!("the array has shape {shape:?}, expected [responses, voxels]"))),
    };
    check_orientation(rows, columns, facts)?;
    check_count(rows)?;
    if columns > most {
        let message = format!("{columns} voxels were sent, more than the {most} of the run's data set");
        return Err(Problem::bad(message));
    }
    let array = npy::parse_f32(body, name).map_err(|error| bad(&error))?;
    array.into_shape_with_order((rows, columns)).map_err(|error| bad(&error))
}

/// Returns the columns that the run uses, from responses with the columns of its data set or only the used ones.
pub(super) fn select_voxels(responses: Array2<f32>, facts: &Facts) -> Result<Array2<f32>, Problem> {
    let columns = responses.ncols();
    let responses = match columns {
        n if n == facts.ids.len() => responses,
        n if Some(n) == facts.columns => responses.select(Axis(1), &facts.ids),
        _ => {
            let all = facts.columns.filter(|&all| all != facts.ids.len());
            let all = all.map_or(String::new(), |all| format!(" or {all} (all of its data set)"));
            return Err(Problem::bad(format!("{columns} voxels were sent, the run decodes {}{all}", facts.ids.len())));
        }
    };
    match responses.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(Problem::bad(format!("row {} holds a value that is no finite number", at / responses.ncols()))),
        None => Ok(responses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { ids: vec![1, 3], names: vec![1, 3], of_more: false, columns: Some(4), units: None, standardises: true }
    }

    fn matrix(rows: Vec<Vec<f32>>) -> Result<Array2<f32>, Problem> {
        let stop = Stop::default();
        let facts = facts();
        let mut read = Rows::new(&facts, &stop);
        for row in rows {
            read.begin()?;
            row.into_iter().try_for_each(|value| read.push(value))?;
            read.end()?;
        }
        read.finish()
    }

    #[test]
    fn rows_of_the_data_set_are_cut_to_the_voxels_of_the_run() {
        let all = matrix(vec![vec![0.0, 1.0, 2.0, 3.0]]).unwrap();
        assert_eq!(select_voxels(all, &facts()).unwrap(), ndarray::array![[1.0, 3.0]]);
        let said = |rows: Vec<Vec<f32>>| select_voxels(matrix(rows).unwrap(), &facts()).unwrap_err().message_of();
        assert!(said(vec![vec![0.0; 3]]).contains("the run decodes 2 or 4"));
        assert!(said(vec![vec![0.0; 2], vec![0.0, f32::NAN]]).contains("row 1"));
        assert!(matrix(vec![vec![0.0; 2], vec![0.0]]).unwrap_err().message_of().contains("row 1 has 1 numbers"));
        assert!(matrix(vec![vec![0.0; 5]]).unwrap_err().message_of().contains("row 0 has more than 4 numbers"));
        assert!(matrix(vec![vec![0.0; 2]; 257]).unwrap_err().message_of().contains("at most 256"));
        assert!(matrix(vec![vec![0.0]; 257]).unwrap_err().message_of().contains("at most 256"));
    }

    #[test]
    fn a_table_with_a_row_per_voxel_is_told_to_be_transposed() {
        let many = Facts { ids: (0..1000).collect(), names: (0..1000).collect(), columns: Some(1000), ..facts() };
        let stop = Stop::default();
        let mut read = Rows::new(&many, &stop);
        for _ in 0..1000 {
            read.begin().unwrap();
            (0..2).for_each(|_| read.push(0.0).unwrap());
            read.end().unwrap();
        }
        assert!(read.values.len() <= MOST * 2, "rows beyond the limit are counted, not kept");
        assert!(read.finish().unwrap_err().message_of().starts_with("the table has 1000 rows of 2: transpose it"));
        let array = npy::to_bytes_f32(Array2::<f32>::ones((1000, 2)).view().into_dyn());
        assert!(parse_npy(&array, &many).unwrap_err().message_of().contains("1000 rows of 2: transpose it"));
        // As many rows as voxels, of as many numbers: those are trials.
        assert!(matrix(vec![vec![0.0; 4]; 2]).is_ok());
        assert!(matrix(vec![vec![0.0; 3]; 2]).unwrap_err().message_of().contains("2 rows of 3: transpose it"));
    }

    #[test]
    fn the_shape_of_an_array_is_checked_first() {
        let bytes = |shape: (usize, usize)| npy::to_bytes_f32(Array2::<f32>::ones(shape).view().into_dyn());
        assert_eq!(parse_npy(&bytes((2, 4)), &facts()).unwrap(), Array2::<f32>::ones((2, 4)));
        let one = npy::to_bytes_f32(ndarray::array![1.0_f32, 2.0].view().into_dyn());
        assert_eq!(parse_npy(&one, &facts()).unwrap(), ndarray::array![[1.0, 2.0]]);
        assert!(parse_npy(&one[..20], &facts()).is_err());
        assert!(parse_npy(&bytes((257, 1)), &facts()).unwrap_err().message_of().contains("at most 256"));
        assert!(parse_npy(&bytes((1, 5)), &facts()).unwrap_err().message_of().contains("5 voxels were sent"));
        let deep = npy::to_bytes_f32(ndarray::Array3::<f32>::ones((1, 1, 4)).view().into_dyn());
        assert!(parse_npy(&deep, &facts()).unwrap_err().message_of().contains("expected [responses, voxels]"));
    }
}
