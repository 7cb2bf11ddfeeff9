//! One thread that applies the networks.
//!
//! Requests wait in a bounded queue; the thread joins those for the same network into one batch. The bits of a result do not
//! depend on its batch, so an answer never depends on other requests.

mod batch;
mod facts;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use ndarray::{Array2, Array4, Axis};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use afterimage_experiment::{TrainedRun, UnitCheck, UnitVerdict, Units};
use afterimage_run::RunFolder;

use crate::metrics::Metrics;
use crate::{Catalog, Result, ViewError};
use batch::{BATCH, join, take_batch};
pub(crate) use facts::Facts;

/// Input for a run's networks.
#[derive(Debug)]
pub(crate) enum Work {
    /// Images u8 `[n, side, side, 3]` to responses `[n, voxels]`.
    Encode { images: Array4<u8>, units: Units },
    /// Responses `[n, voxels]` to images `[n, 3, side, side]` in 0..1; `forced` if they are taken even if they can't be in `units`.
    Decode { responses: Array2<f32>, units: Units, forced: bool },
}

/// Output of a run's networks.
#[derive(Debug)]
pub(crate) enum Done {
    Responses(Array2<f32>),
    Images(Array4<f32>),
}

/// What a run's networks answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) done: Done,
    pub(crate) judged: Judged,
}

/// What the values of the input say.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What is doubtful about it.
    pub(crate) warnings: Vec<String>,
    /// Mean and standard deviation of responses against those of training.
    pub(crate) against_training: Option<String>,
}

struct Job {
    run: usize,
    work: Work,
    reply: oneshot::Sender<Result<Answer>>,
    _room: OwnedSemaphorePermit,
}

/// Handle of the thread, which ends when the last handle is dropped.
#[derive(Debug)]
pub(crate) struct Networks {
    jobs: Sender<Job>,
    room: Arc<Semaphore>,
    places: usize,
    facts: Vec<Option<Facts>>,
}

impl Work {
    fn len(&self) -> usize {
        match self {
            Work::Encode { images, .. } => images.len_of(Axis(0)),
            Work::Decode { responses, .. } => responses.nrows(),
        }
    }

