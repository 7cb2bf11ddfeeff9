//! Which scores are shown.

use afterimage_config::nearest_name;

use super::group::Group;
use crate::{EvalError, Result};

/// The scores of a comparison that asks for none by name.
pub const DEFAULT_SCORES: [&str; 19] = [
    "identification.external.perceptual.2way",
    "identification.external.perceptual.5way",
    "identification.external.perceptual.10way",
    "identification.external.perceptual.50way",
    "identification.pairwise.perceptual",
    "identification.retrieval.*",
    "image.pixcorr",
    "image.ssim",
    "identification.representative*.10way",
    "identification.representative*.50way",
    "identification.representative*way.top5",
    "identification.representative*.rank",
    "diversity.*",
    "validity.recovery-ceiling.share.identification.pairwise.perceptual",
    "validity.chance.noise.identification.pairwise.perceptual",
    "validity.chance.mean.identification.pairwise.perceptual",
    "validity.nearest-training.share",
    "validity.nearest-training.distance",
    "validity.similarity.nearer",
];

/// Names of the scores that match, in the order of the patterns and then of the files.
pub(super) fn names(groups: &[Group], patterns: &[String]) -> Result<Vec<String>> {
    let mut known: Vec<&str> = Vec::new();
    for score in groups.iter().flat_map(Group::runs).flat_map(|run| &run.scores.scores) {
        if !known.contains(&score.name.as_str()) {
            known.push(&score.name);
        }
    }
    let chosen = |pattern: &str| known.iter().copied().filter(|name| matches(pattern, name)).collect::<Vec<_>>();
    let mut names: Vec<String> = Vec::new();
    let mut add = |found: Vec<&str>| {
        for name in found {
            if !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        }
    };
    if patterns.is_empty() {
        DEFAULT_SCORES.iter().for_each(|pattern| add(chosen(pattern)));
    }
    for pattern in patterns {
        let found = chosen(pattern);
        if found.is_empty() {
            let nearest = nearest_name(pattern, known.iter().copied());
            return Err(EvalError::NoSuchScore { pattern: pattern.clone(), nearest });
        }
        add(found);
    }
    Ok(names)
}

/// True if a name matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, rest)) => name.strip_prefix(head).is_some_and(|tail| {
            let mut starts = tail.char_indices().map(|(i, _)| i).chain([tail.len()]);
            starts.any(|i| matches(rest, &tail[i..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn star_stands_for_any_characters() {
        for (pattern, name, is) in [
            ("image.*", "image.ssim.native", true),
            ("*way", "identification.external.perceptual.5way", true),
            ("identification.*.perceptual*", "identification.pairwise.perceptual", true),
            ("image", "image.ssim", false),
            ("*", "", true),
            ("a*b*c", "a-b-d", false),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
