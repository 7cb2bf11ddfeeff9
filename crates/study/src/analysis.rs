//! Analysis of the answers. `docs/study.md` defines every number.

mod accuracy;
mod agree;
mod exclude;
mod machine;
mod tables;

use afterimage_run::study::{ANALYSIS_VERSION, Analysis, JudgedRun};
use afterimage_statistics::counted;

use crate::keys::Keys;
use crate::plan::Kind;
use crate::store::{self, Participant, Recorded};
use crate::{Design, Result, Stimuli, StudyError, StudyFolder, export};

pub use tables::tables;

/// Random draws of the analysis.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    /// Bootstrap resamples.
    pub resamples: usize,
    /// Sign flips and split halves of the participants.
    pub permutations: usize,
    /// Seed.
    pub seed: u64,
}

/// A study with its answers.
pub(crate) struct Answered {
    pub(crate) folder: StudyFolder,
    pub(crate) design: Design,
    pub(crate) stimuli: Stimuli,
    pub(crate) participants: Vec<Participant>,
    /// One label per participant.
    pub(crate) labels: Vec<String>,
    pub(crate) answers: Vec<Recorded>,
}

impl Answered {
    /// Reads a study and its answers, in one transaction.
    pub(crate) fn read(folder: &StudyFolder) -> Result<Self> {
        let (design, stimuli, _) = Design::read_with_pictures(folder)?;
        let mut connection = store::open(&folder.database_file())?;
        let reading = connection.transaction()?;
        let (participants, answers) = (store::participants(&reading)?, store::answers(&reading)?);
        drop(reading);
        let labels = export::labels(&Keys::read(folder)?, &participants);
        Ok(Self { folder: folder.clone(), design, stimuli, participants, labels, answers })
    }

    /// Reconstructions judged by a participant, without those that were answered too fast.
    fn judged_by(&self, place: usize) -> impl Iterator<Item = &Recorded> {
        let min_ms = self.design.exclusion.min_trial_ms;
        self.of_kind(place, Kind::Main).filter(move |answer| !answer.is_faster_than(min_ms))
    }

    fn of_kind(&self, place: usize, kind: Kind) -> impl Iterator<Item = &Recorded> {
        self.answers.iter().filter(move |answer| answer.place == place && answer.kind == kind)
    }
}

/// Median response time of uninterrupted answers, in milliseconds.
fn median_ms<'a>(answers: impl Iterator<Item = &'a Recorded>) -> Option<f64> {
    let mut times: Vec<f64> = answers.filter(|a| !a.interrupted).filter_map(|a| a.response_ms).collect();
    let median = afterimage_statistics::median(&mut times);
    median.is_finite().then_some(median)
}

/// Analyses the answers so far.
///
/// # Errors
/// Errors of reading; [`StudyError::NothingToAnalyse`] if no participant is left.
pub fn analyze(folder: &StudyFolder, draws: Draws) -> Result<Analysis> {
    let study = Answered::read(folder)?;
    let (participants, rules) = exclude::exclude(&study);
    let kept: Vec<usize> = study
        .participants
        .iter()
        .zip(&participants)
        .filter(|(_, result)| result.is_analysed())
        .map(|(participant, _)| participant.place)
        .collect();
    let judged: Vec<&Recorded> = kept.iter().flat_map(|place| study.judged_by(*place)).collect();
    if judged.is_empty() {
        let message = match rules.iter().map(|r| format!("{} by \"{}\"", r.excluded, r.rule)).collect::<Vec<_>>() {
            by if by.is_empty() => format!("{} began", participants.len()),
            by => format!("{} began; excluded: {}", participants.len(), by.join(", ")),
        };
        return Err(StudyError::NothingToAnalyse { message });
    }
    let all = kept.iter().flat_map(|place| study.of_kind(*place, Kind::Main)).count();
    let run = |run: &crate::SourceRun| JudgedRun {
        label: run.label.clone(),
        experiment: run.experiment.clone(),
        data: run.data.clone(),
        created: run.created.clone(),
    };
    let items = accuracy::items(&study, &judged);
    let agreement = agree::agreement(&study, &judged, draws);
    let (machine, missing) = machine::machine(&study, &items, draws)?;
    let mut notes = notes(&study, &kept, &judged);
    notes.extend(missing);
    Ok(Analysis {
        version: ANALYSIS_VERSION,
        pilot: is_pilot(&study),
        min_trial_ms: study.design.exclusion.min_trial_ms,
        too_fast: all - judged.len(),
        title: study.design.title.clone(),
        design: study.design.fingerprint(&study.stimuli),
        ways: study.design.ways,
        chance: study.design.chance(),
        runs: study.stimuli.runs.iter().map(run).collect(),
        accuracy: accuracy::accuracy(&study, &judged, draws),
        comparisons: accuracy::comparisons(&study, &judged, draws),
        rules,
        agreement,
        machine,
        participants,
        items,
        notes,
        resamples: draws.resamples,
        permutations: draws.permutations,
        seed: draws.seed,
    })
}

/// Returns whether all participants are those of a pilot; with others, those of the pilot are left out.
fn is_pilot(study: &Answered) -> bool {
    !study.participants.is_empty() && study.participants.iter().all(|participant| participant.pilot)
}

fn notes(study: &Answered, kept: &[usize], judged: &[&Recorded]) -> Vec<String> {
    let mut notes = Vec::new();
    if is_pilot(study) {
        notes.push("These are the data of a pilot: the study was served with --pilot.".into());
    }
    if kept.len() == 1 {
        notes.push("1 participant: agreement between participants, a test of the accuracy and an interval over participants are undefined.".into());
    } else if kept.len() < 10 {
        notes.push(format!("{}: intervals over so few are approximate.", counted(kept.len(), "participant")));
    }
    let (min_ms, of) =
        (study.design.exclusion.min_trial_ms, kept.iter().flat_map(|place| study.of_kind(*place, Kind::Main)));
    let all = of.count();
    if all > judged.len() {
        let fast = all - judged.len();
        notes.push(format!("{fast} of {all} answers were given in less than {min_ms} ms and are left out."));
    }
    let unmeasured = judged.iter().filter(|answer| answer.response_ms.is_none()).count();
    if unmeasured > 0 {
        notes.push(format!("{unmeasured} of {} answers have no response time (no JavaScript).", judged.len()));
    }
    let interrupted = judged.iter().filter(|answer| answer.interrupted).count();
    if interrupted > 0 {
        notes.push(format!(
            "{interrupted} of {} answers were interrupted: their response times are left out, but the answers are \
             kept.",
            judged.len()
        ));
    }
    let running = study.participants.iter().filter(|p| p.finished.is_none()).count();
    if running > 0 {
        let have = if running == 1 { "has" } else { "have" };
        notes.push(format!("{running} of {} {have} not finished.", counted(study.participants.len(), "participant")));
    }
    notes
}
