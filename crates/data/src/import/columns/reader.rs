//! Who reads a table: how sure a first line of numbers must be, and what a refusal advises.

/// The reader of a table of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Reader {
    /// An import whose manifest can state what is not clear.
    #[default]
    Manifest,
    /// An import without a manifest, which compares the number of rows with that of images.
    Array,
    /// `decode`, which knows how many voxels there are and not how many rows.
    Decode,
}

impl Reader {
    /// Columns from which on a first line 0, 1, 2, … is taken for names without further signs: a row too few shows in an
    /// import and not in decoding.
    pub(super) fn certain(self) -> usize {
        if self == Self::Decode { 8 } else { 3 }
    }

    /// What to do about a first line that could be names or data.
    pub(super) fn about_header(self) -> &'static str {
        match self {
            Self::Manifest => {
                "say with responses.header = true that it holds names, or with false that it is the first row"
            }
            Self::Array | Self::Decode => {
                "call the columns voxel_ID if it is a line of names, or else save the numbers as .npy"
            }
        }
    }

    /// What to do about columns, named in `shown`, that may hold no responses.
    pub(super) fn about_columns(self, shown: &str, one: bool) -> String {
        let (verb, them) = if one { ("it is", "it") } else { ("they are", "them") };
        match self {
            Self::Manifest => {
                format!("if {verb} no responses, set responses.ignore = [{shown}], else responses.columns = \"*\"")
            }
            Self::Array | Self::Decode => format!(
                "if {verb} no responses, leave {them} out of the table, or else call the columns of voxels voxel_ID or save the \
                 numbers as .npy"
            ),
        }
    }

    /// What to do about a column that is to be left out.
    pub(super) fn leave_out(self) -> &'static str {
        match self {
            Self::Manifest => "name it in responses.ignore",
            Self::Array | Self::Decode => "leave it out of the table",
        }
    }

    /// What to do about rows that are said to be voxels while columns are called so.
    pub(super) fn about_called_columns(self) -> &'static str {
        match self {
            Self::Manifest | Self::Array => {
                "but orientation says that they are trials: set orientation = \"trials_by_voxels\""
            }
            Self::Decode => "so its rows are responses: leave out --voxels-first",
        }
    }

    /// What to do about rows that are called like voxels while columns are said to be voxels.
    pub(super) fn about_called_rows(self) -> &'static str {
        match self {
            Self::Manifest | Self::Array => {
                "but orientation says that they are trials: set orientation = \"voxels_by_trials\""
            }
            Self::Decode => "so its columns are responses: give --voxels-first",
        }
    }
}
