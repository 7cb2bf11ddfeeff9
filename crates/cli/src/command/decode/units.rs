//! The unit of the responses: what is stated, and whether their values can have it.

use std::path::Path;

use anyhow::{Result, bail};
use ndarray::ArrayView2;

use afterimage_experiment::{TrainedRun, UnitVerdict, Units};
use afterimage_formats::hdf5::{self, Attribute};
use afterimage_formats::npz;
use afterimage_formats::volume::Volume;

use super::places::Matched;
use super::responses::{VOLUMES, is_a};
use crate::args::product::Decode;
use crate::command::encode::{DESCRIBED, sidecar};
use crate::log;

/// The unit that is stated for responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) units: Units,
    /// Who states it, in words.
    pub(super) by: String,
    /// Whether the very content is described, so that there is nothing to judge.
    is_certain: bool,
}

impl Stated {
    /// The unit by `--units`, by the description next to the file, by the file itself, or else the recording's.
    ///
    /// # Errors
    /// If option and file contradict each other, or the responses are standardised by those of another run, unless it is forced.
    pub(super) fn of(args: &Decode, run: &TrainedRun) -> Result<Self> {
        let path = &args.responses;
        let described = sidecar::read(path)?;
        if let Some(other) = described.as_ref().filter(|described| described.is_same == Some(false)) {
            let (file, description) = (path.display(), other.path.display());
            log::note(&format!(
                "note: \"{description}\" describes another content than \"{file}\" has, and is not used"
            ));
        }
        let described = described.filter(|described| described.is_same != Some(false));
        let of_file = match &described {
            Some(described) => Some((described.units, format!("\"{}\"", described.path.display()))),
            None => marked(path)?.map(|units| (units, format!("\"{}\"", path.display()))),
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
            (Some(given), _) => Self { units: given.into(), by: "--units".into(), is_certain },
            (None, Some((units, by))) => Self { units, by, is_certain },
            (None, None) => Self { units: Units::Recorded, by: "default".into(), is_certain: false },
        })
    }

    /// Refuses values that cannot be in the stated unit, and warns where it is open.
    ///
    /// # Errors
    /// If they cannot, unless it is forced.
    pub(super) fn check(
        &self,
        args: &Decode,
        run: &TrainedRun,
        responses: ArrayView2<'_, f32>,
        matched: Matched,
    ) -> Result<()> {
        if self.is_certain || (matched == Matched::SameData && self.units == Units::Recorded) {
            return Ok(());
        }
        match run.judge_units(responses, self.units)? {
            UnitVerdict::Fits => Ok(()),
            UnitVerdict::Unclear(said) => {
                log::note(&format!("warning: {said}"));
                Ok(())
            }
            UnitVerdict::Impossible { reason, .. } if args.force_units => {
                log::note(&format!("warning: {reason}"));
                Ok(())
            }
            UnitVerdict::Impossible { reason, other } => {
                let hint = other.map_or_else(
                    || "bring them to the unit of the run's data set, with the same preparation".to_owned(),
                    |other| format!("state --units {}", other.name()),
                );
                bail!(
                    "\"{}\": {reason}; {hint}{}, or take them as they are with --force-units",
                    args.responses.display(),
                    prepared(run)?
                )
            }
        }
    }
}

/// What was done to the run's data set, and so has to be done to other responses.
pub(super) fn prepared(run: &TrainedRun) -> Result<String> {
    let voxels = run.voxels()?;
    let how = voxels.standardised.map(|how| format!("; the responses of the run's data set were standardised {how}"));
    Ok(how.unwrap_or_default())
}

/// The unit that a file itself states: the array `units` of an `.npz`, the attribute `units` of HDF5, the description of a NIfTI
/// header.
fn marked(path: &Path) -> Result<Option<Units>> {
    let text = if is_a(path, &[".npz"]) {
        let has = npz::names(path)?.iter().any(|name| name == "units");
        if has { npz::read_texts(path, "units").ok().and_then(|texts| texts.into_iter().next()) } else { None }
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
        let attribute = file.attribute(&object, "units").ok().flatten();
        found.extend(attribute.as_ref().and_then(Attribute::text).map(str::to_owned));
    }
    found.dedup();
    Ok(if found.len() == 1 { found.pop() } else { None })
}
