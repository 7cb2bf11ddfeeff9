//! `answers.sqlite`: participants and answers.
//!
//! One thread owns the connection. It runs all waiting jobs in one transaction and acknowledges them after the commit,
//! which with `synchronous = FULL` is after the write-ahead log is on disk. Acknowledged answers therefore survive a
//! kill of the program or the machine, and many simultaneous answers need one flush.

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

/// Maximum number of waiting jobs before the server is busy.
const WAITING: usize = 1024;
/// Maximum number of jobs per transaction.
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

    /// Runs `job` in a transaction and returns after the commit. A failed job changes nothing.
    ///
    /// # Errors
    /// Errors of the job; [`StudyError::Busy`] if too much waits; [`StudyError::NotStored`] if the commit failed.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = within_savepoint(connection, job);
            Box::new(move || {
                // The caller may have disconnected; the answer is stored nevertheless.
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
        // The thread ends after the last sender is dropped and all jobs are done.
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
        // A transaction that cannot begin or end drops its acknowledgements, which notifies the callers. Beginning may
        // take ten seconds if another program locks the database; jobs that arrived in the meantime do not wait as long
        // again.
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
