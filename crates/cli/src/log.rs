//! `--log`: what goes to stderr, as text or as one JSON object per line.
//!
//! Everything that the program says on stderr passes through here. With `--log json` a line is an object with `time`,
//! `level`, `stage`, `event`, `message` and `fields`, as `docs/progress.md` states it. Messages of the servers name routes,
//! never an address, a token or a participant.

mod server;

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, OnceLock};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::{Map, Value, json};
use tracing::{Level, level_filters::LevelFilter};

pub(crate) use server::start;

/// A word of `--log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// One JSON object per line.
    Json,
    /// Nothing below this level.
    Level(LevelFilter),
}

#[derive(Debug, Default)]
struct Settings {
    json: bool,
    level: Option<LevelFilter>,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();
static STAGE: Mutex<Option<String>> = Mutex::new(None);

/// Reads a word from the command line.
pub(crate) fn word() -> impl TypedValueParser<Value = Word> {
    let names = ["json", "off", "error", "warn", "info", "debug", "trace"];
    PossibleValuesParser::new(names.map(PossibleValue::new)).map(|name| match name.parse() {
        Ok(level) => Word::Level(level),
        Err(_) => Word::Json,
    })
}

/// Applies the words of the command line; the last level counts.
pub(crate) fn choose(words: &[Word]) {
    let level = |word: &Word| match word {
        Word::Level(level) => Some(*level),
        Word::Json => None,
    };
    let chosen = Settings { json: words.contains(&Word::Json), level: words.iter().rev().find_map(level) };
    let _ = SETTINGS.set(chosen);
}

fn settings() -> &'static Settings {
    SETTINGS.get_or_init(Settings::default)
}

/// True if lines are JSON.
pub(crate) fn is_json() -> bool {
    settings().json
}

/// True if a bar can be drawn: text on a terminal, and progress is wanted.
pub(crate) fn has_bars() -> bool {
    !is_json() && is_on(Level::INFO) && std::io::stderr().is_terminal()
}

/// The level of the servers' log: only errors if none was chosen.
fn server_level() -> LevelFilter {
    settings().level.unwrap_or(LevelFilter::ERROR)
}

/// True if messages of a level are written; without a choice all of them are.
fn is_on(level: Level) -> bool {
    settings().level.is_none_or(|chosen| level <= chosen)
}

/// Sets the stage that later lines belong to.
pub(crate) fn enter(stage: &str) {
    *STAGE.lock().expect("no panic while held") = Some(stage.to_owned());
}

/// Writes a line for the user; `note: ` and `warning: ` at its beginning are its level.
pub(crate) fn note(line: &str) {
    let (level, text) = match line.strip_prefix("warning: ") {
        Some(rest) => (Level::WARN, rest),
        None => (Level::INFO, line.strip_prefix("note: ").unwrap_or(line)),
    };
    write(level, "message", if is_json() { text } else { line }, Map::new());
}

/// Writes why the command ended early: an error, or a stop that the user asked for.
pub(crate) fn fail(message: &str, stopped: bool) {
    let (level, event) = if stopped { (Level::WARN, "stopped") } else { (Level::ERROR, "error") };
    let message = if stopped || is_json() { message.to_owned() } else { format!("error: {message}") };
    write(level, event, &message, Map::new());
}

/// Writes an event with its numbers; as text only its message.
pub(crate) fn event(event: &str, message: &str, fields: Value) {
    let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
    write(Level::INFO, event, message, fields);
}

fn write(level: Level, event: &str, message: &str, fields: Map<String, Value>) {
    if !is_on(level) {
        return;
    }
    let line = if is_json() { object(level, event, message, fields) } else { message.to_owned() };
    // A closed stderr is no reason to stop.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn word_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warning",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// One line of JSON.
fn object(level: Level, event: &str, message: &str, fields: Map<String, Value>) -> String {
    let time = format!("{:.3}", jiff::Timestamp::now());
    let stage = STAGE.lock().expect("no panic while held").clone();
    json!({ "time": time, "level": word_of(level), "stage": stage, "event": event, "message": message, "fields": fields })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_of_json_has_time_level_stage_event_message_and_fields() {
        enter("encoder");
        let mut fields = Map::new();
        fields.insert("epoch".into(), 3.into());
        let line = object(Level::INFO, "epoch", "epoch 3", fields);
        assert!(!line.contains('\n'));
        let read: Value = serde_json::from_str(&line).unwrap();
        let of = |key: &str| read[key].as_str().unwrap();
        assert_eq!([of("level"), of("stage"), of("event"), of("message")], ["info", "encoder", "epoch", "epoch 3"]);
        assert_eq!(read["fields"]["epoch"], 3);
        assert!(of("time").parse::<jiff::Timestamp>().is_ok() && of("time").ends_with('Z'));
    }

    #[test]
    fn words_are_json_and_levels() {
        let read = |text: &str| {
            let command = clap::Command::new("x");
            word().parse_ref(&command, None, std::ffi::OsStr::new(text))
        };
        assert_eq!(read("json").unwrap(), Word::Json);
        assert_eq!(read("debug").unwrap(), Word::Level(LevelFilter::DEBUG));
        assert!(read("loud").is_err());
    }
}
