//! Wrong arguments: answered with what was probably meant.
//!
//! clap names the argument; this module adds the key of the experiment, the positional argument or the command that a word
//! stands for.

use std::ffi::OsString;

use afterimage_config::Experiment;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory, FromArgMatches, ValueEnum as _};

use crate::args::{Args, product::Units};

/// Parses the command line; prints help or an error and ends the process where clap does.
pub(crate) fn parse() -> Args {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let mut command = Args::command();
    let parsed = command.try_get_matches_from_mut(&arguments).and_then(|matches| Args::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| {
        let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        with_hint(error, &command, &words).exit()
    })
}

/// The error with a hint of this program's in the place of clap's.
fn with_hint(mut error: Error, program: &Command, words: &[String]) -> Error {
    let hint = match (error.kind(), error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(argument)), _) => {
            // clap's own advice to pass it as a value is kept from a word that begins with a hyphen.
            let nearest = error.get(ContextKind::SuggestedArg).is_some();
            of_argument(command_of(program, words), argument, words).or((!nearest).then(String::new))
        }
        (ErrorKind::InvalidSubcommand, _, Some(ContextValue::String(word))) => {
            let known = error.get(ContextKind::SuggestedSubcommand).is_some();
            let inner = command_of(program, words);
            if known {
                None
            } else {
                nearest_command(inner, word).map(|name| format!("a similar command exists: '{name}'"))
            }
        }
        (ErrorKind::InvalidValue, Some(ContextValue::String(_)), _) => of_value(&mut error),
        _ => None,
    };
    if let Some(hint) = hint {
        let hints = if hint.is_empty() { Vec::new() } else { vec![hint.into()] };
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(hints));
    }
    error
}

/// What an unknown value stands for. clap's own guess is kept if it differs in few letters only: by the letters that two words
/// share, `zscored` is like `recorded`.
fn of_value(error: &mut Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let value = text(ContextKind::InvalidValue)?;
    let values = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.clone(),
        _ => return None,
    };
    let standardised = Units::Standardised.to_possible_value().map(|value| value.get_name().to_owned());
    let is_unit = standardised.filter(|name| values.contains(name));
    if let Some(name) = is_unit.filter(|_| Z_SCORED.contains(&value.to_lowercase().replace(['-', '_'], "").as_str())) {
        error.remove(ContextKind::SuggestedValue);
        return Some(format!(
            "responses that are z-scored by the run's training responses are '{name}'; those z-scored before import are in the unit of \
             the run's data set, 'recorded'"
        ));
    }
    let is_near = |guess: String| strsim::osa_distance(&value, &guess) <= most_changes(&value);
    if !text(ContextKind::SuggestedValue).is_some_and(is_near) {
        error.remove(ContextKind::SuggestedValue);
    }
    None
}

/// Other words for standardised.
const Z_SCORED: [&str; 7] = ["z", "zscore", "zscored", "zscores", "normalised", "normalized", "sd"];

/// The innermost command that the words name.
fn command_of<'a>(program: &'a Command, words: &[String]) -> &'a Command {
    words.iter().fold(program, |command, word| command.find_subcommand(word).unwrap_or(command))
}

/// What an unknown option stands for: a key of the experiment, or an argument that is given without a name.
fn of_argument(command: &Command, argument: &str, words: &[String]) -> Option<String> {
    let name = argument.strip_prefix("--")?.split('=').next()?.replace('-', "_");
    let value = value_of(argument, words);
    if command.get_arguments().any(|argument| argument.get_long() == Some("set")) {
        let value = value.as_deref().unwrap_or("VALUE");
        let keys: Vec<String> = keys_called(&name).into_iter().map(|key| format!("--set {key}={value}")).collect();
        if !keys.is_empty() {
            return Some(format!("to set this key of the experiment, use {}", keys.join(" or ")));
        }
    }
    let positional = command.get_positionals().find(|positional| positional.get_id().as_str() == name)?;
    let shown =
        positional.get_value_names().and_then(|names| names.first()).map_or(name.to_uppercase(), ToString::to_string);
    let value = value.map(|value| format!(": {} {value}", command.get_name())).unwrap_or_default();
    Some(format!("{shown} is given without an option{value}"))
}

