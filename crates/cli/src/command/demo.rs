//! `afterimage demo`: every stage on the built-in simulated subject.

use anyhow::Result;

use afterimage_config::Experiment;
use afterimage_experiment::demo as of;

use super::run;
use crate::args::Demo;
use crate::build::caller;

/// Simulates the subject if its data set is missing, then runs all stages.
pub(super) fn demo(args: &Demo) -> Result<()> {
    let options = &args.options;
    let experiment = run::configure(Experiment::preset("demo")?, options)?;
    run::start(&experiment)?;
    let session = of::begin(&options.out, experiment, args.classes, options.existing(), &caller())?;
    run::all_stages(session, options.json)
}
