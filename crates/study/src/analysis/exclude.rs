//! Participants, and the rules that exclude them.

use afterimage_run::study::{ParticipantResult, Rule};
use afterimage_statistics::wilson_interval;

use super::{Answered, median_ms};
use crate::plan::Kind;

/// Every participant with the rules that apply, and every rule of the design with the number of participants that it
/// excludes.
pub(super) fn exclude(study: &Answered) -> (Vec<ParticipantResult>, Vec<Rule>) {
    let results: Vec<ParticipantResult> = study
        .participants
        .iter()
        .zip(&study.labels)
        .map(|(participant, label)| {
            let judged: Vec<_> = study.judged_by(participant.place).collect();
            let all: Vec<_> = study.of_kind(participant.place, Kind::Main).collect();
            let checks: Vec<_> = study.of_kind(participant.place, Kind::Attention).collect();
            let right = judged.iter().filter(|answer| answer.is_right()).count();
            let mut result = ParticipantResult {
                label: label.clone(),
                answers: judged.len(),
                right,
                accuracy: right as f64 / judged.len() as f64,
                interval: wilson_interval(right, judged.len()),
                attention: (checks.len(), checks.iter().filter(|answer| answer.is_right()).count()),
                too_fast: all.len() - judged.len(),
                // Over all answers: whoever hurries is left out for it.
                median_ms: median_ms(all.into_iter()),
                pilot: participant.pilot,
                finished: participant.finished.is_some(),
                left_out: Vec::new(),
            };
            let broken = rules(study).into_iter().filter(|(_, breaks)| breaks(&result)).map(|(rule, _)| rule);
            result.left_out = broken.collect();
            result
        })
        .collect();
    let rules = rules(study).into_iter().map(|(rule, _)| Rule {
        excluded: results.iter().filter(|result| result.left_out.contains(&rule)).count(),
        rule,
    });
    let rules = rules.collect();
    (results, rules)
}

type Breaks = Box<dyn Fn(&ParticipantResult) -> bool>;

/// Rules of the design, as text and as a test. An undefined number violates no rule.
fn rules(study: &Answered) -> Vec<(String, Breaks)> {
    let rules = &study.design.exclusion;
    let (share, least) = (rules.min_attention, rules.min_median_ms);
    let mut all: Vec<(String, Breaks)> = Vec::new();
    let pilots = study.participants.iter().filter(|participant| participant.pilot).count();
    if pilots > 0 && pilots < study.participants.len() {
        all.push(("took part in the pilot".into(), Box::new(|p| p.pilot)));
    }
    if rules.unfinished {
        all.push(("did not finish".into(), Box::new(|p| !p.finished)));
    }
    if share > 0.0 {
        let text = format!("attention checks below {:.0} % correct", share * 100.0);
        all.push((
            text,
            Box::new(move |p| p.attention.0 > 0 && (p.attention.1 as f64) < share * p.attention.0 as f64 - 1e-9),
        ));
    }
    if least > 0.0 {
        let text = format!("median response time below {least} ms");
        all.push((text, Box::new(move |p| p.median_ms.is_some_and(|ms| ms < least))));
    }
    all
}
