//! Responses of the API: JSON, arrays, images, and errors with their status.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::ViewError;

/// An error response.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

#[cfg(test)]
impl Problem {
    pub(crate) fn message_of(self) -> String {
        self.message
    }

    pub(crate) fn status_of(&self) -> StatusCode {
        self.status
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        let status = match error {
            ViewError::Request { .. } => StatusCode::BAD_REQUEST,
            ViewError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ViewError::NotFinite { .. } | ViewError::Units { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ViewError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::warn!("{error}");
        }
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "status": self.status.as_u16(), "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// Header of a warning about an answer that is not JSON.
const WARNING: HeaderName = HeaderName::from_static("afterimage-warning");

/// Adds a header per warning.
pub(crate) fn with_warnings(mut response: Response, warnings: &[String]) -> Response {
    let values = warnings.iter().filter_map(|warning| HeaderValue::from_bytes(warning.as_bytes()).ok());
    for value in values {
        response.headers_mut().append(WARNING, value);
    }
    response
}

/// Returns bytes of a media type as a response.
pub(crate) fn bytes(kind: &'static str, bytes: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes.into()).into_response()
}
