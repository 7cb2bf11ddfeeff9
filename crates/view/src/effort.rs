//! Limits of memory and processors for all requests together.
//!
//! Bodies count while they are kept, images while they are decoded, answers until they are received. Without room the answer
//! is that the server is busy. Work on a thread can't be ended from outside: it checks its [`Stop`] between rows and images.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ViewError;
use crate::answer::Problem;

/// Bodies of all requests together.
const BODIES_KIB: usize = 256 * 1024;
/// Answers of all requests together, until they are received.
const ANSWERS_KIB: usize = 1024 * 1024;
/// Megapixels of the images that are decoded concurrently.
const MEGAPIXELS: usize = 128;
/// Requests that may wait for a thread.
const WAITING: usize = 64;
/// Most threads for bodies and images; at most one per core.
const THREADS: usize = 4;

/// The limits.
#[derive(Debug)]
pub(crate) struct Effort {
    bodies: Arc<Semaphore>,
    answers: Arc<Semaphore>,
    megapixels: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Set when nobody waits for the work any more: after a timeout, or when the client is gone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

/// A body with its share of the limit.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Stop {
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// If the work must stop.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "nobody waits for the answer any more"));
        }
        Ok(())
    }
}

/// Sets a [`Stop`] when it is dropped.
struct Waiter(Stop);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.set();
    }
}

impl Effort {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            bodies: Arc::new(Semaphore::new(BODIES_KIB)),
            answers: Arc::new(Semaphore::new(ANSWERS_KIB)),
            megapixels: Arc::new(Semaphore::new(MEGAPIXELS)),
            turns: Arc::new(Semaphore::new(cores.clamp(1, THREADS))),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Receives a body of at most `most` bytes.
    ///
    /// # Errors
    /// 413 for a longer one, 503 if the bodies of other requests leave no room, 400 if it is incomplete.
    pub(crate) async fn receive(&self, mut body: Body, most: usize) -> Result<Received, Problem> {
        let too_large = || {
            let message = format!("more than {} bytes in the body: send fewer images or responses at once", most);
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        };
        if body.size_hint().lower() > most as u64 {
            return Err(too_large());
        }
        let mut received = Received { bytes: Vec::new(), _room: None };
        while let Some(frame) = std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx)).await {
            let frame = frame.map_err(|error| Problem::bad(format!("the body did not arrive whole: {error}")))?;
            let Ok(data) = frame.into_data() else { continue };
            if received.bytes.len() + data.len() > most {
                return Err(too_large());
            }
            let room = room(&self.bodies, data.len())?;
            match &mut received._room {
                Some(taken) => taken.merge(room),
                none => *none = Some(room),
            }
            received.bytes.extend_from_slice(&data);
        }
        Ok(received)
    }

    /// Runs blocking work on a thread, with at most one thread per core. It stops when nobody waits for it, and keeps its
    /// turn until then.
    ///
    /// # Errors
    /// Those of the work; 503 if too many wait for their turn.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Stop) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let waiting = self.waiting.clone().try_acquire_owned().map_err(|_| ViewError::Busy)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| ViewError::Busy)?;
        drop(waiting);
        let stop = Stop::default();
        let _waiter = Waiter(stop.clone());
        let worked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            stop.check()?;
            work(&stop)
        });
        let lost = |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be worked on");
        worked.await.map_err(lost)?
    }

    /// Waits for room to decode an image of `pixels`.
    pub(crate) async fn pixels(&self, pixels: u64) -> Result<OwnedSemaphorePermit, Problem> {
        let megapixels = pixels.div_ceil(1 << 20).clamp(1, MEGAPIXELS as u64) as u32;
        Ok(self.megapixels.clone().acquire_many_owned(megapixels).await.map_err(|_| ViewError::Busy)?)
    }

    /// Returns an answer that counts until it is received.
    ///
    /// # Errors
    /// 503 if other answers leave no room.
    pub(crate) fn hold(&self, bytes: Vec<u8>) -> Result<Bytes, Problem> {
        let room = room(&self.answers, bytes.len())?;
        Ok(Bytes::from_owner(Held { bytes, _room: room }))
    }
}

struct Held {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn room(of: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
    let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
    Ok(of.clone().try_acquire_many_owned(kib).map_err(|_| ViewError::Busy)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn bodies_are_bounded_one_by_one_and_together() {
        let effort = Effort { bodies: Arc::new(Semaphore::new(3)), ..Effort::new() };
        let receive = |bytes: usize| effort.receive(Body::from(vec![0; bytes]), 2048);
        let status = |problem: Problem| problem.status_of().as_u16();
        assert_eq!(status(receive(2049).await.unwrap_err()), 413);
        let held = receive(2048).await.unwrap();
        assert_eq!(held.bytes.len(), 2048);
        assert_eq!(status(receive(2048).await.unwrap_err()), 503);
        drop(held);
        assert!(receive(2048).await.is_ok());
    }

    #[tokio::test]
    async fn work_stops_when_nobody_waits_for_it_and_gives_its_turn_back() {
        let effort = Effort { turns: Arc::new(Semaphore::new(1)), ..Effort::new() };
        let (send, ended) = std::sync::mpsc::channel();
        let endless = effort.run_blocking(move |stop| {
            while stop.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            send.send(()).unwrap();
            stop.check()
        });
        assert!(tokio::time::timeout(Duration::from_millis(50), endless).await.is_err());
        ended.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(effort.run_blocking(|_| Ok(7)).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn more_than_may_wait_are_told_at_once() {
        let effort =
            Effort { turns: Arc::new(Semaphore::new(0)), waiting: Arc::new(Semaphore::new(1)), ..Effort::new() };
        let first = effort.run_blocking(|_| Ok(()));
        let second = async {
            tokio::task::yield_now().await;
            effort.run_blocking(|_| Ok(())).await.unwrap_err().status_of().as_u16()
        };
        tokio::select! {
            _ = first => panic!("there is no turn to have"),
            status = second => assert_eq!(status, 503),
        }
    }

    #[test]
    fn answers_count_until_they_are_received() {
        let effort = Effort { answers: Arc::new(Semaphore::new(2)), ..Effort::new() };
        let held = effort.hold(vec![0; 2048]).unwrap();
        assert!(effort.hold(vec![0]).is_err());
        drop(held.slice(..1));
        assert!(effort.hold(vec![0]).is_err());
        drop(held);
        assert!(effort.hold(vec![0]).is_ok());
    }
}
