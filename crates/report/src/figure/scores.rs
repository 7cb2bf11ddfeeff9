//! The main scores as dots with their intervals and chance levels, in groups that share an axis.

use afterimage_run::scores::{AVERAGING, Score, ScoreFile};
use afterimage_statistics::plural;

use super::panels::{Panel, Sign, chart_width, compose};
use super::{Figure, cell, row};
use crate::number::{range, score as shown};
use crate::plot::{Dot, Dots, dots};
use crate::source::Source;

/// Least width of a chart.
const NARROW: f64 = 300.0;
/// What the charts span at least.
const UNIT: (f64, f64) = (0.0, 1.0);

/// A group of scores.
struct Group {
    title: &'static str,
    axis: &'static str,
    /// Beginnings of the names of its scores.
    heads: &'static [&'static str],
}

/// Scores that are not here have a unit of their own, or are the same measured in another way.
const GROUPS: [Group; 6] = [
    Group {
        title: "Identification among external images",
        axis: "fraction identified",
        heads: &["identification.external.perceptual."],
    },
    Group {
        title: "Identification among the test images",
        axis: "fraction identified",
        heads: &["identification.pairwise.perceptual"],
    },
    Group {
        title: "Images identified by predicted responses",
        axis: "fraction identified",
        heads: &["identification.encoding."],
    },
    Group {
        title: "Classes",
        axis: "fraction identified",
        heads: &["identification.representative.", "identification.class."],
    },
    Group { title: "Likeness of images", axis: "correlation or similarity", heads: &["image."] },
    Group { title: "Predicted responses", axis: "median r over voxels", heads: &["encoder.r.median"] },
];

/// The groups as one figure; none for a run without scores.
pub(super) fn scores(source: &Source, width: f64) -> Option<Figure> {
    let columns = ((width / NARROW) as usize).clamp(1, 2);
    let mut table = vec![row(&["group", "score", "value", "low", "high", "chance", "mean_image", "n", "item"])];
    let (mut panels, mut shown_scores) = (Vec::new(), Vec::new());
    for group in &GROUPS {
        let found = members(source.scores.as_ref()?, group);
        let rows: Vec<Dot> = found.iter().map(|s| dot(s)).collect();
        let (width, axis) = (chart_width(width, columns), source.unit().in_text(group.axis));
        let plot = Dots { width, title: &axis, label: group.title, range: Some(UNIT), rows: &rows };
        let Some((svg, size)) = dots(&plot) else { continue };
        panels.push(Panel { title: group.title.into(), svg, size });
        table.extend(found.iter().map(|s| cells(group, s)));
        shown_scores.extend(found);
    }
    if panels.is_empty() {
        return None;
    }
    let mut legend = vec![(Sign::Solid { dots: true }, "score and its 95 % interval"), (Sign::Stroke, "chance")];
    let has_mean = source.scores.as_ref()?.scores.iter().any(|s| s.mean_image.is_some());
    legend.extend(has_mean.then_some((Sign::Open, "mean training image")));
    let (svg, size) = compose(balanced(panels, columns), width, &legend, "Scores with intervals and chance");
    let mean =
        if has_mean { "; open circles are what the mean training image scores as every reconstruction" } else { "" };
    let caption = format!(
        "Main scores with 95 % intervals (lines) and chance (upright strokes): what uninformative reconstructions score on \
         these images and candidates{mean}. n: {}.",
        samples(source, &shown_scores)
    );
    Some(Figure { name: "scores".into(), caption, svg, size, table })
}

/// The numbers of items of each kind: "50 images, 140 to 1000 voxels".
fn samples(source: &Source, scores: &[&Score]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for score in scores.iter().filter(|score| score.n > 0) {
        if !kinds.contains(&score.item_kind.as_str()) {
            kinds.push(&score.item_kind);
        }
    }
    let of_kind = |kind: &&str| {
        let n = || scores.iter().filter(|score| score.item_kind == *kind).map(|score| score.n);
        let (least, most) = (n().min().unwrap_or(0), n().max().unwrap_or(0));
        format!("{} {}", range(least as u64, most as u64), plural(most, &source.unit().in_text(kind)))
    };
    kinds.iter().map(of_kind).collect::<Vec<_>>().join(", ")
}

fn members<'a>(file: &'a ScoreFile, group: &Group) -> Vec<&'a Score> {
    let unit = |s: &Score| matches!(s.unit.as_str(), "fraction" | "correlation" | "similarity");
    let found = |head: &&str| {
        let of = |s: &&Score| s.name.starts_with(head) && s.protocol != AVERAGING && unit(s) && s.value.is_finite();
        file.scores.iter().filter(of).collect::<Vec<_>>()
    };
    group.heads.iter().flat_map(found).collect()
}

