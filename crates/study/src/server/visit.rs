//! The link of the study: information, consent and start.
//!
//! A visitor's cookie contains a token with this server's proof, so that forged tokens are refused. On start the
//! visitor gets a new token and becomes its participant. A visit that is sent twice starts once. A participant who
//! returns by the same link continues.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::fields::{COOKIE, Fields, Token, Visitor};
use super::problem::Problem;
use super::{Shared, Study, now};
use afterimage_web::{Client, guard::key};

use crate::keys::{code, is_token, token, token_hash};
use crate::{StudyError, page, store};

/// Purpose of the proof of the form.
const PURPOSE: &str = "begin";
/// Purpose of the proof in a visitor's cookie.
const VISIT: &str = "visit";
/// A cookie lasts thirty days.
const COOKIE_SECS: u32 = 30 * 24 * 3600;

#[derive(Deserialize)]
pub(super) struct Begin {
    proof: String,
    agree: Option<String>,
}

pub(super) async fn show(State(study): Shared, Token(link): Token, Visitor(cookies): Visitor) -> Response {
    if link != study.keys.study {
        return Problem::NotFound.page(&study);
    }
    let response = match participant(&study, &cookies).await {
        Ok(Some(token)) => Ok(see(&format!("/p/{token}"))),
        Ok(None) => consent(&study, visitor_token(&study, &cookies), false),
        Err(problem) => Err(problem),
    };
    response.unwrap_or_else(|problem| problem.page(&study))
}

/// Token of the participant of one of the cookies.
async fn participant(study: &Study, cookies: &[String]) -> Result<Option<String>, Problem> {
    for token in cookies.iter().filter(|value| is_token(value)) {
        let hash = token_hash(token);
        if study.store.run(move |connection| store::meet(connection, &hash)).await?.is_some() {
            return Ok(Some(token.clone()));
        }
    }
    Ok(None)
}

/// The visitor's token, if this server created it.
fn visitor_token(study: &Study, cookies: &[String]) -> Option<String> {
    let mut tokens = cookies.iter().filter_map(|value| value.split_once('.'));
    let found = tokens.find(|(token, proof)| is_token(token) && study.keys.proves(proof, VISIT, token));
    found.map(|(token, _)| token.to_owned())
}

/// The consent page.
fn consent(study: &Study, visitor: Option<String>, must_agree: bool) -> Result<Response, Problem> {
    let visitor = visitor.map_or_else(token, Ok)?;
    let proof = study.keys.proof(PURPOSE, &visitor);
    let html = page::consent(&study.design, &study.strings, &study.consent, &proof, must_agree).into_string();
    let mut response = Html(html).into_response();
    if must_agree {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    set_cookie(study, &mut response, &format!("{visitor}.{}", study.keys.proof(VISIT, &visitor)));
    Ok(response)
}

fn set_cookie(study: &Study, response: &mut Response, value: &str) {
    let secure = if study.secure_cookies { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={value}; Path=/s/{}; Max-Age={COOKIE_SECS}; HttpOnly; SameSite=Lax{secure}",
        study.keys.study
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

pub(super) async fn begin(
    State(study): Shared,
    Token(link): Token,
    Visitor(cookies): Visitor,
    Extension(Client(address)): Extension<Client>,
    Fields(form): Fields<Begin>,
) -> Response {
    if link != study.keys.study {
        return Problem::NotFound.page(&study);
    }
    match begun(&study, &cookies, address, form).await {
        Ok(response) => response,
        Err(problem) => problem.page(&study),
    }
}

async fn begun(study: &Study, cookies: &[String], address: IpAddr, form: Begin) -> Result<Response, Problem> {
    if let Some(token) = participant(study, cookies).await? {
        return Ok(see(&format!("/p/{token}")));
    }
    let visitor = visitor_token(study, cookies).filter(|visitor| study.keys.proves(&form.proof, PURPOSE, visitor));
    let visitor = visitor.ok_or(Problem::Expired)?;
    if form.agree.as_deref() != Some("yes") {
        return consent(study, Some(visitor), true);
    }
    let allowed = {
        let mut starts = study.starts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        starts.take(key(address), Instant::now())
    };
    if !allowed {
        return Err(Problem::TooMany);
    }
    let token = started(study, &visitor).await?;
    let mut response = see(&format!("/p/{token}"));
    set_cookie(study, &mut response, &token);
    Ok(response)
}

/// Starts a participant and returns the token.
async fn started(study: &Study, visitor: &str) -> Result<String, StudyError> {
    let (token, code, now) = (token()?, code()?, now());
    let (visit, hash) = (token_hash(visitor), token_hash(&token));
    let (consent, design, pilot) = (study.consent_hash.clone(), study.fingerprint.clone(), study.pilot);
    let begin = move |connection: &rusqlite::Connection| {
        if store::fingerprint(connection, Some(&design))?.as_ref() != Some(&design) {
            return Err(StudyError::Design { message: "the design changed after the first participant began".into() });
        }
        store::start(connection, &visit, &hash, &code, &consent, now, pilot)
    };
    study.store.run(begin).await?;
    Ok(token)
}

/// 303: the browser continues with a `GET`, so that a reload sends nothing again.
pub(super) fn see(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
