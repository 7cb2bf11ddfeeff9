//! What an importer declares: name, description, example, arguments, and the function that imports.

mod values;

use std::path::Path;

pub use values::{Given, Value, Values};

use super::{Watch, WriteOptions};
use crate::Result;
use crate::inspect::Summary;

/// A kind of source. Programs offer its arguments as they are declared here; see [`IMPORTERS`](super::IMPORTERS).
#[derive(Debug, Clone, Copy)]
pub struct Importer {
    /// The name, unique among the importers.
    pub name: &'static str,
    /// What it reads, in one line.
    pub about: &'static str,
    /// An example: its name with arguments, as on a command line.
    pub example: &'static str,
    /// A file to fill in, for an importer that reads a description of its sources.
    pub template: Option<&'static str>,
    /// The arguments, in groups that importers may share.
    pub arguments: &'static [&'static [Argument]],
    /// Imports what the values say into a data set at the path.
    pub run: fn(&Values<'_>, &Path, WriteOptions, &mut dyn Watch) -> Result<Summary>,
}

impl Importer {
    /// Imports what was `given` into a data set at `out`, replacing an existing one if `overwrite`.
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) for what the arguments do not allow; what the importer refuses.
    pub fn import(&self, given: &Given, out: &Path, overwrite: bool, watch: &mut dyn Watch) -> Result<Summary> {
        let values = Values::new(self, given)?;
        values.refuse_misplaced()?;
        let mut write = WriteOptions { overwrite, ..WriteOptions::default() };
        if self.arguments().any(|argument| argument.name == SIDE[0].name) {
            write.image_side = values.get(SIDE[0].name)?;
        }
        (self.run)(&values, out, write, watch)
    }

    /// Returns all arguments in their order.
    pub fn arguments(&self) -> impl Iterator<Item = &'static Argument> + use<> {
        self.arguments.iter().copied().flatten()
    }
}

/// An argument of an importer.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    /// The name, which is that of the field of the options.
    pub name: &'static str,
    /// What it means: the documentation of the field.
    pub help: &'static str,
    /// What a value is.
    pub kind: Kind,
    /// How many values it takes.
    pub count: Count,
    /// Its place, from 1, if it has one instead of an option of the command line; then it is required.
    pub place: Option<usize>,
    /// The option of the command line, if it is not the name with hyphens.
    pub option: Option<&'static str>,
    /// What help calls a value, if not the name in capitals.
    pub value: Option<&'static str>,
    /// The smallest and the largest number.
    pub range: Option<(u16, u16)>,
    /// The value if it is not given.
    pub default: Option<&'static str>,
    /// Another argument that must be given with it.
    pub requires: Option<&'static str>,
    /// Another argument that must not be given with it.
    pub conflicts: Option<&'static str>,
}

impl Argument {
    /// Declares an argument whose values are read as `T`.
    pub const fn new<T: Value>(name: &'static str, help: &'static str) -> Self {
        let (place, option, value, range, default, requires, conflicts) = (None, None, None, None, None, None, None);
        let (kind, count) = (T::KIND, T::COUNT);
        Self { name, help, kind, count, place, option, value, range, default, requires, conflicts }
    }

    /// True if it must be given.
    pub fn is_required(&self) -> bool {
        self.place.is_some() || (self.count == Count::One && self.default.is_none())
    }
}

/// What a value of an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file or folder.
    Path,
    /// Any text.
    Text,
    /// A whole number from 0.
    Whole,
    /// A number.
    Decimal,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Nothing: true if it is given.
    Flag,
}

/// How many values an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// One or none.
    Optional,
    /// Any number, each a word of the command line.
    Several,
    /// Any number, with commas between them.
    List,
}

/// Declares an importer of one file: its `IMPORTER`, the public struct of its options, and the function `$import`, which
/// writes what `$open` opens. Each field is an argument too: its documentation is the help, its type gives kind and count,
/// and `=> [..]` sets other fields of [`Argument`].
macro_rules! importer {
    (
        name: $name:literal,
        about: $about:literal,
        example: $example:literal,
        import: $import:ident = $open:ident,
        $(#[$meta:meta])*
        pub struct $options:ident {
            $($(#[doc = $help:literal])+ pub $field:ident: $type:ty $(=> [$($key:ident = $setting:expr),+])?,)+
        }
    ) => {
        $(#[$meta])*
        pub struct $options {
            $($(#[doc = $help])+ pub $field: $type,)+
        }

        pub(super) const IMPORTER: $crate::Importer = $crate::Importer {
            name: $name,
            about: $about,
            example: $example,
            template: None,
            arguments: &[&[$($crate::importer::Argument {
                $($($key: Some($setting),)+)?
                ..$crate::importer::Argument::new::<$type>(stringify!($field), concat!($($help),+))
            }),+], $crate::importer::SIDE],
            run: |values, out, write, watch| {
                let options = $options { $($field: values.get(stringify!($field))?),+ };
                $import(&options, out, write, watch)
            },
        };

        /// Opens the files and writes a data set at `out`.
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($open), "`] and [`Source::write`].")]
        pub fn $import(
            options: &$options,
            out: &std::path::Path,
            write: $crate::WriteOptions,
            watch: impl $crate::Watch,
        ) -> $crate::Result<$crate::Summary> {
            $open(options)?.write(out, write, watch)
        }
    };
}
pub(super) use importer;

/// Height and width of the stored images, for importers that take it as an argument.
pub(crate) const SIDE: &[Argument] = &[Argument {
    value: Some("PIXELS"),
    range: Some((8, 2048)),
    default: Some("112"),
    ..Argument::new::<usize>("image_side", "Height and width of the stored images, pixels.")
}];
