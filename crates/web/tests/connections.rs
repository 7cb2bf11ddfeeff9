//! Connections that are slow, half open, too many, or still there when the server is told to stop.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use afterimage_probe::Client;
use afterimage_web::{Guard, Limits, Settings, serve_within};
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A server under way in a runtime of its own.
struct Served {
    runtime: Runtime,
    address: SocketAddr,
    tell: mpsc::Sender<()>,
    server: JoinHandle<()>,
}

const FOREVER: Duration = Duration::from_secs(600);

fn limits() -> Limits {
    Limits { headers: FOREVER, response: FOREVER, ..Limits::default() }
}

fn served(limits: Limits) -> Served {
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/echo", post(|body: Bytes| async move { body }))
        .route("/large", get(|| async { vec![b'x'; 64 << 20] }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(500)).await;
                "done"
            }),
        );
    let guard = Guard::new(&Settings {
        behind_proxy: false,
        requests_a_second: 1e6,
        policy: "default-src 'none'",
        hosts: vec!["named.example".into()],
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel(2);
    let server = runtime.spawn(async move { serve_within(listener, router, guard, &limits, told).await });
    Served { runtime, address, tell, server }
}

impl Served {
    /// A connection that has sent these bytes.
    fn sent(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    }

    /// The same from another address of this machine.
    fn sent_from(&self, from: u8, bytes: &str) -> TcpStream {
        let address = self.address;
        let stream = self.runtime.block_on(async move {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 1, from)), 0)).unwrap();
            socket.connect(address).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        (&stream).write_all(bytes.as_bytes()).unwrap();
        stream
    }

    fn is_answering(&self) -> bool {
        Client::new(self.address).get("/").is_ok_and(|response| response.status == 200)
    }

    /// Tells the server to stop; gives how long it took.
    fn stopped(self) -> Duration {
        let start = Instant::now();
        self.runtime.block_on(async {
            self.tell.send(()).await.unwrap();
            self.server.await.unwrap();
        });
        start.elapsed()
    }
}

/// Whether the server ends a connection, which has sent nothing then, or at most that the request came too late.
fn is_cut(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => !rest.starts_with(b"HTTP/1.1 200"),
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn half_headers_are_cut_also_where_they_trickle() {
    let served = served(Limits { headers: Duration::from_millis(400), ..limits() });
    let start = Instant::now();
    let mut silent = served.sent("");
    let mut half = served.sent("GET / HTTP/1.1\r\nX: ");
    let mut trickle = served.sent("GET / HTTP/1.1\r\nX: ");
    while start.elapsed() < Duration::from_secs(10) && trickle.write_all(b"y").is_ok() {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(is_cut(&mut half) && is_cut(&mut silent) && is_cut(&mut trickle));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn half_open_connections_shut_nobody_out() {
    let served = served(Limits { connections: Some(40), ..limits() });
    let half_headers = "GET / HTTP/1.1\r\nX: ";
    let half_body = "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";
    // Of one address, which has half of the room at most: a request of an address that was here before is not in their way.
    let mut early = Client::new(served.address);
    let _held: Vec<_> = (0..200).map(|i| served.sent_from(1, [half_headers, half_body][i % 2])).collect();
    assert_eq!(early.get("/").unwrap().status, 200);
    assert!(served.is_answering());
    // Of many addresses, which have all of it.
    let _more: Vec<_> = (0..400).map(|i| served.sent_from((i % 20) as u8, [half_headers, half_body][i % 2])).collect();
    for _ in 0..5 {
        assert!(served.is_answering());
    }
}

#[test]
fn ordinary_and_slow_honest_clients_are_served() {
    let served = served(Limits { headers: Duration::from_secs(3), connections: Some(40), ..limits() });
    let mut kept = Client::new(served.address);
    for _ in 0..4 {
        assert_eq!(kept.get("/").unwrap().body, "here");
        std::thread::sleep(Duration::from_millis(200));
    }
    // Headers and body in pieces, as over a bad line.
    let mut slow = served.sent("");
    for piece in [
        "POST /echo HT",
        "TP/1.1\r\nhost: local",
        "host\r\nconnection: close\r\ncontent-le",
        "ngth: 8\r\n\r\nfour",
        "more",
    ] {
        slow.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(150));
    }
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("fourmore"), "{answer}");
    // A large response, received slowly at first.
    let mut large = served.sent("GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    std::thread::sleep(Duration::from_millis(500));
    let mut received = Vec::new();
    large.read_to_end(&mut received).unwrap();
    assert!(received.len() > 64 << 20);
}

#[test]
fn response_that_nobody_receives_is_cut() {
    let (headers, response) = (Duration::from_millis(200), Duration::from_millis(300));
    let served = served(Limits { headers, response, slowest: 1 << 40, ..limits() });
    let mut stuck = served.sent("GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n");
    std::thread::sleep(Duration::from_secs(2));
    let mut received = Vec::new();
    let _ = stuck.read_to_end(&mut received);
    assert!(received.len() < 60 << 20, "{} bytes", received.len());
}

#[test]
fn stop_waits_for_requests_and_not_for_half_open_ones() {
    let served = served(Limits { stop: Duration::from_secs(2), ..limits() });
    let _half = served.sent("GET / HTTP/1.1\r\nX: ");
    let _unused = served.sent("");
    let mut kept = Client::new(served.address);
    kept.get("/").unwrap();
    let mut slow = served.sent("GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    let took = served.stopped();
    assert!(took < Duration::from_secs(4), "{took:?}");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("done"), "{answer}");
}

#[test]
fn stop_is_at_once_where_nothing_is_under_way() {
    let served = served(limits());
    let _unused = served.sent("");
    let mut kept = Client::new(served.address);
    kept.get("/").unwrap();
    let took = served.stopped();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn foreign_names_are_misdirected_and_the_message_says_what_to_do() {
    let served = served(limits());
    for (host, status) in [("localhost", 200), ("127.0.0.1:1", 200), ("named.example", 200), ("evil.example", 421)] {
        let response = Client::new(served.address).exchange(format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n")).unwrap();
        assert_eq!(response.status, status, "{host}");
        assert!(status == 200 || response.body.contains("--host evil.example"), "{}", response.body);
        assert!(response.header("content-security-policy").is_some());
    }
}
