//! What is taken out of each run of volumes: a straight line, level and spread. Neither is fitted on volumes of held-out trials.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ndarray::{Array1, Array2, Axis};

use super::NiftiOptions;
use super::runs::RunId;
use super::series::{self, scale, take_line};
use super::stimuli::Stimuli;
use super::table::Shown;
use crate::header::{FittedOn, Split, Step};
use crate::import::volumes::Mask;
use crate::moments::Moments;
use crate::prepare::VOLUMES;
use crate::test_statistics::{Fit, Sources};
use crate::{Error, Result, TestStatistics};

/// What is done to the runs of all series.
pub(super) struct Standards {
    detrend: bool,
    zscore: bool,
    test_statistics: TestStatistics,
    /// The place of each run that has trials among the sources.
    group_of: BTreeMap<RunId, usize>,
    sources: Sources,
    /// `[series][volumes]` whether no held-out trial takes the volume, or they may be fitted on.
    fits: Vec<Vec<bool>>,
    /// Whether a run has both training and held-out trials.
    mixed: bool,
    /// Mean and standard deviation `[voxels]` for each group that takes them from others.
    pooled: BTreeMap<usize, (Array1<f64>, Array1<f64>)>,
}

impl Standards {
    /// Decides what each run is fitted on, and reads the series that others need; `None` if nothing is to be done.
    ///
    /// # Errors
    /// [`Error::Mismatch`] naming the series with a run of too few volumes to fit on; as [`series::read`].
    pub(super) fn of(options: &NiftiOptions, shown: &[Shown], stimuli: &Stimuli, mask: &Mask) -> Result<Option<Self>> {
        if !options.detrend && !options.zscore {
            return Ok(None);
        }
        let is_training = |series: usize, trial: usize| {
            stimuli.infos[stimuli.trials[series][trial].stimulus as usize].split == Split::Train
        };
        let (mut training, mut held) = (BTreeSet::new(), BTreeSet::new());
        let mut fits: Vec<Vec<bool>> = shown.iter().map(|shown| vec![true; shown.run_of_volume.len()]).collect();
        for (series, shown) in shown.iter().enumerate() {
            for (at, trial) in shown.trials.iter().enumerate() {
                if is_training(series, at) {
                    training.insert(trial.run);
                } else {
                    held.insert(trial.run);
                    if options.test_statistics == TestStatistics::Training {
                        fits[series][trial.volumes.clone()].fill(false);
                    }
                }
            }
        }
        let runs: Vec<RunId> = training.union(&held).copied().collect();
        let has_training: Vec<bool> = runs.iter().map(|run| training.contains(run)).collect();
        let keys = runs.iter().map(|run| (run.session, run.run)).collect();
        let sources = Sources::of("run", keys, &has_training, options.test_statistics);
        let mut standards = Self {
            detrend: options.detrend,
            zscore: options.zscore,
            test_statistics: options.test_statistics,
            group_of: runs.into_iter().zip(0..).collect(),
            sources,
            fits,
            mixed: training.intersection(&held).next().is_some(),
            pooled: BTreeMap::new(),
        };
        standards.refuse_few(&options.series, shown)?;
        if standards.zscore && standards.sources.borrow() {
            standards.pool(&options.series, shown, mask)?;
        }
        Ok(Some(standards))
    }

