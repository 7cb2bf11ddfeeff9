//! What was recorded: the noun of counts and of the texts of scores.

use serde::{Deserialize, Serialize};

/// What one column of the recorded responses is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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

    /// `text` with this unit for the word voxel, with which titles and definitions are written.
    ///
    /// ```
    /// use afterimage_statistics::RecordedUnit;
    ///
    /// assert_eq!(RecordedUnit::Neuron.in_text("Voxels above chance, median over voxels"), "Neurons above chance, median over neurons");
    /// ```
    pub fn in_text(self, text: &str) -> String {
        let (first, rest) = self.singular().split_at(1);
        text.replace("voxel", self.singular()).replace("Voxel", &format!("{}{rest}", first.to_uppercase()))
    }
}
