//! Token-bucket rate limits: burst and refill rate.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Most keys with a bucket; beyond it full buckets are dropped.
const MOST: usize = 50_000;
/// Shortest time between two searches for full buckets.
const SEARCH_EVERY: Duration = Duration::from_secs(1);

/// Token-bucket rate limit.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    left: f64,
    seen: Instant,
}

impl Bucket {
    /// Returns a full bucket of `size` tokens.
    pub fn full(size: f64) -> Self {
        Self { left: size, seen: Instant::now() }
    }

    /// Takes a token; false if there is none. Refills by `rate` tokens per second, up to `size`.
    pub fn take(&mut self, rate: f64, size: f64, now: Instant) -> bool {
        self.left = (self.left + rate * now.saturating_duration_since(self.seen).as_secs_f64()).min(size);
        self.seen = now;
        let allowed = self.left >= 1.0;
        self.left -= f64::from(u8::from(allowed));
        allowed
    }
}

/// One bucket per key.
#[derive(Debug)]
pub struct Buckets {
    rate: f64,
    size: f64,
    of: HashMap<u128, Bucket>,
    searched: Option<Instant>,
}

impl Buckets {
    /// Returns buckets of `size` tokens that refill by `rate` per second.
    pub fn new(rate: f64, size: f64) -> Self {
        Self { rate, size: size.max(1.0), of: HashMap::new(), searched: None }
    }

    /// Returns buckets of `rate` tokens that refill in a minute.
    pub fn per_minute(rate: f64) -> Self {
        Self::new(rate / 60.0, rate)
    }

    /// Takes a token of the key; false if there is none.
    pub fn take(&mut self, key: u128, now: Instant) -> bool {
        let (rate, size) = (self.rate, self.size);
        let is_recent = |at: Instant| now.saturating_duration_since(at) < SEARCH_EVERY;
        if self.of.len() >= MOST && !self.searched.is_some_and(is_recent) {
            self.searched = Some(now);
            self.of.retain(|_, b| b.left + rate * now.saturating_duration_since(b.seen).as_secs_f64() < size);
        }
        // With too many keys at once, new ones are refused.
        if self.of.len() >= MOST && !self.of.contains_key(&key) {
            return false;
        }
        self.of.entry(key).or_insert(Bucket { left: size, seen: now }).take(rate, size, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_runs_out_and_refills() {
        let mut buckets = Buckets::new(2.0, 3.0);
        let start = Instant::now();
        let at = |secs: f64| start + Duration::from_secs_f64(secs);
        assert_eq!((0..5).filter(|_| buckets.take(1, at(0.0))).count(), 3);
        assert!(buckets.take(2, at(0.0)), "another key has its own");
        assert!(!buckets.take(1, at(0.4)) && buckets.take(1, at(0.5)) && !buckets.take(1, at(0.5)));
        assert_eq!((0..9).filter(|_| buckets.take(1, at(60.0))).count(), 3);
    }

    #[test]
    fn full_buckets_are_dropped_and_new_keys_refused_when_none_is() {
        let mut buckets = Buckets::new(1.0, 2.0);
        let start = Instant::now();
        (0..MOST as u128).for_each(|key| assert!(buckets.take(key, start)));
        assert!(!buckets.take(u128::MAX, start) && buckets.take(7, start));
        assert!(buckets.take(u128::MAX, start + Duration::from_secs(10)));
        assert!(buckets.of.len() < 10);
    }
}
