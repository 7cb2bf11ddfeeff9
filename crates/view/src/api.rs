//! `/api/v1`: images to predicted responses, responses to images. `assets/openapi.json` describes it.

mod body;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ndarray::Axis;
use serde::{Deserialize, Serialize};

use afterimage_formats::npy;

use crate::answer::{Problem, bytes};
use crate::networks::{Done, Facts, Work};
use crate::pictures;
use crate::server::Shared;
use body::{accepts, limited, matrix, media_type, of_csv, of_npy, unsupported, used};

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
    let mut described = Vec::new();
    for (index, run) in server.catalog.runs.iter().enumerate() {
        let facts = server.networks.facts(index);
        described.push(Described {
            run: &run.label,
            experiment: &run.experiment,
            data: &run.data,
            created: &run.created,
            side: run.side_px,
            networks: run.networks,
            voxels: facts.map_or(&[], |facts| &facts.ids),
            columns: facts.and_then(|facts| facts.columns),
            units: facts.and_then(|facts| facts.units.as_deref()),
        });
    }
    Json(described).into_response()
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
    let predicted = Predicted {
        run: &server.catalog.runs[run].label,
        units,
        voxels: &facts.ids,
        responses: responses.rows().into_iter().map(|row| row.to_vec()).collect(),
    };
    Ok(Json(predicted).into_response())
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
    Ok(Json(Decoded { run: &run.label, side: run.side_px, images }).into_response())
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn openapi() -> Response {
    bytes("application/json", OPENAPI)
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
