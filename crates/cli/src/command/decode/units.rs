//! The unit of the responses: what is stated, and whether their values can have it.

use std::path::Path;

use anyhow::{Result, bail};

use afterimage_experiment::{Remedy, TrainedRun, UnitCheck, UnitVerdict, Units};
use afterimage_formats::hdf5::{self, Attribute};
use afterimage_formats::npz;
use afterimage_formats::volume::Volume;
use afterimage_run::{RunFolder, layout::PREDICTIONS, voxels::Voxels};

use super::places::Matched;
use super::responses::{History, Responses, VOLUMES, is_a};
use crate::args::product::Decode;
use crate::command::encode::sidecar::{self, Described};
use crate::command::encode::{DESCRIBED, UNITS};
use crate::log;

/// The unit that is stated for responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) units: Units,
    /// Who states it, in words.
    pub(super) by: String,
    /// Whether the very content is described, so that there is nothing to judge.
    is_certain: bool,
    /// Whether neither an option nor a file states it.
    is_default: bool,
}

impl Stated {
    /// The unit by `--units`, by the description next to the file, by the file itself, or else the recording's.
    ///
    /// # Errors
    /// If option and file contradict each other, or the responses are standardised by those of another run, unless it is forced.
    pub(super) fn of(args: &Decode, run: &TrainedRun, read: &Responses) -> Result<Self> {
        let path = &args.responses;
        let described = sidecar::read(path)?.or_else(|| of_run(path));
        if let Some(other) = described.as_ref().filter(|described| described.is_same == Some(false)) {
            let (file, description) = (path.display(), other.path.display());
            log::note(&format!(
                "note: \"{description}\" describes another content than \"{file}\" has, and is not used"
            ));
        }
        let described = described.filter(|described| described.is_same != Some(false));
        let of_file = match &described {
            Some(described) => Some((described.units, format!("\"{}\"", described.path.display()))),
            None => marked(read)?.map(|units| (units, format!("\"{}\"", path.display()))),
        };
        if let (Some(given), Some((units, by))) = (args.units.map(Units::from), &of_file)
            && given != *units
            && !args.force_units
        {
            bail!(
                "{by} says that the responses are {}, and --units {}: leave out --units, or add --force-units",
                units.name(),
                given.name()
            );
        }
        let other = described.as_ref().and_then(|described| described.standardisation.clone());
        if other.is_some() && other != run.standardisation() && !args.force_units {
            bail!(
                "\"{}\" has standard deviations of the training responses of another run: encode again with --units recorded, \
                 or add --force-units",
                path.display()
            );
        }
        let is_certain = described.is_some_and(|described| described.is_same == Some(true));
        Ok(match (args.units, of_file) {
            (Some(given), _) => Self { units: given.into(), by: "--units".into(), is_certain, is_default: false },
            (None, Some((units, by))) => Self { units, by, is_certain, is_default: false },
            (None, None) => Self { units: Units::Recorded, by: "default".into(), is_certain: false, is_default: true },
        })
    }

    /// Refuses values that cannot be in the stated unit, and warns where it is open. Returns mean and standard deviation of the
    /// responses against those of training, in one line.
    ///
    /// # Errors
    /// If they cannot, unless it is forced.
    pub(super) fn check(
        &self,
        args: &Decode,
        run: &TrainedRun,
        read: &Responses,
        voxels: &Voxels,
    ) -> Result<Option<String>> {
        let is_recorded = self.units == Units::Recorded;
        let UnitCheck { against_training, mut verdicts, is_order_known } =
            run.check_units(read.values.view(), self.units)?;
        if self.is_certain || (read.matched == Matched::SameData && is_recorded) {
            return Ok(against_training);
        }
        if verdicts.is_empty() && !is_order_known {
            verdicts.extend(run.check_echo(read.values.view(), self.units)?);
        }
        let of_run = voxels.standardised.as_deref();
        let by_history =
            is_recorded.then(|| judge_history(&args.responses, &read.history, of_run, self.is_default)).flatten();
        for verdict in by_history.into_iter().chain(verdicts) {
            let said = in_words(&verdict);
            if verdict.is_impossible && !args.force_units {
                bail!("\"{}\": {said}; --force-units takes them as they are", args.responses.display());
            }
            log::note(&format!("warning: {said}"));
        }
        Ok(against_training)
    }
}

/// A verdict with what to do about it here.
fn in_words(verdict: &UnitVerdict) -> String {
    let said = verdict.in_words("give --units ");
    if verdict.remedy == Remedy::Transpose { format!("{said}; --voxels-first reads them so") } else { said }
}

