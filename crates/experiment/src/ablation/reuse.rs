//! The encoder of one run for another that would train the same one.

use std::path::Path;

use crate::error::Result;

use afterimage_config::Experiment;
use afterimage_formats::digest;
use afterimage_run::{
    atomic,
    layout::Phase,
    log::{self, LogWriter},
};

use crate::Session;

/// Copies the finished encoder of the run `full`, where training again would give the same bits: the same software, data set, list
/// of exclusions, device, seed, and configuration of everything that phase 1 reads. Otherwise does nothing.
///
/// The copy is recorded in `run.json` among the inputs.
pub(super) fn encoder(session: &mut Session, full: &Path) -> Result<()> {
    let full = Session::open(full, &session.caller)?;
    let input = |s: &Session, role: &str| s.manifest.inputs.iter().find(|i| i.role == role).cloned();
    let sha = |s: &Session, role: &str| input(s, role).map(|i| i.sha256);
    let (ours, theirs) = (&session.manifest, &full.manifest);
    let same = full.is_trained(Phase::Encoder)
        && (&ours.software, &ours.git_commit) == (&theirs.software, &theirs.git_commit)
        && ["data set", "exclusions"].iter().all(|role| sha(&*session, role) == sha(&full, role))
        && phase_one(&session.experiment, &full.experiment) == full.experiment;
    if !same {
        return Ok(());
    }
    session.note(&format!(
        "the encoder is that of {}, which has the same configuration, data and seed",
        full.run.root().display()
    ));
    session.stage("encoder", |session| {
        let checkpoint = full.run.read(&full.run.checkpoint_file(Phase::Encoder))?;
        atomic::write(&session.run.checkpoint_file(Phase::Encoder), &checkpoint)?;
        let weights = full.run.weights_file(Phase::Encoder);
        session.run.write(&session.run.weights_file(Phase::Encoder), &full.run.read(&weights)?)?;
        let mut writer = LogWriter::open(&session.run, Phase::Encoder, 0)?;
        for record in log::read(&full.run)?.iter().filter(|r| r.phase == Phase::Encoder) {
            writer.append(record)?;
        }
        let place = std::path::absolute(full.run.root())?;
        session.record("encoder trained in", &place.to_string_lossy(), digest::sha256(&weights)?, None);
        if let Some(i) = input(&full, "encoder backbone") {
            session.record(&i.role, &i.path, i.sha256, i.count);
        }
        Ok(())
    })
}

/// `of` with what phase 1 does not read taken from `like`: equal to `like` where both train the same encoder.
fn phase_one(of: &Experiment, like: &Experiment) -> Experiment {
    let mut data = of.data.clone();
    data.unpaired.clone_from(&like.data.unpaired);
    data.unpaired_limit = like.data.unpaired_limit;
    data.exclude_test_classes = like.data.exclude_test_classes;
    data.exclude_duplicates = like.data.exclude_duplicates;
    data.external.clone_from(&like.data.external);
    data.external_limit = like.data.external_limit;
    Experiment {
        name: like.name.clone(),
        data,
        decoder: like.decoder.clone(),
        evaluation: like.evaluation.clone(),
        ..of.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_phase_one_reads_makes_another_encoder() {
        let full = Experiment::preset("demo").unwrap();
        let same = |setting: &str| {
            let changed = full.with_settings(&[setting.to_owned()]).unwrap();
            phase_one(&changed, &full) == full
        };
        for setting in ["decoder.cycle_weight=0.0", "data.unpaired_limit=7", "name=x", "evaluation.resamples=200"] {
            assert!(same(setting), "{setting}");
        }
        for setting in
            ["data.roi=V1", "seed=1", "encoder.dropout=0.1", "image.side=72", "data.train_on_validation=true"]
        {
            assert!(!same(setting), "{setting}");
        }
    }
}
