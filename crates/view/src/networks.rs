//! The networks behind one thread.
//!
//! What asks waits in a bounded queue; what the thread finds waiting for the same network it does as one batch. An image's bits
//! do not depend on its batch, so that nobody's answer depends on who else asks.

mod batch;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use ndarray::{Array2, Array4, Axis};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use afterimage_run::voxels::Voxels;
use afterimage_run::{Experiment, RunFolder};
use afterimage_train::apply::{TrainedDecoder, TrainedEncoder};
use afterimage_train::prepare::Statistics;

use crate::metrics::Metrics;
use crate::{Catalog, Result, ViewError};
use batch::{BATCH, joined, take_batch};

/// What is asked of a run's networks.
#[derive(Debug)]
pub(crate) enum Work {
    /// Images u8 `[n, side, side, 3]` to responses `[n, voxels]`, in the recording's unit where `recorded`.
    Encode { images: Array4<u8>, recorded: bool },
    /// Responses `[n, voxels]` to images `[n, 3, side, side]` in 0..1.
    Decode { responses: Array2<f32>, standardised: bool },
}

/// What comes back.
#[derive(Debug)]
pub(crate) enum Done {
    Responses(Array2<f32>),
    Images(Array4<f32>),
}

/// What must be known of a run to ask its networks.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Columns of the data set's responses that the networks use.
    pub(crate) ids: Vec<usize>,
    /// ID of each in names, `voxel_ID`.
    pub(crate) names: Vec<usize>,
    /// The source has more voxels than the data set: names of others may be there too.
    pub(crate) of_more: bool,
    /// All columns of the data set, where the run says so.
    pub(crate) columns: Option<usize>,
    /// Unit of the recording, where the data set states it.
    pub(crate) units: Option<String>,
    /// True where responses are standardised by those of training.
    pub(crate) standardises: bool,
}

struct Job {
    run: usize,
    work: Work,
    reply: oneshot::Sender<Result<Done>>,
    _room: OwnedSemaphorePermit,
}

