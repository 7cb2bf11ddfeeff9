//! Scores as lines of text.

use afterimage_run::scores::{Score, ScoreFile};
use afterimage_statistics::RecordedUnit;

/// Main scores, one per line.
pub(super) fn summary(file: &ScoreFile, unit: RecordedUnit) -> Vec<String> {
    let wanted = ["identification.external.perceptual.5way", "identification.pairwise.perceptual", "encoder.r.median"];
    wanted.iter().filter_map(|name| file.get(name)).map(|score| line(score, unit)).collect()
}

/// Title, value, interval, chance, the level of shuffled pairings if it differs, p with its null hypothesis, and n.
pub(super) fn line(score: &Score, unit: RecordedUnit) -> String {
    let show = |v: f64| match score.unit.as_str() {
        _ if !v.is_finite() => "undefined".to_owned(),
        "fraction" => format!("{:.1} %", 100.0 * v),
        _ => format!("{v:.3}"),
    };
    let mut text = format!("{}: {}", score.title, show(score.value));
    if let Some(i) = &score.interval {
        text += &format!(" [{:.0} % interval {} to {}]", 100.0 * i.level, show(i.low), show(i.high));
    }
    let shuffled = score.shuffled.map(show);
    if let Some(chance) = score.chance.map(show) {
        text += &format!(", chance {chance}");
        if let Some(level) = shuffled.as_ref().filter(|level| **level != chance) {
            text += &format!(" (shuffled pairings {level})");
        }
    }
    if let Some(p) = &score.p {
        text += &format!(", p = {:.2e}", p.value);
        if shuffled.is_some() {
            text += " against shuffled pairings";
        }
    }
    text + &format!(", n = {} {}s", score.n, unit.in_text(&score.item_kind))
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::PValue;

    use super::*;

    fn score(value: f64, shuffled: Option<f64>) -> Score {
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
            chance: Some(0.2),
            shuffled,
            p: Some(PValue { value: 1.0, method: String::new() }),
            n: 10,
            item_kind: "image".into(),
            ways: Some(5),
            candidates: Some(40),
            repeats_averaged: None,
            seed: 0,
            items: Vec::new(),
            per_item: Vec::new(),
            pseudo_values: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn p_stands_beside_the_level_that_it_tests_against() {
        let text = line(&score(0.25, Some(0.325)), RecordedUnit::Voxel);
        assert_eq!(
            text,
            "5-way: 25.0 %, chance 20.0 % (shuffled pairings 32.5 %), p = 1.00e0 against shuffled pairings, n = 10 images"
        );
        let equal = line(&score(0.25, Some(0.2)), RecordedUnit::Voxel);
        assert!(equal.contains("chance 20.0 %, p = 1.00e0 against shuffled pairings"), "{equal}");
        let other = line(&score(0.25, None), RecordedUnit::Voxel);
        assert!(other.contains("chance 20.0 %, p = 1.00e0, n"), "{other}");
    }

    #[test]
    fn undefined_value_is_a_word() {
        assert!(line(&score(f64::NAN, None), RecordedUnit::Voxel).starts_with("5-way: undefined,"));
    }
}
