//! Scores of earlier schema versions, in `scores.json` and in the files that contain scores: a list of steps from version to
//! version.

use afterimage_statistics::Sample;
use serde_json::{Map, Value, json};

type Fields = Map<String, Value>;
type Upgrade = fn(&mut Fields);

/// The step to each version from the one before, ascending. A new version of the schema gets a step here.
///
/// A score does not state its version, since it also lies in files with versions of their own: a step recognises by the
/// fields what is older, and leaves what is not.
const STEPS: &[(u32, Upgrade)] = &[(2, to_2)];

/// Gives the fields of a score the names and meanings of the present version.
pub(super) fn upgrade(fields: &mut Fields) {
    STEPS.iter().for_each(|(_, step)| step(fields));
}

/// In version 1 `chance` of an identification was the score of a guess, and `shuffled`, if pairings were shuffled, what is
/// `chance` now. `chance` of a similarity or distance was the mean over mismatched pairs, as it is now. Intervals did not
/// state their sample; the name of the method and a note did. Titles did not state the size at which pixels are compared.
fn to_2(fields: &mut Fields) {
    name_levels(fields);
    if let Some(over) = sample(fields)
        && let Some(Value::Object(interval)) = fields.get_mut("interval")
    {
        interval.insert("over".into(), json!([over]));
    }
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    if let Some(title) = text("title").zip(text("metric")).and_then(|(title, metric)| retitled(title, metric)) {
        fields.insert("title".into(), title.into());
    }
}

fn name_levels(fields: &mut Fields) {
    let Some(shuffled) = fields.remove("shuffled") else { return };
    let identifies = fields.get("unit").is_some_and(|unit| unit == "fraction" || unit == "rank");
    if identifies && let Some(guess) = fields.insert("chance".into(), shuffled) {
        fields.insert("guess".into(), guess);
    }
}

/// The sample of an interval that does not state it.
fn sample(fields: &Fields) -> Option<Sample> {
    let interval = fields.get("interval")?.as_object()?;
    if interval.get("over").and_then(Value::as_array).is_some_and(|over| !over.is_empty()) {
        return None;
    }
    let (n, item) = (fields.get("n")?.as_u64()? as usize, fields.get("item_kind")?.as_str()?);
    if !interval.get("method")?.as_str()?.contains(" images") {
        return Some(Sample::of(n, item));
    }
    let noted = |note: &Value| {
        let n = note.as_str()?.strip_prefix("over ")?.strip_suffix(" images")?;
        n.strip_suffix(" held-out").or(n.strip_suffix(" test"))?.parse().ok()
    };
    let images = fields.get("notes")?.as_array()?.iter().find_map(noted).or((item == "image").then_some(n));
    images.map(|n| Sample::of(n, "image"))
}

/// The title that a score of pixels has now, which states the size of the images as its metric does, so that one score has one title
/// next to runs of this version; `None` if it is the same.
fn retitled(title: &str, metric: &str) -> Option<String> {
    let repeats = title.rfind(", ").filter(|_| title.ends_with(" averaged")).unwrap_or(title.len());
    let (title, repeats) = title.split_at(repeats);
    let resized = metric.split_once("resized to ").and_then(|(_, size)| size.split('x').next());
    let size = match resized {
        Some(side) => format!("at {side} px"),
        None if metric.contains("at the images' own size") => "at the run's image size".to_owned(),
        None => String::new(),
    };
    let measure = title.strip_suffix(", own size").or(title.strip_suffix(", not resized")).unwrap_or(title);
    let titled = match title.rsplit_once(", by ") {
        Some((protocol, by)) => match (by, by.strip_prefix("lpips-")) {
            (_, Some(network)) => Some(format!("{protocol}, by LPIPS ({network})")),
            ("pixels" | "pixcorr" | "pixel correlation", _) if !size.is_empty() => {
                Some(format!("{protocol}, by pixel correlation {size}"))
            }
            _ => None,
        },
        None if ["Pixel correlation", "Structural similarity"].contains(&measure) && !size.is_empty() => {
            Some(format!("{measure} {size}"))
        }
        None => None,
    };
    titled.map(|titled| titled + repeats)
}

#[cfg(test)]
mod tests {
    use super::super::{OLDEST_SCORES, SCORES_VERSION, Score, ScoreFile};
    use super::*;

