//! As much of HTTP/1.1 as tests and the load generator need: one connection, kept open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as text; bytes that are none are replaced.
    pub body: String,
    /// Body as it came.
    pub bytes: Vec<u8>,
}

impl Response {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A client with the cookie that it was given.
pub struct Client {
    address: SocketAddr,
    connection: Option<BufReader<TcpStream>>,
    cookie: Option<String>,
}

impl Client {
    /// A client of the server at this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, connection: None, cookie: None }
    }

    /// Gets a path.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn get(&mut self, path: &str) -> std::io::Result<Response> {
        self.send("GET", path, &[], "")
    }

    /// Posts a form.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> std::io::Result<Response> {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body.join("&"))
    }

    /// Sends a request, on a new connection where the last one is gone.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> std::io::Result<Response> {
        let body = body.as_ref();
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n", self.address, body.len());
        headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
        if let Some(cookie) = &self.cookie {
            text += &format!("cookie: {cookie}\r\n");
        }
        let response = self.exchange([format!("{text}\r\n").as_bytes(), body].concat());
        if response.is_err() {
            self.connection = None;
        }
        response
    }

    /// Sends bytes as they are and reads one response.
    ///
    /// # Errors
    /// As [`Client::get`]; [`std::io::ErrorKind::InvalidData`] for what is no HTTP.
    pub fn exchange(&mut self, text: impl AsRef<[u8]>) -> std::io::Result<Response> {
        if self.connection.is_none() {
            let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            stream.set_nodelay(true)?;
            self.connection = Some(BufReader::new(stream));
        }
        let connection = self.connection.as_mut().expect("just made");
        connection.get_mut().write_all(text.as_ref())?;
        let mut line = || -> std::io::Result<String> {
            let mut line = String::new();
            match connection.read_line(&mut line)? {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(line.trim_end().to_owned()),
            }
        };
        let first = line()?;
        let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let header = line()?;
            match header.split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim_start().to_owned())),
                None => break,
            }
        }
        let mut response = Response { status, headers, body: String::new(), bytes: Vec::new() };
        let length = response.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        response.body = String::from_utf8_lossy(&body).into_owned();
        response.bytes = body;
        if let Some(cookie) = response.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        if response.header("connection") == Some("close") {
            self.connection = None;
        }
        Ok(response)
    }
}

fn encoded(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
