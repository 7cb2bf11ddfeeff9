//! What the trials show, over all series.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use afterimage_formats::images::ImageSource;

use super::NiftiOptions;
use super::runs::{Held, RunId};
use super::table::Shown;
use crate::assign::random_split;
use crate::header::{LeftOut, Split, StimulusInfo, TrialInfo};
use crate::import::files::unused;
use crate::import::shown::Repeats;
use crate::import::{Images, order};
use crate::{Error, Result};

pub(super) struct Stimuli {
    pub(super) infos: Vec<StimulusInfo>,
    pub(super) trials: Vec<Vec<TrialInfo>>,
    pub(super) images: Option<Images<'static>>,
    /// Images that no trial shows.
    pub(super) left_out: Vec<LeftOut>,
}

impl Stimuli {
    /// Without images, each condition of each run is a stimulus of its own, `face/run-03`.
    ///
    /// # Errors
    /// [`Error::Format`] and [`Error::Mismatch`] for images that are not found; [`Error::Manifest`] when nothing is left for
    /// training.
    pub(super) fn of(shown: &[Shown], held: &Held, options: &NiftiOptions) -> Result<Self> {
        let sessions: BTreeSet<u16> = shown.iter().flat_map(|shown| &shown.trials).map(|at| at.run.session).collect();
        let (mut infos, mut known, mut repeats) = (Vec::new(), HashMap::<String, usize>::new(), Repeats::default());
        let mut trials = Vec::new();
        for shown in shown {
            let rows = shown.trials.iter().map(|trial| {
                let name = match options.images {
                    Some(_) => trial.name.clone(),
                    None => in_run(&trial.name, trial.run, sessions.len() > 1),
                };
                let stimulus = *known.entry(name.clone()).or_insert_with(|| {
                    let class = trial.class.clone();
                    infos.push(StimulusInfo { class, ..StimulusInfo::new(name, held.part(trial.run)) });
                    infos.len() - 1
                });
                let repeat = repeats.next(stimulus);
                let RunId { session, run } = trial.run;
                TrialInfo { stimulus: stimulus as u32, repeat, session, run, averaged: 1 }
            });
            trials.push(rows.collect());
        }
        let images = options.images.as_deref().map(|path| images(path, &infos)).transpose()?;
        let (images, left_out) = images.map_or((None, Vec::new()), |(images, left_out)| (Some(images), left_out));
        if options.images.is_some() {
            let splits = random_split(infos.len(), options.test, options.validation, options.seed, None);
            let splits = splits.ok_or_else(|| nothing_left(options, infos.len()))?;
            infos.iter_mut().zip(splits).for_each(|(info, split)| info.split = split);
        }
        if !infos.iter().any(|info| info.split == Split::Train) {
            return Err(nothing_left(options, infos.len()));
        }
        Ok(Self { infos, trials, images, left_out })
    }
}

fn in_run(name: &str, RunId { session, run }: RunId, with_session: bool) -> String {
    if with_session { format!("{name}/ses-{session:02}_run-{run:02}") } else { format!("{name}/run-{run:02}") }
}

fn nothing_left(options: &NiftiOptions, stimuli: usize) -> Error {
    let reason = format!("nothing of {stimuli} stimuli is left for training: hold out fewer of them, or fewer runs");
    Error::manifest(&options.series[0], reason)
}

fn images(path: &Path, infos: &[StimulusInfo]) -> Result<(Images<'static>, Vec<LeftOut>)> {
    let source = ImageSource::open_by_name(path)?;
    let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
    let wanted: Vec<&str> = infos.iter().map(|info| info.name.as_str()).collect();
    let found = order::find(path, &wanted, &names)?;
    source.require(found.iter().copied())?;
    let left_out = unused(&source, found.iter().copied());
    let images: Images<'static> = Box::new(move |row, side| Ok(source.read_square(found[row], side)?));
    Ok((images, left_out))
}
