//! The unpaired and external images of a run: chosen and audited when it begins, and kept in its folder as `images.json`.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use afterimage_config::{DataConfig, Experiment};
use afterimage_data::{DataSet, Exclusions};
use afterimage_run::{Artefact, RunFolder, layout};

use crate::error::Result;
use crate::pool::{self, Pool};

/// The images without responses that an experiment uses.
pub(crate) struct Images {
    pub(crate) unpaired: Option<Pool>,
    pub(crate) external: Option<Pool>,
}

/// `images.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Choice {
    version: u32,
    /// What it was made for: with other keys the images are chosen again.
    #[serde(deserialize_with = "of_any_version")]
    data: DataConfig,
    side_px: usize,
    unpaired: Option<Chosen>,
    external: Option<Chosen>,
}

/// The keys of an earlier version, which had recorded pairings only.
fn of_any_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DataConfig, D::Error> {
    let mut keys = serde_json::Map::deserialize(deserializer)?;
    keys.entry("pairings").or_insert_with(|| "recorded".into());
    DataConfig::deserialize(serde_json::Value::Object(keys)).map_err(D::Error::custom)
}

/// The images of one kind.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    /// What the audit and the experiment leave out.
    pub(crate) left_out: Exclusions,
    /// Name and SHA-256 of each image, in order.
    pub(crate) images: Vec<(String, String)>,
}

impl Artefact for Choice {
    const FILE: layout::RunFile = layout::IMAGES;

    /// On one line: it may name a million images.
    fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

impl Choice {
    /// What was chosen for an experiment.
    pub(crate) fn of(experiment: &Experiment, images: &Images) -> Result<Self> {
        let chosen = |pool: &Option<Pool>| pool.as_ref().map(Pool::chosen).transpose();
        let (unpaired, external) = (chosen(&images.unpaired)?, chosen(&images.external)?);
        let (data, side_px) = (experiment.data.clone(), experiment.image.side);
        Ok(Self { version: layout::IMAGES_VERSION, data, side_px, unpaired, external })
    }

    /// What of a run's choice holds for an experiment; `None` if there is no file, as in runs of earlier versions.
    ///
    /// With other keys the images are chosen again, except the unpaired ones that a decoder `has_seen`: no key changes
    /// those any more.
    pub(crate) fn made_for(run: &RunFolder, experiment: &Experiment, has_seen: bool) -> Result<Option<Self>> {
        let Some(mut found) = Self::read_if_present(run)? else { return Ok(None) };
        let (before, now) = (&found.data, &experiment.data);
        let same_side = found.side_px == experiment.image.side;
        let same_external =
            same_side && (&before.external, before.external_limit) == (&now.external, now.external_limit);
        let same_unpaired = same_external
            && (&before.unpaired, before.unpaired_limit, &before.exclusions)
                == (&now.unpaired, now.unpaired_limit, &now.exclusions)
            && (before.exclude_test_classes, before.exclude_duplicates)
                == (now.exclude_test_classes, now.exclude_duplicates);
        if !same_external {
            found.external = None;
        }
        if !same_unpaired && !has_seen {
            found.unpaired = None;
        }
        Ok(Some(found))
    }

    /// The choice with the unpaired images of another, which a decoder has seen.
    pub(crate) fn with_unpaired_of(self, kept: &Self) -> Self {
        Self { unpaired: kept.unpaired.clone(), ..self }
    }

    /// The unpaired images that a decoder has seen, for scores of an experiment on another data set: its external candidates
    /// are chosen by the images of that one.
    pub(crate) fn for_other_data(self, experiment: &Experiment) -> Self {
        Self { data: experiment.data.clone(), external: None, ..self }
    }

    /// True if it names unpaired images.
    pub(crate) fn has_unpaired(&self) -> bool {
        self.unpaired.is_some()
    }

    /// Refuses unpaired images that are not those that a decoder has seen, such as those of another folder.
    pub(crate) fn refuse_other_unpaired(&self, experiment: &Experiment) -> Result<()> {
        let of = |chosen| Pool::kept("data.unpaired", &experiment.data.unpaired, chosen, experiment);
        self.unpaired.as_ref().map_or(Ok(()), |chosen| of(chosen).map(drop))
    }
}

/// The external candidates: those that the run keeps, or a new choice.
pub(crate) fn external(kept: Option<&Choice>, data: &DataSet, experiment: &Experiment) -> Result<Option<Pool>> {
    match kept.and_then(|kept| kept.external.as_ref()) {
        Some(chosen) => Pool::kept("data.external", &experiment.data.external, chosen, experiment).map(Some),
        // A candidate that the decoder was trained on would be told apart from the shown image by that alone.
        None => pool::external(data, experiment, kept.and_then(|kept| kept.unpaired.as_ref())),
    }
}

/// The unpaired images, without the external candidates, if the experiment trains with them.
pub(crate) fn unpaired(
    kept: Option<&Choice>,
    data: &DataSet,
    experiment: &Experiment,
    candidates: Option<&Pool>,
) -> Result<Option<Pool>> {
    if experiment.decoder.cycle_weight == 0.0 {
        return Ok(None);
    }
    without_responses(kept, data, experiment, candidates)
}

/// The same, whether or not the experiment trains with them; `candidates` if the external ones are open.
pub(crate) fn without_responses(
    kept: Option<&Choice>,
    data: &DataSet,
    experiment: &Experiment,
    candidates: Option<&Pool>,
) -> Result<Option<Pool>> {
    if let Some(chosen) = kept.and_then(|kept| kept.unpaired.as_ref()) {
        return Pool::kept("data.unpaired", &experiment.data.unpaired, chosen, experiment).map(Some);
    }
    if candidates.is_some() || experiment.data.unpaired.is_empty() {
        return pool::without_responses(data, experiment, candidates);
    }
    pool::without_responses(data, experiment, external(kept, data, experiment)?.as_ref())
}
