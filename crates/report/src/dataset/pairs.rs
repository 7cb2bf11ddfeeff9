//! Which image each trial shows: a sample with pictures, and the order as text.

use std::path::Path;

use afterimage_data::overview::{Overview, ShownTrial};
use afterimage_formats::picture;
use maud::{Markup, html};

use crate::{
    number::{many, of},
    pictures::uri,
};

/// Trials whose images are listed by name.
const LISTED: usize = 3000;
/// Trials at the beginning that the sentence names.
const NAMED: usize = 3;

pub(super) fn pairs(overview: &Overview) -> Markup {
    let count = overview.order.len();
    html! {
        p {
            @if overview.summary.image_side == 0 { "The data set has no images; each stimulus is a name. " }
            @else {
                "Look whether these are the images that were shown in these trials, in this order: a wrong order, or the images \
                 of another experiment, trains without any error and predicts nothing. "
            }
            b { (sentence(&overview.order)) }
        }
        p.note {
            (many(overview.trials.len())) " of " (of(count, "trial", "trials")) ": the first and the last of runs or sessions, and an even sample. \
             Each card names trial, stimulus, part, session and run."
        }
        ol.trials { @for trial in &overview.trials { li { (card(trial)) } } }
        details {
            summary { "Stimuli of " @if count <= LISTED { "all trials" } @else { "the first " (many(LISTED)) " trials" } }
            ol.order { @for (trial, name) in overview.order.iter().take(LISTED).enumerate() { li { (trial) " = " (name) } } }
        }
    }
}

/// "Trial 0 = a.png, 1 = b.png, ... 99 = c.png".
fn sentence(order: &[String]) -> String {
    let mut shown: Vec<String> =
        order.iter().take(NAMED).enumerate().map(|(trial, name)| format!("{trial} = {name}")).collect();
    if let Some(last) = order.last().filter(|_| order.len() > NAMED) {
        let gap = if order.len() > NAMED + 1 { "... " } else { "" };
        shown.push(format!("{gap}{} = {last}", order.len() - 1));
    }
    format!("Trial {}.", shown.join(", "))
}

fn card(trial: &ShownTrial) -> Markup {
    let image = trial.image.as_ref().and_then(|image| picture::encode_png(image.view(), Path::new(&trial.name)).ok());
    let (session, run) = trial.session_run;
    html! {
        @match image.and_then(|bytes| uri(&bytes)) {
            Some(uri) => { img src=(uri) alt={ "image of trial " (trial.trial) } width="96" height="96"; },
            None => {},
        }
        b { (trial.trial) } " " (trial.name)
        span { (trial.split.name()) @if let Some(class) = &trial.class { ", " (class) } }
        span { "session " (session) ", run " (run) @if trial.repeat > 0 { ", repeat " (trial.repeat) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_first_trials_and_the_last() {
        let order: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        assert_eq!(sentence(&order), "Trial 0 = a, 1 = b, 2 = c, ... 4 = e.");
        assert_eq!(sentence(&order[..4]), "Trial 0 = a, 1 = b, 2 = c, 3 = d.");
        assert_eq!(sentence(&order[..2]), "Trial 0 = a, 1 = b.");
    }
}
