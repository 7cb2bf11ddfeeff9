//! The server: connections within their [`Limits`], and a stop that ends in bounded time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::arriving::Arriving;
use crate::connections::{Connections, Place};
use crate::{Guard, Limits, guard};

/// Most bytes of a request's headers.
const HEADER_BYTES: usize = 64 * 1024;
/// Time that work on other threads has to notice the stop.
const THREADS_STOP: Duration = Duration::from_secs(2);

/// Serves a router behind its guard, with the default [`Limits`], until the program receives a stop signal (Ctrl-C, SIGTERM).
/// Requests in progress then have ten seconds; a second signal ends the program at once. `started` receives the address, with
/// the port that the system chose if 0 was requested.
///
/// # Errors
/// That of the system if it can't listen on the address.
pub fn serve(
    listen: SocketAddr,
    router: Router,
    guard: Guard,
    started: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let stop = stop_signals()?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        tracing::info!("listening on {address}");
        started(address);
        serve_within(listener, router, guard, &Limits::default(), stop).await;
        Ok(())
    });
    runtime.shutdown_timeout(THREADS_STOP);
    result
}

/// Serves as [`serve()`] does, with a listener and limits of the caller, until `stop` receives a message; a second one ends it
/// at once.
pub async fn serve_within(
    listener: TcpListener,
    router: Router,
    guard: Guard,
    limits: &Limits,
    mut stop: mpsc::Receiver<()>,
) {
    let connections = Connections::new(limits.room(guard.is_behind_proxy()));
    let router = TowerToHyperService::new(guard::wrap(router, guard));
    let stopping = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.recv() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // If all connections process requests, this one is closed.
                if let Some(place) = connections.admit(peer.ip(), limits.waits_for(0)) {
                    tokio::spawn(serve_connection(stream, peer, place, router.clone(), *limits, stopping.watcher()));
                }
            }
            // The connection is gone, or the system lacks files or memory: others may end meanwhile.
            Err(error) => {
                tracing::debug!("a connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    tracing::info!("stop signal: requests in progress have {} s", limits.stop.as_secs());
    tokio::select! {
        () = stopping.shutdown() => {}
        () = tokio::time::sleep(limits.stop) => {}
        _ = stop.recv() => {}
    }
}

/// Serves one connection from its first request to its end.
async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: TowerToHyperService<Router>,
    limits: Limits,
    watcher: Watcher,
) {
    let _ = stream.set_nodelay(true);
    let place = Arc::new(place);
    let service = service_fn(|request: Request<Incoming>| {
        place.start_waiting(limits.waits_for(0));
        let mut request = request.map(|body| Body::new(Arriving::new(body, place.clone())));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = router.call(request);
        let place = place.clone();
        async move {
            let response = response.await;
            let bytes = response.as_ref().ok().and_then(|response| response.body().size_hint().exact());
            place.start_waiting(limits.waits_for(bytes.unwrap_or(0)));
            response
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // An error is that of the client or its network: nobody is left to inform.
        _ = watcher.watch(connection) => {}
        () = place.until_closed() => {}
    }
}

/// Returns a channel that receives a message per stop signal. From then on signals do not end the program by themselves.
fn stop_signals() -> std::io::Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel(2);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let (mut signals, sender) = (signal(kind)?, sender.clone());
            tokio::spawn(async move { while signals.recv().await.is_some() && sender.send(()).await.is_ok() {} });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {} });
    Ok(receiver)
}
