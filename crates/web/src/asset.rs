//! Styles and scripts that are built into the program.

use afterimage_formats::digest::sha256_bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// `Cache-Control` of a path that always has the same content.
pub const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// Returns the path of an asset with a short hash of its content, so that browsers never mix two versions of the program.
pub fn path(path: &str, content: &str) -> String {
    format!("{path}?v={}", &sha256_bytes(content.as_bytes())[..12])
}

/// Returns an asset as a response.
pub fn asset(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_follows_the_content() {
        assert_eq!(path("/a.css", "x"), path("/a.css", "x"));
        assert_ne!(path("/a.css", "x"), path("/a.css", "y"));
        assert!(path("/a.css", "x").starts_with("/a.css?v="));
    }
}
