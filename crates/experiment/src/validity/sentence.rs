//! The sentence that may be written of each check.

use afterimage_run::scores::Score;
use afterimage_run::validity::{Condition, Kind, main};

/// A value in its unit with its interval.
fn text(score: &Score) -> String {
    let show = |v: f64| match score.unit.as_str() {
        _ if !v.is_finite() => "undefined".to_owned(),
        "fraction" => format!("{:.1} %", 100.0 * v),
        "rank" => format!("{v:.1}"),
        _ => format!("{v:.3}"),
    };
    let interval = score.interval.as_ref().map(|i| format!(" [{}, {}]", show(i.low), show(i.high)));
    format!("{}{}", show(score.value), interval.unwrap_or_default())
}

fn images(score: &Score) -> String {
    format!("n = {} images", score.n)
}

/// Of the score of a name in a condition.
fn of<'a>(conditions: &'a [Condition], condition: &str, name: &str) -> Option<&'a Score> {
    conditions.iter().find(|other| other.name == condition)?.score(name)
}

/// Of a check by what the decoder makes of other responses.
pub(super) fn of_sets(kind: Kind, reference: &[Score], conditions: &[Condition]) -> String {
    let Some(own) = main(reference) else { return "No score is defined for these reconstructions.".into() };
    let value = |condition: &str| of(conditions, condition, &own.name).map_or("undefined".into(), text);
    match kind {
        Kind::RecoveryCeiling => {
            let share = of(conditions, "share", &own.name);
            let share =
                share.map(|share| format!(", {} of that ceiling above chance", text(share))).unwrap_or_default();
            format!(
                "{}: from the encoder's noiseless predictions for the shown images the decoder reaches {}; from recorded responses it \
                 reaches {}{share} ({}).",
                own.title,
                value("ceiling"),
                text(own),
                images(own)
            )
        }
        Kind::Chance => format!(
            "{}: without information on the shown image the same decoder scores {} from responses to other test images, {} from noise with \
             the covariance of the training responses and {} from the mean training response, against {} from recorded responses ({}).",
            own.title,
            value("permuted"),
            value("noise"),
            value("mean"),
            text(own),
            images(own)
        ),
        _ => bottleneck(own, conditions),
    }
}

fn bottleneck(own: &Score, conditions: &[Condition]) -> String {
    let scores: Vec<(usize, &Score)> =
        conditions.iter().filter_map(|c| Some((c.components?, c.score(&own.name)?))).collect();
    let (Some(first), Some(last)) = (scores.first(), scores.last()) else {
        return "No score is defined on principal components.".into();
    };
    let within =
        last.1.interval.as_ref().and_then(|interval| {
            scores.iter().find(|(_, score)| (interval.low..=interval.high).contains(&score.value))
        });
    let enough = within
        .map(|(k, score)| format!("; {} from the first {k} already lies within the interval of that", text(score)));
    format!(
        "{}: {} from the first principal component of the training responses and {} from all {}{} ({}; the decoder was not trained again).",
        own.title,
        text(first.1),
        text(last.1),
        last.0,
        enough.unwrap_or_default(),
        images(own)
    )
}

/// Of the dimensions of the reconstructions.
pub(super) fn of_collapse(conditions: &[Condition]) -> String {
    let value = |name: &str| of(conditions, "reconstructions", name).map_or("undefined".into(), text);
    format!(
        "The reconstructions have {} of the effective dimensions of the shown images by their pixels, and {} by features.",
        value("diversity.rank"),
        value("diversity.features")
    )
}

/// Of a check against `total` training images.
pub(super) fn of_training(kind: Kind, conditions: &[Condition], total: usize) -> String {
    let any = |end: &str| conditions.iter().flat_map(|c| &c.scores).find(|score| score.name.contains(end));
    let value = |end: &str| any(end).map_or("undefined".into(), text);
    match kind {
        Kind::NearestTraining => {
            let chance = any(".share")
                .and_then(|share| share.chance)
                .map(|c| format!(" (over shuffled pairings: {:.1} %)", 100.0 * c));
            format!(
                "{} of the reconstructions are nearer to one of {total} training images than to the shown image{}; the median rank of the \
                 shown image among them is {}, and the nearest training image lies at {} times the distance of the shown one.",
                value(".share"),
                chance.unwrap_or_default(),
                value(".rank"),
                value("nearest-training.distance")
            )
        }
        Kind::Similarity => {
            let chance =
                |score: &Score| score.chance.map(|c| format!(" (chance {:.1} %)", 100.0 * c)).unwrap_or_default();
            let thirds = any("nearest-third").zip(any("farthest-third")).map(|(near, far)| {
                format!(
                    "; pairwise identification is {}{} of the third of the test images that are nearest to training images and {}{} of the \
                     farthest third",
                    text(near),
                    chance(near),
                    text(far),
                    chance(far)
                )
            });
            format!(
                "A test image lies nearer to its nearest training image than a training image does with a probability of {} (50 % if they \
                 are alike){}.",
                value("similarity.nearer"),
                thirds.unwrap_or_default()
            )
        }
        _ => {
            let of = |condition: &Condition| {
                let score = condition.scores.iter().filter(|s| s.ways.is_some()).max_by_key(|s| s.ways)?;
                Some((score.ways?, format!("{} among {}", text(score), condition.title)))
            };
            let parts: Vec<(usize, String)> = conditions.iter().filter_map(of).collect();
            let ways = parts.first().map_or(0, |(ways, _)| *ways);
            let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
            format!("The shown image is identified {ways}-way in {}.", parts.join(", "))
        }
    }
}

/// Of the recipe trained again.
pub(super) fn of_retrained(reference: &[Score], conditions: &[Condition]) -> String {
    let Some(own) = main(reference) else { return "No score is defined for these reconstructions.".into() };
    let value = |condition: &str| of(conditions, condition, &own.name).map_or("undefined".into(), text);
    format!(
        "{}: trained on shuffled pairings the same recipe scores {} on the same test images, against {} as recorded; with whole clusters of \
         images held out it scores {}, {} less than on the given split.",
        own.title,
        value("shuffled"),
        text(own),
        value("clusters"),
        value("difference")
    )
}
