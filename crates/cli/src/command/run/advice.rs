//! Advice after a run.

use afterimage_config::{Averaging, join_paths};
use afterimage_data::Split;
use afterimage_experiment::Session;

/// Advice after training or scoring on single trials of stimuli that were repeated; `None` without repeats.
pub(super) fn single_trials(session: &Session) -> Option<String> {
    let experiment = &session.experiment;
    let on = [
        ("training", "data.training_averaging", experiment.data.training_averaging, Split::Train),
        ("test", "evaluation.averaging", experiment.evaluation.averaging, Split::Test),
    ];
    let data = session.data().ok()?;
    let header = data.header();
    let most = |split: Split| {
        let mut repeats = vec![0_usize; header.stimuli.len()];
        header.trials.iter().for_each(|trial| repeats[trial.stimulus as usize] += 1);
        let of = repeats.iter().zip(&header.stimuli).filter(|(_, stimulus)| stimulus.split == split);
        of.map(|(repeats, _)| *repeats).max().unwrap_or(0)
    };
    let (part, key, _, split) =
        on.into_iter().find(|(_, _, averaging, split)| *averaging == Averaging::Trials && most(*split) > 1)?;
    Some(format!(
        "single trials: {part} stimuli have up to {} repeats; their means are less noisy: {key} = \"stimulus\", or \
         `afterimage prepare {} --average --out NAME.afterimage`",
        most(split),
        join_paths(&experiment.data.dataset)
    ))
}
