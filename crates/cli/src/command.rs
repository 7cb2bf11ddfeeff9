//! The commands.

mod ablate;
mod baseline;
mod biology;
mod classes;
mod compare;
mod config;
mod data;
mod decode;
mod demo;
mod encode;
mod export;
mod figures;
mod front;
mod import;
mod inputs;
mod prepare;
mod regions;
mod run;
mod shapes;
mod study;
mod synthesize;
mod validity;
mod view;
mod weights;

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use afterimage_run::replace::FolderKind;

use crate::args::{Args, Command};

/// What a command that did its work has to say to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing.
    Done,
    /// It found what must not be there.
    Findings,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<Outcome> {
    match args.command {
        Command::Audit(args) => return data::audit(&args),
        Command::Demo(demo) => demo::demo(&demo),
        Command::Import { source } => import::import(&source),
        Command::Prepare(args) => prepare::prepare(&args),
        Command::Inspect(inspect) => data::inspect(&inspect),
        Command::Config(config) => config::print(&config),
        Command::Run(train) => run::everything(&train),
        Command::Train { network, train } => run::train(network, &train),
        Command::Baseline { kind } => baseline::baseline(&kind),
        Command::Reconstruct(of) => run::reconstruct(&of),
        Command::Evaluate(of) => run::evaluate(&of),
        Command::Biology(args) => biology::biology(&args),
        Command::Report(of) => run::report(&of),
        Command::Figures(args) => figures::figures(&args),
        Command::Encode(encode) => encode::encode(&encode),
        Command::Decode(decode) => decode::decode(&decode),
        Command::Export { what } => export::export(&what),
        Command::Regions(args) => regions::regions(&args),
        Command::Synthesize(args) => synthesize::synthesize(&args),
        Command::Classes { command } => classes::classes(command),
        Command::Shapes(args) => shapes::shapes(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Ablate(args) => ablate::ablate(&args),
        Command::Study { command } => study::study(&command),
        Command::Front(args) => front::front(&args),
        Command::Validity(args) => validity::validity(&args),
        Command::View(args) => view::serve(&args),
        Command::Weights { command } => weights::weights(&command),
    }
    .map(|()| Outcome::Done)
}

/// Refuses a folder that is not empty, since files of an earlier command would be mistaken for this one's; with `overwrite`
/// only one that is of another kind.
fn refuse_used(out: &Path, kind: &FolderKind, overwrite: bool) -> Result<()> {
    if overwrite {
        return Ok(kind.refuse_other(out)?);
    }
    let used = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("cannot write into \"{}\"", out.display())),
    };
    if used {
        bail!("\"{}\" is not empty: choose another --out, or replace {} with --overwrite", out.display(), kind.name)
    }
    Ok(())
}
