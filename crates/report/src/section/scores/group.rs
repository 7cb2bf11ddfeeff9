//! Scores that answer the same question, together.

use afterimage_run::scores::Score;

use crate::number::{many, score as shown_value};

/// What the scores of a group measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Identification,
    Similarity,
    Encoder,
    Encoding,
    Classes,
    Variety,
    Other,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Identification,
        Self::Similarity,
        Self::Encoder,
        Self::Encoding,
        Self::Classes,
        Self::Variety,
        Self::Other,
    ];

    fn of(score: &Score) -> Self {
        match score.protocol.split('.').next().unwrap_or_default() {
            "external" | "pairwise" => Self::Identification,
            "image" => Self::Similarity,
            "encoder" => Self::Encoder,
            "encoding" => Self::Encoding,
            "class" | "representative" => Self::Classes,
            "diversity" => Self::Variety,
            _ => Self::Other,
        }
    }

    /// The heading.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Identification => "Identification of the shown image",
            Self::Similarity => "Similarity to the shown image",
            Self::Encoder => "Accuracy of the encoder",
            Self::Encoding => "Identification from responses",
            Self::Classes => "Classes of images",
            Self::Variety => "Variety of the reconstructions",
            Self::Other => "Other scores",
        }
    }

    /// The question that the scores answer.
    pub(super) fn asks(self) -> &'static str {
        match self {
            Self::Identification => "Is a reconstruction nearer to the image that was shown than to wrong candidates?",
            Self::Similarity => "How alike are reconstruction and shown image?",
            Self::Encoder => "How well does the encoder predict the responses to held-out images?",
            Self::Encoding => {
                "Do measured responses fit the predictions for the shown image best? No reconstruction is used."
            }
            Self::Classes => "Does a reconstruction show the class of its image?",
            Self::Variety => "Do the reconstructions differ from each other as much as the shown images do?",
            Self::Other => "",
        }
    }
}

/// The scores of one kind, in the order of the file.
pub(super) struct Group<'a> {
    pub(super) kind: Kind,
    pub(super) scores: Vec<&'a Score>,
}

impl Group<'_> {
    /// What a folded group says: its number of scores and the main one, among 50 candidates if it is an identification.
    pub(super) fn gist(&self) -> String {
        let first = self.scores.iter().find(|s| s.ways == Some(50)).or(self.scores.first());
        let shown = first.map_or_else(String::new, |s| format!("; {} {}", s.title, shown_value(s)));
        format!("{} {}{shown}", many(self.scores.len()), if self.scores.len() == 1 { "score" } else { "scores" })
    }
}

/// All groups that have a score.
pub(super) fn groups<'a>(scores: &[&'a Score]) -> Vec<Group<'a>> {
    let of = |kind| Group { kind, scores: scores.iter().copied().filter(|s| Kind::of(s) == kind).collect() };
    Kind::ALL.into_iter().map(of).filter(|group| !group.scores.is_empty()).collect()
}
