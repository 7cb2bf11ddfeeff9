//! `--log`: the log of the servers, on stderr.
//!
//! A line is `level: message`. Only the crates of this workspace are logged; messages name routes, never an address, a
//! token or a participant.

use std::fmt;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use tracing::{Event, Level, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, format::Writer};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Reads a level from the command line.
pub(crate) fn level() -> impl TypedValueParser<Value = LevelFilter> {
    let names = ["off", "error", "warn", "info", "debug", "trace"];
    PossibleValuesParser::new(names).map(|name| name.parse().unwrap_or(LevelFilter::ERROR))
}

/// Writes events of this level and above to stderr from now on.
pub(crate) fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).event_format(Plain);
    let ours = Targets::new().with_target("afterimage", level);
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}

/// `error: message key=value`, like the other messages of the program.
struct Plain;

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'a> FormatFields<'a> + 'static> FormatEvent<S, N> for Plain {
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut line: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        write!(line, "{level}: ")?;
        context.format_fields(line.by_ref(), event)?;
        writeln!(line)
    }
}
