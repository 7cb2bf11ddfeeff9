//! Serving: connections within their [`Limits`], and a stop that has an end.

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

/// The most that is kept of the headers of a request, bytes.
const HEADER_BYTES: usize = 64 * 1024;
/// Work on other threads has so long to notice that nobody waits for it.
const THREADS_STOP: Duration = Duration::from_secs(2);

/// Serves a router behind its guard until the program is told to stop (Ctrl-C, SIGTERM), within the usual [`Limits`]. Requests that
/// have begun then have ten seconds; told once more, the program ends at once. `started` gets the address, whose port the
/// system chose where 0 was asked for.
///
/// # Errors
/// That of the system where the address can't be listened on.
pub fn serve(
    listen: SocketAddr,
    router: Router,
    guard: Guard,
    started: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let told = told_to_stop()?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        tracing::info!("listening on {address}");
        started(address);
        serve_within(listener, router, guard, &Limits::default(), told).await;
        Ok(())
    });
    runtime.shutdown_timeout(THREADS_STOP);
    result
}

/// As [`serve()`], for a listener and limits of one's own, until `told` receives; received once more, it ends at once.
pub async fn serve_within(
    listener: TcpListener,
    router: Router,
    guard: Guard,
    limits: &Limits,
    mut told: mpsc::Receiver<()>,
) {
    let connections = Connections::new(limits.room(guard.is_behind_proxy()));
    let router = TowerToHyperService::new(guard::wrap(router, guard));
    let stopping = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            _ = told.recv() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Where every connection is at work there is no room for another: this one is closed.
                if let Some(place) = connections.admit(peer.ip(), limits.waits_for(0)) {
                    tokio::spawn(attend(stream, peer, place, router.clone(), *limits, stopping.watcher()));
                }
            }
            // The connection is gone already, or the system is short of files or memory: others may end meanwhile.
            Err(error) => {
                tracing::debug!("a connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    tracing::info!("told to stop: requests that have begun have {} s", limits.stop.as_secs());
    tokio::select! {
        () = stopping.shutdown() => {}
        () = tokio::time::sleep(limits.stop) => {}
        _ = told.recv() => {}
    }
}

/// One connection from its first request to its end.
async fn attend(
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
        place.waits(limits.waits_for(0));
        let mut request = request.map(|body| Body::new(Arriving::new(body, place.clone())));
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = router.call(request);
        let place = place.clone();
        async move {
            let response = response.await;
            let bytes = response.as_ref().ok().and_then(|response| response.body().size_hint().exact());
            place.waits(limits.waits_for(bytes.unwrap_or(0)));
            response
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // An error is that of the client, or of its line: there is nobody to tell.
        _ = watcher.watch(connection) => {}
        () = place.cut() => {}
    }
}

/// Receives whenever a signal tells the program to stop. From here on signals do not end it by themselves.
fn told_to_stop() -> std::io::Result<mpsc::Receiver<()>> {
    let (tell, told) = mpsc::channel(2);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
            let (mut signals, tell) = (signal(kind)?, tell.clone());
            tokio::spawn(async move { while signals.recv().await.is_some() && tell.send(()).await.is_ok() {} });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move { while tokio::signal::ctrl_c().await.is_ok() && tell.send(()).await.is_ok() {} });
    Ok(told)
}
