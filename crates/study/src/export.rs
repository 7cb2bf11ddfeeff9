//! Answers without identifying data.

use std::collections::BTreeMap;

use afterimage_run::table;

use crate::analysis::Answered;
use crate::keys::Keys;
use crate::store::Participant;
use crate::{Result, StudyFolder, private};

/// Labels of participants, `P001` and so on, in an order determined by the study's secret key. The order does not
/// reveal when a participant took part, and is the same in every export. It depends only on the position in the
/// counterbalancing.
pub(crate) fn labels(keys: &Keys, participants: &[Participant]) -> Vec<String> {
    let mut order: Vec<(String, usize)> =
        participants.iter().map(|p| (keys.proof("label", &p.place.to_string()), p.place)).collect();
    order.sort();
    let rank: BTreeMap<usize, usize> = order.into_iter().enumerate().map(|(rank, (_, place))| (place, rank)).collect();
    participants.iter().map(|p| format!("P{:03}", rank[&p.place] + 1)).collect()
}

/// Every answer as CSV, one row each: participant's label, number and kind of the trial, item, run, candidates, correct
/// and chosen item, whether they agree, response time in whole milliseconds, whether it was interrupted, whether it was faster
/// than the design allows, and whether the participant is one of the pilot.
///
/// It contains no token, code, date, age or eyesight. With `profiles` it contains age band and eyesight, which together
/// with the answers can identify a participant of a small study.
///
/// # Errors
/// Errors of reading the study.
pub fn export(folder: &StudyFolder, profiles: bool) -> Result<String> {
    let study = Answered::read(folder)?;
    let name = |item: usize| study.stimuli.items.get(item).map_or("", |item| item.name.as_str());
    let run = |run: usize| study.stimuli.runs.get(run).map_or("", |run| run.label.as_str());
    let mut header = vec![
        "participant",
        "trial",
        "kind",
        "item",
        "run",
        "options",
        "right_item",
        "chosen_item",
        "right",
        "response_ms",
        "interrupted",
        "too_fast",
        "pilot",
    ];
    if profiles {
        header.extend(["age", "vision"]);
    }
    let who: BTreeMap<usize, (&String, &Participant)> =
        study.participants.iter().zip(&study.labels).map(|(p, label)| (p.place, (label, p))).collect();
    let mut rows: Vec<Vec<String>> = study
        .answers
        .iter()
        .filter_map(|answer| {
            let (label, participant) = who.get(&answer.place)?;
            let option = |place: usize| answer.options.get(place).map_or("", |item| name(*item)).to_owned();
            let options: Vec<&str> = answer.options.iter().map(|item| name(*item)).collect();
            let mut row = vec![
                (*label).clone(),
                (answer.trial + 1).to_string(),
                answer.kind.name().to_owned(),
                name(answer.item).to_owned(),
                answer.run.map_or(String::new(), |index| run(index).to_owned()),
                options.join(" | "),
                option(answer.right),
                option(answer.chosen),
                u8::from(answer.is_right()).to_string(),
                answer.response_ms.map_or(String::new(), |ms| format!("{ms:.0}")),
                u8::from(answer.interrupted).to_string(),
                u8::from(answer.is_faster_than(study.design.exclusion.min_trial_ms)).to_string(),
                u8::from(participant.pilot).to_string(),
            ];
            if profiles {
                let profile = &participant.profile;
                row.extend([&profile.age, &profile.vision].map(|told| told.clone().unwrap_or_default()));
            }
            Some(row)
        })
        .collect();
    // Sorted by label, since the order of the database is that of arrival.
    rows.sort_by_key(|row| (row[0].clone(), row[1].parse::<usize>().unwrap_or(0)));
    rows.insert(0, header.into_iter().map(String::from).collect());
    Ok(table::csv(&rows))
}

/// Writes an export, complete or not at all, readable only by its owner.
///
/// # Errors
/// See [`export`]; also errors of writing.
pub fn write(folder: &StudyFolder, profiles: bool, path: &std::path::Path) -> Result<()> {
    private::write(path, export(folder, profiles)?.as_bytes())
}
