//! What of the source a data set does not hold, and why.

use afterimage_schema::in_order;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names kept of what was left out.
const EXAMPLES: usize = 5;

/// Something of the source that an importer left out: counted, with the first names and the reason.
///
/// ```
/// use afterimage_data::LeftOut;
/// let images = LeftOut::named("image", "that no trial shows", ["a.png", "b.png"]).unwrap();
/// assert_eq!(images.to_string(), "2 images that no trial shows (a.png, b.png)");
/// assert_eq!(LeftOut::counted("trial", "with an onset of n/a", 1).unwrap().to_string(), "1 trial with an onset of n/a");
/// assert_eq!(LeftOut::counted("trial", "with an onset of n/a", 0), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = in_order::<LeftOut>)]
pub struct LeftOut {
    /// What it is, in the singular: `image`, `trial`, `file`.
    pub what: String,
    /// How many.
    pub count: usize,
    /// The first names, if they have names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// Why, in words that follow the noun: `that no trial shows`.
    pub reason: String,
}

impl LeftOut {
    /// Things with names; `None` if there are none.
    pub fn named<S: Into<String>>(what: &str, reason: &str, names: impl IntoIterator<Item = S>) -> Option<Self> {
        let (mut count, mut examples) = (0, Vec::new());
        for name in names {
            if count < EXAMPLES {
                examples.push(name.into());
            }
            count += 1;
        }
        Self::counted(what, reason, count).map(|left_out| Self { examples, ..left_out })
    }

    /// Things without names; `None` if there are none.
    pub fn counted(what: &str, reason: &str, count: usize) -> Option<Self> {
        (count > 0).then(|| Self { what: what.into(), count, examples: Vec::new(), reason: reason.into() })
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural} {}", self.count, self.what, self.reason)?;
        let more = if self.count > self.examples.len() { ", …" } else { "" };
        if self.examples.is_empty() { Ok(()) } else { write!(f, " ({}{more})", self.examples.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provenance;

    #[test]
    fn many_names_are_counted_and_the_first_shown() {
        let files = LeftOut::named("file", "that are not images", (0..7).map(|at| format!("{at}.txt"))).unwrap();
        assert_eq!(files.to_string(), "7 files that are not images (0.txt, 1.txt, 2.txt, 3.txt, 4.txt, …)");
    }

    #[test]
    fn provenance_without_it_still_opens_and_stays_as_it_was() {
        let old: Provenance = serde_json::from_str(r#"{"title": "x", "kind": "generic"}"#).unwrap();
        assert!(old.left_out.is_empty());
        assert!(!serde_json::to_string(&old).unwrap().contains("left_out"));
        let new = Provenance { left_out: LeftOut::counted("trial", "without a label", 2).into_iter().collect(), ..old };
        let read: Provenance = serde_json::from_str(&serde_json::to_string(&new).unwrap()).unwrap();
        assert_eq!(read, new);
    }
}
