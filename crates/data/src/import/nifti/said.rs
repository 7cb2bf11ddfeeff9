//! What is said of an import: where it comes from, what was done, what was left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::NiftiOptions;
use super::runs::{Held, short_name};
use super::table::Shown;
use crate::Result;
use crate::header::{FittedOn, LeftOut, Provenance, Step};
use crate::import::files::source_files;
use crate::import::volumes::stem;

pub(super) struct Said<'a> {
    pub(super) tables: &'a [PathBuf],
    pub(super) shown: &'a [Shown],
    pub(super) held: &'a Held,
    /// Whether series became sessions because their tables number runs alike.
    pub(super) apart: bool,
    /// Files whose grid was compared by shape only.
    pub(super) unplaced: &'a [String],
}

impl Said<'_> {
    pub(super) fn provenance(&self, options: &NiftiOptions) -> Result<Provenance> {
        let (series, tables) = (options.series.iter(), self.tables.iter());
        let files = series.chain(tables).chain(&options.mask).chain(&options.regions).chain(&options.images);
        Ok(Provenance {
            title: options.series.first().map(|path| stem(path)).unwrap_or_default(),
            kind: "nifti".into(),
            source_files: source_files(files.map(PathBuf::as_path))?,
            units: Some(if options.zscore { "standard deviations of the run" } else { "as in the series" }.into()),
            steps: self.steps(options),
            left_out: self.left_out(),
            ..Provenance::of_voxels()
        })
    }

    fn steps(&self, options: &NiftiOptions) -> Vec<Step> {
        // A run on one side of the split is fitted on itself; a run on both sides has test trials in its own fit.
        let scope = if options.images.is_none() { FittedOn::OwnRun } else { FittedOn::Everything };
        let mut steps = Vec::new();
        if options.detrend {
            steps.push(Step::new("a straight line over time taken out of each voxel in each run", scope));
        }
        if options.zscore {
            steps.push(Step::new("each voxel standardised over all volumes of each run", scope));
        }
        let delay = if options.delay_secs == 0.0 {
            "with no delay for the haemodynamic response".to_owned()
        } else {
            format!("{} s after the stimulus", options.delay_secs)
        };
        let rest = options.rest.join(", ");
        steps.push(Step::plain(format!("trials are means of their volumes, {delay}; left out: {rest}")));
        steps.extend(self.times().into_iter().map(Step::plain));
        steps.extend(self.runs(options).into_iter().map(Step::plain));
        if !self.unplaced.is_empty() {
            steps.push(Step::plain(format!(
                "places of voxels compared by the shape of the volumes only, without an affine: {}",
                self.unplaced.join(", ")
            )));
        }
        steps.push(Step::plain(match &options.images {
            Some(_) => format!(
                "{} images drawn for the test, {} for validation, seed {}",
                options.test, options.validation, options.seed
            ),
            None => format!("test: {}; validation: {}", list(&self.held.test), list(&self.held.validation)),
        }));
        steps
    }

    /// The times between volumes, and trials that share some.
    fn times(&self) -> Vec<String> {
        let times: BTreeSet<String> = self
            .shown
            .iter()
            .filter_map(|shown| shown.tr.as_ref())
            .map(|tr| format!("{} s from volume to volume ({})", tr.secs, tr.from))
            .collect();
        let mut said: Vec<String> = times.into_iter().collect();
        let shared: usize = self.shown.iter().map(|shown| shown.shared.0).sum();
        if let Some(first) = self.shown.iter().find_map(|shown| shown.shared.1.as_ref()) {
            said.push(format!("{shared} pairs of trials share some of their volumes, such as {first}"));
        }
        let sorted = self.shown.iter().filter(|shown| shown.sorted_by_time).count();
        if sorted > 0 {
            said.push(format!("trials in the order of their onsets, which is not that of the rows in {sorted} tables"));
        }
        let cut: usize = self.shown.iter().map(|shown| shown.cut).sum();
        if cut > 0 {
            said.push(format!("{cut} blocks cut short by the delay at the end of their runs"));
        }
        said
    }

    /// How runs are numbered, where names and tables leave it open.
    fn runs(&self, options: &NiftiOptions) -> Vec<String> {
        let mut said = Vec::new();
        if self.apart {
            let names = (0..options.series.len()).map(|at| format!("{} {}", at + 1, short_name(&options.series, at)));
            let names: Vec<String> = names.collect();
            said.push(format!("tables number their runs alike, so each series is a session: {}", names.join(", ")));
        }
        said
    }

    /// Counts of all series together.
    fn left_out(&self) -> Vec<LeftOut> {
        let mut sums = BTreeMap::<(String, String), usize>::new();
        for left_out in self.shown.iter().flat_map(|shown| &shown.left_out) {
            *sums.entry((left_out.what.clone(), left_out.reason.clone())).or_default() += left_out.count;
        }
        sums.into_iter().filter_map(|((what, reason), count)| LeftOut::counted(&what, &reason, count)).collect()
    }
}

fn list(runs: &[String]) -> String {
    if runs.is_empty() { "none".into() } else { runs.join(", ") }
}
