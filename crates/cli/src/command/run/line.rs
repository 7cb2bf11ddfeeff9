//! Scores as lines of text.

use afterimage_run::scores::{Score, ScoreFile, headlines};
use afterimage_statistics::RecordedUnit;

use crate::number::value;

/// Main scores, one per line.
pub(super) fn summary(file: &ScoreFile, unit: RecordedUnit) -> Vec<String> {
    headlines(file).into_iter().map(|score| line(score, unit)).collect()
}

/// Title, value, interval, chance, p, n with what the interval is over, and what the mean training image scores.
pub(in crate::command) fn line(score: &Score, unit: RecordedUnit) -> String {
    let show = |v: f64| value(v, &score.unit);
    let mut text = format!("{}: {}", score.title, show(score.value));
    if let Some(i) = &score.interval {
        text += &format!(" [{:.0} % interval {} to {}]", 100.0 * i.level, show(i.low), show(i.high));
    }
    if let Some(chance) = score.chance {
        text += &format!(", chance {}", show(chance));
    }
    if let Some(p) = &score.p {
        text += &format!(", {p}");
    }
    text += &format!(", n = {}", score.sample_text(unit, |n| n.to_string()));
    if let Some(mean) = score.mean_image {
        text += &format!("; the mean training image scores {}", show(mean));
    }
    text
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::PValue;

    use super::*;

    fn score(value: f64, mean_image: Option<f64>) -> Score {
        Score {
            name: "identification.external.perceptual.5way".into(),
            title: "5-way".into(),
            protocol: "external".into(),
            metric: String::new(),
            definition: String::new(),
            unit: "fraction".into(),
            higher_is_better: true,
            value,
            interval: None,
            chance: Some(0.325),
            guess: Some(0.2),
            mean_image,
            p: Some(PValue::drawn(999, 999, String::new())),
            n: 10,
            item_kind: "image".into(),
            ways: Some(5),
            candidates: Some(40),
            drawn: None,
            repeats_averaged: None,
            seed: 0,
            items: Vec::new(),
            per_item: Vec::new(),
            pseudo_values: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn chance_is_the_level_that_p_tests_against() {
        let text = line(&score(0.25, None), RecordedUnit::Voxel);
        assert_eq!(text, "5-way: 25.0 %, chance 32.5 %, p = 1.00, n = 10 images");
        let with_mean = line(&score(0.25, Some(0.33)), RecordedUnit::Voxel);
        assert_eq!(with_mean, format!("{text}; the mean training image scores 33.0 %"));
        let mut best = score(0.9, None);
        best.p = Some(PValue::drawn(0, 999, String::new()));
        assert!(line(&best, RecordedUnit::Voxel).contains("p ≤ 0.001, n"));
    }

    #[test]
    fn undefined_value_is_a_word() {
        assert!(line(&score(f64::NAN, None), RecordedUnit::Voxel).starts_with("5-way: undefined,"));
    }
}
