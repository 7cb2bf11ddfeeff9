//! One figure for each check.

use afterimage_run::scores::Score;
use afterimage_run::validity::{Check, Kind, Map, Validity, main};
use maud::Markup;

use crate::number::value;
use crate::plot::{self, Cloud, Entry, Line, Lines, Scatter};

/// Units of the width of a figure.
const WIDTH: f64 = 420.0;

/// The figure of a check with its caption.
pub(super) fn of(found: &Validity, check: &Check) -> Option<(String, Markup)> {
    match check.kind {
        Kind::RecoveryCeiling => rows(found, check, &["ceiling"]),
        Kind::Chance => rows(found, check, &["permuted", "noise", "mean"]),
        Kind::Bottleneck => bottleneck(found, check),
        Kind::Collapse => collapse(check),
        Kind::NearestTraining => nearest(found),
        Kind::Similarity => similarity(found),
        Kind::Candidates => candidates(check),
        Kind::Retrained => None,
    }
}

fn entry(name: &str, score: &Score) -> Entry {
    let scale = if score.unit == "fraction" { 100.0 } else { 1.0 };
    Entry {
        name: name.into(),
        value: score.value * scale,
        interval: score.interval.as_ref().map(|i| (i.low * scale, i.high * scale)),
        note: value(score.value, &score.unit),
    }
}

fn axis(score: &Score) -> String {
    let chance = score.chance.map(|c| format!(", chance {}", value(c, &score.unit))).unwrap_or_default();
    format!("{}{chance}", if score.unit == "fraction" { "per cent" } else { score.unit.as_str() })
}

/// The run's own score above that of conditions.
fn rows(found: &Validity, check: &Check, names: &[&str]) -> Option<(String, Markup)> {
    let own = main(&found.reference)?;
    let conditions = names.iter().filter_map(|name| check.condition(name));
    let others = conditions.filter_map(|c| Some(entry(short(&c.name), c.score(&own.name)?)));
    let entries: Vec<Entry> = [entry("recorded responses", own)].into_iter().chain(others).collect();
    Some((own.title.clone(), plot::bars(&entries, &axis(own), &format!("{}: {}", check.kind.title(), own.title))?))
}

/// A condition in few letters.
fn short(condition: &str) -> &str {
    match condition {
        "ceiling" => "noiseless predictions",
        "permuted" => "other test images",
        "noise" => "Gaussian noise",
        "mean" => "mean response",
        other => other,
    }
}

fn bottleneck(found: &Validity, check: &Check) -> Option<(String, Markup)> {
    let own = main(&found.reference)?;
    let points: Vec<(f64, &Score)> =
        check.conditions.iter().filter_map(|c| Some((c.components? as f64, c.score(&own.name)?))).collect();
    let ends = (points.first()?.0, points.last()?.0);
    let chance = own.chance.map(|c| Line {
        class: "chance",
        points: vec![(ends.0, c), (ends.1, c)],
        band: Vec::new(),
        dots: false,
    });
    let curve = Line {
        class: "a",
        points: points.iter().map(|(k, score)| (*k, score.value)).collect(),
        band: points.iter().filter_map(|(k, s)| s.interval.as_ref().map(|i| (*k, i.low, i.high))).collect(),
        dots: true,
    };
    let plot = plot::lines(&Lines {
        size: (WIDTH, 230.0),
        x_title: "principal components kept",
        y_title: &own.unit,
        label: &format!("{} against the number of principal components", own.title),
        x_log: true,
        y_log: false,
        y_range: (own.unit == "fraction").then_some((0.0, 1.0)),
        lines: chance.into_iter().chain([curve]).collect(),
    })?;
    Some((format!("{}, against the principal components of the responses that the decoder gets", own.title), plot))
}

fn collapse(check: &Check) -> Option<(String, Markup)> {
    let scores = &check.conditions.first()?.scores;
    let name = |score: &Score| if score.name.ends_with("features") { "features" } else { "RGB values" };
    let entries: Vec<Entry> = scores.iter().map(|score| entry(name(score), score)).collect();
    let title = "effective rank relative to the shown images";
    Some((format!("Dimensions of the reconstructions: {title}"), plot::bars(&entries, title, title)?))
}

/// A point for each item, above the diagonal if the shown image is the nearer one.
fn nearest(found: &Validity) -> Option<(String, Markup)> {
    let points = found.items.iter().map(|item| (item.to_shown, item.nearest.distance));
    let label = "Distance of each reconstruction to the nearest training image against that to the shown image";
    let drawn = scatter(
        "to the shown image",
        "to the nearest training image",
        label,
        true,
        vec![("test".into(), points.collect())],
    )?;
    Some((format!("{label}; below the line a training image is nearer"), drawn))
}

/// Scores of single images against their distance to the training images.
fn similarity(found: &Validity) -> Option<(String, Markup)> {
    let own = found.reference.iter().find(|score| score.per_item.len() == found.items.len())?;
    let pairs = found.items.iter().zip(&own.per_item);
    let points = pairs.filter_map(|(item, value)| Some((item.nearest_to_shown.distance, (*value)?)));
    let label = format!("{} of each test image against its distance to the nearest training image", own.title);
    let clouds = vec![("test".to_owned(), points.collect())];
    let drawn = scatter("distance to the nearest training image", &own.unit, &label, false, clouds)?;
    Some((label, drawn))
}

fn candidates(check: &Check) -> Option<(String, Markup)> {
    let ways = check.conditions.iter().flat_map(|c| &c.scores).filter_map(|s| s.ways).max()?;
    let of = |c: &afterimage_run::validity::Condition| {
        Some((c.title.clone(), c.scores.iter().find(|score| score.ways == Some(ways))?.clone()))
    };
    let scores: Vec<(String, Score)> = check.conditions.iter().filter_map(of).collect();
    let entries: Vec<Entry> = scores.iter().map(|(title, score)| entry(title, score)).collect();
    let title = format!("{ways}-way identification by where the wrong candidates come from");
    let drawn =
        plot::bars(&entries, &format!("per cent, a guess has {}", value(1.0 / ways as f64, "fraction")), &title)?;
    Some((title, drawn))
}

/// The map of images.
pub(super) fn map(map: &Map) -> Option<Markup> {
    let group = |points: &afterimage_run::validity::Points| {
        (points.name.clone(), points.points.iter().map(|place| (place[0], place[1])).collect())
    };
    let clouds: Vec<(String, Vec<(f64, f64)>)> = map.groups.iter().map(group).collect();
    scatter(
        "first principal axis",
        "second principal axis",
        "Test, training and unpaired images on two principal axes",
        false,
        clouds,
    )
}

fn scatter(
    x_title: &str,
    y_title: &str,
    label: &str,
    diagonal: bool,
    clouds: Vec<(String, Vec<(f64, f64)>)>,
) -> Option<Markup> {
    let all = || clouds.iter().flat_map(|(_, points)| points).flat_map(|p| [p.0, p.1]);
    let square = if diagonal { Some((0.0, plot::range(all())?.1)) } else { None };
    let width = if clouds.len() > 1 { 2.0 * WIDTH } else { WIDTH };
    let clouds = clouds.into_iter().map(|(name, points)| Cloud { name, points, line: None }).collect();
    Some(plot::scatter(&Scatter { width, x_title, y_title, label, square, diagonal, cross: false, clouds })?.0)
}
