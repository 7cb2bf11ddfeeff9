//! How to repeat the run: commands, configuration, seeds, versions, hashes.

use afterimage_run::layout::EXPERIMENT;
use maud::{Markup, html};

use super::Part;
use crate::{number::many, source::Source};

/// All that identifies the run.
pub(crate) fn repeat(source: &Source) -> Part {
    let manifest = &source.manifest;
    let content = html! {
        p { "The run was made by" }
        pre tabindex="0" { code { (command(&manifest.command)) } }
        p { "and can be made again, with the file below, by" }
        pre tabindex="0" { code { (again(source)) } }
        @if let Some(text) = &source.experiment {
            details { summary { "experiment.toml, all settings" } pre tabindex="0" { code { (text) } } }
        }
        dl.facts {
            div { dt { "software" } dd { (manifest.software) @if let Some(c) = &manifest.git_commit { ", commit " code { (c) } } } }
            div { dt { "created" } dd { (manifest.created) } }
            div { dt { "device" } dd { (manifest.device) " on " (manifest.machine) } }
            @for (purpose, seed) in &manifest.seeds { div { dt { "seed, " (purpose) } dd { code { (seed) } } } }
        }
        (inputs(source))
    };
    let lost = source.experiment.is_none().then(|| html! { "The experiment folder has no " (EXPERIMENT) "." });
    Part::shown(content).lacking(lost)
}

/// The command that makes the run from its own configuration.
fn again(source: &Source) -> String {
    let mut words = vec!["afterimage".to_owned()];
    match &source.manifest.baseline {
        Some(baseline) => words.extend(["baseline".to_owned(), baseline.name.clone()]),
        None => words.push("run".into()),
    }
    words.push(EXPERIMENT.into());
    for (name, value) in source.manifest.baseline.iter().flat_map(|baseline| &baseline.options) {
        words.push(format!("--{name}"));
        words.extend((!value.is_empty()).then(|| value.clone()));
    }
    words.extend(["--out", "AGAIN"].map(String::from));
    command(&words)
}

fn inputs(source: &Source) -> Markup {
    let inputs = &source.manifest.inputs;
    html! {
        @if !inputs.is_empty() {
            h3 { "Inputs and weights" }
            table.inputs {
                thead { tr { th scope="col" { "Input" } th scope="col" { "Path" } th scope="col" { "Count" } th scope="col" { "SHA-256" } } }
                tbody { @for input in inputs { tr {
                    th scope="row" { (input.role) }
                    td data-label="path" { code { (input.path) } }
                    td.count data-label="count" { (input.count.map_or("–".into(), many)) }
                    td.hash data-label="SHA-256" { code { (input.sha256) } }
                } } }
            }
        }
    }
}

/// The command line as a shell takes it.
fn command(words: &[String]) -> String {
    words.iter().map(|w| quote(w)).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_spaces_are_quoted_for_a_shell() {
        let words = ["afterimage", "run", "my file.toml", "it's"].map(String::from);
        assert_eq!(command(&words), r"afterimage run 'my file.toml' 'it'\''s'");
    }
}
