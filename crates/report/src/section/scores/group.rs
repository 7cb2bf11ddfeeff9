//! Scores that answer the same question, together.

use afterimage_run::scores::{Group as Kind, Score};

use crate::number::{many, score as shown_value};

/// The question that the scores of a group answer.
fn question(kind: Kind) -> &'static str {
    match kind {
        Kind::Identification => "Is a reconstruction nearer to the image that was shown than to wrong candidates?",
        Kind::Similarity => "How alike are reconstruction and shown image?",
        Kind::Encoder => "How well does the encoder predict the responses to held-out images?",
        Kind::Encoding => {
            "Do measured responses fit the predictions for the shown image best? No reconstruction is used."
        }
        Kind::Retrieval => {
            "Does a response pick its own image among 300 test images, and an image its own response? With fewer test images, among all of them."
        }
        Kind::Classes => "Does a reconstruction show the class of its image?",
        Kind::Variety => "Do the reconstructions differ from each other as much as the shown images do?",
        Kind::Other => "",
    }
}

/// The scores of one kind, in the order of the file.
pub(super) struct Group<'a> {
    pub(super) kind: Kind,
    pub(super) scores: Vec<&'a Score>,
}

impl Group<'_> {
    /// The question that its scores answer.
    pub(super) fn asks(&self) -> &'static str {
        question(self.kind)
    }

    /// What a folded group says: its number of scores and the main one, among 50 candidates if it is an identification.
    pub(super) fn gist(&self) -> String {
        let first = self.scores.iter().find(|s| s.ways == Some(50)).or(self.scores.first());
        let shown = first.map_or_else(String::new, |s| format!("; {} {}", s.title, shown_value(s)));
        format!("{} {}{shown}", many(self.scores.len()), if self.scores.len() == 1 { "score" } else { "scores" })
    }
}

/// All groups that have a score.
pub(super) fn groups<'a>(scores: &[&'a Score]) -> Vec<Group<'a>> {
    let of = |kind| Group {
        kind,
        scores: scores.iter().copied().filter(|s| Kind::of_protocol(&s.protocol) == kind).collect(),
    };
    Kind::ALL.into_iter().map(of).filter(|group| !group.scores.is_empty()).collect()
}
