//! Error pages with their status.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::{Shared, Study, log};
use crate::{StudyError, page};

/// An error response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// 400 or 422: not understood.
    Bad,
    /// 415: not a form.
    NotAForm,
    /// 403: the proof of the form is missing or wrong.
    Expired,
    /// 404.
    NotFound,
    /// 405.
    Method,
    /// 409: already answered; with the path to continue.
    Already(String),
    /// 409: not due yet; with the path to continue.
    NotYet(String),
    /// 413.
    TooLarge,
    /// 429.
    TooMany,
    /// 503.
    Busy,
}

impl Problem {
    /// The page.
    pub(super) fn page(&self, study: &Study) -> Response {
        let words = &study.strings.problem;
        let (status, text, back) = match self {
            Self::Bad => (StatusCode::BAD_REQUEST, &words.bad, None),
            Self::NotAForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, &words.bad, None),
            Self::Expired => (StatusCode::FORBIDDEN, &words.expired, None),
            Self::NotFound => (StatusCode::NOT_FOUND, &words.not_found, None),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, &words.method, None),
            Self::Already(back) => (StatusCode::CONFLICT, &words.already, Some(back.as_str())),
            Self::NotYet(back) => (StatusCode::CONFLICT, &words.not_yet, Some(back.as_str())),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, &words.too_large, None),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, &words.too_many, None),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, &words.busy, None),
        };
        let mut response =
            (status, Html(page::problem(&study.design, &study.strings, text, back).into_string())).into_response();
        if matches!(self, Self::TooMany | Self::Busy) {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        response
    }
}

impl From<StudyError> for Problem {
    fn from(error: StudyError) -> Self {
        // A participant can only wait; the cause goes to the log. No message contains a token.
        if !matches!(error, StudyError::Busy) {
            log::error(&error.to_string());
        }
        Problem::Busy
    }
}

pub(super) async fn not_found(State(study): Shared) -> Response {
    Problem::NotFound.page(&study)
}

pub(super) async fn method(State(study): Shared) -> Response {
    Problem::Method.page(&study)
}
