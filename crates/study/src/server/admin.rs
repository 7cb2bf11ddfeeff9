//! The progress page, which requires the admin token. It shows only numbers, no answers and no participants.
//!
//! The correct token is always accepted. A wrong one counts against the rate limit of its address and, in a study of an
//! earlier version that needs a slow hash, against that of all addresses together.

use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use afterimage_web::bucket::Buckets;
use afterimage_web::{Client, guard::key};
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::problem::Problem;
use super::{Shared, Study, fields::Fields};
use crate::keys::{is_token, token_hash};
use crate::{page, store};

/// Tries of one address: a burst of five, refilled by one every twelve seconds.
const TRIES: (f64, f64) = (1.0 / 12.0, 5.0);
/// Slow hashes of all addresses together: a burst of sixty, refilled by two per second.
const HASHES: (f64, f64) = (2.0, 60.0);

/// Rate limits of token tries.
#[derive(Debug)]
pub(super) struct Tries {
    of_address: Mutex<Buckets>,
    hashes: Mutex<Buckets>,
    /// A hash takes memory by design: one at a time.
    turn: Semaphore,
    /// SHA-256 of the token that was accepted.
    right: OnceLock<Vec<u8>>,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self {
            of_address: Mutex::new(Buckets::new(TRIES.0, TRIES.1)),
            hashes: Mutex::new(Buckets::new(HASHES.0, HASHES.1)),
            turn: Semaphore::new(1),
            right: OnceLock::new(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

pub(super) async fn ask(State(study): Shared) -> Response {
    Html(page::admin_form(&study.design, false).into_string()).into_response()
}

pub(super) async fn show(
    State(study): Shared,
    Extension(Client(address)): Extension<Client>,
    Fields(form): Fields<Token>,
) -> Response {
    match is_right(&study, key(address), form.token.trim()).await {
        Ok(true) => {}
        Ok(false) => {
            return (StatusCode::FORBIDDEN, Html(page::admin_form(&study.design, true).into_string())).into_response();
        }
        Err(problem) => return problem.page(&study),
    }
    match study.store.run(store::overview).await {
        Ok(overview) => Html(page::admin(&study.design, &overview).into_string()).into_response(),
        Err(error) => Problem::from(error).page(&study),
    }
}

async fn is_right(study: &Study, address: u128, token: &str) -> Result<bool, Problem> {
    let tries = &study.admin;
    let hash = token_hash(token);
    let at_once = study.keys.is_admin_at_once(token);
    if at_once == Some(true) || tries.right.get() == Some(&hash) {
        return Ok(true);
    }
    if !has_left(&tries.of_address, address) {
        return Err(Problem::TooMany);
    }
    if at_once == Some(false) || !is_token(token) {
        return Ok(false);
    }
    if !has_left(&tries.hashes, 0) {
        return Err(Problem::TooMany);
    }
    let _turn = tries.turn.acquire().await.map_err(|_| Problem::Busy)?;
    let (keys, token) = (study.keys.clone(), token.to_owned());
    let right = tokio::task::spawn_blocking(move || keys.is_admin(&token)).await.unwrap_or(false);
    if right {
        let _ = tries.right.set(hash);
    }
    Ok(right)
}

fn has_left(buckets: &Mutex<Buckets>, key: u128) -> bool {
    buckets.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take(key, Instant::now())
}