    /// Returns whether both can be in one batch.
    fn joins(&self, other: &Work) -> bool {
        match (self, other) {
            (Work::Encode { units: a, .. }, Work::Encode { units: b, .. }) => a == b,
            (Work::Decode { units: a, .. }, Work::Decode { units: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl Networks {
    /// Starts the thread; networks are loaded at their first request. `places` images and responses may wait.
    pub(crate) fn start(
        catalog: &Catalog,
        device: Option<String>,
        places: usize,
        metrics: Arc<Metrics>,
    ) -> Result<Self> {
        let (mut facts, mut runs) = (Vec::new(), Vec::new());
        for run in &catalog.runs {
            let opened = run.networks.then(|| open(&run.folder, device.as_deref())).transpose()?;
            facts.push(opened.as_ref().map(Facts::of).transpose()?);
            runs.push(opened);
        }
        let (jobs, receiver) = channel();
        let thread = Thread { runs, metrics };
        let spawned = std::thread::Builder::new().name("networks".into()).spawn(move || thread.work(&receiver));
        spawned.map_err(|source| ViewError::Io { action: "start", what: "a thread".into(), source })?;
        Ok(Self { jobs, room: Arc::new(Semaphore::new(places)), places, facts })
    }

    /// Returns the facts of a run's networks; `None` for a baseline.
    pub(crate) fn facts(&self, run: usize) -> Option<&Facts> {
        self.facts.get(run).and_then(Option::as_ref)
    }

    /// Returns the number of images and responses in the queue or in work.
    pub(crate) fn waiting(&self) -> usize {
        self.places - self.room.available_permits()
    }

    /// Sends work to the thread and waits for the result.
    pub(crate) async fn ask(&self, run: usize, work: Work) -> Result<Answer> {
        let rows = u32::try_from(work.len()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(rows).map_err(|_| ViewError::Busy)?;
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { run, work, reply, _room: room }).map_err(|_| ViewError::Unanswered)?;
        answer.await.map_err(|_| ViewError::Unanswered)?
    }
}

fn open(folder: &RunFolder, device: Option<&str>) -> Result<TrainedRun> {
    let run = TrainedRun::open(folder.root())?;
    Ok(if let Some(device) = device { run.on(device) } else { run })
}

impl Work {
    fn apply(self, run: &TrainedRun) -> Result<Done> {
        match self {
            Work::Encode { images, units } => Ok(Done::Responses(run.encode(images.view(), units)?)),
            Work::Decode { responses, units, .. } => Ok(Done::Images(run.decode(responses.view(), units)?)),
        }
    }
}

struct Thread {
    /// None for a run without networks.
    runs: Vec<Option<TrainedRun>>,
    metrics: Arc<Metrics>,
}

impl Thread {
    fn work(&self, jobs: &Receiver<Job>) {
        let mut waiting: VecDeque<Job> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match jobs.recv() {
                    Ok(job) => waiting.push_back(job),
                    Err(_) => return,
                }
            }
            waiting.extend(jobs.try_iter());
            let batch = take_batch(&mut waiting);
            self.do_batch(batch);
        }
    }

    fn do_batch(&self, batch: Vec<Job>) {
        // A client may be gone meanwhile.
        let batch: Vec<Job> = batch.into_iter().filter(|job| !job.reply.is_closed()).collect();
        let Some(first) = batch.first() else { return };
        let run = first.run;
        let (mut works, mut replies) = (Vec::new(), Vec::new());
        for job in batch {
            let judged = catch_unwind(AssertUnwindSafe(|| self.judge(run, &job.work)));
            match judged.unwrap_or(Err(ViewError::Unanswered)) {
                Ok(judged) => {
                    works.push(job.work);
                    replies.push((job.reply, judged, job._room));
                }
                Err(refused) => {
                    let _ = job.reply.send(Err(refused));
                }
            }
        }
        if works.is_empty() {
            return;
        }
        let is_wanted = || replies.iter().any(|(reply, ..)| !reply.is_closed());
        let done = catch_unwind(AssertUnwindSafe(|| self.apply(run, &works, is_wanted)));
        match done.unwrap_or(Err(ViewError::Unanswered)) {
            Ok(done) => {
                let mut start = 0;
                for ((reply, judged, _room), work) in replies.into_iter().zip(&works) {
                    let rows = work.len();
                    let answer = || Answer { done: done.part(start, rows), judged };
                    let _ = reply.send(work.check(&done, start).map(|()| answer()));
                    start += rows;
                }
            }
            Err(error) => {
                let message = error.to_string();
                for (reply, ..) in replies {
                    let _ = reply.send(Err(ViewError::Networks { message: message.clone() }));
                }
            }
        }
    }

    /// Returns what is doubtful about the unit of responses, and how they lie against those of training.
    ///
    /// # Errors
    /// [`ViewError::Units`] if they can't be in it, unless that is forced.
    fn judge(&self, run: usize, work: &Work) -> Result<Judged> {
        let Work::Decode { responses, units, forced } = work else { return Ok(Judged::default()) };
        let opened = self.runs[run].as_ref().ok_or(ViewError::Unanswered)?;
        let UnitCheck { against_training, verdicts, .. } = opened.check_units(responses.view(), *units)?;
        let said = |verdict: &UnitVerdict| verdict.in_words("give units=");
        if let Some(refused) = verdicts.iter().find(|verdict| verdict.is_impossible && !*forced) {
            return Err(ViewError::Units { said: said(refused) });
        }
        let warnings = verdicts.iter().map(said).collect();
        Ok(Judged { warnings, against_training })
    }

    /// Does the work in batches, as long as somebody waits for it.
    fn apply(&self, run: usize, works: &[Work], is_wanted: impl Fn() -> bool) -> Result<Done> {
        let work = join(works)?;
        let opened = self.runs[run].as_ref().ok_or(ViewError::Unanswered)?;
        let mut parts = Vec::new();
        for start in (0..work.len()).step_by(BATCH) {
            if !is_wanted() {
                return Err(ViewError::Unanswered);
            }
            self.metrics.batch();
            let part = work.part(start, BATCH).apply(opened)?;
            match &part {
                Done::Responses(of) => self.metrics.encoded(of.nrows()),
                Done::Images(of) => self.metrics.decoded(of.len_of(Axis(0))),
            }
            parts.push(part);
        }
        match parts.len() {
            1 => parts.pop().ok_or(ViewError::Unanswered),
            _ => Done::concatenate(parts),
        }
    }
}

fn network_error(error: impl std::fmt::Display) -> ViewError {
    ViewError::Networks { message: error.to_string() }
}
