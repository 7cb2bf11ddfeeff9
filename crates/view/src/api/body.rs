//! What comes in the body of a request, and what is asked for in its headers.

use std::path::Path;

use axum::http::{HeaderMap, StatusCode, header};
use ndarray::{Array2, Axis, Ix2};

use afterimage_formats::npy;

use super::MOST;
use crate::answer::Problem;
use crate::networks::Facts;

pub(super) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is named in `Accept`; what is not named is answered in JSON.
pub(super) fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| one.split(';').next().is_some_and(|one| one.trim() == kind))
}

pub(super) fn unsupported(kind: &str, known: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Content-Type \"{kind}\" is not known here: send {known}"))
}

pub(super) fn limited(count: usize) -> Result<(), Problem> {
    match count {
        0 => Err(Problem::bad("nothing was sent: give at least one")),
        n if n > MOST => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("{n} at once, at most {MOST} are taken: send them in parts"),
        )),
        _ => Ok(()),
    }
}

pub(super) fn matrix(rows: Vec<Vec<f32>>) -> Result<Array2<f32>, Problem> {
    let columns = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().position(|row| row.len() != columns) {
        return Err(Problem::bad(format!("row {row} has {} numbers, row 0 has {columns}", rows[row].len())));
    }
    let shape = (rows.len(), columns);
    Array2::from_shape_vec(shape, rows.into_iter().flatten().collect()).map_err(|error| Problem::bad(error.to_string()))
}

pub(super) fn of_npy(body: &[u8]) -> Result<Array2<f32>, Problem> {
    let array = npy::parse_f32(body, Path::new("the array")).map_err(|error| Problem::bad(error.to_string()))?;
    let array = if array.ndim() == 1 { array.insert_axis(Axis(0)) } else { array };
    let shape = array.shape().to_vec();
    array
        .into_dimensionality::<Ix2>()
        .map_err(|_| Problem::bad(format!("the array has shape {shape:?}, expected [responses, voxels]")))
}

/// Rows of numbers; a first row that is no numbers is passed over.
pub(super) fn of_csv(body: &[u8]) -> Result<Array2<f32>, Problem> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(body);
    let mut rows: Vec<Vec<f32>> = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(|error| Problem::bad(error.to_string()))?;
        match record.iter().map(str::parse).collect::<Result<Vec<f32>, _>>() {
            Ok(numbers) => rows.push(numbers),
            Err(_) if line == 0 => {}
            Err(error) => return Err(Problem::bad(format!("line {}: {error}", line + 1))),
        }
    }
    matrix(rows)
}

/// The columns that the run uses, of responses that have those of its data set or the used ones alone.
pub(super) fn used(responses: Array2<f32>, facts: &Facts) -> Result<Array2<f32>, Problem> {
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
        Facts { ids: vec![1, 3], columns: Some(4), units: None, standardises: true }
    }

    #[test]
    fn rows_of_the_data_set_are_cut_to_the_voxels_of_the_run() {
        let all = matrix(vec![vec![0.0, 1.0, 2.0, 3.0]]).unwrap();
        assert_eq!(used(all, &facts()).unwrap(), ndarray::array![[1.0, 3.0]]);
        let said = |rows: Vec<Vec<f32>>| used(matrix(rows).unwrap(), &facts()).unwrap_err().message_of();
        assert!(said(vec![vec![0.0; 3]]).contains("the run decodes 2 or 4"));
        assert!(said(vec![vec![0.0; 2], vec![0.0, f32::NAN]]).contains("row 1"));
        assert!(matrix(vec![vec![0.0; 2], vec![0.0]]).unwrap_err().message_of().contains("row 1 has 1 numbers"));
    }

    #[test]
    fn tables_come_with_or_without_a_header() {
        assert_eq!(of_csv(b"v1, v2\n1, 2\n3,4\n").unwrap(), ndarray::array![[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(of_csv(b"1,2\n").unwrap(), ndarray::array![[1.0, 2.0]]);
        assert!(of_csv(b"1,2\n3,x\n").unwrap_err().message_of().contains("line 2"));
        let array = npy::to_bytes_f32(ndarray::array![1.0_f32, 2.0].view().into_dyn());
        assert_eq!(of_npy(&array).unwrap(), ndarray::array![[1.0, 2.0]]);
        assert!(of_npy(&array[..20]).is_err());
    }
}
