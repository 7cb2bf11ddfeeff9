//! Allowances: so many at once, and so many more with time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Addresses that are remembered; beyond them those whose allowance is full again are dropped.
const REMEMBERED: usize = 50_000;
/// They are looked through so often at most.
const LOOKED_THROUGH: Duration = Duration::from_secs(1);

/// An allowance that fills up again with time.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    left: f64,
    seen: Instant,
}

impl Bucket {
    /// A full one.
    pub fn full(size: f64) -> Self {
        Self { left: size, seen: Instant::now() }
    }

    /// Takes one, where there is one.
    pub fn take(&mut self, rate: f64, size: f64, now: Instant) -> bool {
        self.left = (self.left + rate * now.saturating_duration_since(self.seen).as_secs_f64()).min(size);
        self.seen = now;
        let allowed = self.left >= 1.0;
        self.left -= f64::from(u8::from(allowed));
        allowed
    }
}

/// An allowance for each key.
#[derive(Debug)]
pub struct Buckets {
    rate: f64,
    size: f64,
    of: HashMap<u128, Bucket>,
    looked_through: Option<Instant>,
}

impl Buckets {
    /// Allowances of `size` that fill up again by `rate` a second.
    pub fn new(rate: f64, size: f64) -> Self {
        Self { rate, size: size.max(1.0), of: HashMap::new(), looked_through: None }
    }

    /// Allowances of `rate` a minute, all of them at once where they were saved up.
    pub fn per_minute(rate: f64) -> Self {
        Self::new(rate / 60.0, rate)
    }

    /// Takes one of the key's allowance, where there is one.
    pub fn take(&mut self, key: u128, now: Instant) -> bool {
        let (rate, size) = (self.rate, self.size);
        let is_recent = |at: Instant| now.saturating_duration_since(at) < LOOKED_THROUGH;
        if self.of.len() >= REMEMBERED && !self.looked_through.is_some_and(is_recent) {
            self.looked_through = Some(now);
            self.of.retain(|_, b| b.left + rate * now.saturating_duration_since(b.seen).as_secs_f64() < size);
        }
        // Where too many addresses ask at once, those not known yet wait.
        if self.of.len() >= REMEMBERED && !self.of.contains_key(&key) {
            return false;
        }
        self.of.entry(key).or_insert(Bucket { left: size, seen: now }).take(rate, size, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_runs_out_and_fills_up_again() {
        let mut buckets = Buckets::new(2.0, 3.0);
        let start = Instant::now();
        let at = |secs: f64| start + Duration::from_secs_f64(secs);
        assert_eq!((0..5).filter(|_| buckets.take(1, at(0.0))).count(), 3);
        assert!(buckets.take(2, at(0.0)), "another key has its own");
        assert!(!buckets.take(1, at(0.4)) && buckets.take(1, at(0.5)) && !buckets.take(1, at(0.5)));
        assert_eq!((0..9).filter(|_| buckets.take(1, at(60.0))).count(), 3);
    }

    #[test]
    fn full_allowances_are_forgotten_and_strangers_wait_when_none_is() {
        let mut buckets = Buckets::new(1.0, 2.0);
        let start = Instant::now();
        (0..REMEMBERED as u128).for_each(|key| assert!(buckets.take(key, start)));
        assert!(!buckets.take(u128::MAX, start) && buckets.take(7, start));
        assert!(buckets.take(u128::MAX, start + Duration::from_secs(10)));
        assert!(buckets.of.len() < 10);
    }
}
