//! `/api/v1`: predicts responses from images, and reconstructs images from responses. `assets/openapi.json` describes it.

mod body;
mod json;
mod messages;
mod table;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ndarray::Axis;
use serde::Serialize;

use afterimage_experiment::Units;
use afterimage_formats::npy;

use crate::answer::{Problem, bytes, with_warnings};
use crate::effort::Stop;
use crate::networks::{self, Done, Facts, Judged, Work};
use crate::pictures;
use crate::server::Shared;
use body::{Rows, accepts, check_count, media_type, most_columns, parse_npy, select_voxels, unsupported};
use messages::{Asked, Decoded, Described, Given, Predicted};

/// Most images or responses of one request.
pub(crate) const MOST: usize = 256;
/// Most bytes of one request.
pub(crate) const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Most bytes of a number as text, with separators.
const BYTES_OF_A_NUMBER: usize = 64;
/// The description of the API.
const OPENAPI: &str = include_str!("../assets/openapi.json");
const NPY: &str = "application/x-npy";

type Answer = Result<Response, Problem>;

/// `GET /api/v1/runs`.
pub(crate) async fn runs(State(server): State<Shared>) -> Response {
    let mut described = Vec::new();
    for (index, run) in server.catalog.runs.iter().enumerate() {
        let facts = server.networks.facts(index);
        described.push(Described {
            run: &run.label,
            experiment: &run.experiment,
            made_of: run.made_of.as_deref(),
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
pub(crate) async fn encode(State(server): State<Shared>, asked: Given, headers: HeaderMap, body: Body) -> Answer {
    let asked = Asked::of(asked, &["run", "units"])?;
    let (run, facts) = find_run(&server, asked.run.as_deref())?;
    let kind = media_type(&headers);
    let is_json = kind == "application/json";
    if !is_json && !["image/png", "image/jpeg", "image/bmp", "image/tiff"].contains(&kind.as_str()) {
        return Err(unsupported(&kind, "image/png, image/jpeg, image/bmp, image/tiff or application/json"));
    }
    let effort = &server.effort;
    let mut received = effort.receive(body, MOST_BYTES).await?;
    let side = server.catalog.runs[run].side_px;
    let read = move |stop: &Stop| {
        let sent = std::mem::take(&mut received.bytes);
        let files = if is_json { json::images(&sent, stop)? } else { vec![sent] };
        check_count(files.len())?;
        let largest = pictures::largest(&files)?;
        Ok((files, largest, received))
    };
    let (files, largest, room) = effort.run_blocking(read).await?;
    let pixels = effort.pixels(largest).await?;
    let images = effort.run_blocking(move |stop| {
        let _rooms = (room, pixels);
        pictures::read(&files, side, stop)
    });
    let images = images.await?;
    let units = asked.units.unwrap_or_default();
    let answer = server.networks.ask(run, Work::Encode { images, units }).await?;
    let Done::Responses(responses) = answer.done else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the networks gave images for images"));
    };
    if accepts(&headers, NPY) {
        let array = effort.run_blocking(move |_| Ok(npy::to_bytes_f32(responses.view().into_dyn()))).await?;
        return Ok(bytes(NPY, effort.hold(array)?));
    }
    let units = match (units, facts.standardises) {
        (Units::Standardised, true) => "standard deviations of the training responses".to_owned(),
        _ => facts.units.clone().unwrap_or_else(|| "those of the recording, not stated by the data set".into()),
    };
    let of = server.clone();
    let text = effort.run_blocking(move |_| {
        let predicted = Predicted {
            run: &of.catalog.runs[run].label,
            units,
            voxels: of.networks.facts(run).map_or(&[], |facts| &facts.ids),
            responses: responses.rows().into_iter().map(|row| row.to_vec()).collect(),
        };
        to_json(&predicted)
    });
    Ok(bytes("application/json", effort.hold(text.await?)?))
}

/// `POST /api/v1/decode`.
pub(crate) async fn decode(State(server): State<Shared>, asked: Given, headers: HeaderMap, body: Body) -> Answer {
    let asked = Asked::of(asked, &["run", "units", "force_units"])?;
    let (run, facts) = find_run(&server, asked.run.as_deref())?;
    let kind = media_type(&headers);
    if ![NPY, "text/csv", "application/json"].contains(&kind.as_str()) {
        return Err(unsupported(&kind, "application/json, application/x-npy or text/csv"));
    }
    let (effort, known, most) = (&server.effort, facts.clone(), most_columns(facts));
    let received = effort.receive(body, most_bytes(most)).await?;
    let responses = effort.run_blocking(move |stop| {
        let mut rows = Rows::new(&known, stop);
        let mut of_table = None;
        let responses = match kind.as_str() {
            NPY => parse_npy(&received.bytes, &known)?,
            "text/csv" => {
                of_table = table::read(&received.bytes, &known, &mut rows, stop)?;
                rows.finish()?
            }
            _ => {
                json::responses(&received.bytes, &mut rows)?;
                rows.finish()?
            }
        };
        Ok((select_voxels(responses, &known)?, of_table))
    });
    let (responses, of_table) = responses.await?;
    let forced = asked.force_units;
    let units = unit_of(asked.units, of_table, forced)?;
    let (single, wants_array) = (responses.nrows() == 1, accepts(&headers, NPY));
    let wants_picture = !wants_array && accepts(&headers, "image/png");
    if wants_picture && !single {
        return Err(Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "image/png is the answer to one response: ask for application/json or application/x-npy",
        ));
    }
    let networks::Answer { done, judged: Judged { mut warnings, against_training } } =
        server.networks.ask(run, Work::Decode { responses, units, forced }).await?;
    warnings.extend(server.catalog.runs[run].photograph_part.clone());
    let Done::Images(images) = done else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the networks gave responses for responses"));
    };
    let (of, of_json) = (server.clone(), warnings.clone());
    let (media, answer) = effort
        .run_blocking(move |stop| {
            if wants_array {
                return Ok((NPY, npy::to_bytes_f32(images.view().into_dyn())));
            }
            let mut files = Vec::with_capacity(images.len_of(Axis(0)));
            for image in images.axis_iter(Axis(0)) {
                stop.check()?;
                files.push(pictures::png(image)?);
            }
            if wants_picture {
                return Ok(("image/png", files.pop().unwrap_or_default()));
            }
            let images = files.iter().map(|file| STANDARD.encode(file)).collect();
            let run = &of.catalog.runs[run];
            let (run, side) = (&run.label, run.side_px);
            let decoded = Decoded { run, side, units, images, against_training, warnings: of_json };
            Ok(("application/json", to_json(&decoded)?))
        })
        .await?;
    Ok(with_warnings(bytes(media, effort.hold(answer)?), &warnings))
}

/// Returns the unit of responses: the stated one, else that of the table, else the recording's.
fn unit_of(stated: Option<Units>, of_table: Option<Units>, forced: bool) -> Result<Units, Problem> {
    match (stated, of_table) {
        (Some(stated), Some(of_table)) if stated != of_table && !forced => {
            let (stated, of_table) = (stated.name(), of_table.name());
            Err(Problem::bad(format!(
                "the column units says {of_table}, the request units={stated}: give units={of_table}, or add force_units=true"
            )))
        }
        _ => Ok(stated.or(of_table).unwrap_or_default()),
    }
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn openapi() -> Response {
    bytes("application/json", OPENAPI)
}

/// Returns the most bytes of a request with responses of `columns` numbers, with room for names and blanks.
fn most_bytes(columns: usize) -> usize {
    (1 << 20) + columns.saturating_mul((MOST + 1) * BYTES_OF_A_NUMBER).min(MOST_BYTES - (1 << 20))
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    let written = serde_json::to_vec(value);
    written.map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// Returns the run of a request, which must have networks.
fn find_run<'a>(server: &'a Shared, label: Option<&str>) -> Result<(usize, &'a Facts), Problem> {
    let labels = || server.catalog.runs.iter().map(|run| run.label.as_str()).collect::<Vec<_>>().join(", ");
    let run = server.catalog.find(label).ok_or_else(|| {
        let message = format!("no run \"{}\": there are {}", label.unwrap_or_default(), labels());
        Problem::new(StatusCode::NOT_FOUND, message)
    })?;
    let facts = server.networks.facts(run).ok_or_else(|| {
        let message = format!(
            "\"{}\" has no trained networks to ask: it is a baseline, or its weights are missing",
            server.catalog.runs[run].label
        );
        Problem::new(StatusCode::CONFLICT, message)
    })?;
    Ok((run, facts))
}
