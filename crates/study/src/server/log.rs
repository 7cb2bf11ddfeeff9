//! Error log of the server. A full disk fails every request, so a repeated error is one line per minute, with its
//! count.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Minimum interval between lines of the same error.
const EVERY: Duration = Duration::from_secs(60);
/// Maximum number of distinct errors; others share a line.
const KINDS: usize = 32;

static LOG: Mutex<Log> = Mutex::new(Log(BTreeMap::new()));

/// Time of the last line of each error, and its count since.
struct Log(BTreeMap<String, (Instant, usize)>);

/// Logs an error, unless it was just logged.
pub(super) fn error(message: &str) {
    let line = LOG.lock().unwrap_or_else(PoisonError::into_inner).line(message, Instant::now());
    if let Some(line) = line {
        tracing::error!("{line}");
    }
}

impl Log {
    /// The line to log now, if any.
    fn line(&mut self, message: &str, now: Instant) -> Option<String> {
        self.0.retain(|_, (said, more)| *more > 0 || now.saturating_duration_since(*said) < EVERY);
        let kind = if self.0.len() < KINDS || self.0.contains_key(message) { message } else { "" };
        let Some((said, more)) = self.0.get_mut(kind) else {
            self.0.insert(kind.to_owned(), (now, 0));
            return Some(message.to_owned());
        };
        let since = now.saturating_duration_since(*said);
        if since < EVERY {
            *more += 1;
            return None;
        }
        let times = std::mem::take(more);
        *said = now;
        Some(if times == 0 {
            message.to_owned()
        } else {
            format!("{message} (and {times} times more in the last {} s)", since.as_secs())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_error_is_a_line_a_minute_with_its_number() {
        let mut log = Log(BTreeMap::new());
        let start = Instant::now();
        let mut at = |secs: u64, message: &str| log.line(message, start + Duration::from_secs(secs));
        assert_eq!(at(0, "disk full").as_deref(), Some("disk full"));
        assert!((0..8357).all(|i| at(i % 59, "disk full").is_none()));
        assert_eq!(at(30, "other").as_deref(), Some("other"), "another error is said at once");
        assert_eq!(at(75, "disk full").as_deref(), Some("disk full (and 8357 times more in the last 75 s)"));
        assert_eq!(at(200, "disk full").as_deref(), Some("disk full"));
    }

    #[test]
    fn ever_new_errors_share_a_line() {
        let mut log = Log(BTreeMap::new());
        let now = Instant::now();
        let said = (0..1000).filter(|i| log.line(&format!("error {i}"), now).is_some()).count();
        assert_eq!((said, log.0.len()), (KINDS + 1, KINDS + 1));
    }
}
