//! Scores of a run on another data set of the same voxels: `evaluate --on`.
//!
//! Nothing is trained or fitted on that data set. Its responses are standardised by the run's own training responses, decoded, and
//! scored as the run's own test items are, with the same metrics. All is written into a run folder of its own, `RUN/on/NAME`, so
//! that the run's scores stay as they are and every reader of run folders reads these too.

mod folder;
mod overlap;
mod units;
mod voxels;

use std::path::Path;

use afterimage_config::{Experiment, join_paths};
use afterimage_data::{DataSet, HeldOutPairs};
use afterimage_run::{Artefact, RunFolder, layout::Phase, manifest::ScoredRun, scores::ScoreFile};
use afterimage_train::prepare::{self, Statistics};

use crate::error::{Context as _, Result, bail};
use crate::evaluate::{self, Material};
use crate::session::{DATA_SET, text};
use crate::{Session, Stage, baseline, preflight, reconstruct};
use voxels::Found;

/// How a run is scored on another data set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnOptions {
    /// Name of the folder below `RUN/on`; by default that of the data set.
    pub name: Option<String>,
    /// The voxels of both data sets are the same in the same order, at the word of who asks: nothing else says so.
    pub in_order: bool,
    /// Take responses that cannot be in the unit of the run's data set.
    pub force_units: bool,
}

/// Another data set, read and matched with a run.
struct Other {
    data: DataSet,
    trained_on: DataSet,
    /// The run's statistics, with the columns of its voxels in the other data set.
    statistics: Statistics,
    /// The run's experiment on the other data set.
    experiment: Experiment,
    test: HeldOutPairs,
    voxels: Found,
    /// What a reader must know of the unit.
    doubts: Vec<String>,
}

impl Session {
    /// Scores the run on all held-out items of another data set of the same voxels, in a folder of its own below `RUN/on`, which
    /// is replaced if it has scores on that data set. The run's own scores stay as they are.
    ///
    /// # Errors
    /// If the voxels cannot be identified or differ, the responses cannot be in the unit of the run's data set, the other data set
    /// has no held-out images, or a stage fails.
    pub fn evaluate_on(&mut self, data_set: &Path, options: &OnOptions) -> Result<(RunFolder, ScoreFile)> {
        preflight::scoring(&self.experiment)?;
        let other = Other::read(self, data_set, options)?;
        let name = folder::name(data_set, options)?;
        let out = RunFolder::new(self.run.on_dir(&name));
        folder::refuse_other(&out, &other.data, &name)?;
        let audit = overlap::audit(self, &other)?;
        folder::clear(&out)?;
        let mut there = begin(self, &other, out, &overlap::sentences(&audit))?;
        there.stage(Stage::Reconstruct.name(), |there| other.decode(self, there))?;
        audit.write(&there.run)?;
        there.manifest.warnings.extend(overlap::warnings(&audit));
        let scores = there.stage(Stage::Evaluate.name(), |there| {
            let mut of = Material::of(there)?;
            of.networks = self.run.clone();
            of.trained_on = Some(other.trained_on);
            evaluate::score(there, of)
        })?;
        Ok((there.run, scores))
    }
}

impl Other {
    fn read(session: &Session, path: &Path, options: &OnOptions) -> Result<Self> {
        let trained_on = session.data().context("the run's own data set, for the images that it was trained on")?;
        let data = DataSet::open(path)?;
        if session.data_fingerprint() == Some(data.fingerprint()) {
            bail!(
                "\"{}\" is the data set that the run was trained on: `afterimage evaluate {}` scores its test part",
                path.display(),
                session.run.root().display()
            );
        }
        refuse_no_items(&data)?;
        let own = Statistics::read(&session.run)?;
        let sets = voxels::Sets { ours: &trained_on.header().voxels, theirs: &data.header().voxels };
        let voxels = voxels::find(path, &sets, &own.voxels, options.in_order)?;
        let statistics = Statistics { voxels: voxels.columns.clone(), ..own };
        let doubts = units::check(session, &trained_on, &data, &statistics, options.force_units)?;
        let mut experiment = session.experiment.clone();
        experiment.data.dataset = Some(text(std::path::absolute(path)?)?.into());
        // A list of exclusions names stimuli of the run's own data set.
        experiment.data.exclusions = None;
        let test = prepare::held_out(&data.held_out(), &statistics, &experiment)?;
        Ok(Self { data, trained_on, statistics, experiment, test, voxels, doubts })
    }

