//! Limits of connections, in time and number.

use std::time::Duration;

use crate::connections::Room;

/// Files that the program needs in addition to connections.
const OTHER_FILES: usize = 128;
/// Most connections, if the system allows many files.
const MOST: usize = 2048;
/// Fewest connections, whatever the system allows.
const LEAST: usize = 16;

/// Limits of the connections of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest time from the start of the connection, or the previous response, to the end of a request's headers.
    pub headers: Duration,
    /// Longest time to receive a response, plus the time that its bytes take at `slowest`.
    pub response: Duration,
    /// Bytes per second of the slowest receiver.
    pub slowest: u64,
    /// Time that requests in progress have after a stop signal; then their connections are closed.
    pub stop: Duration,
    /// Concurrent connections; `None` for the number of files that the process may open, minus some.
    pub connections: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self { headers: secs(20), response: secs(60), slowest: 16 * 1024, stop: secs(10), connections: None }
    }
}

impl Limits {
    /// Returns how many connections may be open. One address may have half of them; behind a proxy all of them, since every
    /// connection has the proxy's address.
    pub(crate) fn room(&self, behind_proxy: bool) -> Room {
        let in_all = self.connections.unwrap_or_else(|| connections_for(files()));
        Room { in_all, of_an_address: if behind_proxy { in_all } else { in_all.div_ceil(2) } }
    }

    /// Returns the longest time that a connection may wait after a response of `bytes`.
    pub(crate) fn waits_for(&self, bytes: u64) -> Duration {
        self.headers + self.response + Duration::from_secs(bytes / self.slowest.max(1))
    }
}

/// Returns the number of connections for a limit of open files.
fn connections_for(files: Option<u64>) -> usize {
    let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    files.saturating_sub(OTHER_FILES).max(files / 2).clamp(LEAST, MOST)
}

#[cfg(unix)]
fn files() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(now, _)| now)
}

#[cfg(not(unix))]
fn files() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_stay_below_the_files_of_the_process() {
        assert_eq!(connections_for(Some(1024)), 896);
        assert_eq!(connections_for(Some(256)), 128);
        assert_eq!(connections_for(Some(100)), 50);
        assert_eq!((connections_for(Some(u64::MAX)), connections_for(None)), (MOST, MOST));
        let limits = Limits { connections: Some(9), ..Limits::default() };
        assert_eq!(limits.room(false), Room { in_all: 9, of_an_address: 5 });
        assert_eq!(limits.room(true), Room { in_all: 9, of_an_address: 9 });
    }

    #[test]
    fn large_responses_may_take_longer() {
        let limits = Limits::default();
        assert_eq!(limits.waits_for(0), Duration::from_secs(80));
        assert_eq!(limits.waits_for(160 * 1024), Duration::from_secs(90));
    }
}
