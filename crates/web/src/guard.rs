//! The layer in front of every route: host names, headers, a rate limit per address, a limit of concurrent requests, and no
//! posts from other sites.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::Hosts;
use crate::bucket::Buckets;

/// Concurrent requests; further ones are answered that the server is busy.
const AT_ONCE: usize = 1024;
/// Longest time of a request.
const LONGEST: Duration = Duration::from_secs(30);

/// Limits and names of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// True behind a reverse proxy: addresses are then read from `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Requests per second of one address; the burst is twenty times as many.
    pub requests_a_second: f64,
    /// `Content-Security-Policy` of every response.
    pub policy: &'static str,
    /// Host names of the server in addition to `localhost` and addresses; see [`Hosts::new`].
    pub hosts: Vec<String>,
}

/// Returns the key of an address: for IPv6 the /64 network, which one customer has.
pub fn key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_ipv6_mapped().to_bits(),
            None => v6.to_bits() & !u128::from(u64::MAX),
        },
    }
}

/// The state of the layer.
#[derive(Debug, Clone)]
pub struct Guard {
    behind_proxy: bool,
    policy: HeaderValue,
    hosts: Arc<Hosts>,
    at_once: Arc<Semaphore>,
    requests: Arc<Mutex<Buckets>>,
}

impl Guard {
    /// Returns a guard with these limits.
    pub fn new(settings: &Settings) -> Self {
        let rate = settings.requests_a_second;
        Self {
            behind_proxy: settings.behind_proxy,
            policy: HeaderValue::from_static(settings.policy),
            hosts: Arc::new(Hosts::new(&settings.hosts, settings.behind_proxy)),
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            requests: Arc::new(Mutex::new(Buckets::new(rate, 20.0 * rate))),
        }
    }

    /// Returns true if every connection comes from a proxy.
    pub(crate) fn is_behind_proxy(&self) -> bool {
        self.behind_proxy
    }
}

/// The address of the client, which the guard adds to every request.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub IpAddr);

/// Adds the guard to every route of a router.
pub fn wrap(router: Router, guard: Guard) -> Router {
    let policy = guard.policy.clone();
    let router = router
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST))
        .layer(from_fn_with_state(guard, pass));
    add_headers(router, policy)
}

/// Passes a request on if it is admitted and there is room. The limits of `tower` do not fit: they let a request wait, and
/// do not distinguish addresses.
async fn pass(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let (start, method) = (Instant::now(), request.method().clone());
    // The pattern of the route: the path itself may name a participant.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = match admit(&guard, &mut request) {
        Err(refusal) => *refusal,
        Ok(()) => match guard.at_once.try_acquire() {
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response(),
            Ok(_permit) => next.run(request).await,
        },
    };
    let (route, status) = (route.as_ref().map_or("none", MatchedPath::as_str), response.status().as_u16());
    tracing::debug!("{method} {route}: {status} in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    response
}

fn admit(guard: &Guard, request: &mut Request) -> Result<(), Box<Response>> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = forwarded_address(guard, request.headers()).or(peer);
    let address = address.ok_or_else(|| Box::new(StatusCode::BAD_REQUEST.into_response()))?;
    request.extensions_mut().insert(Client(address));
    let mut requests = guard.requests.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !requests.take(key(address), Instant::now()) {
        return Err(Box::new((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "5")]).into_response()));
    }
    guard.hosts.check(request).map_err(|name| Box::new(wrong_host(name)))?;
    // Browsers state where a request comes from; a form on another site is refused.
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let foreign = matches!(site, Some("cross-site" | "same-site"));
    let is_refused = foreign && request.method() == Method::POST;
    if is_refused { Err(Box::new(StatusCode::FORBIDDEN.into_response())) } else { Ok(()) }
}

fn wrong_host(name: String) -> Response {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte));
    let name = if name.is_empty() || !is_plain(&name) { "NAME" } else { &name };
    let message = format!(
        "this server does not answer to the name of this address: open it by its number or as localhost, or start it with --host {name}\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, message).into_response()
}

/// Returns the address that our proxy saw, the last entry; the client may have written those before it.
fn forwarded_address(guard: &Guard, headers: &HeaderMap) -> Option<IpAddr> {
    if !guard.behind_proxy {
        return None;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// Adds headers to every response. A route may set its own caching, and its own policy for content that is not the server's.
fn add_headers(router: Router, policy: HeaderValue) -> Router {
    let policy = SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy);
    let caching = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("x-robots-tag", "noindex, nofollow"),
    ]
    .into_iter()
    .fold(router.layer(policy).layer(caching), |router, (name, value)| {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_customer_are_one() {
        let key = |text: &str| key(text.parse().unwrap());
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:2"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn only_what_the_proxy_saw_counts() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("203.0.113.9, 198.51.100.7"));
        let guard = |behind_proxy| Guard {
            behind_proxy,
            policy: HeaderValue::from_static(""),
            hosts: Arc::default(),
            at_once: Arc::new(Semaphore::new(1)),
            requests: Arc::new(Mutex::new(Buckets::new(1.0, 1.0))),
        };
        assert_eq!(forwarded_address(&guard(true), &headers), "198.51.100.7".parse().ok());
        assert_eq!(forwarded_address(&guard(false), &headers), None);
    }
}