    /// Decodes the held-out items and predicts their responses, into the folder of their scores.
    fn decode(&self, session: &Session, there: &mut Session) -> Result<()> {
        if session.manifest.baseline.is_some() {
            return self.apply_baseline(session, there);
        }
        self.write_statistics(there)?;
        reconstruct::by_networks(there, &session.run, &self.data, &self.test)?;
        Ok(())
    }

    /// A baseline keeps no fitted weights: it is fitted again on the run's own training part, with the same bits.
    fn apply_baseline(&self, session: &Session, there: &mut Session) -> Result<()> {
        let (experiment, manifest) = (there.experiment.clone(), there.manifest.clone());
        there.experiment.clone_from(&session.experiment);
        there.manifest.clone_from(&session.manifest);
        let fitted = baseline::fit_again(there);
        (there.experiment, there.manifest) = (experiment, manifest);
        let fitted = fitted?;
        self.write_statistics(there)?;
        baseline::apply(there, &fitted)?;
        Ok(())
    }

    fn write_statistics(&self, there: &Session) -> Result<()> {
        self.statistics.write(&there.run)?;
        Ok(crate::voxels::of(&self.data, &self.statistics).write(&there.run)?)
    }
}

/// Refuses a data set without images or without held-out trials, with what makes one.
fn refuse_no_items(data: &DataSet) -> Result<()> {
    let path = data.path().display();
    if !data.header().has_images() {
        bail!(
            "\"{path}\" has no images, so reconstructions cannot be compared: import it with the images that were shown"
        );
    }
    if data.held_out().stimuli().is_empty() {
        bail!(
            "\"{path}\" has no test part, and only held-out trials are scored: hold trials out with `afterimage prepare {path} \
             --split random --test N --out OTHER`"
        );
    }
    Ok(())
}

/// The folder of the scores, with its experiment and manifest.
fn begin(session: &Session, other: &Other, run: RunFolder, overlap: &[String]) -> Result<Session> {
    let own = &session.manifest;
    let mut manifest = crate::session::new_manifest(&other.experiment, &other.data, &session.caller.program);
    let Some(trained_on) = own.inputs.iter().find(|input| input.role == DATA_SET).cloned() else {
        bail!("\"{}\" does not say which data set it was trained on", session.run.manifest_file().display());
    };
    let kept = own.inputs.iter().filter(|input| input.role != DATA_SET && !input.role.starts_with("external"));
    manifest.inputs.extend(kept.cloned());
    let facts = &mut manifest.data;
    facts.voxels = other.statistics.voxels.len();
    (facts.training_items, facts.validation_items) = (own.data.training_items, own.data.validation_items);
    (facts.unpaired_images, facts.snr_source) = (own.data.unpaired_images, own.data.snr_source.clone());
    facts.preprocessing.extend(other.statistics.steps.iter().cloned());
    facts.preprocessing.push(format!(
        "Nothing was trained or fitted on this data set: networks, voxels and statistics are those of the run \"{}\".",
        session.run.name()
    ));
    manifest.warnings.clone_from(&own.warnings);
    manifest.warnings.extend(other.voxels.doubts.iter().chain(&other.doubts).cloned());
    manifest.baseline.clone_from(&own.baseline);
    let decoder = session.run.weights_file(Phase::Decoder);
    manifest.scored_run = Some(ScoredRun {
        run: session.run.root().display().to_string(),
        decoder: decoder.is_file().then(|| afterimage_formats::digest::sha256(&decoder)).transpose()?,
        trained_on,
        voxels: other.voxels.words.clone(),
        overlap: overlap.to_vec(),
    });
    // Without networks or an experiment the folder is no run yet: what a killed process left is made again.
    std::fs::create_dir_all(run.root()).with_context(|| format!("\"{}\"", run.root().display()))?;
    run.write_experiment(&other.experiment)?;
    manifest.write(&run)?;
    if let Some(choice) = session.choice()? {
        choice.for_other_data(&other.experiment).write(&run)?;
    }
    session.note(&format!(
        "scoring \"{}\" on \"{}\": {}",
        session.run.root().display(),
        join_paths(&other.experiment.data.dataset),
        other.voxels.words
    ));
    Ok(session.in_folder(run, other.experiment.clone(), manifest))
}
