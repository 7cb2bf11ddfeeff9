//! The arguments of `afterimage import`: those that the importers declare.

use std::ffi::OsStr;
use std::path::PathBuf;

use afterimage_data::IMPORTERS;
use afterimage_data::importer::{Argument, Count, Given, Importer, Kind};
use clap::builder::ArgPredicate;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches, Subcommand, value_parser};

/// Where the data set goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Out {
    /// The data set to make.
    #[arg(long, value_name = "DATASET")]
    pub(crate) out: PathBuf,
    /// Replace a data set that is there.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `import` is to do.
#[derive(Debug)]
pub(crate) enum Import {
    /// Import a source: its importer, and what was given to it.
    Source { importer: &'static Importer, given: Given, out: Out },
    /// Print a file to fill in.
    Template(&'static str),
}

/// The option that prints a file to fill in.
const TEMPLATE: &str = "template";

impl Subcommand for Import {
    fn augment_subcommands(command: Command) -> Command {
        command.subcommands(IMPORTERS.iter().map(|importer| {
            let command = Out::augment_args(Command::new(importer.name).args(importer.arguments().map(arg)));
            let command = if importer.template.is_some() { command.arg(template()) } else { command };
            let example = match importer.template {
                Some(_) => format!(
                    "Examples:\n  afterimage import {} --{TEMPLATE} > {}\n  afterimage import {}",
                    importer.name,
                    importer.example.split(' ').nth(1).unwrap_or_default(),
                    importer.example
                ),
                None => format!("Example: afterimage import {}", importer.example),
            };
            // After `Out`, whose doc comment would stand in its place.
            command.about(importer.about).after_help(example)
        }))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        IMPORTERS.iter().any(|importer| importer.name == name)
    }
}

impl FromArgMatches for Import {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let named = |(name, matches)| Some((IMPORTERS.iter().find(|importer| importer.name == name)?, matches));
        let found: Option<(_, &ArgMatches)> = matches.subcommand().and_then(named);
        let (importer, matches) = found.ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        if let Some(text) = importer.template.filter(|_| matches.get_flag(TEMPLATE)) {
            return Ok(Self::Template(text));
        }
        // Defaults are the importer's, and not handed over.
        let is_given = |argument: &&Argument| matches.value_source(argument.name) == Some(ValueSource::CommandLine);
        let texts = |name| matches.get_raw(name).into_iter().flatten().map(OsStr::to_owned).collect();
        let given =
            importer.arguments().filter(is_given).map(|argument| (argument.name.to_owned(), texts(argument.name)));
        Ok(Self::Source { importer, given: given.collect(), out: Out::from_arg_matches(matches)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The option that prints a file to fill in, without the arguments that an import requires.
fn template() -> Arg {
    let help = "Print a manifest with every key and its meaning, to be filled in";
    Arg::new(TEMPLATE).long(TEMPLATE).help(help).action(ArgAction::SetTrue).exclusive(true)
}

/// What a declaration is on the command line.
fn arg(argument: &Argument) -> Arg {
    let value = argument.value.map_or_else(|| argument.name.to_uppercase(), str::to_owned);
    let arg = Arg::new(argument.name).help(argument.help.trim().trim_end_matches('.')).value_name(value);
    let arg = match argument.kind {
        Kind::Path => arg.value_parser(value_parser!(PathBuf)),
        Kind::Text => arg,
        Kind::Whole => match argument.range {
            Some((first, last)) => arg.value_parser(value_parser!(u16).range(i64::from(first)..=last.into())),
            None => arg.value_parser(value_parser!(u64)),
        },
        Kind::Decimal => arg.value_parser(value_parser!(f64)),
        Kind::Choice(words) => arg.value_parser(words.to_vec()),
        Kind::Flag => arg.action(ArgAction::SetTrue),
    };
    let arg = match argument.count {
        Count::One | Count::Optional => arg,
        Count::Several => arg.num_args(1..).action(ArgAction::Append),
        Count::List => arg.value_delimiter(',').action(ArgAction::Append),
    };
    let option = argument.option.map_or_else(|| argument.name.replace('_', "-"), str::to_owned);
    let arg = if argument.place.is_some() { arg.index(argument.place) } else { arg.long(option) };
    let requires = argument.requires.map(|other| (ArgPredicate::IsPresent, other));
    arg.required(argument.is_required())
        .default_value(argument.default)
        .requires_ifs(requires)
        .conflicts_with_all(argument.conflicts)
}
