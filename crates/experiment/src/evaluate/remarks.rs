//! What a reader must know before scores: few items, and p-values that seem to contradict their interval.

use afterimage_run::scores::Score;
use afterimage_statistics::{LEVEL, counted};

/// Below this number of test items, intervals and p-values say little.
const FEW: usize = 10;

/// What the names of noise ceilings begin with, one for each number of repeats.
const CEILING: &str = "averaging.encoder.ceiling.";

/// Warns of intervals and tests over very few items.
pub(super) fn few_items(items: usize) -> Option<String> {
    (items < FEW).then(|| {
        format!(
            "only {}: intervals over so few items are too narrow, p can be no smaller than their permutations allow, and one item can decide a score",
            counted(items, "test item")
        )
    })
}

/// Warns of a noise ceiling that may be 0: repeats of an image do not agree then. Of several numbers of repeats, the most decide.
pub(super) fn no_ceiling(scores: &[Score]) -> Option<String> {
    let repeats = |score: &Score| score.repeats_averaged.map_or(0, |(_, most)| most);
    let ceilings = scores.iter().filter(|score| score.name.starts_with(CEILING));
    let score = ceilings.max_by_key(|score| repeats(score))?;
    let interval = score.interval.as_ref().filter(|interval| interval.low <= 0.0)?;
    Some(format!(
        "the noise ceiling of the encoder is about 0 ({:.3}, interval {:.3} to {:.3}, means of {}): responses to repeats of one image \
         do not agree, so no model can predict them; check that trials and images are in the same order",
        score.value,
        interval.low,
        interval.high,
        counted(repeats(score) as usize, "repeat")
    ))
}

/// Explains a p-value and an interval that seem to contradict each other.
///
/// They answer two questions with two kinds of draws: p shuffles the pairings of these images, the interval draws the
/// images again. They agree if there are many images and none of them decides the score.
pub(super) fn explain(score: &mut Score) {
    let (Some(interval), Some(p), Some(chance)) = (&score.interval, &score.p, score.chance) else { return };
    let covers = interval.low <= chance && chance <= interval.high;
    if (p.value < 1.0 - LEVEL) == covers {
        score.notes.push(format!(
            "p and the interval seem to differ, since the interval {} chance: p asks whether these images belong to these responses, by shuffling the pairings; the interval asks what other images would give, by drawing these again; with few or unlike images the answers can differ",
            if covers { "includes" } else { "excludes" }
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(low: f64, p: f64) -> Score {
        let fields = serde_json::json!({
            "name": "encoder.r.median", "title": "", "protocol": "encoder", "metric": "", "definition": "",
            "unit": "correlation", "higher_is_better": true, "value": 0.124, "chance": 0.0, "n": 967,
            "interval": { "low": low, "high": 0.9, "level": 0.95, "method": "bootstrap" },
            "p": { "value": p, "method": "permutation of images, 999 draws, one-sided" }, "item_kind": "voxel",
            "ways": null, "candidates": null, "repeats_averaged": null, "seed": 0, "items": [], "per_item": [], "notes": []
        });
        serde_json::from_value(fields).unwrap()
    }

    fn notes(low: f64, p: f64) -> Vec<String> {
        let mut score = score(low, p);
        explain(&mut score);
        score.notes
    }

    #[test]
    fn p_that_seems_to_contradict_its_interval_is_explained() {
        assert!(notes(-0.058, 0.0245)[0].contains("the interval includes chance"));
        assert!(notes(0.02, 0.2)[0].contains("the interval excludes chance"));
        assert!(notes(0.02, 0.001).is_empty() && notes(-0.1, 0.4).is_empty());
    }

    #[test]
    fn a_noise_ceiling_that_may_be_0_is_a_warning() {
        let ceiling = |repeats: u32, low: f64| {
            let name = format!("{CEILING}median.k{repeats}");
            Score { name, repeats_averaged: Some((repeats, repeats)), ..score(low, 0.5) }
        };
        let said = no_ceiling(&[ceiling(1, -0.1), ceiling(4, -0.02)]).unwrap();
        assert!(said.contains("about 0 (0.124, interval -0.020") && said.contains("4 repeats"), "{said}");
        assert_eq!(no_ceiling(&[ceiling(1, -0.1), ceiling(4, 0.2), score(-0.1, 0.5)]), None);
    }

    #[test]
    fn fewer_than_ten_items_are_a_warning() {
        assert!(few_items(9).unwrap().starts_with("only 9 test items:"));
        assert!(few_items(1).unwrap().starts_with("only 1 test item:"));
        assert_eq!(few_items(10), None);
    }
}
