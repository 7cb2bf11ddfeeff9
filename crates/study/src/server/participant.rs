//! The pages of a participant: questions, trials, the end. Each request looks up the participant's current page.

use std::time::Instant;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::fields::{Fields, Token, Visited};
use super::problem::Problem;
use super::visit::see;
use super::{Shared, Study, now};
use crate::keys::token_hash;
use crate::page::{self, AGES, VISIONS};
use crate::plan::{Kind, Trial, plan};
use crate::store::{self, Given, Outcome, Participant, Profile};

/// Purposes of the proofs of forms.
const PURPOSE: &str = "participant";
/// Maximum response time, one day in milliseconds.
const LONGEST_MS: f64 = 86_400_000.0;

#[derive(Deserialize)]
pub(super) struct Questions {
    proof: String,
    #[serde(default)]
    age: String,
    #[serde(default)]
    vision: String,
}

#[derive(Deserialize)]
pub(super) struct Answer {
    proof: String,
    trial: usize,
    /// Counted from 1, as on the page.
    choice: usize,
    #[serde(default)]
    response_ms: String,
    #[serde(default)]
    interrupted: String,
}

pub(super) async fn show(State(study): Shared, Token(token): Token) -> Response {
    match shown(&study, &token).await {
        Ok(html) => Html(html.into_string()).into_response(),
        Err(problem) => problem.page(&study),
    }
}

async fn shown(study: &Study, token: &str) -> Result<maud::Markup, Problem> {
    let participant = known(study, token).await?;
    let proof = study.keys.proof(PURPOSE, token);
    let (design, strings) = (&study.design, &study.strings);
    if design.questions && !participant.asked {
        return Ok(page::questions(design, strings, token, &proof));
    }
    let trials = plan(design, &study.stimuli, participant.place);
    let number = participant.answered;
    if number >= trials.len() {
        return Ok(page::done(design, strings, &participant.code));
    }
    Ok(page::trial(&of_trial(study, token, &proof, &trials, number)))
}

fn of_trial<'a>(
    study: &'a Study,
    token: &'a str,
    proof: &'a str,
    trials: &'a [Trial],
    number: usize,
) -> page::Shown<'a> {
    page::Shown {
        design: &study.design,
        strings: &study.strings,
        stimuli: &study.stimuli,
        link: &study.keys.study,
        token,
        proof,
        trials,
        number,
    }
}

/// The right answer to a practice trial; only after it was answered.
pub(super) async fn practice(State(study): Shared, Visited(token, number): Visited) -> Response {
    match solved(&study, &token, number).await {
        Ok(Some(html)) => Html(html.into_string()).into_response(),
        Ok(None) => see(&format!("/p/{token}")),
        Err(problem) => problem.page(&study),
    }
}

async fn solved(study: &Study, token: &str, number: usize) -> Result<Option<maud::Markup>, Problem> {
    let participant = known(study, token).await?;
    let trials = plan(&study.design, &study.stimuli, participant.place);
    if trials.get(number).is_none_or(|trial| trial.kind != Kind::Practice) {
        return Ok(None);
    }
    let place = participant.place;
    let chosen = study.store.run(move |connection| store::chosen(connection, place, number)).await?;
    Ok(chosen.map(|chosen| page::solution(&of_trial(study, token, "", &trials, number), chosen)))
}

async fn known(study: &Study, token: &str) -> Result<Participant, Problem> {
    let hash = token_hash(token);
    study.store.run(move |connection| store::meet(connection, &hash)).await?.ok_or(Problem::NotFound)
}

pub(super) async fn questions(State(study): Shared, Token(token): Token, Fields(form): Fields<Questions>) -> Response {
    match told(&study, &token, form).await {
        Ok(()) => see(&format!("/p/{token}")),
        Err(problem) => problem.page(&study),
    }
}

async fn told(study: &Study, token: &str, form: Questions) -> Result<(), Problem> {
    if !study.keys.proves(&form.proof, PURPOSE, token) {
        return Err(Problem::Expired);
    }
    let participant = known(study, token).await?;
    let one_of = |value: String, known: &[&str]| match value.as_str() {
        "" => Ok(None),
        _ if known.contains(&value.as_str()) => Ok(Some(value)),
        _ => Err(Problem::Bad),
    };
    let told = Profile { age: one_of(form.age, &AGES)?, vision: one_of(form.vision, &VISIONS)? };
    if !study.design.questions {
        return Err(Problem::Bad);
    }
    let place = participant.place;
    Ok(study.store.run(move |connection| store::profile(connection, place, &told)).await?)
}

pub(super) async fn answer(State(study): Shared, Token(token): Token, Fields(form): Fields<Answer>) -> Response {
    let number = form.trial;
    match answered(&study, &token, form).await {
        Ok(Kind::Practice) => see(&format!("/p/{token}/practice/{number}")),
        Ok(_) => see(&format!("/p/{token}")),
        Err(problem) => problem.page(&study),
    }
}

/// Stores an answer, and returns the kind of its trial.
async fn answered(study: &Study, token: &str, form: Answer) -> Result<Kind, Problem> {
    if !study.keys.proves(&form.proof, PURPOSE, token) {
        return Err(Problem::Expired);
    }
    let given = parse_answer(study, &form)?;
    let participant = known(study, token).await?;
    let allowed = {
        let mut answers = study.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        answers.take(participant.place as u128, Instant::now())
    };
    if !allowed {
        return Err(Problem::TooMany);
    }
    let back = format!("/p/{token}");
    if study.design.questions && !participant.asked {
        return Err(Problem::NotYet(back));
    }
    let trials = plan(&study.design, &study.stimuli, participant.place);
    let trial: Trial = trials.get(given.trial).cloned().ok_or(Problem::Bad)?;
    let (last, now, hash) = (given.trial + 1 == trials.len(), now(), token_hash(token));
    let (place, kind) = (participant.place, trial.kind);
    let stored = study.store.run(move |connection| {
        // The position may have been freed and given to another participant since it was looked up.
        match store::find(connection, &hash)? {
            Some(still) if still.place == place => {
                store::answer(connection, place, &given, &trial, last, now).map(Some)
            }
            _ => Ok(None),
        }
    });
    match stored.await? {
        Some(Outcome::Stored) => Ok(kind),
        Some(Outcome::Already) => Err(Problem::Already(back)),
        Some(Outcome::NotYet) => Err(Problem::NotYet(back)),
        None => Err(Problem::NotFound),
    }
}

/// Parses a form as an answer, if it is valid.
fn parse_answer(study: &Study, form: &Answer) -> Result<Given, Problem> {
    let response_ms = match form.response_ms.as_str() {
        "" => None,
        text => Some(text.parse::<f64>().ok().filter(|ms| (0.0..=LONGEST_MS).contains(ms)).ok_or(Problem::Bad)?),
    };
    let interrupted = match form.interrupted.as_str() {
        "" | "0" => false,
        "1" => true,
        _ => return Err(Problem::Bad),
    };
    let design = &study.design;
    let sensible = form.trial < design.trials_in_all() && (1..=design.ways).contains(&form.choice);
    sensible.then(|| Given { trial: form.trial, chosen: form.choice - 1, response_ms, interrupted }).ok_or(Problem::Bad)
}
