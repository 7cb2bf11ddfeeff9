//! What requests need to know about a run's networks before they ask them.

use afterimage_experiment::TrainedRun;
use afterimage_run::{Artefact, voxels::Voxels};

use crate::Result;

/// What a request needs to know about a run.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Columns of the data set's responses that the networks use.
    pub(crate) ids: Vec<usize>,
    /// ID of each in names, `voxel_ID`.
    pub(crate) names: Vec<usize>,
    /// True if the source has more voxels than the data set: a table may have columns of others.
    pub(crate) of_more: bool,
    /// Number of columns of the data set, if the run states it.
    pub(crate) columns: Option<usize>,
    /// Unit of the recording, if the data set states it.
    pub(crate) units: Option<String>,
    /// True if responses are standardised by the training responses.
    pub(crate) standardises: bool,
}

impl Facts {
    pub(super) fn of(run: &TrainedRun) -> Result<Self> {
        let (folder, statistics) = (run.folder(), run.statistics());
        // Runs of earlier versions do not list their voxels.
        let voxels = Voxels::read_if_present(folder)?;
        let ids = statistics.voxels.clone();
        let name = |&id: &usize| voxels.as_ref().map_or(id, |voxels| voxels.name_of(id));
        Ok(Self {
            names: ids.iter().map(name).collect(),
            of_more: voxels.as_ref().is_some_and(|voxels| voxels.of_more),
            columns: voxels.as_ref().map(|voxels| voxels.columns),
            units: voxels.and_then(|voxels| voxels.units),
            standardises: run.standardises(),
            ids,
        })
    }
}
