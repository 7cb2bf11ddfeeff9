//! Groups of scores, by what they are about.

/// What a score is about; the order is that of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Reconstructions among wrong candidates.
    Identification,
    /// Reconstructions and shown images.
    Similarity,
    /// Predicted and measured responses.
    Encoder,
    /// Images by their predicted responses.
    Encoding,
    /// Both by top-1 of 300, as papers count it.
    Retrieval,
    /// Classes of images.
    Classes,
    /// Reconstructions among each other.
    Variety,
    /// Anything else.
    Other,
}

impl Group {
    /// Every group, in order.
    pub const ALL: [Self; 8] = [
        Self::Identification,
        Self::Similarity,
        Self::Encoder,
        Self::Encoding,
        Self::Retrieval,
        Self::Classes,
        Self::Variety,
        Self::Other,
    ];

    /// Returns the group of a protocol; see [`Score::protocol`](super::Score::protocol).
    pub fn of_protocol(protocol: &str) -> Self {
        match protocol.split('.').next().unwrap_or_default() {
            "external" | "pairwise" => Self::Identification,
            "image" => Self::Similarity,
            "encoder" => Self::Encoder,
            "encoding" => Self::Encoding,
            "retrieval" => Self::Retrieval,
            "class" | "representative" => Self::Classes,
            "diversity" => Self::Variety,
            _ => Self::Other,
        }
    }

    /// Returns the group of a score by its name alone, such as `identification.external.perceptual.5way`.
    pub fn of_name(name: &str) -> Self {
        Self::of_protocol(name.strip_prefix("identification.").unwrap_or(name))
    }

    /// Returns the heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Identification => "Identification of the shown image",
            Self::Similarity => "Similarity to the shown image",
            Self::Encoder => "Accuracy of the encoder",
            Self::Encoding => "Identification from responses",
            Self::Retrieval => "Retrieval, top-1 of 300",
            Self::Classes => "Classes of images",
            Self::Variety => "Variety of the reconstructions",
            Self::Other => "Other scores",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Group;

    #[test]
    fn a_score_has_the_same_group_by_protocol_and_by_name() {
        for (protocol, name) in [
            ("external", "identification.external.perceptual.5way"),
            ("pairwise", "identification.pairwise.perceptual"),
            ("representative.pseudo", "identification.representative.pseudo.10way"),
            ("encoding", "identification.encoding.2way"),
            ("retrieval", "identification.retrieval.clip.image.300way"),
            ("image", "image.ssim"),
            ("diversity", "diversity.rank"),
            ("something", "something.new"),
        ] {
            assert_eq!(Group::of_protocol(protocol), Group::of_name(name), "{name}");
        }
    }
}
