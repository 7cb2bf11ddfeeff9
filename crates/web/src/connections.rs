//! The open connections: how many may be open, which one is closed for another, and how long one may wait.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::guard::key;

/// How many connections may be open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) in_all: usize,
    pub(crate) of_an_address: usize,
}

/// The open connections by number, in the order of their beginning.
#[derive(Debug)]
pub(crate) struct Connections {
    room: Room,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    of: BTreeMap<u64, Entry>,
}

/// A connection. Removing it closes the connection.
#[derive(Debug)]
struct Entry {
    address: u128,
    /// None while a request is processed.
    waits: watch::Sender<Option<Waits>>,
}

#[derive(Debug, Clone, Copy)]
struct Waits {
    since: Instant,
    longest: Duration,
}

/// A place among the open connections; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Place {
    number: u64,
    connections: Arc<Connections>,
    waits: watch::Receiver<Option<Waits>>,
}

impl Connections {
    pub(crate) fn new(room: Room) -> Arc<Self> {
        Arc::new(Self { room, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a place for a new connection, which may wait for `longest`. Without room, the connection that has waited
    /// longest for a request is closed: one of the same address if that has too many, else any. `None` if all of them
    /// process a request.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr, longest: Duration) -> Option<Place> {
        let address = key(address);
        let mut open = self.open();
        let own = open.of.values().filter(|entry| entry.address == address).count();
        if own >= self.room.of_an_address {
            open.close_longest(|entry| entry.address == address)?;
        }
        if open.of.len() >= self.room.in_all {
            open.close_longest(|_| true)?;
        }
        let number = open.next;
        open.next += 1;
        let (sender, waits) = watch::channel(Some(Waits { since: Instant::now(), longest }));
        open.of.insert(number, Entry { address, waits: sender });
        Some(Place { number, connections: self.clone(), waits })
    }
}

impl Open {
    fn close_longest(&mut self, of: impl Fn(&Entry) -> bool) -> Option<()> {
        let waiting = self.of.iter().filter(|(_, entry)| of(entry));
        let since = waiting.filter_map(|(number, entry)| Some(((*entry.waits.borrow())?.since, *number)));
        let (_, number) = since.min()?;
        self.of.remove(&number).map(drop)
    }
}

impl Place {
    /// Marks that a request has arrived and is being processed.
    pub(crate) fn start_work(&self) {
        self.set(None);
    }

    /// Marks that the response is ready. The connection then waits for its receiver and the next request, for `longest` in
    /// total.
    pub(crate) fn start_waiting(&self, longest: Duration) {
        self.set(Some(Waits { since: Instant::now(), longest }));
    }

    fn set(&self, waits: Option<Waits>) {
        if let Some(entry) = self.connections.open().of.get(&self.number) {
            entry.waits.send_replace(waits);
        }
    }

    /// Returns when the connection must be closed: for another, or because it has waited too long.
    pub(crate) async fn until_closed(&self) {
        let mut waits = self.waits.clone();
        loop {
            let now = *waits.borrow_and_update();
            let overdue = async {
                match now {
                    Some(Waits { since, longest }) => tokio::time::sleep_until((since + longest).into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = overdue => return,
                changed = waits.changed() => if changed.is_err() { return },
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().of.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn longest_waiting_connection_makes_room_and_a_working_one_never() {
        let connections = Connections::new(Room { in_all: 3, of_an_address: 2 });
        let is_open = |place: &Place| connections.open().of.contains_key(&place.number);
        let first = connections.admit(address(1), LONG).unwrap();
        let second = connections.admit(address(1), LONG).unwrap();
        let third = connections.admit(address(2), LONG).unwrap();
        first.start_work();
        // A third one of the address, and a fourth in all: each takes the place of the one that waits longest.
        let fourth = connections.admit(address(1), LONG).unwrap();
        assert!(is_open(&first) && !is_open(&second) && is_open(&third) && is_open(&fourth));
        let fifth = connections.admit(address(3), LONG).unwrap();
        assert!(!is_open(&third) && is_open(&fourth) && is_open(&fifth));
        fourth.start_work();
        fifth.start_work();
        assert!(connections.admit(address(4), LONG).is_none(), "all of them work");
        drop(fifth);
        assert!(connections.admit(address(4), LONG).is_some());
    }

    #[tokio::test]
    async fn waiting_has_an_end_and_working_has_none_here() {
        let connections = Connections::new(Room { in_all: 1, of_an_address: 1 });
        let short = Duration::from_millis(50);
        let place = connections.admit(address(1), short).unwrap();
        let within = |ms| tokio::time::timeout(Duration::from_millis(ms), place.until_closed());
        assert!(within(5000).await.is_ok());
        place.start_work();
        assert!(within(200).await.is_err());
        place.start_waiting(short);
        assert!(within(5000).await.is_ok());
        place.start_waiting(LONG);
        let other = connections.admit(address(2), LONG).unwrap();
        assert!(within(5000).await.is_ok(), "it made room");
        drop(other);
    }
}
