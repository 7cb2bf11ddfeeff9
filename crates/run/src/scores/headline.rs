//! Which scores come first, wherever a few stand for all.

use super::{Score, ScoreFile};

/// A fraction above this leaves no room to tell runs apart.
const SATURATED: f64 = 0.98;
/// Number of headlines.
const MOST: usize = 4;

const FIVE_WAY: &[&str] =
    &["identification.external.perceptual.5way", "identification.external.perceptual.2way", "identification.external."];
const FIFTY_WAY: &[&str] = &["identification.external.perceptual.50way"];
const PAIRWISE: &[&str] = &["identification.pairwise.perceptual", "identification.pairwise."];
/// By networks that no part of the method is trained with.
const INDEPENDENT: &[&str] = &[
    "identification.pairwise.efficientnet-lite0",
    "identification.pairwise.clip",
    "identification.pairwise.inception",
    "identification.pairwise.alexnet5",
    "identification.pairwise.alexnet2",
];
const ENCODING: &[&str] = &["identification.encoding.50way", "identification.encoding."];
const ENCODER: &[&str] = &["encoder.r.median", "encoder.r"];
const IMAGE: &[&str] = &["image.pixcorr", "image.ssim", "image."];

/// Returns the main scores, the first first; at most four.
///
/// First, if it was computed, pairwise identification by a network that no part of the method is trained with: a decoder can please
/// the network of its loss without showing what was seen. Then usually 5-way identification among external images, pairwise identification among the test images, 50-way
/// identification by the encoder and its median r. If 5-way identification [`is_saturated`], it says only that the task
/// is easy for these images and candidates: pairwise and 50-way identification then lead, followed by the pixel
/// correlation and the encoder's r.
pub fn headlines(file: &ScoreFile) -> Vec<&Score> {
    let find = |names: &&[&str]| {
        let beginning = |name: &str| file.scores.iter().find(|score| score.name.starts_with(name));
        names.iter().find_map(|name| file.get(name).or_else(|| beginning(name).filter(|_| name.ends_with('.'))))
    };
    let usual: [&[&str]; 5] = if find(&FIVE_WAY).is_some_and(is_saturated) {
        [PAIRWISE, FIFTY_WAY, IMAGE, ENCODER, ENCODING]
    } else {
        [FIVE_WAY, PAIRWISE, ENCODING, ENCODER, IMAGE]
    };
    let mut found: Vec<&Score> = Vec::new();
    for score in [INDEPENDENT].iter().chain(&usual).filter_map(find) {
        if !found.iter().any(|known| known.name == score.name) {
            found.push(score);
        }
    }
    found.truncate(MOST);
    found
}

/// Returns true for an identification by the features of the network that the decoder's loss compares images with.
pub fn is_by_the_loss(score: &Score) -> bool {
    score.name.starts_with("identification.") && score.name.split('.').any(|part| part == "perceptual")
}

/// Returns true for a fraction that is above 98 %, or whose interval reaches 100 %.
pub fn is_saturated(score: &Score) -> bool {
    score.unit == "fraction"
        && score.higher_is_better
        && (score.value > SATURATED || score.interval.as_ref().is_some_and(|interval| interval.high >= 1.0))
}

#[cfg(test)]
pub(super) mod tests {
    use afterimage_statistics::Interval;

    use super::*;

    pub(in super::super) fn score(name: &str, value: f64, high: Option<f64>) -> Score {
        let fields = serde_json::json!({
            "name": name, "title": name, "protocol": "", "metric": "", "definition": "", "unit": "fraction",
            "higher_is_better": true, "value": value, "interval": null, "chance": null, "p": null, "n": 10,
            "item_kind": "image", "ways": null, "candidates": null, "repeats_averaged": null, "seed": 0,
            "items": [], "per_item": [], "notes": [],
        });
        let mut score: Score = serde_json::from_value(fields).unwrap();
        score.interval = high.map(|high| Interval { low: 0.0, high, level: 0.95, method: "".into(), over: Vec::new() });
        score
    }

    fn names(five_way: Score) -> Vec<String> {
        let mut scores = vec![five_way];
        scores.extend(
            ["external.perceptual.50way", "pairwise.perceptual", "encoding.50way"]
                .map(|name| score(&format!("identification.{name}"), 0.7, None)),
        );
        scores.extend(["encoder.r.median", "image.pixcorr"].map(|name| score(name, 0.3, None)));
        headlines(&ScoreFile::new(scores)).into_iter().map(|score| score.name.clone()).collect()
    }

    #[test]
    fn saturated_five_way_gives_way_to_pairwise_and_fifty_way() {
        let five = |value, high| score("identification.external.perceptual.5way", value, high);
        let usual = names(five(0.7, Some(0.8)));
        assert_eq!(usual[..2], ["identification.external.perceptual.5way", "identification.pairwise.perceptual"]);
        let expected = [
            "identification.pairwise.perceptual",
            "identification.external.perceptual.50way",
            "image.pixcorr",
            "encoder.r.median",
        ];
        assert_eq!(names(five(0.99, Some(0.995))), expected);
        assert_eq!(names(five(0.93, Some(1.0))), expected);
    }

    #[test]
    fn independent_network_leads_and_the_one_of_the_loss_is_told_apart() {
        let of = |name: &str| score(&format!("identification.{name}"), 0.7, None);
        let all =
            ["external.perceptual.5way", "pairwise.perceptual", "pairwise.alexnet2", "pairwise.efficientnet-lite0"];
        let file = ScoreFile::new(all.map(of).to_vec());
        let first: Vec<(&str, bool)> = headlines(&file).into_iter().map(|s| (&*s.name, is_by_the_loss(s))).collect();
        let expected = [
            ("identification.pairwise.efficientnet-lite0", false),
            ("identification.external.perceptual.5way", true),
            ("identification.pairwise.perceptual", true),
        ];
        assert_eq!(first, expected);
    }

    #[test]
    fn only_what_exists_is_a_headline() {
        let file = ScoreFile::new(vec![score("identification.external.lpips.3way", 0.5, None)]);
        assert_eq!(headlines(&file).len(), 1);
        assert!(headlines(&ScoreFile::new(Vec::new())).is_empty());
    }
}