/// What the source and the run's data set say of a standardisation before storage. Values do not tell it: raw responses may have a
/// mean near 0 and a standard deviation near 1. `is_default`: nobody states the unit of the responses.
fn judge_history(path: &Path, history: &History, of_run: Option<&str>, is_default: bool) -> Option<UnitVerdict> {
    let path = path.display();
    match (history, of_run) {
        (History::Stated(found), _) if found.as_deref() != of_run => {
            let [found, of_run] = [found.as_deref(), of_run].map(|how| match how {
                Some(how) => format!("standardised {how}"),
                None => "not standardised".to_owned(),
            });
            let reason = format!(
                "the responses are {found}, those of the run's data set {of_run}: give responses with the same preparation, \
                 as `afterimage prepare` makes"
            );
            Some(UnitVerdict { is_impossible: true, reason, remedy: Remedy::Nothing })
        }
        (History::Unknown, Some(how)) if is_default => {
            let reason = format!(
                "the responses of the run's data set were standardised {how}, and nothing says that those of \"{path}\" were: \
                 standardise them in the same way, and state it with --units recorded"
            );
            Some(UnitVerdict { is_impossible: false, reason, remedy: Remedy::Nothing })
        }
        _ => None,
    }
}

/// What was done to the run's data set, and so has to be done to other responses.
pub(super) fn prepared(voxels: &Voxels) -> String {
    let how = voxels.standardised.as_deref();
    how.map(|how| format!("; the responses of the run's data set were standardised {how}")).unwrap_or_default()
}

/// What the predictions in a run folder are, as the run around them says.
fn of_run(path: &Path) -> Option<Described> {
    let path = path.canonicalize().ok()?;
    let folder = RunFolder::open(path.ancestors().nth(2)?).ok()?;
    let of = (folder.path(PREDICTIONS) == path).then(|| TrainedRun::open(folder.root()).ok()).flatten()?;
    let units = if of.standardises() { Units::Standardised } else { Units::Recorded };
    Some(Described { path: folder.manifest_file(), units, standardisation: of.standardisation(), is_same: None })
}

/// The unit that a file itself states: the column `units` of a table, the array `units` of an `.npz`, the attribute `units` of
/// HDF5, the description of a NIfTI header.
///
/// # Errors
/// If the rows of a table are in several units.
fn marked(read: &Responses) -> Result<Option<Units>> {
    let path = &read.path;
    let text = if let Some((_, texts)) = read.labels.iter().find(|(name, _)| name == UNITS) {
        if let Some(row) = texts.iter().position(|text| *text != texts[0]) {
            bail!(
                "\"{}\" has responses in several units, \"{}\" in response 0 and \"{}\" in response {row}: decode them separately",
                path.display(),
                texts[0],
                texts[row]
            );
        }
        texts.first().cloned()
    } else if is_a(path, &[".npz"]) {
        let has = npz::names(path)?.iter().any(|name| name == UNITS);
        if has { npz::read_texts(path, UNITS).ok().and_then(|texts| texts.into_iter().next()) } else { None }
    } else if is_a(path, &[".h5", ".hdf5"]) {
        of_hdf5(path)?
    } else if is_a(path, &VOLUMES) {
        let description = Volume::open(path)?.header().description.clone();
        description.strip_prefix(DESCRIBED).map(str::to_owned)
    } else {
        None
    };
    Ok(text.and_then(|text| Units::named(text.trim())))
}

/// The attribute `units` of the file, or of the only dataset that has it.
fn of_hdf5(path: &Path) -> Result<Option<String>> {
    let file = hdf5::File::open(path)?;
    let mut found = Vec::new();
    for object in std::iter::once("/".to_owned()).chain(file.names()?) {
        let attribute = file.attribute(&object, UNITS).ok().flatten();
        found.extend(attribute.as_ref().and_then(Attribute::text).map(str::to_owned));
    }
    found.dedup();
    Ok(if found.len() == 1 { found.pop() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_standardisation_before_storage_is_refused_and_an_unknown_one_warned_of() {
        let verdict = |history, of_run, is_default| judge_history(Path::new("x.npy"), &history, of_run, is_default);
        let stated = |how: &str| History::Stated(Some(how.to_owned()));
        assert_eq!(verdict(stated("in each run"), Some("in each run"), true), None);
        assert_eq!(verdict(History::Stated(None), None, true), None);
        assert_eq!(verdict(History::Unknown, None, true), None);
        assert_eq!(verdict(History::Unknown, Some("in each run"), false), None);
        for (history, of_run) in [(stated("over all trials"), None), (History::Stated(None), Some("in each run"))] {
            let Some(UnitVerdict { is_impossible: true, reason: said, .. }) = verdict(history, of_run, false) else {
                panic!("not refused")
            };
            assert!(said.contains("not standardised") && said.contains("afterimage prepare"), "{said}");
        }
        let Some(UnitVerdict { is_impossible: false, reason: said, .. }) =
            verdict(History::Unknown, Some("in each run"), true)
        else {
            panic!()
        };
        assert!(said.contains("in each run") && said.contains("--units recorded"), "{said}");
    }
}
