//! Images, style and script. Images are kept in memory by name, so no path of a request reaches the disk.

use afterimage_web::asset::{FOR_EVER, asset};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::problem::Problem;

pub(super) async fn picture(State(study): Shared, path: Result<Path<(String, String)>, PathRejection>) -> Response {
    let found = path.ok().and_then(|Path((link, file))| study.pictures.get(&file).filter(|_| link == study.keys.study));
    match found {
        Some(bytes) => {
            ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, FOR_EVER)], bytes.clone()).into_response()
        }
        None => Problem::NotFound.page(&study),
    }
}

pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", crate::page::STYLE)
}

pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", crate::page::SCRIPT)
}