fn dot(s: &Score) -> Dot {
    let interval = s.interval.as_ref().map(|i| (i.low, i.high));
    Dot { name: name(s), value: s.value, interval, chance: s.chance, mean: s.mean_image, note: shown(s) }
}

/// A short name: the title of the chart says the rest.
fn name(s: &Score) -> String {
    let parts: Vec<&str> = s.name.split('.').collect();
    match parts.as_slice() {
        ["identification", "pairwise", "perceptual"] => "pairwise".into(),
        ["identification", "representative", "own"] => "classes of the test images".into(),
        ["identification", "class", rest @ ..] => format!("classifier, {}", ways(rest)),
        ["identification", _, rest @ ..] => ways(rest.strip_prefix(&["perceptual"]).unwrap_or(rest)),
        ["encoder", "r", "median"] => "all".into(),
        ["encoder", "r", "median", region @ ..] => region.join("."),
        ["image", "pixcorr"] => "PixCorr".into(),
        ["image", "pixcorr", "native"] => "PixCorr, run's size".into(),
        ["image", measure] => measure.to_uppercase(),
        ["image", measure, "native"] => format!("{}, run's size", measure.to_uppercase()),
        ["image", measure @ ..] => measure.join(", "),
        _ => s.title.clone(),
    }
}

fn ways(rest: &[&str]) -> String {
    let one = |part: &&str| match (part.strip_suffix("way"), part.strip_prefix("top")) {
        (Some(n), _) => format!("{n}-way"),
        (_, Some(n)) => format!("top {n}"),
        _ => part.replace('_', " "),
    };
    rest.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn cells(group: &Group, s: &Score) -> Vec<String> {
    let ends = s.interval.as_ref().map_or([f64::NAN; 2], |i| [i.low, i.high]);
    let levels = [s.chance, s.mean_image].map(|level| level.unwrap_or(f64::NAN));
    let numbers = [s.value, ends[0], ends[1], levels[0], levels[1]].map(cell);
    [vec![group.title.to_owned(), s.name.clone()], numbers.to_vec(), vec![s.n.to_string(), s.item_kind.clone()]]
        .concat()
}

/// The charts in two columns as equal in height as they can be, each in the order of the groups, the first chart first.
fn balanced(panels: Vec<Panel>, columns: usize) -> Vec<Vec<Panel>> {
    if columns < 2 || panels.len() < 2 {
        return vec![panels];
    }
    let is_second = |choice: usize, place: usize| choice >> place & 1 == 1;
    let height = |choice: usize, second: bool| {
        let of = panels.iter().enumerate().filter(|(place, _)| is_second(choice, *place) == second);
        of.map(|(_, panel)| panel.height()).sum::<f64>()
    };
    let highest = |choice: usize| height(choice, false).max(height(choice, true));
    let choices = (2..1_usize << panels.len()).step_by(2);
    let chosen = choices.min_by(|&a, &b| highest(a).total_cmp(&highest(b))).unwrap_or(2);
    let placed = panels.into_iter().enumerate().map(|(place, panel)| (is_second(chosen, place), panel));
    let (second, first): (Vec<_>, Vec<_>) = placed.partition(|(second, _)| *second);
    [first, second].map(|column| column.into_iter().map(|(_, panel)| panel).collect()).into()
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;

    #[test]
    fn columns_are_as_equal_as_they_can_be_and_keep_the_order() {
        let panel = |(title, height): (&str, f64)| Panel { title: title.into(), svg: html! {}, size: (1.0, height) };
        let panels = [("a", 100.0), ("b", 80.0), ("c", 90.0), ("d", 300.0), ("e", 120.0), ("f", 170.0)].map(panel);
        let columns = balanced(panels.into(), 2);
        let titles = |column: &[Panel]| column.iter().map(|panel| panel.title.clone()).collect::<String>();
        assert_eq!([titles(&columns[0]), titles(&columns[1])], ["abce", "df"].map(String::from));
        assert_eq!(balanced(vec![panel(("a", 1.0))], 2).len(), 1);
    }

    #[test]
    fn names_in_a_chart_are_short_words() {
        assert_eq!(ways(&["1000way", "top5"]), "1000-way, top 5");
        assert_eq!(ways(&["within_cluster"]), "within cluster");
    }
}
