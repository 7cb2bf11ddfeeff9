//! What is said of an import: where it comes from, what was done, what was left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use afterimage_statistics::counted;

use super::kind::Kind;
use super::runs::{Held, short_name};
use super::standards::Standards;
use super::table::Shown;
use super::{BOLD_DELAY_SECS, NiftiOptions};
use crate::Result;
use crate::header::{LeftOut, Provenance, RunLevel, Runs, Step};
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
    /// What is done to each run, if anything.
    pub(super) standards: Option<&'a Standards>,
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
            standardised: self.standards.and_then(Standards::standardised).map(str::to_owned),
            warnings: self.warnings(options),
            ..Provenance::of_voxels()
        })
    }

    fn steps(&self, options: &NiftiOptions) -> Vec<Step> {
        let mut steps = self.standards.map(Standards::steps).unwrap_or_default();
        steps.push(Step::plain(self.trials(options)));
        steps.extend(self.times().into_iter().map(Step::plain));
        steps.extend(self.runs(options).into_iter().map(Step::plain));
        if !self.unplaced.is_empty() {
            steps.push(Step::plain(format!(
                "places of voxels compared by the shape of the volumes only, without an affine: {}",
                self.unplaced.join(", ")
            )));
        }
        steps.push(Step::split(match &options.images {
            Some(_) => format!(
                "{} images drawn for the test, {} for validation, seed {}",
                options.test, options.validation, options.seed
            ),
            None => format!("test: {}; validation: {}", list(&self.held.test), list(&self.held.validation)),
        }));
        steps
    }

    /// What a trial is, with the delay if there is one to choose.
    fn trials(&self, options: &NiftiOptions) -> String {
        let rest = options.rest.join(", ");
        if let Some(Kind::Betas(why)) = self.shown.first().map(|shown| shown.kind) {
            return format!("a trial is one volume, a beta, as the table lists them ({why}); left out: {rest}");
        }
        let delay = match options.delay_secs {
            Some(0.0) => "with no delay for the haemodynamic response, as given".to_owned(),
            Some(secs) => format!("{secs} s after the stimulus"),
            None => format!(
                "{BOLD_DELAY_SECS} s after the stimulus (the default for BOLD, whose response peaks 4 to 6 s after a brief \
                 stimulus: Glover 1999, NeuroImage 9, 416-429; --delay sets another)"
            ),
        };
        format!("trials are means of their volumes, {delay}; left out: {rest}")
    }

    /// True if trials are cut from time series, so that drifts and the level of each run are in them.
    fn is_of_time_series(&self) -> bool {
        self.shown.iter().any(|shown| shown.kind == Kind::TimeSeries)
    }

    /// What a user has to know before training on it.
    fn warnings(&self, options: &NiftiOptions) -> Vec<String> {
        let adjoining: usize = self.shown.iter().map(|shown| shown.adjoining).sum();
        let mut warnings = Vec::new();
        if adjoining > 0 {
            warnings.push(format!(
                "{} at once on another of the same stimulus: neighbouring volumes have noise in common, so repeats agree more \
                 than separate ones would, and reliability and noise ceilings are too high; list each block as one event",
                if adjoining == 1 { "1 trial follows".to_owned() } else { format!("{adjoining} trials follow") }
            ));
        }
        let leaves_levels = self.standards.is_some_and(Standards::leaves_levels);
        if !self.is_of_time_series() || (options.zscore && !leaves_levels) {
            return warnings;
        }
        let level = if options.zscore {
            RunLevel { drifts: true, raw: false, runs: Runs::WithoutTraining }
        } else {
            RunLevel { drifts: !options.detrend || leaves_levels, raw: true, runs: Runs::All }
        };
        warnings.push(level.warning());
        warnings
    }

    /// What became of tables with a row for each volume of a time series.
    fn blocks(&self) -> Option<String> {
        let of_volumes = || self.shown.iter().filter_map(|shown| Some((shown, shown.blocks?)));
        let trials: usize = of_volumes().map(|(shown, _)| shown.trials.len()).sum();
        let volumes: usize = of_volumes().map(|(_, (volumes, _))| volumes).sum();
        let moved: BTreeSet<String> = of_volumes().map(|(_, (_, delay))| counted(delay, "volume")).collect();
        (volumes > 0).then(|| {
            format!(
                "a block, consecutive volumes of one stimulus in a run, is one trial: {} of {}; the delay moves them by {} within \
                 their run",
                counted(trials, "trial"),
                counted(volumes, "volume"),
                moved.into_iter().collect::<Vec<_>>().join(" or ")
            )
        })
    }

    /// The times between volumes, and trials that share some.
    fn times(&self) -> Vec<String> {
        let times: BTreeSet<String> = self
            .shown
            .iter()
            .filter_map(|shown| shown.tr.as_ref())
            .map(|tr| format!("{} s from volume to volume ({})", tr.secs, tr.from))
            .collect();
        let mut said: Vec<String> = self.blocks().into_iter().chain(times).collect();
        let resumed: usize = self.shown.iter().map(|shown| shown.resumed.0).sum();
        if let Some(first) = self.shown.iter().find_map(|shown| shown.resumed.1.as_ref()) {
            said.push(format!(
                "{resumed} of these trials {} on with the stimulus of the trial before after volumes without one: first {first}; if \
                 volumes are missing inside a block, name its stimulus in their rows too, and it is one trial",
                if resumed == 1 { "goes" } else { "go" }
            ));
        }
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
            let trials = counted(cut, "trial");
            said.push(format!("{trials} cut short by the delay at the end of a run"));
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
