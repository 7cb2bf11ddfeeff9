//! `provenance.json`: for every input of a reconstruction, where it came from and whether test items could be in it.
//!
//! The statements are sentences for a reader. What is not known is stated as not known.

use serde::{Deserialize, Serialize};

use crate::{Artefact, layout};

/// Version of the schema below.
pub const PROVENANCE_VERSION: u32 = 1;

/// The content of `provenance.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Schema version, [`PROVENANCE_VERSION`].
    pub version: u32,
    /// One for each input, in the order of the method.
    pub statements: Vec<Statement>,
}

/// What is known of an input of reconstructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The input, such as "unpaired images".
    pub about: String,
    /// Where it came from and what was checked, in sentences.
    pub said: String,
    /// Whether test items could be in it.
    pub test_items: TestItems,
}

/// Whether test items could be in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestItems {
    /// Not, by how the program works.
    Excluded,
    /// They were looked for and not found.
    NotFound,
    /// They are, or it was decided with them.
    Present,
    /// That is not known.
    Unknown,
    /// The input is test items only by design, such as the responses that are decoded.
    ByDesign,
}

impl TestItems {
    /// The answer in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Excluded => "no, by how the program works",
            Self::NotFound => "looked for, none found",
            Self::Present => "yes",
            Self::Unknown => "not known",
            Self::ByDesign => "these are the test items",
        }
    }
}

impl Provenance {
    /// With these statements.
    pub fn new(statements: Vec<Statement>) -> Self {
        Self { version: PROVENANCE_VERSION, statements }
    }

    /// The statements as text, a paragraph each, for a paper's supplement.
    pub fn text(&self) -> String {
        let paragraph =
            |s: &Statement| format!("{}. {} Test items in it: {}.", s.about, s.said, s.test_items.in_words());
        self.statements.iter().map(paragraph).collect::<Vec<_>>().join("\n\n")
    }
}

impl Artefact for Provenance {
    const FILE: layout::RunFile = layout::PROVENANCE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunFolder;

    #[test]
    fn statements_come_back_and_read_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunFolder::new(folder.path());
        let statement = Statement {
            about: "Weights of vgg19".into(),
            said: "Trained on ImageNet.".into(),
            test_items: TestItems::Unknown,
        };
        let provenance = Provenance::new(vec![statement]);
        provenance.write(&run).unwrap();
        assert_eq!(Provenance::read(&run).unwrap(), provenance);
        assert_eq!(provenance.text(), "Weights of vgg19. Trained on ImageNet. Test items in it: not known.");
    }
}
