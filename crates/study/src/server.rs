//! The server of a study.
//!
//! [`serve`] puts the routes of a study behind the guard of [`afterimage_web`].
//!
//! | route | |
//! |---|---|
//! | `GET`, `POST /s/{study}` | information and consent; begin |
//! | `GET /s/{study}/picture/{file}` | an image |
//! | `GET /p/{participant}` | current page of the participant: questions, a trial, the end |
//! | `GET /p/{participant}/practice/{trial}` | the right answer to a practice trial that was answered |
//! | `POST /p/{participant}/questions`, `/answer` | the answers of a participant; then back to the current page |
//! | `GET`, `POST /admin` | progress; requires the admin token |
//! | `GET /static/study.css`, `/static/study.js` | |
//! | `GET /health` | 204 if the database answers |

mod admin;
mod assets;
mod fields;
mod log;
mod participant;
mod problem;
mod visit;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::keys::Keys;
use crate::store::{self, Store};
use crate::{Design, Result, Stimuli, Strings, StudyError, StudyFolder, consent, folder as study_folder};
use afterimage_formats::digest::sha256_bytes;
use afterimage_web::bucket::Buckets;
use afterimage_web::{Guard, Settings};

/// Maximum size of a form, in bytes.
const FORM_BYTES: usize = 8 * 1024;
/// Allows only the study's own images, style and script.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Rate limits per address.
#[derive(Debug, Clone)]
pub struct Limits {
    /// New participants per minute from one address. A laboratory may share one address.
    pub starts_a_minute: f64,
    /// Token-bucket refill rate: requests per second from one address; the burst is 20 times as large.
    pub requests_a_second: f64,
    /// Answers per second of one participant; the burst is twice as large.
    pub answers_a_second: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { starts_a_minute: 60.0, requests_a_second: 100.0, answers_a_second: 5.0 }
    }
}

/// Options of the server.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// True behind a reverse proxy: client addresses are then read from `X-Forwarded-For`, and cookies need
    /// HTTPS.
    pub behind_proxy: bool,
    /// Host names to accept besides `localhost` and IP addresses; behind a proxy, without any, all are accepted.
    pub hosts: Vec<String>,
    /// Rate limits per address.
    pub limits: Limits,
    /// True for a pilot: the consent page may still have the line to be replaced, and participants who begin are marked.
    pub pilot: bool,
}

/// Everything that a page needs.
#[derive(Debug)]
pub(crate) struct Study {
    design: Design,
    stimuli: Stimuli,
    fingerprint: String,
    strings: Strings,
    consent: String,
    consent_hash: String,
    keys: Keys,
    pictures: HashMap<String, Bytes>,
    store: Store,
    starts: Mutex<Buckets>,
    admin: admin::Tries,
    answers: Mutex<Buckets>,
    secure_cookies: bool,
    pilot: bool,
}

type Shared = State<Arc<Study>>;

/// A study ready to be served.
#[derive(Debug, Clone)]
pub struct Service(Arc<Study>);

impl Service {
    /// Reads a study, checks every image against its hash, and opens its database.
    ///
    /// # Errors
    /// Errors of reading; [`StudyError::File`] if an image is damaged, the design changed after the first participant, or the
    /// consent page still has the line to be replaced and this is no pilot.
    pub fn open(folder: &StudyFolder, options: &ServeOptions) -> Result<Self> {
        folder.keep_private();
        let (design, stimuli, fingerprint) = Design::read_with_pictures(folder)?;
        let markdown = study_folder::read(&folder.consent_file())?;
        if !options.pilot && consent::has_placeholder(&markdown) {
            let message = "still has the line to be replaced by contact person and ethics approval: write them there, or try the \
                           study with --pilot, which marks its answers as those of a pilot";
            return Err(StudyError::File { path: folder.consent_file(), message: message.into() });
        }
        let markdown = consent::fill(&markdown, design.questions);
        Ok(Self(Arc::new(Study {
            strings: Strings::read(folder, &design.language)?,
            consent: consent::render(&markdown),
            consent_hash: sha256_bytes(markdown.as_bytes()),
            keys: Keys::read(folder)?,
            pictures: pictures(folder, &stimuli)?,
            store: Store::start(&folder.database_file())?,
            starts: Mutex::new(Buckets::per_minute(options.limits.starts_a_minute)),
            admin: admin::Tries::new(),
            answers: Mutex::new(Buckets::new(options.limits.answers_a_second, 2.0 * options.limits.answers_a_second)),
            secure_cookies: options.behind_proxy,
            pilot: options.pilot,
            fingerprint,
            design,
            stimuli,
        })))
    }

    /// Path of the link for participants.
    pub fn path(&self) -> String {
        format!("/s/{}", self.0.keys.study)
    }
}

fn pictures(folder: &StudyFolder, stimuli: &Stimuli) -> Result<HashMap<String, Bytes>> {
    let mut pictures = HashMap::new();
    for picture in stimuli.pictures() {
        let path = folder.pictures_dir().join(&picture.file);
        let fault = |message: &str| StudyError::File { path: path.clone(), message: message.into() };
        if picture.file.contains(['/', '\\']) {
            return Err(fault("is not the name of an image"));
        }
        let bytes =
            std::fs::read(&path).map_err(|source| StudyError::Io { action: "read", path: path.clone(), source })?;
        if sha256_bytes(&bytes) != picture.sha256 {
            return Err(fault("is not the image that the study was created with: restore it from a backup"));
        }
        pictures.insert(picture.file.clone(), Bytes::from(bytes));
    }
    Ok(pictures)
}

fn routes(service: &Service) -> Router {
    Router::new()
        .route("/s/{study}", get(visit::show).post(visit::begin))
        .route("/s/{study}/picture/{file}", get(assets::picture))
        .route("/p/{participant}", get(participant::show))
        .route("/p/{participant}/practice/{trial}", get(participant::practice))
        .route("/p/{participant}/questions", post(participant::questions))
        .route("/p/{participant}/answer", post(participant::answer))
        .route("/admin", get(admin::ask).post(admin::show))
        .route("/static/study.css", get(assets::style))
        .route("/static/study.js", get(assets::script))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/health", get(health))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .with_state(service.0.clone())
}

async fn health(State(study): Shared) -> StatusCode {
    match study.store.run(|connection| store::fingerprint(connection, None)).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Serves a study until Ctrl-C or SIGTERM; running requests have ten seconds to finish. `started` receives the address
/// and the path of the participants' link.
///
/// # Errors
/// See [`Service::open`]; [`StudyError::Io`] if the address cannot be listened on.
pub fn serve(folder: &StudyFolder, options: &ServeOptions, started: impl FnOnce(SocketAddr, &str)) -> Result<()> {
    let service = Service::open(folder, options)?;
    let guard = Guard::new(&Settings {
        behind_proxy: options.behind_proxy,
        requests_a_second: options.limits.requests_a_second,
        policy: POLICY,
        hosts: options.hosts.clone(),
    });
    let served =
        afterimage_web::serve(options.listen, routes(&service), guard, |address| started(address, &service.path()));
    served.map_err(|source| StudyError::Io { action: "listen on", path: options.listen.to_string().into(), source })
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
