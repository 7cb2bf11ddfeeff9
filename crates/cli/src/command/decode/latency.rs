//! Decoding, with the latency of one response.

use std::time::Instant;

use anyhow::{Result, bail};
use ndarray::{Array4, ArrayView2, Axis, s};
use serde::Serialize;

use afterimage_experiment::{TrainedRun, Units};

use crate::progress::{self, Bar};

/// Batch size once enough responses have been timed.
const PART: usize = 64;

/// Time from one standardised response in memory to its image in memory.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Latency {
    /// Number of single responses timed.
    n: usize,
    /// Median, in milliseconds.
    median_ms: f64,
    /// 99th percentile, in milliseconds: the smallest time that 99 % do not exceed.
    p99_ms: f64,
    /// Device and number of threads.
    on: String,
}

impl Latency {
    /// Summarises times in milliseconds.
    fn of(mut times: Vec<f64>, on: String) -> Self {
        let (n, median_ms) = (times.len(), afterimage_statistics::median(&mut times));
        times.sort_by(f64::total_cmp);
        let rank = (n * 99).div_ceil(100);
        let p99_ms = rank.checked_sub(1).and_then(|at| times.get(at)).copied().unwrap_or(f64::NAN);
        Self { n, median_ms, p99_ms, on }
    }

    /// One line of text.
    pub(super) fn line(&self) -> String {
        let Self { n, median_ms, p99_ms, on } = self;
        format!("latency of a single response: median {median_ms:.2} ms, p99 {p99_ms:.2} ms, n {n} ({on})")
    }
}

/// Decodes all standardised responses to images `[rows, 3, side, side]` and measures the latency over at least `timed`
/// single responses.
///
/// Responses are decoded one by one until enough are timed, the rest in batches; the bits of an image do not depend on
/// the batch. One untimed decoding comes first, as warm-up.
pub(super) fn decode_all(
    run: &TrainedRun,
    responses: ArrayView2<'_, f32>,
    timed: usize,
    on: String,
) -> Result<(Array4<f32>, Latency)> {
    let rows = responses.nrows();
    let row = |row: usize| responses.slice(s![row..row + 1, ..]);
    let decode = |part| run.decode(part, Units::Standardised);
    let first = decode(row(0))?;
    let (_, channels, height, width) = first.dim();
    let mut images = Array4::zeros((rows, channels, height, width));
    let mut times = Vec::with_capacity(timed);
    let bar = Bar::new("decode", 0, rows as u64);
    for at in 0..timed.max(1) {
        let start = Instant::now();
        let image = decode(row(at % rows))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        if at < rows {
            images.slice_mut(s![at..at + 1, .., .., ..]).assign(&image);
            bar.set(at as u64 + 1);
        }
        refuse_interrupted()?;
    }
    for from in (timed.max(1)..rows).step_by(PART) {
        let part = from..rows.min(from + PART);
        let decoded = decode(responses.slice(s![part.clone(), ..]))?;
        images.slice_axis_mut(Axis(0), part.clone().into()).assign(&decoded);
        bar.set(part.end as u64);
        refuse_interrupted()?;
    }
    bar.finish();
    Ok((images, Latency::of(times, on)))
}

fn refuse_interrupted() -> Result<()> {
    if progress::was_interrupted() { bail!("stopped; nothing was written") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_p99_are_those_counted_by_hand() {
        let of = |n: usize| Latency::of((1..=n).rev().map(|time| time as f64).collect(), "cpu".into());
        assert_eq!((of(1).median_ms, of(1).p99_ms), (1.0, 1.0));
        assert_eq!((of(4).median_ms, of(4).p99_ms), (2.5, 4.0));
        assert_eq!((of(200).median_ms, of(200).p99_ms), (100.5, 198.0));
    }
}
