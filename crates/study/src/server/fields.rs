//! Extracts forms and tokens from requests; invalid ones get the study's error page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Form, extract::rejection::FormRejection};
use serde::de::DeserializeOwned;

use super::Study;
use super::problem::Problem;
use crate::keys::is_token;

/// The fields of a form.
pub(super) struct Fields<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Study>> for Fields<T> {
    type Rejection = axum::response::Response;

    async fn from_request(request: Request, study: &Arc<Study>) -> Result<Self, Self::Rejection> {
        let form: Result<Form<T>, FormRejection> = Form::from_request(request, study).await;
        form.map(|Form(fields)| Self(fields)).map_err(|rejection| {
            let problem = match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::NotAForm,
                _ => Problem::Bad,
            };
            problem.page(study)
        })
    }
}

/// The token of a path, if it has the form of one.
pub(super) struct Token(pub(super) String);

impl FromRequestParts<Arc<Study>> for Token {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, study: &Arc<Study>) -> Result<Self, Self::Rejection> {
        let path = Path::<String>::from_request_parts(parts, study).await;
        path.ok()
            .filter(|Path(token)| is_token(token))
            .map(|Path(token)| Self(token))
            .ok_or_else(|| Problem::NotFound.page(study))
    }
}

/// The token and the number of a trial of a path.
pub(super) struct Visited(pub(super) String, pub(super) usize);

impl FromRequestParts<Arc<Study>> for Visited {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, study: &Arc<Study>) -> Result<Self, Self::Rejection> {
        let path = Path::<(String, usize)>::from_request_parts(parts, study).await;
        path.ok()
            .filter(|Path((token, _))| is_token(token))
            .map(|Path((token, trial))| Self(token, trial))
            .ok_or_else(|| Problem::NotFound.page(study))
    }
}

/// Values of the visitor's cookies with this name. Another site of the same domain may have set one too.
pub(super) struct Visitor(pub(super) Vec<String>);

/// Maximum number of cookies of one name that are checked.
const COOKIES: usize = 4;
/// Name of the cookie.
pub(super) const COOKIE: &str = "afterimage";

impl FromRequestParts<Arc<Study>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Study>) -> Result<Self, Self::Rejection> {
        let headers = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = headers.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let own = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned());
        Ok(Self(own.take(COOKIES).collect()))
    }
}
