//! Joins waiting work for the networks and splits the results.

use std::collections::VecDeque;

use ndarray::{Axis, concatenate, s};

use afterimage_experiment::Units;

use super::{Done, Job, Work, network_error};
use crate::{Result, ViewError};

/// Most images or responses of one batch.
pub(super) const BATCH: usize = 64;

/// Takes the first job and all that join it, up to a batch; the others keep their order.
pub(super) fn take_batch(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let Some(first) = waiting.pop_front() else { return Vec::new() };
    let mut rows = first.work.len();
    let mut batch = vec![first];
    let mut rest = VecDeque::with_capacity(waiting.len());
    for job in waiting.drain(..) {
        let fits = job.run == batch[0].run && job.work.joins(&batch[0].work) && rows + job.work.len() <= BATCH;
        if fits {
            rows += job.work.len();
            batch.push(job);
        } else {
            rest.push_back(job);
        }
    }
    *waiting = rest;
    batch
}

/// Joins several pieces of work of one kind.
pub(super) fn join(works: &[Work]) -> Result<Work> {
    let fault = |error| network_error(error);
    let (mut images, mut responses) = (Vec::new(), Vec::new());
    let mut in_units = Units::default();
    for work in works {
        match work {
            Work::Encode { images: of, units } => {
                images.push(of.view());
                in_units = *units;
            }
            Work::Decode { responses: of, units, .. } => {
                responses.push(of.view());
                in_units = *units;
            }
        }
    }
    if images.is_empty() {
        let responses = concatenate(Axis(0), &responses).map_err(fault)?;
        // Each was judged before.
        return Ok(Work::Decode { responses, units: in_units, forced: true });
    }
    Ok(Work::Encode { images: concatenate(Axis(0), &images).map_err(fault)?, units: in_units })
}

impl Work {
    /// Returns at most `rows` rows from `start` on.
    pub(super) fn part(&self, start: usize, rows: usize) -> Self {
        let end = (start + rows).min(self.len());
        match self {
            Work::Encode { images, units } => {
                Work::Encode { images: images.slice(s![start..end, .., .., ..]).to_owned(), units: *units }
            }
            Work::Decode { responses, units, forced } => {
                let responses = responses.slice(s![start..end, ..]).to_owned();
                Work::Decode { responses, units: *units, forced: *forced }
            }
        }
    }

    /// # Errors
    /// For the first row of this work whose result is not finite; `start` is the row of the result where the work begins.
    /// [`ViewError::NotFinite`] for a response; [`ViewError::Networks`] for an image, which can't be the cause.
    pub(super) fn check(&self, done: &Done, start: usize) -> Result<()> {
        let Some(row) = (0..self.len()).find(|row| !done.is_finite(start + row)) else { return Ok(()) };
        match self {
            Work::Encode { .. } => {
                let message = format!("the encoder's values for image {row} are not finite: train it again");
                Err(ViewError::Networks { message })
            }
            Work::Decode { responses, .. } => {
                let largest = responses.row(row).iter().fold(0.0_f32, |largest, value| value.abs().max(largest));
                Err(ViewError::NotFinite { row, largest })
            }
        }
    }
}

impl Done {
    fn is_finite(&self, row: usize) -> bool {
        match self {
            Done::Responses(of) => of.row(row).iter().all(|value| value.is_finite()),
            Done::Images(of) => of.index_axis(Axis(0), row).iter().all(|value| value.is_finite()),
        }
    }

    /// Concatenates results.
    pub(super) fn concatenate(parts: Vec<Self>) -> Result<Self> {
        let (mut responses, mut images) = (Vec::new(), Vec::new());
        for part in &parts {
            match part {
                Done::Responses(of) => responses.push(of.view()),
                Done::Images(of) => images.push(of.view()),
            }
        }
        if images.is_empty() {
            return Ok(Done::Responses(concatenate(Axis(0), &responses).map_err(network_error)?));
        }
        Ok(Done::Images(concatenate(Axis(0), &images).map_err(network_error)?))
    }

    pub(super) fn part(&self, start: usize, rows: usize) -> Self {
        match self {
            Done::Responses(of) => Done::Responses(of.slice(s![start..start + rows, ..]).to_owned()),
            Done::Images(of) => Done::Images(of.slice(s![start..start + rows, .., .., ..]).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ndarray::{Array2, Array4};
    use tokio::sync::{Semaphore, oneshot};

    use super::*;

    fn job(run: usize, work: Work) -> Job {
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        Job { run, work, reply: oneshot::channel().0, _room: room }
    }

    fn decode(rows: usize, standardised: bool) -> Work {
        let units = if standardised { Units::Standardised } else { Units::Recorded };
        Work::Decode { responses: Array2::zeros((rows, 3)), units, forced: false }
    }

    #[test]
    fn a_batch_takes_what_joins_and_leaves_the_rest_in_order() {
        let encode = || Work::Encode { images: Array4::zeros((2, 4, 4, 3)), units: Units::Standardised };
        let works = [
            (0, decode(1, false)),
            (0, encode()),
            (0, decode(2, false)),
            (1, decode(1, false)),
            (0, decode(1, true)),
            (0, decode(BATCH, false)),
        ];
        let mut waiting: VecDeque<Job> = works.into_iter().map(|(run, work)| job(run, work)).collect();
        let sizes = |batch: Vec<Job>| batch.iter().map(|job| job.work.len()).collect::<Vec<_>>();
        assert_eq!(sizes(take_batch(&mut waiting)), [1, 2]);
        assert_eq!(sizes(take_batch(&mut waiting)), [2]);
        assert_eq!((waiting[0].run, waiting.len()), (1, 3));
        assert_eq!(sizes(take_batch(&mut waiting)), [1]);
        assert_eq!(sizes(take_batch(&mut waiting)), [1]);
        // A request larger than a batch is a batch of its own.
        assert_eq!(sizes(take_batch(&mut waiting)), [BATCH]);
        assert!(take_batch(&mut waiting).is_empty());
    }

    #[test]
    fn parts_of_what_is_done_are_those_that_were_asked_for() {
        let Work::Decode { responses, .. } = join(&[decode(1, true), decode(2, true)]).unwrap() else { panic!() };
        assert_eq!(responses.dim(), (3, 3));
        let done = Done::Responses(Array2::from_shape_fn((3, 2), |(i, j)| (10 * i + j) as f32));
        let Done::Responses(part) = done.part(1, 2) else { panic!() };
        assert_eq!(part, ndarray::array![[10.0, 11.0], [20.0, 21.0]]);
        let Done::Responses(whole) = Done::concatenate(vec![done.part(0, 1), done.part(1, 2)]).unwrap() else {
            panic!()
        };
        assert_eq!(whole, ndarray::array![[0.0, 1.0], [10.0, 11.0], [20.0, 21.0]]);
        let Work::Decode { responses, .. } = decode(5, true).part(4, 64) else { panic!() };
        assert_eq!(responses.nrows(), 1);
    }

    #[test]
    fn first_row_without_a_finite_result_is_named_and_others_are_not() {
        let mut images = Array4::zeros((4, 3, 2, 2));
        images[[3, 1, 0, 0]] = f32::NAN;
        let done = Done::Images(images);
        let mut responses = Array2::zeros((2, 3));
        responses[[1, 2]] = -3e38;
        let work = Work::Decode { responses, units: Units::Recorded, forced: false };
        assert!(work.check(&done, 0).is_ok(), "rows of another request");
        let said = work.check(&done, 2).unwrap_err().to_string();
        assert!(said.contains("response 1") && said.contains("3e38"), "{said}");
    }
}
