//! Events of BIDS: an onset and a duration for each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::runs::{Named, RunId};
use super::table::{Columns, Row, Shown, Trial};
use super::timing::{Timing, Tr};
use crate::Result;
use crate::header::LeftOut;

/// An event with its place in the table.
struct Event {
    row: Row,
    onset_secs: f64,
    duration_secs: f64,
}

/// Events without a number where one is needed.
#[derive(Debug, Default)]
struct Counts {
    no_onset: usize,
    no_duration: usize,
    early: usize,
    late: usize,
    repeated: usize,
    /// Trials with fewer volumes than their event lasts.
    cut: usize,
}

impl Columns<'_> {
    /// The mean of the volumes from onset to its end, both delayed; at least one volume.
    pub(super) fn events(&self, timing: Timing<'_>, named: &Named) -> Result<Shown> {
        let run = named.id;
        let tr = timing.tr()?;
        let (rows, mut left_out) = self.rows()?;
        let runs = self.stated_runs(run)?;
        // Rows of one run say which run the series is; where its name says so with a session, they may count over sessions.
        let of_series = runs.as_ref().and_then(|runs| runs.first()).copied().unwrap_or(run);
        let is_one = runs.iter().flatten().all(|other| *other == of_series);
        let by_name = is_one && named.by_name && named.has_session;
        let (runs, of_series) = if by_name { (None, run) } else { (runs, of_series) };
        let mut counts = Counts::default();
        let mut trials = Vec::new();
        let mut known = BTreeMap::<(usize, usize), Event>::new();
        for event in self.place_in_time(rows, timing, &mut counts)? {
            let whole = self.place(&event, timing, &tr)?;
            let volumes = whole.start..whole.end.min(timing.volumes);
            if volumes.is_empty() {
                counts.late += 1;
                continue;
            }
            let key = (whole.start, whole.end);
            if let Some(other) = known.get(&key) {
                if !other.is_same(&event) {
                    return Err(self.same_volumes(other, &event, key, &tr));
                }
                counts.repeated += 1;
                continue;
            }
            counts.cut += usize::from(volumes.end < whole.end);
            let Row { at, name, class } = event.row.clone();
            let trial = Trial { name, class, run: runs.as_ref().map_or(run, |runs| runs[at]), volumes };
            trials.push((event.onset_secs, trial));
            known.insert(key, event);
        }
        // Drifts are fitted over the order of trials, and repeats are counted in it.
        let sorted_by_time = !trials.is_sorted_by(|a, b| a.0 <= b.0);
        trials.sort_by(|a, b| a.0.total_cmp(&b.0));
        let trials: Vec<Trial> = trials.into_iter().map(|(_, trial)| trial).collect();
        self.refuse_restarts(&trials)?;
        left_out.extend(counts.left_out());
        Ok(Shown {
            cut: counts.cut,
            shared: shared(&trials),
            adjoining: adjoining(&trials),
            run_of_volume: vec![if is_one { of_series } else { run }; timing.volumes],
            states_runs: runs.is_some(),
            states_sessions: runs.iter().flatten().any(|other| other.session != run.session),
            runs_of_volumes_unknown: !is_one,
            tr: Some(tr),
            left_out,
            trials,
            sorted_by_time,
            ..Shown::default()
        })
    }

    /// Events with a time, in the order of the table.
    fn place_in_time(&self, rows: Vec<Row>, timing: Timing<'_>, counts: &mut Counts) -> Result<Vec<Event>> {
        let (onsets, durations) = (self.numbers("onset")?, self.numbers("duration")?);
        let mut events = Vec::new();
        for row in rows {
            let (onset_secs, duration_secs) = (onsets[row.at], durations[row.at]);
            if onset_secs.is_infinite() || duration_secs.is_infinite() || duration_secs < 0.0 {
                let reason =
                    format!("row {} has onset {onset_secs} and duration {duration_secs}: correct it", row.at + 1);
                return Err(self.wrong(reason));
            }
            if onset_secs.is_nan() {
                counts.no_onset += 1;
            } else if duration_secs.is_nan() {
                counts.no_duration += 1;
            } else if onset_secs + timing.delay_secs < 0.0 {
                counts.early += 1;
            } else {
                events.push(Event { row, onset_secs, duration_secs });
            }
        }
        if events.is_empty() {
            let found: Vec<String> = counts.left_out().iter().map(ToString::to_string).collect();
            let found = if found.is_empty() { "no row of it is a trial".into() } else { found.join(", ") };
            return Err(self.wrong(format!("no event is left: {found}")));
        }
        Ok(events)
    }

    /// The volumes of an event; the delay may move them past the end of the series.
    ///
    /// # Errors
    /// [`crate::Error::Mismatch`] for an event that is itself shown past the end, which wrong units of time do.
    fn place(&self, event: &Event, timing: Timing<'_>, tr: &Tr) -> Result<Range<usize>> {
        let range = |delay_secs: f64| {
            let at = |secs: f64| ((secs + delay_secs) / tr.secs).round() as usize;
            let first = at(event.onset_secs);
            first..at(event.onset_secs + event.duration_secs).max(first + 1)
        };
        if range(0.0).end > timing.volumes {
            let length = timing.volumes as f64 * tr.secs;
            let reason = format!(
                "row {}, onset {} s, duration {} s, ends after the {} volumes ({length} s, {} s each, {}) of its series: \
                 leave the row out, or correct the times, which are in seconds",
                event.row.at + 1,
                event.onset_secs,
                event.duration_secs,
                timing.volumes,
                tr.secs,
                tr.from,
            );
            return Err(self.wrong(reason));
        }
        Ok(range(timing.delay_secs))
    }

    fn same_volumes(&self, first: &Event, second: &Event, (start, end): (usize, usize), tr: &Tr) -> crate::Error {
        let volumes =
            if end == start + 1 { format!("volume {start}") } else { format!("volumes {start} to {}", end - 1) };
        self.wrong(format!(
            "rows {} (\"{}\", onset {} s) and {} (\"{}\", onset {} s) are both {volumes} with {} s between volumes ({}): \
             give the right time with --tr, or leave a condition out with --rest",
            first.row.at + 1,
            first.row.name,
            first.onset_secs,
            second.row.at + 1,
            second.row.name,
            second.onset_secs,
            tr.secs,
            tr.from,
        ))
    }

    /// Onsets that start again with each run are not those of one series.
    fn refuse_restarts(&self, trials: &[Trial]) -> Result<()> {
        let mut spans = BTreeMap::<RunId, (usize, usize)>::new();
        for trial in trials {
            let span = spans.entry(trial.run).or_insert((trial.volumes.start, trial.volumes.start));
            *span = (span.0.min(trial.volumes.start), span.1.max(trial.volumes.start));
        }
        let mut ordered: Vec<_> = spans.into_iter().collect();
        ordered.sort_by_key(|(_, span)| *span);
        match ordered.windows(2).find(|pair| pair[1].1.0 <= pair[0].1.1) {
            Some(pair) => {
                let reason = format!(
                    "its onsets start again with each run (runs {} and {} overlap): give a series and a table for each run",
                    pair[0].0.run, pair[1].0.run
                );
                Err(self.wrong(reason))
            }
            None => Ok(()),
        }
    }
}

