//! The text of the page, from one file per language.

use serde::Deserialize;

use crate::{Result, StudyError, StudyFolder, folder};

const ENGLISH: &str = include_str!("../assets/strings.en.toml");
const GERMAN: &str = include_str!("../assets/strings.de.toml");

/// Text of the page. The file must contain every key and no others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strings {
    pub(crate) language: String,
    pub(crate) direction: Direction,
    pub(crate) start: Start,
    pub(crate) questions: Questions,
    pub(crate) trial: Trial,
    pub(crate) done: Done,
    pub(crate) problem: Problem,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    Ltr,
    Rtl,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Direction::Ltr => "ltr",
            Direction::Rtl => "rtl",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    pub(crate) heading: String,
    pub(crate) agree: String,
    pub(crate) agree_first: String,
    pub(crate) start: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Questions {
    pub(crate) heading: String,
    pub(crate) note: String,
    pub(crate) age: String,
    pub(crate) vision: String,
    pub(crate) open: String,
    pub(crate) years: String,
    pub(crate) normal: String,
    pub(crate) corrected: String,
    pub(crate) colour: String,
    pub(crate) other: String,
    pub(crate) next: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    pub(crate) question: String,
    pub(crate) progress: String,
    pub(crate) practice_progress: String,
    pub(crate) target: String,
    pub(crate) option: String,
    pub(crate) how: String,
    pub(crate) right: String,
    pub(crate) wrong: String,
    pub(crate) was_this: String,
    /// Missing in files of earlier versions, as the next one.
    #[serde(default)]
    pub(crate) yours: String,
    #[serde(default)]
    pub(crate) next: String,
    pub(crate) over: String,
    pub(crate) loading: String,
    pub(crate) failed: String,
    pub(crate) again: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Done {
    pub(crate) heading: String,
    pub(crate) text: String,
    pub(crate) completion: String,
    pub(crate) code: String,
    pub(crate) code_note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Problem {
    pub(crate) heading: String,
    pub(crate) back: String,
    pub(crate) already: String,
    pub(crate) not_yet: String,
    pub(crate) not_found: String,
    pub(crate) bad: String,
    pub(crate) expired: String,
    pub(crate) too_many: String,
    pub(crate) busy: String,
    pub(crate) too_large: String,
    pub(crate) method: String,
}

impl Strings {
    /// Initial file for a language; English if the language is not built in.
    pub(crate) fn template(language: &str) -> &'static str {
        if language == "de" { GERMAN } else { ENGLISH }
    }

    /// Reads the text of a study's language.
    ///
    /// # Errors
    /// [`StudyError::Io`]; [`StudyError::File`] if a key is missing or unknown.
    pub fn read(study: &StudyFolder, language: &str) -> Result<Self> {
        let path = study.strings_file(language);
        let text = folder::read(&path)?;
        let read: std::result::Result<Self, _> = toml::from_str(&text);
        let mut strings = read.map_err(|error| StudyError::File {
            path,
            message: format!("does not contain the text of the page: {error}"),
        })?;
        strings.complete();
        Ok(strings)
    }

    /// Takes words that a file of an earlier version lacks from the built-in text of its language.
    fn complete(&mut self) {
        let Ok(built_in) = toml::from_str::<Self>(Self::template(&self.language)) else { return };
        for (word, usual) in
            [(&mut self.trial.yours, built_in.trial.yours), (&mut self.trial.next, built_in.trial.next)]
        {
            if word.is_empty() {
                *word = usual;
            }
        }
    }
}

/// A string with its words in braces replaced.
pub(crate) fn fill(text: &str, values: &[(&str, usize)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value.to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn built_in_languages_have_every_word() {
        for (text, language) in [(ENGLISH, "en"), (GERMAN, "de")] {
            let strings: Strings = toml::from_str(text).unwrap();
            assert_eq!(strings.language, language);
            assert_eq!(
                fill(&strings.trial.progress, &[("trial", 3), ("total", 20)]).matches(char::is_numeric).count(),
                3
            );
        }
    }

    #[test]
    fn file_of_an_earlier_version_gets_the_words_that_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let study = StudyFolder::new(folder.path());
        let older: Vec<&str> =
            GERMAN.lines().filter(|line| !line.starts_with("yours") && *line != "next = \"Weiter\"").collect();
        let older = older.join("\n").replace("[trial]", "next = \"Weiter\"\n\n[trial]");
        fs::write(study.strings_file("de"), older).unwrap();
        let strings = Strings::read(&study, "de").unwrap();
        assert_eq!((strings.trial.yours.as_str(), strings.trial.next.as_str()), ("Ihre Antwort", "Weiter"));
    }

    #[test]
    fn a_missing_word_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let study = StudyFolder::new(folder.path());
        fs::write(study.strings_file("fr"), ENGLISH.replace("agree_first", "agree_then")).unwrap();
        let said = Strings::read(&study, "fr").unwrap_err().to_string();
        assert!(said.contains("strings.fr.toml") && said.contains("agree_"), "{said}");
    }
}
