//! The two looks at an encoder: at its weights, and at what it predicts for probes.

use crate::error::Result;
use ndarray::{Array2, Axis};

use afterimage_biology::{
    BranchWeights, Grid, Kind, Probes, WeightMaps, Window, fields, weight_maps, weights::lattice,
};
use afterimage_config::Experiment;
use afterimage_run::biology::Field;
use afterimage_train::{
    apply::{BranchAnatomy, TrainedEncoder},
    draws::{Purpose, derive},
    prepare::Statistics,
};

use crate::steps::Steps;

/// What both looks gave.
pub(super) struct Looks {
    /// Branches from the image inwards, with the grid that each head gives.
    pub(super) branches: Vec<(BranchAnatomy, Grid)>,
    pub(super) weights: WeightMaps,
    pub(super) probes: Probes,
    /// `[voxels, positions]` on the grid of the probes.
    pub(super) stimulation: Array2<f64>,
    /// By weights and by stimulation.
    pub(super) fields: [Vec<Option<Field>>; 2],
}

impl Looks {
    /// Both looks, each a step.
    pub(super) fn new(
        encoder: &TrainedEncoder,
        experiment: &Experiment,
        statistics: &Statistics,
        steps: &Steps<'_>,
    ) -> Result<Self> {
        steps.next("receptive fields from weights")?;
        let side = experiment.image.side;
        let pixels = Grid::pixels(side, encoder.input_side());
        let branches: Vec<(BranchAnatomy, Grid)> =
            encoder.branches().into_iter().map(|branch| (branch.clone(), grid(&branch, pixels))).collect();
        let grids: Vec<Grid> = branches.iter().map(|(_, grid)| *grid).collect();
        let lattice = lattice(side, &grids);
        let of_branches: Vec<BranchWeights> = branches.iter().map(|(branch, grid)| weights_of(branch, *grid)).collect();
        let weights = weight_maps(&of_branches, &lattice)?;
        // The probes are one set for an experiment, also for the encoders of its halves, whose seeds differ.
        let probes = Probes::new(side, statistics.channel_mean, derive(experiment.seed, Purpose::Biology));
        let of_weights = fields(weights.power.view(), &lattice, Kind::Power, side)?;
        steps.next("receptive fields from stimulation")?;
        let (mut shown, all) = (0, probes.len());
        let stimulation = probes.show(|images| {
            steps.part(shown, all);
            shown += images.len_of(Axis(0));
            encoder.predict(images)
        })?;
        let fields =
            [of_weights, fields(stimulation.view(), &probes.grid(), Kind::Probe { window_px: probes.sigma_px }, side)?];
        Ok(Self { branches, weights, probes, stimulation, fields })
    }
}

fn grid(branch: &BranchAnatomy, pixels: Grid) -> Grid {
    let window =
        |w: &afterimage_model::backbone::Window| Window { kernel: w.kernel, stride: w.stride, padding: w.padding };
    let windows: Vec<Window> = branch.windows.iter().map(window).collect();
    pixels.through(&windows, branch.side)
}

fn weights_of(branch: &BranchAnatomy, grid: Grid) -> BranchWeights<'_> {
    BranchWeights {
        grid,
        patch: branch.patch,
        map: branch.map.view(),
        channel: branch.channel.view(),
        gain: branch.gain.view(),
        feature_sd: branch.feature_sd.view(),
    }
}
