//! What a reader must know before scores: few items, and p-values that seem to contradict their interval.

use afterimage_run::scores::Score;
use afterimage_statistics::{LEVEL, counted};

/// Below this number of test items, intervals and p-values say little.
const FEW: usize = 10;

/// Warns of intervals and tests over very few items.
pub(super) fn few_items(items: usize) -> Option<String> {
    (items < FEW).then(|| {
        format!(
            "only {}: intervals over so few items are too narrow, p can be no smaller than their permutations allow, and one item can decide a score",
            counted(items, "test item")
        )
    })
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
    fn fewer_than_ten_items_are_a_warning() {
        assert!(few_items(9).unwrap().starts_with("only 9 test items:"));
        assert!(few_items(1).unwrap().starts_with("only 1 test item:"));
        assert_eq!(few_items(10), None);
    }
}
