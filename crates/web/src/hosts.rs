//! The host names of a server.
//!
//! A page of another site may let its own name point to this machine (DNS rebinding) and then read the server's responses.
//! Such a request has that name in `Host`. A numeric address can't be rebound, so it is always accepted.

use std::net::IpAddr;

use axum::http::{Request, header};

/// The accepted host names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    names: Vec<String>,
    any: bool,
}

impl Hosts {
    /// Accepts `localhost`, every address, and `names`.
    ///
    /// A server behind a proxy does not know the host name of the proxy: without `names` it accepts any.
    pub fn new(names: &[String], behind_proxy: bool) -> Self {
        let names: Vec<String> = names.iter().map(|name| normalize(name)).collect();
        Self { any: behind_proxy && names.is_empty(), names }
    }

    /// Checks the host name of a request.
    ///
    /// # Errors
    /// The name, if it is not accepted; empty if the request has none.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), String> {
        let stated = request.headers().get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
        let mut asked: Vec<&str> = request.uri().authority().map(|authority| authority.as_str()).into_iter().collect();
        asked.extend(stated);
        match asked.iter().find(|host| !self.has(host)) {
            _ if self.any => Ok(()),
            Some(host) => Err(normalize(without_port(host))),
            None if asked.is_empty() => Err(String::new()),
            None => Ok(()),
        }
    }

    fn has(&self, host: &str) -> bool {
        let name = normalize(without_port(host));
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
        name == "localhost" || bare.parse::<IpAddr>().is_ok() || self.names.contains(&name)
    }
}

/// Removes the port.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Removes the differences that a name may have: case, and the dot of the root.
fn normalize(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(hosts: &Hosts, uri: &str, stated: &[&str]) -> Option<String> {
        let mut request = Request::builder().uri(uri);
        for host in stated {
            request = request.header(header::HOST, *host);
        }
        hosts.check(&request.body(()).unwrap()).err()
    }

    #[test]
    fn this_machine_its_addresses_and_the_given_names_are_accepted() {
        let local = Hosts::new(&[], false);
        for host in ["localhost:8081", "LOCALHOST.", "127.0.0.1", "127.0.0.1:80", "[::1]:80", "192.0.2.7:8080"] {
            assert_eq!(refused(&local, "/", &[host]), None, "{host}");
        }
        for host in ["evil.example:8081", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:x"] {
            assert!(refused(&local, "/", &[host]).is_some(), "{host}");
        }
        assert_eq!(refused(&local, "/", &[]), Some(String::new()));
        // The request line counts as well, and so does a second header.
        assert_eq!(refused(&local, "http://evil.example/", &["localhost"]), Some("evil.example".into()));
        assert_eq!(refused(&local, "/", &["localhost", "evil.example:80"]), Some("evil.example".into()));
        let named = Hosts::new(&["Study.example.org".into()], true);
        assert_eq!(refused(&named, "/", &["study.example.org:443"]), None);
        assert_eq!(refused(&named, "/", &["evil.example"]), Some("evil.example".into()));
        assert_eq!(refused(&Hosts::new(&[], true), "/", &["any.example"]), None);
    }
}
