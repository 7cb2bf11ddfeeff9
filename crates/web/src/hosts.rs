//! The names that a server answers to.
//!
//! A page of another site may let its own name point to this machine (DNS rebinding) and then read what the server says. Such a
//! request carries that name in `Host`. Numbers can't be made to point elsewhere, so that an address is always right.

use std::net::IpAddr;

use axum::http::{Request, header};

/// The names that are right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    names: Vec<String>,
    any: bool,
}

impl Hosts {
    /// `localhost`, every address, and `names`.
    ///
    /// A server behind a proxy does not know the name that the proxy answers to: without `names` any is right there.
    pub fn new(names: &[String], behind_proxy: bool) -> Self {
        let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        Self { any: behind_proxy && names.is_empty(), names }
    }

    /// The name that a request asks for, where it is not one of these.
    ///
    /// # Errors
    /// That name; empty where the request has none.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), String> {
        let stated = request.headers().get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
        let mut asked: Vec<&str> = request.uri().authority().map(|authority| authority.as_str()).into_iter().collect();
        asked.extend(stated);
        match asked.iter().find(|host| !self.has(host)) {
            _ if self.any => Ok(()),
            Some(host) => Err(plain(name_of(host))),
            None if asked.is_empty() => Err(String::new()),
            None => Ok(()),
        }
    }

    fn has(&self, host: &str) -> bool {
        let name = plain(name_of(host));
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
        name == "localhost" || bare.parse::<IpAddr>().is_ok() || self.names.contains(&name)
    }
}

/// Without the port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Names differ neither by case nor by the dot of the root.
fn plain(name: &str) -> String {
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
    fn this_machine_its_addresses_and_the_given_names_are_right() {
        let local = Hosts::new(&[], false);
        for host in ["localhost:8081", "LOCALHOST.", "127.0.0.1", "127.0.0.1:80", "[::1]:80", "192.0.2.7:8080"] {
            assert_eq!(refused(&local, "/", &[host]), None, "{host}");
        }
        for host in ["evil.example:8081", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:x"] {
            assert!(refused(&local, "/", &[host]).is_some(), "{host}");
        }
        assert_eq!(refused(&local, "/", &[]), Some(String::new()));
        // What the request line says counts as well, and so does a second header.
        assert_eq!(refused(&local, "http://evil.example/", &["localhost"]), Some("evil.example".into()));
        assert_eq!(refused(&local, "/", &["localhost", "evil.example:80"]), Some("evil.example".into()));
        let named = Hosts::new(&["Study.example.org".into()], true);
        assert_eq!(refused(&named, "/", &["study.example.org:443"]), None);
        assert_eq!(refused(&named, "/", &["evil.example"]), Some("evil.example".into()));
        assert_eq!(refused(&Hosts::new(&[], true), "/", &["any.example"]), None);
    }
}
