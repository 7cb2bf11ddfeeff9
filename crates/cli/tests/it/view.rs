//! `afterimage view`: the page in a browser, and the API against the commands that do the same.

mod api;
mod compared;
mod doubts;
mod page;
mod queue;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{Desk, printed, program};
use afterimage_probe::{Browser, Client, Response, browser::NO_BROWSER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A server of runs under way; it is told to stop with this.
struct Served {
    process: Child,
    address: SocketAddr,
}

impl Served {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = program();
        command.current_dir(folder).arg("view").args(args).args(["--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("page: http://").unwrap().trim_end_matches('/').parse().unwrap();
        Self { process, address }
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Response {
        Client::new(self.address).send("POST", path, headers, body).unwrap()
    }

    fn get(&self, path: &str) -> Response {
        Client::new(self.address).get(path).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn parsed(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body))
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// The values of an `.npy`, whatever its shape.
fn npy(bytes: &[u8]) -> Vec<f32> {
    afterimage_formats::npy::parse_f32(bytes, Path::new("array")).unwrap().into_iter().collect()
}
