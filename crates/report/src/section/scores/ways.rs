//! Accuracy against the number of candidates, for each measure that was scored at several.

use std::collections::BTreeMap;

use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::legend;
use crate::{
    number::score as shown_value,
    plot::{self, Line, Lines},
    verdict::null,
};

/// The curves; nothing where no measure was scored at several numbers of candidates.
pub(super) fn ways(scores: &[&Score]) -> Markup {
    let mut families: BTreeMap<(&str, &str), Vec<&Score>> = BTreeMap::new();
    for score in scores.iter().filter(|s| s.ways.is_some() && s.unit == "fraction" && !s.name.contains(".top")) {
        families.entry((&score.protocol, &score.metric)).or_default().push(score);
    }
    families.values_mut().for_each(|f| f.sort_by_key(|s| s.ways));
    families.retain(|_, f| f.windows(2).filter(|w| w[0].ways != w[1].ways).count() >= 1);
    html! {
        @if !families.is_empty() {
            h3 { "Identification against the number of candidates" }
            div.plots.small { @for family in families.values() { @if let Some(plot) = plot(family) { figure { figcaption { (title(family)) } (plot) } } } }
            (legend(&[("a", "accuracy and its interval"), ("chance", "chance")]))
        }
    }
}

/// The title of the scores without their number of candidates.
fn title(family: &[&Score]) -> String {
    let title = family.last().map_or("", |s| s.title.as_str());
    let words = title.split(' ').filter(|word| !word.ends_with("-way") && word.parse::<usize>().is_err());
    let text = words.collect::<Vec<_>>().join(" ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn plot(family: &[&Score]) -> Option<Markup> {
    let at = |s: &Score| s.ways.unwrap_or(1) as f64;
    let accuracy = Line {
        class: "a",
        points: family.iter().map(|s| (at(s), s.value)).collect(),
        band: family.iter().filter_map(|s| s.interval.as_ref().map(|i| (at(s), i.low, i.high))).collect(),
        dots: true,
    };
    let guess = Line {
        class: "chance",
        points: family.iter().filter_map(|s| null(s).map(|c| (at(s), c))).collect(),
        band: Vec::new(),
        dots: false,
    };
    plot::lines(&Lines {
        size: (240.0, 170.0),
        x_title: "number of candidates",
        y_title: "fraction identified",
        label: &format!(
            "{}: accuracy against the number of candidates: {}",
            title(family),
            family.iter().map(|s| format!("{} candidates {}", at(s), shown_value(s))).collect::<Vec<_>>().join(", ")
        ),
        x_log: true,
        y_log: false,
        y_range: Some((0.0, 1.0)),
        lines: vec![guess, accuracy],
    })
}
