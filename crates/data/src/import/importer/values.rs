//! What a user gives to an importer, checked against the declared arguments and read as options.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{Argument, Count, Importer, Kind};
use crate::{Error, NameOrder, Result, RunChoice, TestStatistics};

/// The arguments that are given, by name, with the text of each value as on a command line; a flag that is set has `true`.
/// Texts of the operating system, since paths need not be Unicode.
pub type Given = BTreeMap<String, Vec<OsString>>;

/// The values of an importer's arguments: those that were given, and the defaults of the others.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    importer: &'a Importer,
    given: &'a Given,
}

impl<'a> Values<'a> {
    /// Checks which arguments are there.
    ///
    /// # Errors
    /// [`Error::Argument`] for one that is not declared, required and missing, or not allowed with the others.
    pub(super) fn new(importer: &'a Importer, given: &'a Given) -> Result<Self> {
        let values = Self { importer, given };
        for name in given.keys() {
            let argument = values.argument(name)?;
            if let Some(other) = argument.requires.filter(|other| !given.contains_key(*other)) {
                return Err(values.wrong(name, format!("needs \"{other}\" too")));
            }
            if let Some(other) = argument.conflicts.filter(|other| given.contains_key(*other)) {
                return Err(values.wrong(name, format!("cannot be used with \"{other}\"")));
            }
        }
        let is_missing = |name| given.get(name).is_none_or(|texts| texts.is_empty());
        match importer.arguments().find(|argument| argument.is_required() && is_missing(argument.name)) {
            Some(argument) => Err(values.wrong(argument.name, "is missing".into())),
            None => Ok(values),
        }
    }

    /// Refuses a folder where an argument is a file, and a file where it is a folder.
    ///
    /// # Errors
    /// [`Error::Argument`] with what the argument names, and with files in the folder that may be meant.
    pub(super) fn refuse_misplaced(&self) -> Result<()> {
        for argument in self.importer.arguments().filter(|argument| argument.kind == Kind::Path) {
            let help = argument.help.trim().trim_end_matches('.');
            let is_folder = argument.name == "folder";
            let is_file = argument.value == Some("FILE") || (argument.place.is_some() && !is_folder);
            for path in self.given.get(argument.name).into_iter().flatten().map(Path::new) {
                let shown = path.display();
                if is_file && path.is_dir() {
                    let inside = self.files_in(path);
                    let reason = format!("is the folder \"{shown}\", expected a file: {help}{inside}");
                    return Err(self.wrong(argument.name, reason));
                }
                if is_folder && path.is_file() {
                    let reason = format!("is the file \"{shown}\", expected a folder: {help}");
                    return Err(self.wrong(argument.name, reason));
                }
            }
        }
        Ok(())
    }

    /// Files of a folder that end as a file of the importer's example does, in words; empty if there are none.
    fn files_in(&self, folder: &Path) -> String {
        const SHOWN: usize = 4;
        let endings: Vec<&OsStr> =
            self.importer.example.split_whitespace().filter_map(|word| Path::new(word).extension()).collect();
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut names: Vec<String> = entries
            .filter(|path| path.is_file() && path.extension().is_some_and(|ending| endings.contains(&ending)))
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        names.sort_unstable();
        let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
        names.truncate(SHOWN);
        if names.is_empty() { String::new() } else { format!("; the folder has {}{more}", names.join(", ")) }
    }

    /// Reads the values of an argument.
    ///
    /// # Errors
    /// [`Error::Argument`] for a name that is not declared, and for values that are not of the declared kind.
    pub fn get<T: Value>(&self, name: &str) -> Result<T> {
        let argument = self.argument(name)?;
        let texts: Vec<&OsStr> = match self.given.get(name) {
            Some(texts) => texts.iter().map(OsString::as_os_str).collect(),
            None => argument.default.iter().map(OsStr::new).collect(),
        };
        let is_inside = |text: &&OsStr| {
            let number = text.to_str().and_then(|text| text.parse::<u16>().ok());
            argument.range.is_none_or(|(first, last)| number.is_some_and(|number| (first..=last).contains(&number)))
        };
        T::read(&texts).filter(|_| texts.iter().all(is_inside)).ok_or_else(|| {
            let got: Vec<_> = texts.iter().map(|text| text.display().to_string()).collect();
            let range = argument.range.map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
            self.wrong(name, format!("is \"{}\", expected {}{range}", got.join(","), argument.kind.words()))
        })
    }

    fn argument(&self, name: &str) -> Result<&'static Argument> {
        self.importer.arguments().find(|argument| argument.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.importer.arguments().map(|argument| argument.name).collect();
            self.wrong(name, format!("does not exist: the arguments are {}", names.join(", ")))
        })
    }

    fn wrong(&self, argument: &str, reason: String) -> Error {
        Error::Argument { importer: self.importer.name, argument: argument.to_owned(), reason }
    }
}

impl Kind {
    fn words(self) -> String {
        match self {
            Self::Path => "a path".into(),
            Self::Text => "a text".into(),
            Self::Whole => "a whole number".into(),
            Self::Decimal => "a number".into(),
            Self::Choice(words) => words.join(" or "),
            Self::Flag => "true or false".into(),
        }
    }
}

/// What the values of an argument are read as.
pub trait Value: Sized {
    /// What a value is.
    const KIND: Kind;
    /// How many there are.
    const COUNT: Count = Count::One;

    /// Reads the texts of the values; `None` if they do not stand for one.
    fn read(texts: &[&OsStr]) -> Option<Self>;
}

macro_rules! values {
    ($($type:ty, $kind:expr, $read:expr;)+) => {
        $(impl Value for $type {
            const KIND: Kind = $kind;

            fn read(texts: &[&OsStr]) -> Option<Self> {
                let [text] = texts else { return None };
                $read(text.to_str()?)
            }
        })+
    };
}
values! {
    String, Kind::Text, |text: &str| Some(text.to_owned());
    RunChoice, Kind::Text, |text: &str| text.parse().ok();
    usize, Kind::Whole, |text: &str| text.parse().ok();
    u64, Kind::Whole, |text: &str| text.parse().ok();
    f32, Kind::Decimal, |text: &str| text.parse().ok();
    f64, Kind::Decimal, |text: &str| text.parse().ok();
    NameOrder, Kind::Choice(&["natural", "bytes"]), NameOrder::named;
    TestStatistics, Kind::Choice(&TestStatistics::NAMES), TestStatistics::named;
}

impl Value for PathBuf {
    const KIND: Kind = Kind::Path;

    fn read(texts: &[&OsStr]) -> Option<Self> {
        if let [path] = texts { Some(path.into()) } else { None }
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Flag;
    const COUNT: Count = Count::Optional;

    fn read(texts: &[&OsStr]) -> Option<Self> {
        match texts {
            [] => Some(false),
            [text] => text.to_str()?.parse().ok(),
            _ => None,
        }
    }
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;
    const COUNT: Count = if matches!(T::COUNT, Count::One) { Count::Optional } else { T::COUNT };

    fn read(texts: &[&OsStr]) -> Option<Self> {
        if texts.is_empty() { Some(None) } else { T::read(texts).map(Some) }
    }
}

/// Paths may have commas, so each is a word.
impl<T: Value> Value for Vec<T> {
    const KIND: Kind = T::KIND;
    const COUNT: Count = if matches!(T::KIND, Kind::Path) { Count::Several } else { Count::List };

    fn read(texts: &[&OsStr]) -> Option<Self> {
        texts.iter().map(|text| T::read(&[text])).collect()
    }
}
