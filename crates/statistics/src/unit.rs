//! What was recorded: the noun of counts and of the texts of scores.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one column of the recorded responses is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordedUnit {
    /// A voxel, or a vertex of the cortical surface; also the word where the unit is unknown.
    #[default]
    Voxel,
    /// A neuron.
    Neuron,
    /// A channel of EEG, MEG, ECoG or an array of electrodes.
    Channel,
}

impl RecordedUnit {
    /// Its name.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Voxel => "voxel",
            Self::Neuron => "neuron",
            Self::Channel => "channel",
        }
    }

    /// Its name in the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Voxel => "voxels",
            Self::Neuron => "neurons",
            Self::Channel => "channels",
        }
    }

    /// Returns `text` with this unit for the word voxel, with which titles and definitions are written. Only whole words
    /// count: paths, quoted names and names that contain the word stay.
    ///
    /// ```
    /// use afterimage_statistics::RecordedUnit;
    ///
    /// assert_eq!(RecordedUnit::Neuron.in_text("Voxels above chance, median over voxels"), "Neurons above chance, median over neurons");
    /// assert_eq!(RecordedUnit::Neuron.in_text("\"voxels\" in data/voxel/voxel.npy, voxel_3"), "\"voxels\" in data/voxel/voxel.npy, voxel_3");
    /// ```
    pub fn in_text(self, text: &str) -> String {
        text.split_inclusive(char::is_whitespace).map(|word| self.in_word(word)).collect()
    }

    fn in_word(self, word: &str) -> String {
        let noun = word.trim_matches(|c: char| c.is_whitespace() || "(),.;:".contains(c));
        if !["voxel", "voxels", "voxel's", "voxels'", "Voxel", "Voxels"].contains(&noun) {
            return word.to_owned();
        }
        let (first, rest) = self.singular().split_at(1);
        word.replace("voxel", self.singular()).replace("Voxel", &format!("{}{rest}", first.to_uppercase()))
    }
}