    /// The groups of a series, each with its volumes and those of them that it is fitted on.
    fn groups<'a>(
        &'a self,
        series: usize,
        shown: &'a Shown,
    ) -> impl Iterator<Item = (usize, Vec<usize>, Vec<usize>)> + 'a {
        let runs: BTreeSet<RunId> = shown.run_of_volume.iter().copied().collect();
        runs.into_iter().filter_map(move |run| {
            let group = *self.group_of.get(&run)?;
            let inside: Vec<usize> =
                (0..shown.run_of_volume.len()).filter(|&at| shown.run_of_volume[at] == run).collect();
            let fitted = inside.iter().copied().filter(|&at| self.fits[series][at]).collect();
            Some((group, inside, fitted))
        })
    }

    fn refuse_few(&self, paths: &[PathBuf], shown: &[Shown]) -> Result<()> {
        let least = if self.detrend { 3 } else { 2 };
        for (series, (path, shown)) in paths.iter().zip(shown).enumerate() {
            let few = self
                .groups(series, shown)
                .find(|(group, _, fitted)| self.sources.is_own(*group) && fitted.len() < least);
            if let Some((_, inside, fitted)) = few {
                let run = shown.run_of_volume[inside[0]];
                let reason = format!(
                    "session {}, run {} has {} volumes to fit on (of {}, without those of held-out trials), at least {least} are \
                     needed: leave out --detrend and --zscore, or hold out fewer trials",
                    run.session,
                    run.run,
                    fitted.len(),
                    inside.len()
                );
                return Err(Error::mismatch(path, reason));
            }
        }
        Ok(())
    }

    /// Reads the series that have training trials, for the runs that have none.
    fn pool(&mut self, paths: &[PathBuf], shown: &[Shown], mask: &Mask) -> Result<()> {
        let borrowing = || self.sources.fits().iter().enumerate();
        let mut pooled: BTreeMap<usize, Moments> = borrowing()
            .filter(|(_, fit)| matches!(fit, Fit::Session(_) | Fit::All(_)))
            .map(|(group, _)| (group, Moments::of_none(mask.count())))
            .collect();
        for (series, (path, shown)) in paths.iter().zip(shown).enumerate() {
            let groups: Vec<_> =
                self.groups(series, shown).filter(|(group, ..)| *self.sources.fit(*group) == Fit::Training).collect();
            if groups.is_empty() {
                continue;
            }
            let mut rows = series::read(path, mask)?;
            for (group, inside, fitted) in &groups {
                self.take_lines(&mut rows, inside, fitted);
                let mut moments = Moments::of_none(mask.count());
                fitted.iter().for_each(|&at| moments.add(rows.row(at)));
                for (to, fit) in borrowing() {
                    if let Fit::Session(from) | Fit::All(from) = fit
                        && from.contains(group)
                        && let Some(pooled) = pooled.get_mut(&to)
                    {
                        pooled.merge(&moments);
                    }
                }
            }
        }
        self.pooled = pooled.into_iter().map(|(group, moments)| (group, moments.mean_and_sd())).collect();
        Ok(())
    }

    fn take_lines(&self, rows: &mut Array2<f32>, inside: &[usize], fitted: &[usize]) {
        if self.detrend {
            rows.axis_iter_mut(Axis(1)).for_each(|mut voxel| take_line(&mut voxel, inside, fitted));
        }
    }

    /// Detrends and standardises the volumes `[volumes, voxels]` of a series, run by run.
    pub(super) fn apply(&self, series: usize, shown: &Shown, rows: &mut Array2<f32>) {
        for (group, inside, fitted) in self.groups(series, shown) {
            if self.sources.is_own(group) {
                self.take_lines(rows, &inside, &fitted);
                if self.zscore {
                    rows.axis_iter_mut(Axis(1)).for_each(|mut voxel| scale(&mut voxel, &inside, &fitted));
                }
            } else if let Some((mean, sd)) = self.pooled.get(&group) {
                for &at in &inside {
                    for ((value, mean), sd) in rows.row_mut(at).iter_mut().zip(mean).zip(sd) {
                        *value = if *sd > 0.0 { ((f64::from(*value) - mean) / sd) as f32 } else { 0.0 };
                    }
                }
            }
        }
    }

    /// How the responses are standardised, if they are.
    pub(super) fn standardised(&self) -> Option<&'static str> {
        let all = !self.mixed || self.test_statistics == TestStatistics::Own;
        self.zscore.then_some(VOLUMES[usize::from(!all)])
    }

    /// Whether the level of some runs stays in the responses.
    pub(super) fn leaves_levels(&self) -> bool {
        self.sources.borrow()
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let leaks = self.mixed && self.test_statistics == TestStatistics::Own;
        let fitted_on = if leaks { FittedOn::Everything } else { self.sources.fitted_on() };
        let line = "a straight line over time taken out of each voxel in each run";
        let line = self.detrend.then(|| format!("{line}{}", self.sources.without_drift()));
        let scores =
            self.standardised().map(|how| format!("each voxel standardised {how}{}", self.sources.standardised()));
        line.into_iter().chain(scores).map(|what| Step::new(what, fitted_on)).collect()
    }
}
