//! What every page that Afterimage serves has in common: a [`Guard`] before all routes, [`bucket`]s for limits, [`asset`]s, and
//! [`serve`] until the program is told to stop.

pub mod asset;
pub mod bucket;
pub mod guard;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;

pub use guard::{Client, Guard, Settings};

/// Serves a router behind its guard until the program is told to stop (Ctrl-C, SIGTERM); what was begun is finished. `started` gets
/// the address, whose port the system chose where 0 was asked for.
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
        let listener = tokio::net::TcpListener::bind(listen).await?;
        started(listener.local_addr()?);
        let make = guard::wrap(router, guard).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, make).with_graceful_shutdown(told_to_stop()).await
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    result
}

async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
