//! Which images of the sources of an experiment are used.

use std::{collections::BTreeSet, path::PathBuf};

use afterimage_config::Experiment;
use afterimage_data::{
    DataSet, Exclusions, UnpairedPool,
    audit::{self, SharedWithTest},
};
use afterimage_train::draws::Purpose;

use super::{Pool, refuse_no_source};
use crate::choice::Chosen;
use crate::error::{Context as _, Result};
use crate::session;

/// Chooses the unpaired images of an experiment, without the external candidates; `None` if it names none.
pub(crate) fn without_responses(
    data: &DataSet,
    experiment: &Experiment,
    external: Option<&Pool>,
) -> Result<Option<Pool>> {
    let config = &experiment.data;
    if config.unpaired.is_empty() {
        return Ok(None);
    }
    let (all, found) = shared_with_test("data.unpaired", data, &config.unpaired, experiment)?;
    let mut reasons = vec![("data.exclusions", session::exclusions(experiment)?)];
    if config.exclude_test_classes {
        reasons.push(("data.exclude_test_classes", found.classes));
    }
    if config.exclude_duplicates {
        reasons.push(("data.exclude_duplicates", found.copies));
    }
    // A candidate that the decoder was trained on would be told apart from the shown image by that alone.
    if let Some(candidates) = external {
        let sha256 = candidates.contents()?.iter().cloned().collect();
        reasons.push(("data.external", Exclusions { sha256, ..Exclusions::default() }));
    }
    let choose = (&config.unpaired[..], config.unpaired_limit, Purpose::UnpairedChoice);
    Pool::without("data.unpaired", &all, &reasons, choose, experiment).map(Some)
}

/// Classes of the unpaired sources of an experiment that trains with them.
pub(crate) fn classes(experiment: &Experiment) -> Result<BTreeSet<String>> {
    let config = &experiment.data;
    if experiment.decoder.cycle_weight == 0.0 || config.unpaired.is_empty() {
        return Ok(BTreeSet::new());
    }
    let exclude = session::exclusions(experiment)?;
    let by_name = Exclusions { sha256: BTreeSet::new(), ..exclude };
    let pool = opened(&config.unpaired, experiment, &by_name)?;
    Ok((0..pool.len()).filter_map(|row| pool.class(row)).map(str::to_owned).collect())
}

/// Chooses the external candidates of an experiment; `None` if it names none. Duplicates of test images are left out: a
/// copy of the shown image is no wrong candidate. So are the images that a decoder has `seen`, if there are any.
pub(crate) fn external(data: &DataSet, experiment: &Experiment, seen: Option<&Chosen>) -> Result<Option<Pool>> {
    let config = &experiment.data;
    if config.external.is_empty() {
        return Ok(None);
    }
    let (all, found) = shared_with_test("data.external", data, &config.external, experiment)?;
    let mut reasons = vec![("copies of test images", found.copies)];
    if let Some(seen) = seen {
        let sha256 = seen.images.iter().map(|(_, sha256)| sha256.clone()).collect();
        reasons.push(("unpaired images that this run was trained on", Exclusions { sha256, ..Exclusions::default() }));
    }
    let choose = (&config.external[..], config.external_limit, Purpose::ExternalChoice);
    Pool::without("data.external", &all, &reasons, choose, experiment).map(Some)
}

/// All images of the sources of `key`, and what they share with the test part.
fn shared_with_test(
    key: &str,
    data: &DataSet,
    sources: &[PathBuf],
    experiment: &Experiment,
) -> Result<(UnpairedPool, SharedWithTest)> {
    refuse_no_source(key, sources)?;
    let pool = opened(sources, experiment, &Exclusions::default()).context(key.to_owned())?;
    let found = audit::shared_with_test(&data.held_out(), &pool).context(key.to_owned())?;
    Ok((pool, found))
}

pub(super) fn opened(sources: &[PathBuf], experiment: &Experiment, exclude: &Exclusions) -> Result<UnpairedPool> {
    Ok(UnpairedPool::open(sources, experiment.image.side as u32, exclude)?)
}
