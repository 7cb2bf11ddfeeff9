//! Pairing asks for the same held-out images: the same names in the same order, with the same pixels.

use super::group::Group;
use super::run::ScoredRun;
use crate::{EvalError, Result};

/// Refuses runs that differ from the baseline's on the same subject.
pub(super) fn check(groups: &[Group]) -> Result<()> {
    for (index, subject) in groups[0].subjects.iter().enumerate() {
        let first = subject.runs[0];
        for run in groups.iter().flat_map(|g| &g.subjects[index].runs) {
            if let Some(reason) = difference(first, run)? {
                let (first, second) = (first.path.clone(), run.path.clone());
                return Err(EvalError::NotTheSameImages { first, second, reason });
            }
        }
    }
    Ok(())
}

/// The first way in which the held-out images differ, in words.
fn difference(a: &ScoredRun, b: &ScoredRun) -> Result<Option<String>> {
    let names = |run: &ScoredRun| run.pictures.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
    let (left, right) = (names(a), names(b));
    let mut sorted = (left.clone(), right.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if sorted.0 != sorted.1 {
        let only = |these: &[String], those: &[String]| {
            let only: Vec<&String> = these.iter().filter(|n| !those.contains(n)).collect();
            only.first().map(|name| format!("{} only in the {{}}, such as \"{name}\"", only.len()))
        };
        let parts = [(only(&left, &right), "first"), (only(&right, &left), "second")];
        let parts: Vec<String> =
            parts.into_iter().filter_map(|(text, which)| Some(text?.replace("{}", which))).collect();
        return Ok(Some(format!("{} images against {}; {}", left.len(), right.len(), parts.join(", "))));
    }
    if let Some(place) = (0..left.len()).find(|&i| left[i] != right[i]) {
        return Ok(Some(format!(
            "the same names in another order, from item {place} on (\"{}\" against \"{}\")",
            left[place], right[place]
        )));
    }
    let (a, b) = (a.shown()?, b.shown()?);
    let differing: Vec<usize> = (0..left.len()).filter(|&i| a[i] != b[i]).collect();
    let Some(&place) = differing.first() else { return Ok(None) };
    let (x, y) = (a[place].size, b[place].size);
    let how = if x == y {
        "other pixels".to_owned()
    } else {
        format!("{}x{} against {}x{} pixels: was image.side changed?", x.0, x.1, y.0, y.1)
    };
    Ok(Some(format!(
        "{} of {} images of the same name differ, the first is \"{}\" ({how})",
        differing.len(),
        left.len(),
        left[place]
    )))
}