/// The way to the thread. The thread ends when the last of these is gone.
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

    /// Whether both can be one batch.
    fn joins(&self, other: &Work) -> bool {
        match (self, other) {
            (Work::Encode { recorded: a, .. }, Work::Encode { recorded: b, .. }) => a == b,
            (Work::Decode { standardised: a, .. }, Work::Decode { standardised: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl Networks {
    /// Starts the thread; networks are loaded when they are first asked. `places` images and responses may wait.
    pub(crate) fn start(
        catalog: &Catalog,
        device: Option<String>,
        places: usize,
        metrics: Arc<Metrics>,
    ) -> Result<Self> {
        let (mut facts, mut runs) = (Vec::new(), Vec::new());
        for run in &catalog.runs {
            let opened = run.networks.then(|| Opened::new(&run.folder, device.as_deref())).transpose()?;
            facts.push(opened.as_ref().map(Opened::facts).transpose()?);
            runs.push(opened);
        }
        let (jobs, receiver) = channel();
        let mut thread = Thread { runs, metrics };
        let spawned = std::thread::Builder::new().name("networks".into()).spawn(move || thread.work(&receiver));
        spawned.map_err(|source| ViewError::Io { action: "start", what: "a thread".into(), source })?;
        Ok(Self { jobs, room: Arc::new(Semaphore::new(places)), places, facts })
    }

    /// What is known of a run's networks; none of a baseline.
    pub(crate) fn facts(&self, run: usize) -> Option<&Facts> {
        self.facts.get(run).and_then(Option::as_ref)
    }

    /// Images and responses that wait or are worked on.
    pub(crate) fn waiting(&self) -> usize {
        self.places - self.room.available_permits()
    }

    /// Asks.
    pub(crate) async fn ask(&self, run: usize, work: Work) -> Result<Done> {
        let rows = u32::try_from(work.len()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(rows).map_err(|_| ViewError::Busy)?;
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { run, work, reply, _room: room }).map_err(|_| ViewError::Unanswered)?;
        answer.await.map_err(|_| ViewError::Unanswered)?
    }
}

/// A run with networks; each is loaded when it is first asked.
struct Opened {
    folder: RunFolder,
    experiment: Experiment,
    statistics: Statistics,
    encoder: Option<TrainedEncoder>,
    decoder: Option<TrainedDecoder>,
}

impl Opened {
    fn new(folder: &RunFolder, device: Option<&str>) -> Result<Self> {
        let mut experiment = Experiment::read(&folder.experiment_file())?;
        if let Some(device) = device {
            device.clone_into(&mut experiment.device.name);
        }
        let statistics = Statistics::read(folder)?;
        Ok(Self { folder: folder.clone(), experiment, statistics, encoder: None, decoder: None })
    }

    fn facts(&self) -> Result<Facts> {
        // Runs of earlier versions do not list their voxels.
        let voxels = self.folder.voxels_file().is_file().then(|| Voxels::read(&self.folder)).transpose()?;
        let ids = self.statistics.voxels.clone();
        let name = |&id: &usize| voxels.as_ref().map_or(id, |voxels| voxels.name_of(id));
        Ok(Facts {
            names: ids.iter().map(name).collect(),
            of_more: voxels.as_ref().is_some_and(|voxels| voxels.of_more),
            columns: voxels.as_ref().map(|voxels| voxels.columns),
            units: voxels.and_then(|voxels| voxels.units),
            standardises: self.statistics.zscore.is_some(),
            ids,
        })
    }

    fn apply(&mut self, work: Work) -> Result<Done> {
        let Self { folder, experiment, statistics, encoder, decoder } = self;
        let zscore = statistics.zscore.as_ref();
        match work {
            Work::Encode { images, recorded } => {
                let encoder = match encoder {
                    Some(encoder) => encoder,
                    none => none.insert(TrainedEncoder::load(folder, experiment)?),
                };
                let mut responses = encoder.predict(images.view());
                if let (true, Some(zscore)) = (recorded, zscore) {
                    zscore.undo(&mut responses).map_err(of_networks)?;
                }
                Ok(Done::Responses(responses))
            }
            Work::Decode { mut responses, standardised } => {
                let decoder = match decoder {
                    Some(decoder) => decoder,
                    none => none.insert(TrainedDecoder::load(folder, experiment)?),
                };
                if let (false, Some(zscore)) = (standardised, zscore) {
                    zscore.apply(&mut responses).map_err(of_networks)?;
                }
                Ok(Done::Images(decoder.decode(responses.view())))
            }
        }
    }
}

struct Thread {
    /// None for a run without networks.
    runs: Vec<Option<Opened>>,
    metrics: Arc<Metrics>,
}

impl Thread {
    fn work(&mut self, jobs: &Receiver<Job>) {
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

    fn do_batch(&mut self, batch: Vec<Job>) {
        // Who asked may have gone away meanwhile.
        let batch: Vec<Job> = batch.into_iter().filter(|job| !job.reply.is_closed()).collect();
        let Some(first) = batch.first() else { return };
        let run = first.run;
        let (works, replies): (Vec<Work>, Vec<_>) =
            batch.into_iter().map(|job| (job.work, (job.reply, job._room))).unzip();
        let is_wanted = || replies.iter().any(|(reply, _)| !reply.is_closed());
        let done = catch_unwind(AssertUnwindSafe(|| self.apply(run, &works, is_wanted)));
        match done.unwrap_or(Err(ViewError::Unanswered)) {
            Ok(done) => {
                let mut start = 0;
                for ((reply, _room), work) in replies.into_iter().zip(&works) {
                    let rows = work.len();
                    let _ = reply.send(work.check(&done, start).map(|()| done.part(start, rows)));
                    start += rows;
                }
            }
            Err(error) => {
                let message = error.to_string();
                for (reply, _room) in replies {
                    let _ = reply.send(Err(ViewError::Networks { message: message.clone() }));
                }
            }
        }
    }

    /// Does work in parts of a batch, as long as somebody waits for it.
    fn apply(&mut self, run: usize, works: &[Work], is_wanted: impl Fn() -> bool) -> Result<Done> {
        let work = joined(works)?;
        let opened = self.runs[run].as_mut().ok_or(ViewError::Unanswered)?;
        let mut parts = Vec::new();
        for start in (0..work.len()).step_by(BATCH) {
            if !is_wanted() {
                return Err(ViewError::Unanswered);
            }
            self.metrics.batch();
            let part = opened.apply(work.part(start, BATCH))?;
            match &part {
                Done::Responses(of) => self.metrics.encoded(of.nrows()),
                Done::Images(of) => self.metrics.decoded(of.len_of(Axis(0))),
            }
            parts.push(part);
        }
        match parts.len() {
            1 => parts.pop().ok_or(ViewError::Unanswered),
            _ => Done::joined(parts),
        }
    }
}

fn of_networks(error: impl std::fmt::Display) -> ViewError {
    ViewError::Networks { message: error.to_string() }
}
