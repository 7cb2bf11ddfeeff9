//! `afterimage baseline`: fits, reconstructs, evaluates and reports. The experiment folder appears complete or not at
//! all.

use anyhow::Result;

use afterimage_experiment::baseline::{self as of, Decoder, Encoder, Plan};

use super::{inputs, run};
use crate::args::RunOptions;
use crate::args::baseline::{Common, Fit, ImagePrior, Kind, Spread};
use crate::build::caller;

/// Creates the experiment folder of a baseline.
pub(super) fn baseline(kind: &Kind) -> Result<()> {
    let (common, plan) = match kind {
        Kind::RidgePixels(args) => (&args.common, plan(Decoder::Pixels { side: args.pixels }, &args.fit)),
        Kind::Retrieval(args) => {
            (&args.common, plan(Decoder::Retrieval { layer: args.layer.clone(), grid: args.grid }, &args.fit))
        }
        Kind::Features(args) => {
            let features = of::Features {
                layers: args.layers.clone(),
                grid: args.grid,
                natural_spread: args.spread == Spread::Natural,
                deep: args.prior == ImagePrior::Deep,
                steps: args.steps as usize,
                variation: args.variation,
            };
            (&args.common, plan(Decoder::Features(features), &args.fit))
        }
        Kind::Mean(args) => (&args.common, Plan { decoder: Decoder::Mean, ..Plan::default() }),
    };
    let experiment = run::configure(inputs::experiment(&common.experiment)?, &options(common))?;
    run::start(&experiment)?;
    let (session, scores) = of::run(&common.out, experiment, &plan, common.overwrite, &caller(), run::write_report)?;
    run::conclude(&session, &scores, common.json)
}

fn plan(decoder: Decoder, fit: &Fit) -> Plan {
    let encoder = Encoder { layers: fit.encoder_layers.clone(), levels: fit.field_levels };
    Plan {
        decoder,
        encoder: (!fit.no_encoder).then_some(encoder),
        backbone: fit.backbone.clone(),
        folds: usize::from(fit.folds),
    }
}

fn options(common: &Common) -> RunOptions {
    RunOptions {
        out: common.out.clone(),
        resume: false,
        overwrite: common.overwrite,
        ablate: Vec::new(),
        settings: common.settings.clone(),
        seed: common.seed,
        device: common.device.clone(),
        json: common.json,
    }
}