    #[test]
    fn steps_lead_from_the_oldest_version_to_the_present_one() {
        let to: Vec<u32> = STEPS.iter().map(|(to, _)| *to).collect();
        assert_eq!(to, (OLDEST_SCORES + 1..=SCORES_VERSION).collect::<Vec<u32>>());
    }

    fn read(fields: &str) -> Score {
        let text = format!(
            r#"{{"version":1,"warnings":[],"not_computed":[],"scores":[{{"name":"a","title":"A","protocol":"external",
            "metric":"m","definition":"d","higher_is_better":true,"value":0.2,"ways":null,"candidates":null,
            "repeats_averaged":null,"seed":0,"items":[],"per_item":[],{fields}}}]}}"#
        );
        serde_json::from_str::<ScoreFile>(&text).unwrap().scores.remove(0)
    }

    const IDENTIFIED: &str = r#""unit":"fraction","chance":0.2,"n":40,"item_kind":"image","notes":[],
        "interval":{"low":0.1,"high":0.4,"level":0.95,"method":"percentile bootstrap over images, 100 resamples"},
        "p":{"value":0.0099,"method":"permutation of pairings, 100 draws, one-sided"}"#;

    #[test]
    fn level_of_shuffled_pairings_becomes_chance_and_the_nominal_one_the_guess() {
        let score = read(&format!(r#"{IDENTIFIED},"shuffled":0.325"#));
        assert_eq!((score.chance, score.guess, score.mean_image), (Some(0.325), Some(0.2), None));
        assert_eq!(score.interval.as_ref().unwrap().over, [Sample::of(40, "image")]);
        assert!((score.p.as_ref().unwrap().least.unwrap() - 1.0 / 101.0).abs() < 1e-12);
        let text = serde_json::to_string(&score).unwrap();
        assert!(!text.contains("shuffled") && text.contains(r#""guess":0.2"#), "{text}");
        assert_eq!(serde_json::from_str::<Score>(&text).unwrap(), score, "the present version is not converted again");
    }

    #[test]
    fn score_without_shuffled_pairings_keeps_its_level() {
        let score = read(IDENTIFIED);
        assert_eq!((score.chance, score.guess), (Some(0.2), None));
        let image = IDENTIFIED.replace("fraction", "correlation");
        let image = read(&format!(r#"{image},"shuffled":0.07"#));
        assert_eq!((image.chance, image.guess), (Some(0.2), None), "the mean over mismatched pairs stays");
    }

    #[test]
    fn sample_of_an_interval_over_images_is_that_of_the_note() {
        let voxels = IDENTIFIED.replace("\"image\"", "\"voxel\"").replace("[]", "[\"over 5 held-out images\"]");
        assert_eq!(read(&voxels).interval.unwrap().over, [Sample::of(5, "image")]);
        let of_voxels = voxels.replace("over images,", "over voxels,");
        assert_eq!(read(&of_voxels).interval.unwrap().over, [Sample::of(40, "voxel")]);
    }

    #[test]
    fn titles_of_pixels_state_the_size_as_those_of_this_version_do() {
        let (own, suite) = ("Pearson, at the images' own size", "Pearson, resized to 425x425 (bilinear, antialiased)");
        let titles = [
            ("Pixel correlation", suite, "Pixel correlation at 425 px"),
            ("Structural similarity, own size", own, "Structural similarity at the run's image size"),
            ("Pixel correlation, not resized", own, "Pixel correlation at the run's image size"),
            (
                "Pixel correlation, own size, 1 repeat averaged",
                own,
                "Pixel correlation at the run's image size, 1 repeat averaged",
            ),
            ("5-way, by pixels", own, "5-way, by pixel correlation at the run's image size"),
            ("Pairwise, by pixcorr", suite, "Pairwise, by pixel correlation at 425 px"),
            ("Pairwise, by lpips-alex", "LPIPS", "Pairwise, by LPIPS (alex)"),
            ("Pairwise, by pixels", "unknown", "Pairwise, by pixels"),
            ("5-way, 4 repeats averaged", own, "5-way, 4 repeats averaged"),
            ("Multi-scale structural similarity", suite, "Multi-scale structural similarity"),
        ];
        for (old, metric, new) in titles {
            let titled = retitled(old, metric).unwrap_or_else(|| old.to_owned());
            assert_eq!(titled, new);
            assert_eq!(retitled(&titled, metric).unwrap_or_else(|| titled.clone()), new, "a present title stays");
        }
    }
}
