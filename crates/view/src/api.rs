//! `/api/v1`: images to predicted responses, responses to images. `assets/openapi.json` describes it.

use std::path::Path;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ndarray::{Array2, Axis, Ix2};
use serde::{Deserialize, Serialize};

use afterimage_formats::npy;

use crate::answer::{Problem, bytes, json_of};
use crate::networks::{Done, Facts, Work};
use crate::pictures;
use crate::server::Shared;

/// The most images or responses of one request.
pub(crate) const MOST: usize = 256;
/// The most bytes of one request.
pub(crate) const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The description of the API.
const OPENAPI: &str = include_str!("../assets/openapi.json");
const NPY: &str = "application/x-npy";

type Answer = Result<Response, Problem>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    run: Option<String>,
    units: Option<Units>,
    standardised: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Units {
    Standardised,
    Recorded,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Images {
    images: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Responses {
    responses: Vec<Vec<f32>>,
}

#[derive(Debug, Serialize)]
struct Predicted<'a> {
    run: &'a str,
    units: String,
    voxels: &'a [usize],
    responses: Vec<Vec<f32>>,
}

#[derive(Debug, Serialize)]
struct Decoded<'a> {
    run: &'a str,
    side: usize,
    images: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Described<'a> {
    run: &'a str,
    experiment: &'a str,
    data: &'a str,
    created: &'a str,
    side: usize,
    networks: bool,
    voxels: &'a [usize],
    columns: Option<usize>,
    units: Option<&'a str>,
}

/// `GET /api/v1/runs`.
pub(crate) async fn runs(State(server): State<Shared>) -> Response {
    let describe = |(index, run): (usize, &'_ crate::Run)| {
        let facts = server.networks.facts(index);
        serde_json::to_value(Described {
            run: &run.label,
            experiment: &run.experiment,
            data: &run.data,
            created: &run.created,
            side: run.side_px,
            networks: run.networks,
            voxels: facts.map_or(&[], |facts| &facts.ids),
            columns: facts.and_then(|facts| facts.columns),
            units: facts.and_then(|facts| facts.units.as_deref()),
        })
        .unwrap_or_default()
    };
    json_of(&server.catalog.runs.iter().enumerate().map(describe).collect::<Vec<_>>())
}

/// `POST /api/v1/encode`.
pub(crate) async fn encode(
    State(server): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    let (asked, body) = sent(asked, body)?;
    let (run, facts) = of_run(&server, asked.run.as_deref())?;
    let side = server.catalog.runs[run].side_px;
    let recorded = asked.units == Some(Units::Recorded);
    let kind = media_type(&headers);
    let images = aside(move || {
        let files = match kind.as_str() {
            "image/png" | "image/jpeg" | "image/bmp" | "image/tiff" => vec![body.to_vec()],
            "application/json" => {
                let sent: Images = serde_json::from_slice(&body).map_err(|error| {
                    Problem::bad(format!("the JSON is not {{\"images\": [\"BASE64\", ...]}}: {error}"))
                })?;
                limited(sent.images.len())?;
                let file = |(index, text): (usize, &String)| {
                    STANDARD.decode(text).map_err(|error| Problem::bad(format!("image {index} is not base64: {error}")))
                };
                sent.images.iter().enumerate().map(file).collect::<Result<Vec<_>, _>>()?
            }
            other => {
                return Err(unsupported(other, "image/png, image/jpeg, image/bmp, image/tiff or application/json"));
            }
        };
        Ok(pictures::read(&files, side)?)
    })
    .await?;
    let Done::Responses(responses) = server.networks.ask(run, Work::Encode { images, recorded }).await? else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the networks gave images for images"));
    };
    if accepts(&headers, NPY) {
        return Ok(bytes(NPY, npy::to_bytes_f32(responses.view().into_dyn())));
    }
    let units = match (recorded, facts.standardises) {
        (false, true) => "standard deviations of the training responses".to_owned(),
        _ => facts.units.clone().unwrap_or_else(|| "those of the recording, not stated by the data set".into()),
    };
    Ok(json_of(&Predicted {
        run: &server.catalog.runs[run].label,
        units,
        voxels: &facts.ids,
        responses: responses.rows().into_iter().map(|row| row.to_vec()).collect(),
    }))
}

