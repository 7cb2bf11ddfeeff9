//! A row for each volume.

use std::ops::Range;

use super::{CONDITIONS, Columns, PICTURES, RUNS, Row, SESSIONS, Shown, Trial};
use crate::Result;
use crate::header::LeftOut;
use crate::import::columns::refuse_shuffled;
use crate::import::nifti::kind::{self, Kind, Rows};
use crate::import::nifti::runs::RunId;
use crate::import::nifti::timing::Timing;

impl Columns<'_> {
    /// Of a time series, a trial is a block of consecutive volumes of one stimulus in one run, delayed; of betas, each volume.
    pub(super) fn volumes(&self, timing: Timing<'_>, run: RunId) -> Result<Shown> {
        self.refuse_other_length(timing)?;
        let stated = self.stated_runs(run)?;
        let states_runs = stated.is_some();
        let runs = stated.unwrap_or_else(|| vec![run; timing.volumes]);
        let (rows, left_out) = self.rows()?;
        let shown =
            Shown { states_runs, states_sessions: self.find(&SESSIONS).is_some(), left_out, ..Shown::default() };
        let is_same = |a: &Row, b: &Row| a.at + 1 == b.at && a.name == b.name && runs[a.at] == runs[b.at];
        let blocks: Vec<&[Row]> = rows.chunk_by(is_same).collect();
        let of = if self.options.images.is_some() {
            let in_blocks: usize = blocks.iter().filter(|block| block.len() > 1).map(|block| block.len()).sum();
            Rows::Images { all: timing.volumes, as_in_series: in_blocks + timing.volumes - rows.len() }
        } else {
            Rows::Conditions
        };
        let kind = kind::of(of, timing, self.options)?;
        // Betas may be in the order of their images, whose runs go back and forth, but a line over time needs theirs.
        if kind == Kind::TimeSeries || self.options.detrend {
            self.refuse_torn_runs(&runs, kind)?;
        }
        let trial = |row: &Row, volumes: Range<usize>| Trial {
            name: row.name.clone(),
            class: row.class.clone(),
            run: runs[row.at],
            volumes,
        };
        if let Kind::Betas(_) = kind {
            let trials = rows.iter().map(|row| trial(row, row.at..row.at + 1)).collect();
            return Ok(Shown { trials, kind, run_of_volume: runs, ..shown });
        }
        let tr = if timing.delay_secs == 0.0 { None } else { Some(timing.tr()?) };
        let delay = tr.as_ref().map_or(0, |tr| (timing.delay_secs / tr.secs).round() as usize);
        let (mut trials, mut cut, mut pushed_out) = (Vec::new(), 0, 0);
        let resumed = resumed(&blocks, &runs);
        for block in blocks {
            let (first, end) = (block[0].at, block[block.len() - 1].at + 1);
            // What the delay pushes out of the run is cut off.
            let inside = (first..(end + delay).min(timing.volumes)).take_while(|&at| runs[at] == runs[first]).count();
            let volumes = (first + delay)..first + inside;
            if volumes.is_empty() {
                pushed_out += 1;
            } else {
                cut += usize::from(volumes.end < end + delay);
                trials.push(trial(&block[0], volumes));
            }
        }
        let mut left_out = shown.left_out;
        left_out.extend(LeftOut::counted("block", "that the delay moves past the end of its run", pushed_out));
        let blocks = Some((rows.len(), delay));
        Ok(Shown { trials, kind, cut, blocks, resumed, tr, left_out, run_of_volume: runs, ..shown })
    }

    /// A run is recorded at one time: if its volumes do not follow each other, rows or runs are in another order.
    fn refuse_torn_runs(&self, runs: &[RunId], kind: Kind) -> Result<()> {
        let advice = match kind {
            Kind::TimeSeries => "order the rows as the volumes were recorded, or correct the runs",
            Kind::Betas(_) => "a line over time needs betas in the order of their trials: leave out --detrend",
        };
        let mut ended = Vec::new();
        for (at, pair) in runs.windows(2).enumerate().filter(|(_, pair)| pair[0] != pair[1]) {
            ended.push(pair[0]);
            if ended.contains(&pair[1]) {
                return Err(self.wrong(format!(
                    "run {} begins again in row {}, after other runs: {advice}",
                    pair[1].run,
                    at + 2
                )));
            }
        }
        Ok(())
    }

    fn refuse_other_length(&self, timing: Timing<'_>) -> Result<()> {
        let rows = self.table.len();
        if rows == timing.volumes {
            return refuse_shuffled(self.path, self.table, "the volumes");
        }
        let known = [&CONDITIONS[..], &PICTURES, &RUNS, &SESSIONS].concat().join(", ");
        let advice = match self.table.names() {
            [] if rows == timing.volumes + 1 => {
                format!(
                    ": its first line is no row if a column has one of the names {known}, or that of --image-column"
                )
            }
            [] => String::new(),
            _ if self.options.betas => ": betas need a row for each".to_owned(),
            names => format!(" and the columns {}: events need a column \"onset\"", names.join(", ")),
        };
        Err(self.wrong(format!(
            "it has {rows} rows for {} volumes of \"{}\"{advice}",
            timing.volumes,
            timing.series.display()
        )))
    }
}

/// Blocks that go on with the stimulus of the one before, in the same run and after rows without a stimulus, and the first of
/// them in words.
fn resumed(blocks: &[&[Row]], runs: &[RunId]) -> (usize, Option<String>) {
    let ends = blocks.windows(2).map(|pair| (&pair[0][pair[0].len() - 1], &pair[1][0]));
    let mut again = ends.filter(|(last, first)| last.name == first.name && runs[last.at] == runs[first.at]);
    let Some((last, first)) = again.next() else { return (0, None) };
    let words = format!("\"{}\", which row {} shows and then row {}", first.name, last.at + 1, first.at + 1);
    (1 + again.count(), Some(words))
}
