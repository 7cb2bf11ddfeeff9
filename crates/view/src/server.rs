//! The server: its routes, its limits, and a graceful stop.
//!
//! | route | |
//! |---|---|
//! | `GET /?reference=LABEL` | the page, with differences from that run; without it from the first |
//! | `GET /table?reference=LABEL` | the page's table of runs |
//! | `GET /compare?reference=LABEL` | the runs compared in full |
//! | `GET /report/{label}` | the report of a run |
//! | `GET /catalog.json` | what the page shows |
//! | `GET /picture/{run}/{kind}/{item}` | an image: `shown`, `reconstruction` or `candidate` of an item |
//! | `GET /static/view.css`, `/static/view.js`, `/static/networks.js` | |
//! | `POST /api/v1/encode`, `/api/v1/decode`, `GET /api/v1/runs`, `/api/v1/openapi.json` | the networks |
//! | `GET /health` | 204 |
//! | `GET /metrics` | counters for Prometheus |

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use afterimage_web::{Guard, Settings, asset::asset};

use crate::answer::{Problem, bytes};
use crate::compared::Compared;
use crate::effort::Effort;
use crate::metrics::Metrics;
use crate::networks::Networks;
use crate::{Catalog, Result, ViewError, api, page, pages};

/// Allows only content of this server, and images that the page makes from dropped files.
const POLICY: &str = "default-src 'none'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Options of the server.
#[derive(Debug, Clone)]
pub struct ViewOptions {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// True behind a reverse proxy.
    pub behind_proxy: bool,
    /// Host names of the server in addition to `localhost` and addresses; without any, a server behind a proxy accepts all.
    pub hosts: Vec<String>,
    /// Requests per second of one address; the burst is twenty times as many.
    pub requests_a_second: f64,
    /// Images and responses that may wait for the networks; further requests are answered that the server is busy.
    pub waiting: usize,
    /// Device of the networks, instead of that of the runs.
    pub device: Option<String>,
}

/// The shared state of the routes.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) catalog: Catalog,
    pub(crate) networks: Networks,
    pub(crate) effort: Effort,
    pub(crate) compared: Compared,
    /// The page before and after the table of runs.
    pub(crate) page: (String, String),
    catalog_json: Bytes,
    metrics: Arc<Metrics>,
}

pub(crate) type Shared = Arc<Server>;

/// Serves runs until a stop signal (Ctrl-C, SIGTERM); requests in progress then have ten seconds. It changes nothing in a run
/// folder. `started` receives the address.
///
/// # Errors
/// Those of [`Catalog::open`]; [`ViewError::Io`] if the server can't listen on the address.
pub fn view(runs: &[PathBuf], options: &ViewOptions, started: impl FnOnce(SocketAddr)) -> Result<()> {
    let server = Server::new(Catalog::open(runs)?, options)?;
    let guard = Guard::new(&Settings {
        behind_proxy: options.behind_proxy,
        requests_a_second: options.requests_a_second,
        policy: POLICY,
        hosts: options.hosts.clone(),
    });
    let served = afterimage_web::serve(options.listen, routes(&Arc::new(server)), guard, started);
    served.map_err(|source| ViewError::Io { action: "listen on", what: options.listen.to_string(), source })
}

impl Server {
    fn new(catalog: Catalog, options: &ViewOptions) -> Result<Self> {
        let metrics = Arc::new(Metrics::default());
        let networks = Networks::start(&catalog, options.device.clone(), options.waiting, metrics.clone())?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let stamp = since.map_or(0, |since| since.as_millis()).to_string();
        Ok(Self {
            compared: Compared::new(&catalog),
            page: page::page(&catalog, &stamp),
            catalog_json: serde_json::to_vec(&catalog).unwrap_or_default().into(),
            catalog,
            networks,
            effort: Effort::new(),
            metrics,
        })
    }
}

fn routes(server: &Shared) -> Router {
    Router::new()
        .route("/", get(pages::show))
        .route("/table", get(pages::table))
        .route("/compare", get(pages::compare))
        .route("/report/{label}", get(pages::report))
        .route("/catalog.json", get(catalog))
        .route("/picture/{run}/{kind}/{item}", get(picture))
        .route("/static/view.css", get(|| async { asset("text/css; charset=utf-8", page::STYLE) }))
        .route("/static/view.js", get(|| async { asset("text/javascript; charset=utf-8", page::SCRIPT) }))
        .route("/static/networks.js", get(|| async { asset("text/javascript; charset=utf-8", page::NETWORKS) }))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/api/v1/runs", get(api::runs))
        .route("/api/v1/openapi.json", get(api::openapi))
        .route("/api/v1/encode", post(api::encode))
        .route("/api/v1/decode", post(api::decode))
        .route("/health", get(|| async { StatusCode::NO_CONTENT }))
        .route("/metrics", get(metrics))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "not found") })
        .method_not_allowed_fallback(|| async { Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed") })
        .layer(from_fn_with_state(server.clone(), count_request))
        .with_state(server.clone())
}

/// Counts every request.
async fn count_request(State(server): State<Shared>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    server.metrics.request(&route, response.status().as_u16(), start.elapsed());
    response
}

async fn catalog(State(server): State<Shared>) -> Response {
    bytes("application/json", server.catalog_json.clone())
}

async fn metrics(State(server): State<Shared>) -> Response {
    bytes("text/plain; version=0.0.4; charset=utf-8", server.metrics.text(server.networks.waiting()).into_bytes())
}

/// Sends an image by numbers; no path of a request ever reaches the disk.
async fn picture(
    State(server): State<Shared>,
    Path((run, kind, item)): Path<(usize, String, usize)>,
) -> std::result::Result<Response, Problem> {
    let none = || Problem::new(StatusCode::NOT_FOUND, "no such picture");
    let kind = ["shown", "reconstruction", "candidate"].iter().position(|known| *known == kind).ok_or_else(none)?;
    let run = server.catalog.runs.get(run).ok_or_else(none)?;
    let path = run.files.get(item).and_then(|files| files[kind].clone()).ok_or_else(none)?;
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let picture = read.ok().and_then(std::io::Result::ok).ok_or_else(none)?;
    let mut response = bytes("image/png", picture);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, max-age=86400"));
    Ok(response)
}