/// Pairs of trials that share some of their volumes, whatever the order of the table, and the first in words.
fn shared(trials: &[Trial]) -> (usize, Option<String>) {
    let mut by_time: Vec<&Trial> = trials.iter().collect();
    by_time.sort_by_key(|trial| trial.volumes.start);
    let (mut count, mut first) = (0, None);
    for (at, trial) in by_time.iter().enumerate() {
        for other in by_time[at + 1..].iter().take_while(|other| other.volumes.start < trial.volumes.end) {
            count += 1;
            first.get_or_insert_with(|| {
                format!("\"{}\" and \"{}\" at volume {}", trial.name, other.name, other.volumes.start)
            });
        }
    }
    (count, first)
}

/// Trials that begin, in the order of time, with or before the volume after one of the same stimulus in the same run.
fn adjoining(trials: &[Trial]) -> usize {
    let is_next = |pair: &&[Trial]| {
        (&pair[0].name, pair[0].run) == (&pair[1].name, pair[1].run) && pair[1].volumes.start <= pair[0].volumes.end
    };
    trials.windows(2).filter(is_next).count()
}

impl Event {
    fn is_same(&self, other: &Self) -> bool {
        (&self.row.name, &self.row.class) == (&other.row.name, &other.row.class)
            && (self.onset_secs, self.duration_secs) == (other.onset_secs, other.duration_secs)
    }
}

impl Counts {
    fn left_out(&self) -> Vec<LeftOut> {
        let counted = [
            (self.no_onset, "without an onset"),
            (self.no_duration, "without a duration"),
            (self.early, "whose volumes begin before the first one"),
            (self.late, "that the delay moves past the last volume"),
            (self.repeated, "that an earlier row lists already"),
        ];
        counted.into_iter().filter_map(|(count, reason)| LeftOut::counted("event", reason, count)).collect()
    }
}
