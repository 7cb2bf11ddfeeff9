//! Fits a baseline again by what its `run.json` says of it. A baseline keeps no fitted weights; everything in the fit is seeded.

use std::str::FromStr;

use afterimage_run::baseline::Baseline;

use super::{Decoder, Encoder, Features, Fitted, Plan, fit};
use crate::Session;
use crate::error::{Result, bail};

/// Fits the baseline of a session, whose manifest and experiment are those of its folder.
///
/// # Errors
/// If the record lacks an option, as in folders of other versions, or the fit fails.
pub(crate) fn fit_again(session: &mut Session) -> Result<Fitted> {
    let Some(record) = session.manifest.baseline.clone() else {
        bail!("\"{}\" is not a baseline", session.run.root().display());
    };
    let plan = plan(&record)?;
    fit(session, &plan)
}

/// The plan of a record.
fn plan(record: &Baseline) -> Result<Plan> {
    let layers = |key: &str| -> Result<Vec<String>> {
        Ok(option::<String>(record, key)?.split(',').map(str::to_owned).collect())
    };
    let decoder = match record.name.as_str() {
        "ridge-pixels" => Decoder::Pixels { side: option(record, "pixels")? },
        "retrieval" => Decoder::Retrieval { layer: option(record, "layer")?, grid: option(record, "grid")? },
        "features" => Decoder::Features(Features {
            layers: layers("layers")?,
            grid: option(record, "grid")?,
            natural_spread: option::<String>(record, "spread")? == "natural",
            deep: option::<String>(record, "prior")? == "deep",
            steps: option(record, "steps")?,
            variation: option(record, "variation")?,
        }),
        "mean" => return Ok(Plan { decoder: Decoder::Mean, ..Plan::default() }),
        other => bail!("run.json names the baseline \"{other}\", which this version does not know"),
    };
    let encoder = if record.encoder.is_none() {
        None
    } else {
        Some(Encoder { layers: layers("encoder-layers")?, levels: option(record, "field-levels")? })
    };
    Ok(Plan { decoder, encoder, backbone: option(record, "backbone")?, folds: option(record, "folds")? })
}

/// An option of the record.
fn option<T: FromStr>(record: &Baseline, key: &str) -> Result<T> {
    match record.options.get(key).and_then(|value| value.parse().ok()) {
        Some(value) => Ok(value),
        None => bail!(
            "run.json does not say {key} of the baseline {}: make it again with `afterimage baseline {}`",
            record.name,
            record.name
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record;
    use super::*;

    #[test]
    fn a_plan_comes_back_from_its_record() {
        let features = Features {
            layers: vec!["fire3".into(), "fire8".into()],
            grid: 4,
            natural_spread: true,
            deep: false,
            steps: 90,
            variation: 0.25,
        };
        let encoder = Some(Encoder { layers: vec!["pool1".into(), "fire5".into()], levels: 3 });
        for decoder in [
            Decoder::Mean,
            Decoder::Pixels { side: 16 },
            Decoder::Retrieval { layer: "fire5".into(), grid: 2 },
            Decoder::Features(features),
        ] {
            let of = if matches!(decoder, Decoder::Mean) { None } else { encoder.clone() };
            let wanted = Plan { decoder, encoder: of, folds: 7, ..Plan::default() };
            let wanted = if matches!(wanted.decoder, Decoder::Mean) { Plan { folds: 5, ..wanted } } else { wanted };
            assert_eq!(format!("{:?}", plan(&record::begin(&wanted)).unwrap()), format!("{wanted:?}"));
        }
        let mut record = record::begin(&Plan { decoder: Decoder::Pixels { side: 16 }, ..Plan::default() });
        record.options.remove("pixels");
        assert!(plan(&record).unwrap_err().to_string().contains("does not say pixels"));
    }
}
