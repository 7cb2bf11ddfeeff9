//! Tables that say what was shown when.

use std::ops::Range;
use std::path::Path;

use afterimage_formats::table::Table;

use super::NiftiOptions;
use crate::{Error, Result};

const CONDITIONS: [&str; 5] = ["trial_type", "condition", "label", "labels", "category"];
const PICTURES: [&str; 4] = ["stimulus", "stim_file", "image", "picture"];
const RUNS: [&str; 3] = ["run", "chunk", "chunks"];

/// One series in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    pub(super) volumes: usize,
    pub(super) tr_secs: Option<f64>,
    pub(super) delay_secs: f64,
}

/// A trial and the volumes it is the mean of.
pub(super) struct Trial {
    pub(super) name: String,
    pub(super) class: Option<String>,
    pub(super) run: u16,
    pub(super) volumes: Range<usize>,
}

pub(super) struct Shown {
    pub(super) trials: Vec<Trial>,
    pub(super) run_of_volume: Vec<u16>,
}

/// Reads the table of the `index`-th series.
pub(super) fn read(path: &Path, timing: Timing, index: u16, options: &NiftiOptions) -> Result<Shown> {
    let table = open(path)?;
    let table = Columns { table: &table, path, options };
    let shown = match table.has("onset") {
        true => table.events(timing, index)?,
        false if table.find(&PICTURES).is_some() && options.images.is_some() => table.trials(timing, index)?,
        false => table.volumes(timing, index)?,
    };
    match shown.trials.is_empty() {
        true => Err(Error::mismatch(path, "no row of it is a trial")),
        false => Ok(shown),
    }
}

/// With a line of names, or PyMVPA's two columns of condition and run without one.
fn open(path: &Path) -> Result<Table> {
    let start = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let line = start.lines().next().unwrap_or_default();
    if line.contains([',', '\t', ';']) {
        return Ok(Table::read(path)?);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let named = words.iter().any(|word| CONDITIONS.contains(word) || RUNS.contains(word));
    Ok(Table::read_separated(path, b' ', named)?)
}

struct Columns<'a> {
    table: &'a Table,
    path: &'a Path,
    options: &'a NiftiOptions,
}

impl Columns<'_> {
    fn has(&self, name: &str) -> bool {
        self.table.names().iter().any(|known| known == name)
    }

    fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.table.names().iter().position(|known| known == name))
    }

    fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::mismatch(self.path, reason.into())
    }

    fn is_rest(&self, name: &str) -> bool {
        name.is_empty() || name == "n/a" || self.options.rest.iter().any(|rest| rest == name)
    }

    /// What a row shows: a picture where there are any, else its condition.
    fn names(&self) -> Result<(Vec<String>, Vec<Option<String>>)> {
        // A table without names has the condition first and the run second.
        let conditions = if self.table.names().is_empty() { Some(0) } else { self.find(&CONDITIONS) };
        let texts = |column: usize| -> Result<Vec<String>> {
            Ok(self.table.texts(column)?.into_iter().map(|text| text.trim().to_owned()).collect())
        };
        let classes = conditions.map(texts).transpose()?;
        let pictures = self.find(&PICTURES).filter(|_| self.options.images.is_some());
        let names = match (pictures, &classes) {
            (Some(column), _) => texts(column)?,
            (None, Some(classes)) if self.options.images.is_none() => classes.clone(),
            _ => {
                let wanted = if self.options.images.is_some() { PICTURES.join(", ") } else { CONDITIONS.join(", ") };
                return Err(self.wrong(format!("it has none of the columns {wanted}: name one of them so")));
            }
        };
        let classes = match classes {
            Some(classes) => classes.into_iter().map(Some).collect(),
            None => vec![None; names.len()],
        };
        Ok((names, classes))
    }

    fn runs(&self, index: u16) -> Result<Vec<u16>> {
        let bare = self.table.names().is_empty() && self.table.width() > 1;
        match if bare { Some(1) } else { self.find(&RUNS) } {
            Some(column) => Ok(self.table.i64s(column)?.into_iter().map(|run| run.clamp(0, 65_535) as u16).collect()),
            None => Ok(vec![index; self.table.len()]),
        }
    }

    fn tr(&self, timing: Timing) -> Result<f64> {
        let tr = timing.tr_secs.filter(|tr| *tr > 0.0 && tr.is_finite());
        tr.ok_or_else(|| self.wrong("the series does not state the time between volumes: give it in seconds"))
    }

    fn events(&self, timing: Timing, index: u16) -> Result<Shown> {
        let tr = self.tr(timing)?;
        let (onsets, durations) =
            (self.table.f64s(self.table.column("onset")?)?, self.table.f64s(self.table.column("duration")?)?);
        let (names, classes) = self.names()?;
        let mut trials = Vec::new();
        for (row, (name, class)) in
            names.into_iter().zip(classes).enumerate().filter(|(_, (name, _))| !self.is_rest(name))
        {
            let first = ((onsets[row] + timing.delay_secs) / tr).round().max(0.0) as usize;
            let end = (((onsets[row] + durations[row] + timing.delay_secs) / tr).round() as usize).max(first + 1);
            if !onsets[row].is_finite() || end > timing.volumes {
                let reason = format!("row {} ends after the {} volumes of its series", row + 1, timing.volumes);
                return Err(self.wrong(reason));
            }
            trials.push(Trial { name, class, run: index, volumes: first..end });
        }
        Ok(Shown { trials, run_of_volume: vec![index; timing.volumes] })
    }

    fn refuse_other_length(&self, timing: Timing) -> Result<()> {
        match self.table.len() == timing.volumes {
            true => Ok(()),
            false => {
                let reason = format!("it has {} rows for {} volumes", self.table.len(), timing.volumes);
                Err(self.wrong(reason))
            }
        }
    }

    fn trials(&self, timing: Timing, index: u16) -> Result<Shown> {
        self.refuse_other_length(timing)?;
        let runs = self.runs(index)?;
        let (names, classes) = self.names()?;
        let rows = names.into_iter().zip(classes).enumerate().filter(|(_, (name, _))| !self.is_rest(name));
        let trials = rows.map(|(row, (name, class))| Trial { name, class, run: runs[row], volumes: row..row + 1 });
        Ok(Shown { trials: trials.collect(), run_of_volume: runs })
    }

    /// Blocks of consecutive volumes of one condition; what the delay pushes out of the run is cut off.
    fn volumes(&self, timing: Timing, index: u16) -> Result<Shown> {
        self.refuse_other_length(timing)?;
        let runs = self.runs(index)?;
        let (names, classes) = self.names()?;
        let delay = if timing.delay_secs == 0.0 { 0 } else { (timing.delay_secs / self.tr(timing)?).round() as usize };
        let mut trials: Vec<Trial> = Vec::new();
        let mut first = 0;
        while first < names.len() {
            let same = |at: &usize| names[*at] == names[first] && runs[*at] == runs[first];
            let end = (first..names.len()).take_while(same).last().unwrap_or(first) + 1;
            if !self.is_rest(&names[first]) {
                let last = (first..(end + delay).min(names.len())).take_while(|&at| runs[at] == runs[first]).last();
                let volumes = (first + delay)..last.unwrap_or(first) + 1;
                if !volumes.is_empty() {
                    trials.push(Trial {
                        name: names[first].clone(),
                        class: classes[first].clone(),
                        run: runs[first],
                        volumes,
                    });
                }
            }
            first = end;
        }
        Ok(Shown { trials, run_of_volume: runs })
    }
}
