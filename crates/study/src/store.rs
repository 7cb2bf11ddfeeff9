//! `answers.sqlite`: participants and answers.
//!
//! One thread has the connection. It takes what waits, does it in one transaction, and acknowledges after the commit,
//! which with `synchronous = FULL` is after the write-ahead log is on disk: what was acknowledged survives a kill of
//! the program and of the machine, and many answers at once cost one flush.

mod answers;
mod participants;
mod schema;

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Result, StudyError};

pub use answers::{Given, Outcome, Recorded, answer, answers, chosen};
pub use participants::{Overview, Participant, Profile, find, forget, meet, overview, participants, profile, start};
pub use schema::{fingerprint, open};

/// The most that waits before the server says that it is busy.
const WAITING: usize = 1024;
/// The most that one transaction does.
const BATCH: usize = 256;

type Acknowledge = Box<dyn FnOnce() + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Acknowledge + Send>;

/// The database behind its thread.
#[derive(Debug)]
pub struct Store {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens the database and starts its thread.
    ///
    /// # Errors
    /// See [`open`].
    pub fn start(path: &Path) -> Result<Self> {
        let connection = open(path)?;
        let (sender, receiver) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("database".into()).spawn(move || work(connection, &receiver));
        let thread =
            thread.map_err(|source| StudyError::Io { action: "start a thread for", path: path.into(), source })?;
        Ok(Self { jobs: Some(sender), thread: Some(thread) })
    }

    /// Does `job` in a transaction; the answer comes after the commit. A job that fails leaves nothing.
    ///
    /// # Errors
    /// Those of the job; [`StudyError::Busy`] if too much waits; [`StudyError::NotStored`] if the commit failed.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = within_savepoint(connection, job);
            Box::new(move || {
                // Who asked may have gone away; the answer is stored all the same.
                let _ = reply.send(result);
            })
        });
        let jobs = self.jobs.as_ref().ok_or(StudyError::NotStored)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StudyError::Busy,
            TrySendError::Disconnected(_) => StudyError::NotStored,
        })?;
        answer.await.map_err(|_| StudyError::NotStored)?
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The thread ends when the last sender is gone, after what waits.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn within_savepoint<T>(connection: &Connection, job: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.execute_batch("SAVEPOINT job")?;
    let result = job(connection);
    connection.execute_batch(if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    result
}

fn work(connection: Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        // A transaction that cannot begin or end drops its acknowledgements, which tells those who wait. To begin may
        // take ten seconds where another program holds the database: what came meanwhile does not wait as long again.
        if connection.execute_batch("BEGIN IMMEDIATE").is_err() {
            drop(first);
            while jobs.try_recv().is_ok() {}
            continue;
        }
        let mut done = vec![first(&connection)];
        while let Some(job) = (done.len() < BATCH).then(|| jobs.try_recv().ok()).flatten() {
            done.push(job(&connection));
        }
        match connection.execute_batch("COMMIT") {
            Ok(()) => done.into_iter().for_each(|acknowledge| acknowledge()),
            Err(_) => drop(connection.execute_batch("ROLLBACK")),
        }
    }
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}
