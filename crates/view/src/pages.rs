//! The pages for people: the runs, their table from another reference, their comparison and their reports.

use afterimage_run::{RunFolder, comparison::Comparison};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::answer::{Problem, bytes};
use crate::server::Shared;
use crate::{page, table};

const HTML: &str = "text/html; charset=utf-8";
/// A report and a comparison are files of their own, with their style and script inside. They get neither this server's origin
/// nor anything from a network.
const OF_FILES: &str = "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
                        script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Parameters of the page. The others, such as the order of the items, are for its script.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    reference: Option<String>,
}

type Parameters = std::result::Result<Query<Asked>, QueryRejection>;

/// `GET /`.
pub(crate) async fn show(State(server): State<Shared>, asked: Parameters) -> Result<Response, Problem> {
    let table = table_from(&server, asked).await?;
    let (before, after) = &server.page;
    Ok(bytes(HTML, [before, table.as_str(), after].concat()))
}

/// `GET /table`.
pub(crate) async fn table(State(server): State<Shared>, asked: Parameters) -> Result<Response, Problem> {
    Ok(bytes(HTML, table_from(&server, asked).await?))
}

async fn table_from(server: &Shared, asked: Parameters) -> Result<String, Problem> {
    let (of, reference) = (server.clone(), reference(server, asked)?);
    let made = server.effort.run_blocking(move |_| {
        let differences = of.compared.differences(&of.catalog, reference);
        Ok(table::table(&of.catalog, reference, differences).into_string())
    });
    made.await
}

/// `GET /compare`.
pub(crate) async fn compare(State(server): State<Shared>, asked: Parameters) -> Result<Response, Problem> {
    let (of, reference) = (server.clone(), reference(&server, asked)?);
    let page = |comparison: &Comparison| {
        let first = comparison.variants.iter().filter_map(|variant| variant.runs.first());
        let runs: Vec<RunFolder> = first.map(RunFolder::new).collect();
        afterimage_report::render_comparison(comparison, &runs)
    };
    let compared = server.effort.run_blocking(move |_| match of.compared.whole(&of.catalog, reference) {
        Ok(comparison) => Ok(Ok(page(comparison))),
        Err(reason) => Ok(Err(reason.clone())),
    });
    let compared = compared.await?;
    Ok(match compared {
        Ok(page) => file(page),
        Err(reason) => {
            let page = page::refusal("These runs cannot be compared", &reason);
            (StatusCode::CONFLICT, bytes(HTML, page)).into_response()
        }
    })
}

/// `GET /report/{label}`.
pub(crate) async fn report(State(server): State<Shared>, Path(label): Path<String>) -> Result<Response, Problem> {
    let none = || Problem::new(StatusCode::NOT_FOUND, "no such report");
    let run = server.catalog.find(Some(&label)).ok_or_else(none)?;
    let path = server.catalog.runs[run].folder.report_file();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await;
    Ok(file(read.ok().and_then(std::io::Result::ok).ok_or_else(none)?))
}

/// Returns the reference of a request; without one the first run.
fn reference(server: &Shared, asked: Parameters) -> Result<usize, Problem> {
    let Query(asked) = asked.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
    let label = asked.reference.as_deref();
    server
        .catalog
        .find(label)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("no run \"{:.80}\"", label.unwrap_or_default())))
}

/// Returns a page that is a file of its own.
fn file(html: String) -> Response {
    let mut response = bytes(HTML, html);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(OF_FILES));
    response
}
