//! What a connection may take, in time and in number.

use std::time::Duration;

use crate::connections::Room;

/// Files that the program needs besides connections.
const OTHER_FILES: usize = 128;
/// Connections where the system sets no limit of files, or a high one.
const MOST: usize = 2048;
/// Connections that a server has at least, whatever the system says.
const LEAST: usize = 16;

/// Limits of the connections of a server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The headers of a request have arrived so long after the connection, or the response before, at the latest.
    pub headers: Duration,
    /// A response is received in so long at the latest, and longer by what it takes at `slowest`.
    pub response: Duration,
    /// Bytes a second of the slowest receiver.
    pub slowest: u64,
    /// When told to stop, requests that have begun get so long; then their connections are cut.
    pub stop: Duration,
    /// Connections at once; `None` for as many as the process may have files, less some.
    pub connections: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self { headers: secs(20), response: secs(60), slowest: 16 * 1024, stop: secs(10), connections: None }
    }
}

impl Limits {
    /// The room for connections. One address has half of it; behind a proxy every connection has the proxy's address.
    pub(crate) fn room(&self, behind_proxy: bool) -> Room {
        let in_all = self.connections.unwrap_or_else(|| below(files()));
        Room { in_all, of_an_address: if behind_proxy { in_all } else { in_all.div_ceil(2) } }
    }

    /// The longest that a connection may wait after a response of so many bytes.
    pub(crate) fn waits_for(&self, bytes: u64) -> Duration {
        self.headers + self.response + Duration::from_secs(bytes / self.slowest.max(1))
    }
}

/// Connections where the process may have so many files.
fn below(files: Option<u64>) -> usize {
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
        assert_eq!(below(Some(1024)), 896);
        assert_eq!(below(Some(256)), 128);
        assert_eq!(below(Some(100)), 50);
        assert_eq!((below(Some(u64::MAX)), below(None)), (MOST, MOST));
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