/// `POST /api/v1/decode`.
pub(crate) async fn decode(
    State(server): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    let (asked, body) = sent(asked, body)?;
    let (run, facts) = of_run(&server, asked.run.as_deref())?;
    let kind = media_type(&headers);
    let known = facts.clone();
    let responses = aside(move || {
        let responses = match kind.as_str() {
            NPY => of_npy(&body)?,
            "text/csv" => of_csv(&body)?,
            "application/json" => {
                let sent: Responses = serde_json::from_slice(&body).map_err(|error| {
                    Problem::bad(format!("the JSON is not {{\"responses\": [[NUMBER, ...], ...]}}: {error}"))
                })?;
                matrix(sent.responses)?
            }
            other => return Err(unsupported(other, "application/json, application/x-npy or text/csv")),
        };
        limited(responses.nrows())?;
        used(responses, &known)
    })
    .await?;
    let single = responses.nrows() == 1;
    let work = Work::Decode { responses, standardised: asked.standardised.unwrap_or(false) };
    let Done::Images(images) = server.networks.ask(run, work).await? else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the networks gave responses for responses"));
    };
    if accepts(&headers, NPY) {
        return Ok(bytes(NPY, npy::to_bytes_f32(images.view().into_dyn())));
    }
    let files = aside(move || {
        images.axis_iter(Axis(0)).map(|image| Ok(pictures::png(image)?)).collect::<Result<Vec<_>, Problem>>()
    })
    .await?;
    if accepts(&headers, "image/png") {
        return match files.into_iter().next() {
            Some(file) if single => Ok(bytes("image/png", file)),
            _ => Err(Problem::new(
                StatusCode::NOT_ACCEPTABLE,
                "image/png is the answer to one response: ask for application/json or application/x-npy",
            )),
        };
    }
    let images = files.iter().map(|file| STANDARD.encode(file)).collect();
    let run = &server.catalog.runs[run];
    Ok(json_of(&Decoded { run: &run.label, side: run.side_px, images }))
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn openapi() -> Response {
    bytes("application/json", OPENAPI.as_bytes().to_vec())
}

/// What was asked and sent, where it can be understood.
fn sent(
    asked: Result<Query<Asked>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(Asked, Bytes), Problem> {
    let Query(asked) = asked.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    Ok((asked, body.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?))
}

/// The run of a request, which must have networks.
fn of_run<'a>(server: &'a Shared, label: Option<&str>) -> Result<(usize, &'a Facts), Problem> {
    let labels = || server.catalog.runs.iter().map(|run| run.label.as_str()).collect::<Vec<_>>().join(", ");
    let run = server.catalog.find(label).ok_or_else(|| {
        let message = format!("no run \"{}\": there are {}", label.unwrap_or_default(), labels());
        Problem::new(StatusCode::NOT_FOUND, message)
    })?;
    let facts = server.networks.facts(run).ok_or_else(|| {
        let message = format!(
            "\"{}\" has no trained networks to ask: it is a baseline, or its weights are not there",
            server.catalog.runs[run].label
        );
        Problem::new(StatusCode::CONFLICT, message)
    })?;
    Ok((run, facts))
}

/// Work that would keep other requests waiting, on a thread for such.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let lost = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be worked on");
    tokio::task::spawn_blocking(work).await.map_err(lost)?
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is named in `Accept`; what is not named is answered in JSON.
fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| one.split(';').next().is_some_and(|one| one.trim() == kind))
}

fn unsupported(kind: &str, known: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("Content-Type \"{kind}\" is not known here: send {known}"))
}

fn limited(count: usize) -> Result<(), Problem> {
    match count {
        0 => Err(Problem::bad("nothing was sent: give at least one")),
        n if n > MOST => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("{n} at once, at most {MOST} are taken: send them in parts"),
        )),
        _ => Ok(()),
    }
}

fn matrix(rows: Vec<Vec<f32>>) -> Result<Array2<f32>, Problem> {
    let columns = rows.first().map_or(0, Vec::len);
    if let Some(row) = rows.iter().position(|row| row.len() != columns) {
        return Err(Problem::bad(format!("row {row} has {} numbers, row 0 has {columns}", rows[row].len())));
    }
    let shape = (rows.len(), columns);
    Array2::from_shape_vec(shape, rows.into_iter().flatten().collect()).map_err(|error| Problem::bad(error.to_string()))
}

fn of_npy(body: &[u8]) -> Result<Array2<f32>, Problem> {
    let array = npy::parse_f32(body, Path::new("the array")).map_err(|error| Problem::bad(error.to_string()))?;
    let array = if array.ndim() == 1 { array.insert_axis(Axis(0)) } else { array };
    let shape = array.shape().to_vec();
    array
        .into_dimensionality::<Ix2>()
        .map_err(|_| Problem::bad(format!("the array has shape {shape:?}, expected [responses, voxels]")))
}

/// Rows of numbers; a first row that is no numbers is passed over.
fn of_csv(body: &[u8]) -> Result<Array2<f32>, Problem> {
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
fn used(responses: Array2<f32>, facts: &Facts) -> Result<Array2<f32>, Problem> {
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