/// The value that follows an option, or stands behind its equals sign.
fn value_of(argument: &str, words: &[String]) -> Option<String> {
    let place = words.iter().position(|word| word == argument || word.starts_with(&format!("{argument}=")))?;
    match words[place].split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(place + 1).filter(|next| !next.starts_with("--")).cloned(),
    }
}

/// Keys of the experiment whose last part is `name`, those with the fewest parts first.
fn keys_called(name: &str) -> Vec<String> {
    let Ok(preset) = Experiment::preset("gaziv2022") else { return Vec::new() };
    let is_called = |key: &String| key == name || key.rsplit('.').next() == Some(name);
    let mut keys: Vec<String> =
        preset.settings().into_keys().filter(|key| !key.contains('[')).filter(is_called).collect();
    keys.sort_by_key(|key| key.matches('.').count());
    keys.truncate(4);
    keys
}

/// The command that a word was probably meant to be: one that begins with it, or one with few letters changed or swapped.
fn nearest_command(command: &Command, word: &str) -> Option<String> {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let begun: Vec<&&str> = names.iter().filter(|name| word.len() > 1 && name.starts_with(word)).collect();
    if let [name] = begun.as_slice() {
        return Some((**name).to_owned());
    }
    let most = most_changes(word);
    let near =
        names.iter().map(|name| (strsim::osa_distance(word, name), *name)).filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name.to_owned())
}

/// Letters that may differ in a misspelt word.
fn most_changes(word: &str) -> usize {
    1 + word.chars().count() / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> String {
        let mut program = Args::command();
        let all: Vec<&str> = std::iter::once("afterimage").chain(words.iter().copied()).collect();
        let error = program.try_get_matches_from_mut(all).unwrap_err();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        with_hint(error, &program, &words).to_string()
    }

    #[test]
    fn options_named_after_keys_are_answered_with_set() {
        let text = said(&["run", "e.toml", "--out", "a", "--epochs", "3"]);
        assert!(text.contains("--set decoder.epochs=3 or --set encoder.epochs=3"), "{text}");
        assert!(!text.contains("-- --epochs"), "{text}");
        let text = said(&["baseline", "mean", "e.toml", "--out", "a", "--roi=V1"]);
        assert!(text.contains("--set data.roi=V1"), "{text}");
        let text = said(&["train", "encoder", "e.toml", "--out", "a", "--learning-rate"]);
        assert!(text.contains("--set encoder.learning_rate=VALUE"), "{text}");
        // Where no key is set, nothing is promised.
        let text = said(&["inspect", "a.afterimage", "--epochs", "3"]);
        assert!(text.contains("--epochs") && !text.contains("--set") && !text.contains("-- --epochs"), "{text}");
    }

    #[test]
    fn arguments_without_an_option_are_named() {
        let text = said(&["run", "--experiment", "e.toml", "--out", "a"]);
        assert!(text.contains("EXPERIMENT is given without an option: run e.toml"), "{text}");
        let text = said(&["evaluate", "--run", "runs/a"]);
        assert!(text.contains("RUN is given without an option: evaluate runs/a"), "{text}");
    }

    #[test]
    fn a_value_is_answered_with_what_it_means_and_not_with_shared_letters() {
        let of = |units: &str| said(&["decode", "a.npy", "--run", "r", "--out", "o", "--units", units]);
        let text = of("zscored");
        assert!(text.contains("are 'standardised'") && !text.contains("a similar value"), "{text}");
        assert!(of("recordd").contains("a similar value exists: 'recorded'"), "{}", of("recordd"));
        assert!(!of("percent").contains("similar"));
    }

    #[test]
    fn misspelt_commands_are_answered_with_the_nearest() {
        for (word, meant) in [("rnu", "run"), ("eval", "evaluate"), ("tarin", "train"), ("synthesis", "synthesize")] {
            let text = said(&[word]);
            assert!(text.contains(&format!("'{meant}'")), "{word}: {text}");
        }
        let text = said(&["study", "crate"]);
        assert!(text.contains("'create'"), "{text}");
        assert!(!said(&["xyzzy"]).contains("similar"));
    }
}
