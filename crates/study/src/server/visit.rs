//! The link of the study: information, consent, and the begin.
//!
//! A visitor's cookie holds a new token. Who begins becomes the participant of that token, so that beginning twice is beginning once.
//! Who comes back by the same link goes on.

use std::time::Instant;

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::fields::{COOKIE, Fields, Token, Visitor};
use super::problem::Problem;
use super::{Shared, Study, now};
use afterimage_web::{Client, guard::key};

use crate::keys::{code, token, token_hash};
use crate::{StudyError, page, store};

/// What the proof of the form is for.
const PURPOSE: &str = "begin";
/// A cookie lasts thirty days.
const COOKIE_SECS: u32 = 30 * 24 * 3600;

#[derive(Deserialize)]
pub(super) struct Begin {
    proof: String,
    agree: Option<String>,
}

pub(super) async fn show(State(study): Shared, Token(link): Token, Visitor(visitor): Visitor) -> Response {
    if link != study.keys.study {
        return Problem::NotFound.page(&study);
    }
    match enter(&study, visitor, false).await {
        Ok(response) => response,
        Err(problem) => problem.page(&study),
    }
}

/// The consent page, or the way to where the visitor was.
async fn enter(study: &Study, visitor: Option<String>, must_agree: bool) -> Result<Response, Problem> {
    if let Some(visitor) = &visitor {
        let hash = token_hash(visitor);
        if study.store.run(move |connection| store::find(connection, &hash)).await?.is_some() {
            return Ok(see(&format!("/p/{visitor}")));
        }
    }
    let visitor = visitor.map_or_else(token, Ok)?;
    let proof = study.keys.proof(PURPOSE, &visitor);
    let html = page::consent(&study.design, &study.strings, &study.consent, &proof, must_agree).into_string();
    let mut response = Html(html).into_response();
    if must_agree {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let secure = if study.secure_cookies { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={visitor}; Path=/s/{}; Max-Age={COOKIE_SECS}; HttpOnly; SameSite=Lax{secure}",
        study.keys.study
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

pub(super) async fn begin(
    State(study): Shared,
    Token(link): Token,
    Visitor(visitor): Visitor,
    Extension(Client(address)): Extension<Client>,
    Fields(form): Fields<Begin>,
) -> Response {
    if link != study.keys.study {
        return Problem::NotFound.page(&study);
    }
    let proven = visitor.filter(|visitor| study.keys.proves(&form.proof, PURPOSE, visitor));
    let Some(visitor) = proven else {
        return Problem::Expired.page(&study);
    };
    if form.agree.as_deref() != Some("yes") {
        return enter(&study, Some(visitor), true).await.unwrap_or_else(|problem| problem.page(&study));
    }
    let allowed = {
        let mut starts = study.starts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        starts.take(key(address), Instant::now())
    };
    if !allowed {
        return Problem::TooMany.page(&study);
    }
    match started(&study, &visitor).await {
        Ok(()) => see(&format!("/p/{visitor}")),
        Err(error) => Problem::from(error).page(&study),
    }
}

async fn started(study: &Study, visitor: &str) -> Result<(), StudyError> {
    let (hash, code, now) = (token_hash(visitor), code()?, now());
    let (consent, design) = (study.consent_hash.clone(), study.fingerprint.clone());
    let begin = move |connection: &rusqlite::Connection| {
        if store::fingerprint(connection, Some(&design))?.as_ref() != Some(&design) {
            return Err(StudyError::Design { message: "the design changed after the first participant began".into() });
        }
        store::start(connection, &hash, &code, &consent, now)
    };
    study.store.run(begin).await
}

/// 303: the browser goes on with a `GET`, so that a reload sends nothing again.
pub(super) fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
