//! Progress, for who has the admin token. It shows numbers alone, no answer and no participant.

use std::time::Instant;

use afterimage_web::bucket::Bucket;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::Shared;
use super::fields::Fields;
use super::problem::Problem;
use crate::{page, store};

/// Five tries at once, and one more every twelve seconds, whoever makes them.
const TRIES: (f64, f64) = (1.0 / 12.0, 5.0);

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

pub(super) async fn ask(State(study): Shared) -> Response {
    Html(page::admin_form(&study.design, false).into_string()).into_response()
}

pub(super) async fn show(State(study): Shared, Fields(form): Fields<Token>) -> Response {
    // Held while the hash is computed, which is slow and takes memory by design: one at a time.
    let mut bucket = study.admin.lock().await;
    let allowed = Bucket::take(&mut bucket, TRIES.0, TRIES.1, Instant::now());
    if !allowed {
        return Problem::TooMany.page(&study);
    }
    let keys = study.keys.clone();
    let right = tokio::task::spawn_blocking(move || keys.is_admin(form.token.trim())).await.unwrap_or(false);
    drop(bucket);
    if !right {
        return (StatusCode::FORBIDDEN, Html(page::admin_form(&study.design, true).into_string())).into_response();
    }
    match study.store.run(store::overview).await {
        Ok(overview) => Html(page::admin(&study.design, &overview).into_string()).into_response(),
        Err(error) => Problem::from(error).page(&study),
    }
}
